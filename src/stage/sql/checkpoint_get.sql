SELECT stream, account, slice, request_digest, cursor, pages, records, state, updated
FROM checkpoint
WHERE stream = ?1 AND account = ?2 AND slice = ?3
