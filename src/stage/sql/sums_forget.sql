DELETE FROM sums
WHERE stream = ?1 AND account = ?2 AND slice = ?3
