SELECT sink, stream, seq, updated, error
FROM position
WHERE sink = ?1 AND stream = ?2
