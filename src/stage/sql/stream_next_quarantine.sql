INSERT INTO stream (name, last_quarantine)
VALUES (?1, 1)
ON CONFLICT (name) DO UPDATE SET last_quarantine = last_quarantine + 1
RETURNING last_quarantine
