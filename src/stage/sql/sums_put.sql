INSERT INTO sums (stream, account, slice, name, total, unread, run)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
