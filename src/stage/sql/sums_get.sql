SELECT total, unread
FROM sums
WHERE stream = ?1 AND account = ?2 AND slice = ?3 AND name = ?4 AND run <> ?5
