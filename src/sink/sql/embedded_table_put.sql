INSERT INTO extract_table (name, stream, schema_digest, changed_at)
VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (name) DO UPDATE SET
    stream = excluded.stream,
    schema_digest = excluded.schema_digest,
    changed_at = excluded.changed_at
