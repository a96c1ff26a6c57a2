-- A slice of which there are not as many segments as one of its generations has.
SELECT g.account, g.slice
FROM generation AS g
WHERE g.stream = ?1 AND g.last_seq > 0
    AND g.first_seq > (SELECT purged_seq FROM stream WHERE name = ?1)
    AND g.segments <> (
        SELECT count(*)
        FROM segment
        WHERE segment.stream = g.stream AND segment.seq BETWEEN g.first_seq AND g.last_seq
            AND segment.account = g.account AND segment.slice = g.slice
    )
LIMIT 1
