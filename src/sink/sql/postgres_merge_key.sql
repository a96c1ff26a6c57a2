-- The same when all columns are the key.
INSERT INTO "{schema}"."{table}" ({columns})
SELECT {values}
FROM pg_temp.extract_stage AS fresh
ON CONFLICT ({key}) DO NOTHING
