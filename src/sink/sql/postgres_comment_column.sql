COMMENT ON COLUMN "{schema}"."{table}"."{name}" IS {text}
