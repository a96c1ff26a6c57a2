UPDATE generation
SET segments = segments + 1
WHERE stream = ?1 AND account = ?2 AND slice = ?3 AND last_seq = 0
