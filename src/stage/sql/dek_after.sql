SELECT id, stream, created, records, wrapped
FROM dek
WHERE id > ?1
ORDER BY id
LIMIT 1
