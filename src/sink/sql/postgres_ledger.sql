-- What was loaded, one row a transaction, newest id last; and the tables that are ours.
CREATE TABLE IF NOT EXISTS "{schema}".extract_ledger (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stage_id text NOT NULL,
    stream text NOT NULL,
    table_name text NOT NULL,
    first_seq bigint NOT NULL,
    last_seq bigint NOT NULL,
    row_count bigint NOT NULL,
    digest text NOT NULL,
    schema_digest text NOT NULL,
    policy_digest text NOT NULL,
    loaded_at timestamp with time zone NOT NULL,
    UNIQUE (stage_id, stream, last_seq)
);
CREATE INDEX IF NOT EXISTS extract_ledger_table ON "{schema}".extract_ledger (table_name, id);
CREATE TABLE IF NOT EXISTS "{schema}".extract_table (
    name text PRIMARY KEY,
    stream text NOT NULL,
    schema_digest text NOT NULL,
    changed_at timestamp with time zone NOT NULL
);
COMMENT ON TABLE "{schema}".extract_ledger IS 'What extract has loaded, one row a transaction. Do not change it: it says where the next load goes on.';
COMMENT ON TABLE "{schema}".extract_table IS 'The tables that extract has made.';
