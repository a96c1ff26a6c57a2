SELECT stream, schema_digest FROM extract_table WHERE name = ?1
