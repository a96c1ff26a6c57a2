-- Rows that are there and the same are left alone: they are neither locked nor logged, which
-- ON CONFLICT would do before it looked for a difference.
INSERT INTO "{schema}"."{table}" ({columns})
SELECT {values}
FROM pg_temp.extract_stage AS fresh
LEFT JOIN "{schema}"."{table}" AS old USING ({key})
WHERE old.ctid IS NULL OR {differences}
ON CONFLICT ({key}) DO UPDATE SET
    {assignments}
