DELETE FROM content
WHERE stream = ?1 AND account = ?2 AND slice = ?3
    AND NOT EXISTS (
        SELECT 1 FROM checkpoint
        WHERE stream = ?1 AND account = ?2 AND slice = ?3 AND state = 'complete'
    )
