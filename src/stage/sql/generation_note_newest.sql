INSERT INTO newest_generation (stream, account, slice, first_seq, last_seq, segments)
SELECT stream, account, slice, first_seq, last_seq, segments
FROM generation
WHERE stream = ?1 AND account = ?2 AND slice = ?3
ORDER BY last_seq DESC
LIMIT 1
ON CONFLICT (stream, account, slice) DO UPDATE
SET first_seq = excluded.first_seq, last_seq = excluded.last_seq, segments = excluded.segments
