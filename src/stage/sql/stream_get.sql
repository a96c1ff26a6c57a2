SELECT name, last_seq, purged_seq, last_quarantine, purged_quarantine
FROM stream
WHERE name = ?1
