-- A reading that was open begins anew, behind all that is there.
INSERT INTO generation (stream, account, slice, first_seq, last_seq)
VALUES (?1, ?2, ?3, coalesce((SELECT last_seq FROM stream WHERE name = ?1), 0) + 1, 0)
ON CONFLICT (stream, account, slice, last_seq) DO UPDATE
SET first_seq = excluded.first_seq, segments = 0
