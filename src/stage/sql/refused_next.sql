SELECT min(record)
FROM refused
WHERE sink = ?1 AND stream = ?2 AND seq = ?3 AND record > ?4
