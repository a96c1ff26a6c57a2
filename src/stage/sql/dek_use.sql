UPDATE dek
SET records = records + ?2
WHERE id = ?1
