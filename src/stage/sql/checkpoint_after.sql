SELECT stream, account, slice, request_digest, cursor, pages, records, state, updated,
       mark, digest
FROM checkpoint
WHERE (stream, account, slice) > (?1, ?2, ?3)
ORDER BY stream, account, slice
LIMIT 1
