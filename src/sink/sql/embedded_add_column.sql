ALTER TABLE "{table}" ADD COLUMN "{name}" {type}
