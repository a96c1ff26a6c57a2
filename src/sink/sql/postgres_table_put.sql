INSERT INTO "{schema}".extract_table (name, stream, schema_digest, changed_at)
VALUES ({name}, {stream}, {digest}, current_timestamp)
ON CONFLICT (name) DO UPDATE SET
    stream = excluded.stream,
    schema_digest = excluded.schema_digest,
    changed_at = excluded.changed_at;
