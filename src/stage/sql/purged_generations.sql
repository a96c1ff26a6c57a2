-- Slices whose newest reading that ended began with a segment that may be purged.
SELECT account, slice
FROM generation
WHERE stream = ?1 AND last_seq > 0
    AND first_seq <= (SELECT purged_seq FROM stream WHERE name = ?1)
    AND NOT EXISTS (
        SELECT 1 FROM generation AS later
        WHERE later.stream = generation.stream AND later.account = generation.account
            AND later.slice = generation.slice AND later.last_seq > generation.last_seq
    )
ORDER BY account, slice
