SELECT first_seq, last_seq, row_count, digest, schema_digest, policy_digest, loaded_at
FROM extract_ledger
WHERE stage_id = ?1 AND stream = ?2 AND last_seq > ?3
ORDER BY last_seq
LIMIT 1
