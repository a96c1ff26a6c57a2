INSERT INTO segment (stream, seq, account, slice, page, created, count, text_len, digest,
                     schema_digest, policy_digest, codec, dek_id, sealed)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
