-- The first segment of those readings that have not ended, or that a sink at ?2 does not have.
SELECT min(first_seq)
FROM generation
WHERE stream = ?1 AND (last_seq = 0 OR last_seq > ?2)
