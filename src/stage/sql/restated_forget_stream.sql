DELETE FROM restated
WHERE stream = ?1
