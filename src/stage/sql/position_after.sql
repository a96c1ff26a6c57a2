SELECT sink, stream, seq, updated, error
FROM position
WHERE (sink, stream) > (?1, ?2)
ORDER BY sink, stream
LIMIT 1
