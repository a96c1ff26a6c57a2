SELECT first_seq, last_seq, row_count, digest, schema_digest, policy_digest, loaded_at
FROM extract_ledger
WHERE stage_id = ?1 AND stream = ?2
ORDER BY last_seq DESC
LIMIT 1
