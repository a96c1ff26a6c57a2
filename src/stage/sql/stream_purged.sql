UPDATE stream
SET purged_seq = ?2
WHERE name = ?1
