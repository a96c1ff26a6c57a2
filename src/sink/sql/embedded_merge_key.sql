-- The same when all columns are the key.
INSERT INTO "{table}" ({columns})
VALUES ({values})
ON CONFLICT ({key}) DO NOTHING
