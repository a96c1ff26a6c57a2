INSERT INTO audit_event (idx, entry) VALUES (?1, ?2)
