-- ?5: the first one, the whole, has the path that no other is before.
SELECT path, request_digest, parts, report, created, work
FROM part
WHERE stream = ?1 AND account = ?2 AND slice = ?3 AND (path > ?4 OR ?5)
ORDER BY path
LIMIT 1
