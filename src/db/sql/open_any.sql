PRAGMA trusted_schema = OFF;
PRAGMA cell_size_check = ON;
PRAGMA mmap_size = 0;
PRAGMA temp_store = MEMORY;
-- 256 KiB: what is read is read once, or is a few pages; rows are appended, and the pages of a
-- large one are written once, soon or late. The stage's pages have 16 KiB, and a dozen of them are
-- in every transaction: with 8 at hand they were read again and again.
PRAGMA cache_size = -256;
PRAGMA foreign_keys = ON;
