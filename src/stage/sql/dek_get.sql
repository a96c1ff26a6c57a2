SELECT stream, created, commitment, wrapped
FROM dek
WHERE id = ?1
