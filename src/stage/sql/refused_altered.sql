-- A slice of which a record is left out that is not the one in quarantine.
SELECT segment.account, segment.slice
FROM refused
JOIN quarantine ON quarantine.stream = refused.stream AND quarantine.number = refused.number
JOIN segment ON segment.stream = refused.stream AND segment.seq = refused.seq
WHERE refused.stream = ?1
    AND (
        quarantine.position <> refused.record OR quarantine.page <> segment.page
        OR quarantine.account <> segment.account OR quarantine.slice <> segment.slice
    )
LIMIT 1
