INSERT INTO stage (id, uuid, source, created)
VALUES (1, ?1, ?2, ?3)
