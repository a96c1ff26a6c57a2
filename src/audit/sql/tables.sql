-- audit_event: entry is the leaf's data, canonical JSON. audit_node: see audit/tree.h.
CREATE TABLE audit_event (
    idx INTEGER PRIMARY KEY,
    entry TEXT NOT NULL
) STRICT;
CREATE TABLE audit_node (
    level INTEGER NOT NULL,
    idx INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (level, idx)
) STRICT, WITHOUT ROWID;
