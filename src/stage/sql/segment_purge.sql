DELETE FROM segment
WHERE stream = ?1 AND seq <= ?2
