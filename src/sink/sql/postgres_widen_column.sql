ALTER TABLE "{schema}"."{table}" ALTER COLUMN "{name}" TYPE {type}
