DELETE FROM content
WHERE stream = ?1 AND account = ?2 AND slice = ?3 AND page = ?4 AND part > ?5
