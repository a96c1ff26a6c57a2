PRAGMA query_only = ON;
-- 256 KiB: what is read is read once, or is a few pages.
PRAGMA cache_size = -256;
