DELETE FROM "{schema}"."{table}" WHERE extract_slice = $1
