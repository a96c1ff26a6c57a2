INSERT INTO content (stream, account, slice, page, part, digest, schema_digest, policy_digest)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (stream, account, slice, page, part) DO UPDATE
SET digest = excluded.digest, schema_digest = excluded.schema_digest,
    policy_digest = excluded.policy_digest
