DELETE FROM refused
WHERE stream = ?1 AND seq <= ?2
