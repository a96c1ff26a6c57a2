SELECT account, max(updated)
FROM checkpoint
WHERE updated >= ?1
GROUP BY account
ORDER BY account
