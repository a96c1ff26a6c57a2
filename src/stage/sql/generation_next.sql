SELECT account, slice, first_seq, last_seq, segments
FROM generation
WHERE stream = ?1 AND last_seq > ?2
ORDER BY last_seq
LIMIT 1
