-- The stage, format 1. Times are nanoseconds since 1970-01-01T00:00:00Z. What stands beside a
-- sealed blob in its row is associated data of the seal (src/record/FORMAT.md).
CREATE TABLE stage (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    uuid TEXT NOT NULL,
    source TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;
-- Numbers that were given once are never given again, whatever is purged.
CREATE TABLE stream (
    name TEXT PRIMARY KEY,
    last_seq INTEGER NOT NULL DEFAULT 0,
    purged_seq INTEGER NOT NULL DEFAULT 0,
    last_quarantine INTEGER NOT NULL DEFAULT 0,
    purged_quarantine INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE dek (
    id INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    created INTEGER NOT NULL,
    records INTEGER NOT NULL,
    commitment BLOB NOT NULL,
    wrapped BLOB NOT NULL
) STRICT;
CREATE INDEX dek_stream ON dek (stream, created);
CREATE TABLE segment (
    stream TEXT NOT NULL,
    seq INTEGER NOT NULL,
    account TEXT NOT NULL,
    slice TEXT NOT NULL,
    page INTEGER NOT NULL,
    created INTEGER NOT NULL,
    count INTEGER NOT NULL,
    text_len INTEGER NOT NULL,
    digest BLOB NOT NULL,
    schema_digest BLOB NOT NULL,
    policy_digest BLOB NOT NULL,
    codec INTEGER NOT NULL,
    dek_id INTEGER NOT NULL REFERENCES dek (id),
    sealed BLOB NOT NULL,
    UNIQUE (stream, seq)
) STRICT;
CREATE INDEX segment_dek ON segment (dek_id);
-- digest: of the other columns, since what they say decides what is not read.
CREATE TABLE checkpoint (
    stream TEXT NOT NULL,
    account TEXT NOT NULL,
    slice TEXT NOT NULL,
    request_digest BLOB NOT NULL,
    cursor TEXT NOT NULL,
    pages INTEGER NOT NULL,
    records INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'complete')),
    updated INTEGER NOT NULL,
    mark TEXT NOT NULL,
    digest BLOB NOT NULL,
    PRIMARY KEY (stream, account, slice)
) STRICT;
-- What a slice that is being read was cut into, and the report that each part waits for.
CREATE TABLE part (
    stream TEXT NOT NULL,
    account TEXT NOT NULL,
    slice TEXT NOT NULL,
    path TEXT NOT NULL,
    request_digest BLOB NOT NULL,
    parts INTEGER NOT NULL,
    report TEXT NOT NULL,
    created INTEGER NOT NULL,
    work TEXT NOT NULL,
    PRIMARY KEY (stream, account, slice, path)
) STRICT;
-- What every part of a slice's pages held when it was last read, whatever became of its segment.
CREATE TABLE content (
    stream TEXT NOT NULL,
    account TEXT NOT NULL,
    slice TEXT NOT NULL,
    page INTEGER NOT NULL,
    part INTEGER NOT NULL,
    digest BLOB NOT NULL,
    schema_digest BLOB NOT NULL,
    policy_digest BLOB NOT NULL,
    PRIMARY KEY (stream, account, slice, page, part)
) STRICT, WITHOUT ROWID;
-- What a slice that is delivered as a whole held when it was last read in one go.
CREATE TABLE restated (
    stream TEXT NOT NULL,
    account TEXT NOT NULL,
    slice TEXT NOT NULL,
    digest BLOB NOT NULL,
    schema_digest BLOB NOT NULL,
    policy_digest BLOB NOT NULL,
    PRIMARY KEY (stream, account, slice)
) STRICT, WITHOUT ROWID;
-- What the columns of a complete slice added up to; the run that read it.
CREATE TABLE sums (
    stream TEXT NOT NULL,
    account TEXT NOT NULL,
    slice TEXT NOT NULL,
    name TEXT NOT NULL,
    total TEXT NOT NULL,
    unread INTEGER NOT NULL,
    run TEXT NOT NULL,
    PRIMARY KEY (stream, account, slice, name)
) STRICT, WITHOUT ROWID;
-- Readings of slices that are delivered as a whole; last_seq 0: not ended. segments: of the slice, so many
-- from first_seq on. The columns of the key come first: SQLite 3.40 checks the others of such a table
-- in the wrong place and finds it damaged.
CREATE TABLE generation (
    stream TEXT NOT NULL,
    account TEXT NOT NULL,
    slice TEXT NOT NULL,
    last_seq INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    segments INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (stream, account, slice, last_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX generation_end ON generation (stream, last_seq);
-- The newest of them that ended, once more: one that is lost or altered shows (stage/consistency).
CREATE TABLE newest_generation (
    stream TEXT NOT NULL,
    account TEXT NOT NULL,
    slice TEXT NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    segments INTEGER NOT NULL,
    PRIMARY KEY (stream, account, slice)
) STRICT, WITHOUT ROWID;
CREATE TABLE position (
    sink TEXT NOT NULL,
    stream TEXT NOT NULL,
    seq INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    error TEXT NOT NULL,
    PRIMARY KEY (sink, stream)
) STRICT, WITHOUT ROWID;
CREATE TABLE quarantine (
    stream TEXT NOT NULL,
    number INTEGER NOT NULL,
    account TEXT NOT NULL,
    slice TEXT NOT NULL,
    page INTEGER NOT NULL,
    position INTEGER NOT NULL,
    created INTEGER NOT NULL,
    dek_id INTEGER NOT NULL REFERENCES dek (id),
    sealed BLOB NOT NULL,
    UNIQUE (stream, number)
) STRICT;
CREATE TABLE refused (
    sink TEXT NOT NULL,
    stream TEXT NOT NULL,
    seq INTEGER NOT NULL,
    record INTEGER NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (sink, stream, seq, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX quarantine_dek ON quarantine (dek_id);
-- "exst"
PRAGMA application_id = 0x65787374;
PRAGMA user_version = 1;
