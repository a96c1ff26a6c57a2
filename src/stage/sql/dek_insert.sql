INSERT INTO dek (id, stream, created, records, commitment, wrapped)
VALUES (?1, ?2, ?3, 0, ?4, ?5)
