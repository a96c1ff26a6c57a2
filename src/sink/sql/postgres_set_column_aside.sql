ALTER TABLE "{schema}"."{table}" RENAME COLUMN "{name}" TO "{name}_before"
