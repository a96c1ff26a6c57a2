-- A slice whose newest generation is not there, or another one; by the index that finds what to deliver.
SELECT newest.account, newest.slice
FROM newest_generation AS newest
WHERE newest.stream = ?1
    AND NOT EXISTS (
        SELECT 1
        FROM generation AS g INDEXED BY generation_end
        WHERE g.stream = newest.stream AND g.last_seq = newest.last_seq
            AND g.first_seq = newest.first_seq AND g.account = newest.account
            AND g.slice = newest.slice AND g.segments = newest.segments
    )
LIMIT 1
