-- The newest one of a slice stays: it says that the slice was read for this way of writing.
DELETE FROM generation
WHERE stream = ?1 AND last_seq > 0 AND last_seq <= ?2
    AND EXISTS (
        SELECT 1 FROM generation AS later
        WHERE later.stream = generation.stream AND later.account = generation.account
            AND later.slice = generation.slice AND later.last_seq > generation.last_seq
    )
