SELECT stream, number, account, slice, page, position, created, dek_id, sealed
FROM quarantine
WHERE stream = ?1 AND number = ?2
