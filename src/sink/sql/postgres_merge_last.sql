-- The same when a key comes more than once: its last record wins.
INSERT INTO "{schema}"."{table}" ({columns})
SELECT {values}
FROM pg_temp.extract_stage AS fresh
LEFT JOIN "{schema}"."{table}" AS old USING ({key})
WHERE fresh.extract_ordinal IN (
        SELECT max(extract_ordinal) FROM pg_temp.extract_stage GROUP BY {key}
    )
    AND (old.ctid IS NULL OR {differences})
ON CONFLICT ({key}) DO UPDATE SET
    {assignments}
