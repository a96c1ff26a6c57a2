-- Readings that have not ended, and that nobody has gone on with since ?2.
DELETE FROM generation
WHERE stream = ?1 AND last_seq = 0
    AND EXISTS (
        SELECT 1 FROM checkpoint
        WHERE checkpoint.stream = generation.stream
            AND checkpoint.account = generation.account
            AND checkpoint.slice = generation.slice AND checkpoint.updated < ?2
    )
