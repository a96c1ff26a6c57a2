# SPDX-License-Identifier: Apache-2.0
"""What a state folder holds, as lines that are equal for equal content.

    describe.py STATE [--any-key]

Left out is what two runs of the same work may differ in: times, ids, keys, how many runs it
took, and into how many transactions the loads and purges fell. With --any-key pseudonyms are
reduced to their class and ids of keys left out, for folders with different keys.
"""
import json
import os
import re
import sqlite3
import subprocess
import sys

OF_A_KEY = re.compile(r"\b([a-z]+_\d+)_[a-z2-7]{26}\b|\b[0-9a-f]{16}\b")
ONE_EACH = {"store.created", "key.created", "page.staged", "schema.drift", "slice.completed"}


def rows(path, sql):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        return db.execute(sql).fetchall()


def show(state, *options):
    command = [os.environ["EXTRACT"], "show", "--source", "random_user", "--state", state, "--limit", "0", *options]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for line in out.splitlines():
        record = json.loads(line)
        record.get("record", record).pop("extracted_at")
        yield "show " + json.dumps(record, sort_keys=True, ensure_ascii=False)


def stage(state):
    path = f"{state}/random_user.stage"
    for name, sql in (
        ("stream", "SELECT * FROM stream"),
        ("segment", "SELECT stream, seq, account, slice, page, count FROM segment ORDER BY stream, seq"),
        ("quarantine", "SELECT stream, number, account, slice, page, position FROM quarantine ORDER BY stream, number"),
        ("checkpoint", "SELECT stream, account, slice, cursor, pages, records, state FROM checkpoint ORDER BY 1, 2, 3"),
        ("position", "SELECT sink, stream, seq, error FROM position ORDER BY 1, 2"),
    ):
        yield from (f"{name} {row}" for row in rows(path, sql))
    yield from show(state)
    yield from show(state, "--quarantine")


def audit(state):
    """Events that must be there once each; loads by the segments they cover, purges by their sums. That
    a table is changed is said before it is done, and may be said again."""
    loaded, purged, tables = [], {}, []
    for (entry,) in rows(f"{state}/random_user.stage", "SELECT entry FROM audit_event ORDER BY idx"):
        event = json.loads(entry)
        counts = event.get("counts", {})
        if event["kind"] in ONE_EACH:
            details = {k: v for k, v in event.get("details", {}).items() if k not in ("key", "source", "made")}
            yield f"event {event['kind']} {event['object']} {details} {counts} {event.get('digests')}"
        elif event["kind"].startswith("batch."):
            loaded.append((counts["first_seq"], counts["last_seq"], counts["rows"]))
        elif event["kind"] == "table.changed":
            tables.append(f"{event['object']} {event['details']} {counts}")
        elif event["kind"] == "retention.purged":
            for name, count in counts.items():
                purged[name] = purged.get(name, 0) + count
    yield f"audit tables: {sorted(set(tables))}"
    yield "audit loads: " + cover(loaded)
    yield f"audit purges: {sorted(purged.items())}"


def cover(spans):
    """'1-3, 15 rows' when the spans follow one another; else the spans."""
    spans = sorted(spans)
    for before, after in zip(spans, spans[1:]):
        if after[0] != before[1] + 1:
            return str(spans)
    return f"{spans[0][0]}-{spans[-1][1]}, {sum(s[2] for s in spans)} rows" if spans else "none"


def warehouse(state):
    path = f"{state}/warehouse.db"
    if not os.path.exists(path):
        return
    columns = [name for (name,) in rows(path, "SELECT name FROM pragma_table_info('random_users')") if name != "extracted_at"]
    yield f"columns {columns}"
    for row in rows(path, f"SELECT {', '.join(columns)} FROM random_users ORDER BY seed, page, position"):
        yield "row " + json.dumps(row, ensure_ascii=False)
    ((distinct, total),) = rows(path, "SELECT count(DISTINCT user_key), count(*) FROM random_users")
    yield f"keys {distinct} of {total}"
    yield "ledger " + cover(rows(path, "SELECT first_seq, last_seq, row_count FROM extract_ledger"))


state = sys.argv[1]
for part in (stage, audit, warehouse):
    for line in part(state):
        print(OF_A_KEY.sub(r"\1", line) if "--any-key" in sys.argv else line)
