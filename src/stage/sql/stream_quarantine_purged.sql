UPDATE stream
SET purged_quarantine = ?2
WHERE name = ?1
