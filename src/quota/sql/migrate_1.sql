-- The budget of every bucket that was used lately. state: quota/limiter.c, encode().
-- idle_ns: from then on the bucket is as if it had never been used.
PRAGMA application_id = 0x65787161;
CREATE TABLE bucket (
    key TEXT NOT NULL PRIMARY KEY,
    state BLOB NOT NULL,
    idle_ns INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
PRAGMA user_version = 1;
