PRAGMA journal_mode = TRUNCATE
