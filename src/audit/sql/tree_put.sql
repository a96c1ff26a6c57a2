INSERT INTO audit_node (level, idx, hash) VALUES (?1, ?2, ?3)
