-- How far the oldest segments that are acknowledged (?2) are also older than ?3; at most ?4.
WITH oldest AS (
    SELECT seq, created, count, length(sealed) AS bytes
    FROM segment
    WHERE stream = ?1 AND seq <= ?2
    ORDER BY seq
    LIMIT ?4
), young AS (
    SELECT min(seq) AS seq
    FROM oldest
    WHERE created >= ?3
)
SELECT count(*), coalesce(sum(oldest.count), 0), coalesce(sum(oldest.bytes), 0),
       coalesce(max(oldest.seq), 0)
FROM oldest, young
WHERE young.seq IS NULL OR oldest.seq < young.seq
