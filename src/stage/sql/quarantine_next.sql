SELECT min(number)
FROM quarantine
WHERE stream = ?1 AND number > ?2
