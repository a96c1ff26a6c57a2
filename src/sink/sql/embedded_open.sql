-- Keys are random, so every transaction changes most pages of their index: 64 MiB of WAL between
-- checkpoints instead of 4 write each of them back once for many transactions. A larger cache of
-- pages would not hold the index of a larger table either; 1 MB hold that of a small one.
PRAGMA wal_autocheckpoint = 16384;
PRAGMA cache_size = -1000
