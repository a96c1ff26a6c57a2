SELECT first_seq, last_seq, row_count, digest, schema_digest, policy_digest,
    to_char(loaded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
FROM "{schema}".extract_ledger
WHERE stage_id = $1 AND stream = $2
ORDER BY last_seq DESC
LIMIT 1
