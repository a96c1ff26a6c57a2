-- auto_vacuum counts in a file without content only, and has to come before the journal mode.
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA synchronous = FULL;
PRAGMA secure_delete = ON;
-- 64 MiB: what a WAL may keep of the disk after a checkpoint.
PRAGMA journal_size_limit = 67108864;
