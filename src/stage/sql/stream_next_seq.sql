INSERT INTO stream (name, last_seq)
VALUES (?1, 1)
ON CONFLICT (name) DO UPDATE SET last_seq = last_seq + 1
RETURNING last_seq
