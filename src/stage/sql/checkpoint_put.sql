INSERT INTO checkpoint (stream, account, slice, request_digest, cursor, pages, records, state,
                        updated, mark, digest)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
ON CONFLICT (stream, account, slice) DO UPDATE
SET request_digest = excluded.request_digest, cursor = excluded.cursor,
    pages = excluded.pages, records = excluded.records, state = excluded.state,
    updated = excluded.updated, mark = excluded.mark, digest = excluded.digest
