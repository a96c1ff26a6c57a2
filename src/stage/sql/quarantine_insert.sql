INSERT INTO quarantine (stream, number, account, slice, page, position, created, dek_id, sealed)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
