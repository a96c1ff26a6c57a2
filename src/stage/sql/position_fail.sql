INSERT INTO position (sink, stream, seq, updated, error)
VALUES (?1, ?2, 0, ?3, ?4)
ON CONFLICT (sink, stream) DO UPDATE
SET updated = excluded.updated, error = excluded.error
