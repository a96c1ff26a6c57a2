INSERT INTO part (stream, account, slice, path, request_digest, parts, report, created, work)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
ON CONFLICT (stream, account, slice, path) DO UPDATE
SET request_digest = excluded.request_digest, parts = excluded.parts, report = excluded.report,
    created = excluded.created, work = excluded.work
