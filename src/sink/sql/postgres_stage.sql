-- The types are those of the table; nothing else of it is wanted here.
CREATE TEMPORARY TABLE extract_stage ON COMMIT DROP AS
SELECT 0::bigint AS extract_ordinal, {columns} FROM "{schema}"."{table}"
WITH NO DATA
