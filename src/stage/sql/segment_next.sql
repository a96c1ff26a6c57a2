SELECT min(seq)
FROM segment
WHERE stream = ?1 AND seq > ?2
