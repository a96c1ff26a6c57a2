# SPDX-License-Identifier: Apache-2.0
"""What a state folder holds, as lines that are equal for equal content.

    describe.py STATE [--any-key]

Left out is what two runs of the same work may differ in: times, ids, keys, how many runs it
took, and into how many transactions the loads and purges fell. With --any-key pseudonyms are
reduced to their class and ids of keys left out, for folders with different keys.

The sinks are those of the program's own settings in the environment: EXTRACT_WAREHOUSE_SCHEMA of
EXTRACT_WAREHOUSE_URL, as psql reads it, instead of STATE/warehouse.db; and the topics of
EXTRACT_KAFKA_BROKERS, as kcat reads what is committed there.
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
    loaded, purged, tables = {}, {}, []
    for (entry,) in rows(f"{state}/random_user.stage", "SELECT entry FROM audit_event ORDER BY idx"):
        event = json.loads(entry)
        counts = event.get("counts", {})
        if event["kind"] in ONE_EACH:
            details = {k: v for k, v in event.get("details", {}).items() if k not in ("key", "source", "made")}
            yield f"event {event['kind']} {event['object']} {details} {counts} {event.get('digests')}"
        elif event["kind"].startswith("batch."):
            spans = loaded.setdefault(event["details"]["sink"], [])
            spans.append((counts["first_seq"], counts["last_seq"], counts["rows"]))
        elif event["kind"] == "table.changed":
            tables.append(f"{event['object']} {event['details']} {counts}")
        elif event["kind"] == "retention.purged":
            for name, count in counts.items():
                purged[name] = purged.get(name, 0) + count
    yield f"audit tables: {sorted(set(tables))}"
    yield from (f"audit batches of {sink}: {cover(spans)}" for sink, spans in sorted(loaded.items()))
    yield f"audit purges: {sorted(purged.items())}"


def cover(spans):
    """'1-3, 15 rows' when the spans follow one another; else the spans."""
    spans = sorted(spans)
    for before, after in zip(spans, spans[1:]):
        if after[0] != before[1] + 1:
            return str(spans)
    return f"{spans[0][0]}-{spans[-1][1]}, {sum(s[2] for s in spans)} rows" if spans else "none"


def without_time(record):
    record.pop("extracted_at")
    return json.dumps(record, sort_keys=True, ensure_ascii=False)


def embedded(state):
    path = f"{state}/warehouse.db"
    if not os.path.exists(path):
        return
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        db.row_factory = sqlite3.Row
        yield [dict(row) for row in db.execute("SELECT * FROM random_users ORDER BY seed, page, position")]
    yield rows(path, "SELECT first_seq, last_seq, row_count FROM extract_ledger")


def psql(sql):
    command = ["psql", "-XAtqd", os.environ["EXTRACT_WAREHOUSE_URL"], "-v", "ON_ERROR_STOP=1", "-c", sql]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def postgres(schema):
    if not psql(f"SELECT 1 WHERE to_regclass('{schema}.extract_ledger') IS NOT NULL"):
        return
    yield psql(f"SELECT to_json(t) FROM {schema}.random_users AS t ORDER BY seed, page, position")
    yield psql(f"SELECT json_build_array(first_seq, last_seq, row_count) FROM {schema}.extract_ledger")


def warehouse(state):
    schema = os.environ.get("EXTRACT_WAREHOUSE_SCHEMA")
    content = list(postgres(schema) if schema else embedded(state))
    if not content:
        return
    table, ledger = content
    yield f"columns {sorted(table[0]) if table else []}"
    yield from ("row " + without_time(row) for row in table)
    yield f"keys {len({row['user_key'] for row in table})} of {len(table)}"
    yield "ledger " + cover(ledger)


def topic(name):
    """What a consumer of committed records sees, each with its headers as a dict."""
    command = ["kcat", "-b", os.environ["EXTRACT_KAFKA_BROKERS"], "-X", "isolation.level=read_committed", "-X", "fetch.wait.max.ms=10"]
    command += ["-C", "-q", "-e", "-o", "beginning", "-J", "-t", name]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for line in out.splitlines():
        message = json.loads(line)
        headers = message.get("headers", [])
        yield message, dict(zip(headers[::2], headers[1::2]))


def kafka(_state):
    if "EXTRACT_KAFKA_BROKERS" not in os.environ:
        return
    records = []
    for message, headers in topic(os.environ.get("EXTRACT_KAFKA_PREFIX", "") + "random_user.users"):
        origin = int(headers["seq"]), int(headers["index"])
        records.append((*origin, message["key"], without_time(json.loads(message["payload"]))))
    yield from (f"message {record}" for record in sorted(records))
    yield f"origins {len({record[:2] for record in records})} of {len(records)}"
    markers = [json.loads(m["payload"]) for m, _ in topic(os.environ.get("EXTRACT_KAFKA_STATE_TOPIC", "extract.state"))]
    yield "markers " + cover((m["first_seq"], m["last_seq"], m["rows"]) for m in markers)


state = sys.argv[1]
for part in (stage, audit, warehouse, kafka):
    for line in part(state):
        print(OF_A_KEY.sub(r"\1", line) if "--any-key" in sys.argv else line)
