-- How far the oldest quarantined records are older than ?2; at most ?3.
WITH oldest AS (
    SELECT number, created
    FROM quarantine
    WHERE stream = ?1
    ORDER BY number
    LIMIT ?3
), young AS (
    SELECT min(number) AS number
    FROM oldest
    WHERE created >= ?2
)
SELECT count(*), coalesce(max(oldest.number), 0)
FROM oldest, young
WHERE young.number IS NULL OR oldest.number < young.number
