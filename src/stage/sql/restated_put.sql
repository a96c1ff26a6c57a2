INSERT INTO restated (stream, account, slice, schema_digest, policy_digest, digest)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (stream, account, slice) DO UPDATE
SET digest = excluded.digest, schema_digest = excluded.schema_digest,
    policy_digest = excluded.policy_digest
