DELETE FROM content
WHERE stream = ?1
