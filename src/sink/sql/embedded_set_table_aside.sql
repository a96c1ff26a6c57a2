ALTER TABLE "{table}" RENAME TO "{table}_before"
