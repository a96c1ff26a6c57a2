SELECT seq
FROM segment
WHERE stream = ?1 AND seq > ?2 AND created >= ?3 AND created < ?4
ORDER BY seq
LIMIT 1
