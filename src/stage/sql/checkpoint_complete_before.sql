SELECT stream, account, slice, request_digest, cursor, pages, records, state, updated,
       mark, digest
FROM checkpoint
WHERE stream = ?1 AND account = ?2 AND slice > ?3 AND slice < ?4 AND state = 'complete'
ORDER BY slice
LIMIT 1
