ALTER TABLE "{schema}"."{table}" ADD COLUMN "{name}" {type}
