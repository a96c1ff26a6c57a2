DELETE FROM generation
WHERE stream = ?1 AND account = ?2 AND slice = ?3 AND last_seq = 0
