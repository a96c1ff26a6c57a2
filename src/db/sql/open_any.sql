PRAGMA trusted_schema = OFF;
PRAGMA cell_size_check = ON;
PRAGMA mmap_size = 0;
PRAGMA temp_store = MEMORY;
-- 128 KiB: what is read is read once, or is a few pages; rows are appended, and the pages of a
-- large one are written once, soon or late.
PRAGMA cache_size = -128;
PRAGMA foreign_keys = ON;
