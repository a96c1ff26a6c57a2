SELECT schema_digest FROM "{schema}".extract_table WHERE name = $1
