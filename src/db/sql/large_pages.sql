-- Counts in a file without content only, and has to come before the journal mode.
PRAGMA page_size = 16384;
