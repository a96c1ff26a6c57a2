-- Of those that ended up to ?3, the next behind ?2 that no later one of its slice replaced.
SELECT account, slice, first_seq, last_seq, segments
FROM generation
WHERE stream = ?1 AND last_seq > ?2 AND last_seq <= ?3
    AND NOT EXISTS (
        SELECT 1 FROM generation AS later
        WHERE later.stream = generation.stream AND later.account = generation.account
            AND later.slice = generation.slice AND later.last_seq > generation.last_seq
            AND later.last_seq <= ?3
    )
ORDER BY last_seq
LIMIT 1
