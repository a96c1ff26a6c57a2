SELECT stream, seq, account, slice, page, created, count, text_len, digest, schema_digest,
       policy_digest, codec, dek_id, sealed
FROM segment
WHERE stream = ?1 AND seq = ?2
