INSERT INTO "{schema}".extract_ledger (stage_id, stream, table_name, first_seq, last_seq, row_count,
    digest, schema_digest, policy_digest, loaded_at)
VALUES ($1, $2, $3, $4::bigint, $5::bigint, $6::bigint, $7, $8, $9, $10::timestamp with time zone)
