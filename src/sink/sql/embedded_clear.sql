DELETE FROM "{table}" WHERE extract_slice = ?1
