ALTER TABLE "{schema}"."{table}" RENAME TO "{table}_before"
