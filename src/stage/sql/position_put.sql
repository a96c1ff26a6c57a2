INSERT INTO position (sink, stream, seq, updated, error)
VALUES (?1, ?2, ?3, ?4, '')
ON CONFLICT (sink, stream) DO UPDATE
SET seq = excluded.seq, updated = excluded.updated, error = ''
