-- What none of our databases holds: code of somebody else that would run with our statements.
-- A table without a root page is a virtual one.
SELECT type, name
FROM sqlite_schema
WHERE type NOT IN ('table', 'index') OR (type = 'table' AND rootpage = 0)
LIMIT 1
