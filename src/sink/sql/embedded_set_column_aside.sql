ALTER TABLE "{table}" RENAME COLUMN "{name}" TO "{name}_before"
