-- Who wrote to a table last.
SELECT stage_id, stream
FROM "{schema}".extract_ledger
WHERE table_name = $1
ORDER BY id DESC
LIMIT 1
