-- What was loaded, one row a transaction, newest id last; and the tables that are ours.
CREATE TABLE extract_ledger (
    id INTEGER PRIMARY KEY,
    stage_id TEXT NOT NULL,
    stream TEXT NOT NULL,
    table_name TEXT NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    row_count INTEGER NOT NULL,
    digest TEXT NOT NULL,
    schema_digest TEXT NOT NULL,
    policy_digest TEXT NOT NULL,
    loaded_at TEXT NOT NULL,
    UNIQUE (stage_id, stream, last_seq)
) STRICT;
CREATE INDEX extract_ledger_table ON extract_ledger (table_name, id);
CREATE TABLE extract_table (
    name TEXT PRIMARY KEY,
    stream TEXT NOT NULL,
    schema_digest TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;
