-- Slices with a page that had records when it was last read, and of which no segment is there.
SELECT account, slice
FROM (
    SELECT account, slice, page FROM content WHERE stream = ?1
    EXCEPT
    SELECT account, slice, page FROM segment WHERE stream = ?1
)
GROUP BY account, slice
ORDER BY account, slice
