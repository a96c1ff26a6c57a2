SELECT id, created, records
FROM dek
WHERE stream = ?1
ORDER BY created DESC, id
LIMIT 1
