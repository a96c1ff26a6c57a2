# SPDX-License-Identifier: Apache-2.0
"""Compares the rows of insights in a warehouse with what the sandbox knows to be true: every row of every account
that the token sees, and every column that is not masked.

    truth.py SANDBOX WAREHOUSE NOW [--since DAY] [--until DAY] [--except ACCOUNT] [--names] STREAM...

WAREHOUSE is a file of SQLite, or a URL of PostgreSQL with ?SCHEMA behind it. Without days they are those of the
lookback, by the calendar of each account at NOW. --names: names are kept as they are, and compared as well.
"""
import argparse
import datetime
import decimal
import json
import os
import sqlite3
import subprocess
import sys
import urllib.parse
import urllib.request
import zoneinfo

DATA = os.environ["EXTRACT_DATA"]
LOOKBACK = datetime.timedelta(days=28)
LEVELS = {"ad", "adset", "campaign"}
STATES = [
    "ACTIVE", "PAUSED", "DELETED", "ARCHIVED", "CAMPAIGN_PAUSED", "ADSET_PAUSED", "DISAPPROVED",
]

parser = argparse.ArgumentParser()
for name in ("sandbox", "warehouse", "now"):
    parser.add_argument(name)
for name in ("--since", "--until"):
    parser.add_argument(name, type=datetime.date.fromisoformat)
parser.add_argument("--except", dest="left_out", action="append", default=[])
parser.add_argument("--names", action="store_true")
parser.add_argument("streams", nargs="+")
options = parser.parse_args()


def get(path, **parameters):
    url = f"{options.sandbox}/{path}?{urllib.parse.urlencode(parameters)}"
    with urllib.request.urlopen(url) as answer:
        return answer.read().decode()


def member(stream, streams, *path):
    """What the stream, or the one that it is like, says at this path."""
    found = stream
    for name in path:
        found = found.get(name, {}) if isinstance(found, dict) else {}
    if found or "like" not in stream:
        return found
    return member(streams[stream["like"]], streams, *path)


def days(account):
    now = datetime.datetime.fromisoformat(options.now.replace("Z", "+00:00"))
    today = now.astimezone(zoneinfo.ZoneInfo(account["timezone_name"])).date()
    until = options.until or today - datetime.timedelta(days=1)
    return options.since or until - LOOKBACK, until


def truth(account, query, fields):
    since, until = days(account)
    parameters = {
        "account": account["id"], "since": since, "until": until, "fields": ",".join(fields),
        "level": query["level"], "filtering": "[]",
        "action_attribution_windows": json.dumps(["1d_click", "7d_click", "28d_click", "1d_view"]),
    }
    if query["level"] in LEVELS:
        field = query["level"] + ".effective_status"
        parameters["filtering"] = json.dumps([{"field": field, "operator": "IN", "value": STATES}])
    if "breakdowns" in query:
        parameters["breakdowns"] = query["breakdowns"]
    return [json.loads(line) for line in get("_sandbox/facebook/truth", **parameters).splitlines()]


def warehouse(table):
    if not options.warehouse.startswith("postgresql:"):
        with sqlite3.connect(f"file:{options.warehouse}?mode=ro", uri=True) as db:
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute(f'SELECT * FROM "{table}"')]
    url, schema = options.warehouse.split("?")
    command = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", f"SELECT row_to_json(t) FROM {schema}.{table} t"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return [json.loads(line, parse_float=decimal.Decimal) for line in lines]


def settled(kind, value):
    """The value as the column's type sees it, whichever side it comes from."""
    if value is None:
        return None
    if kind == "bigint":
        return int(value)
    if kind.startswith("numeric"):
        return decimal.Decimal(value)
    if kind == "json":
        return json.loads(value) if isinstance(value, str) else value
    return value


def keyed(rows, key, what):
    found = {tuple(str(row.get(name)) for name in key): row for row in rows}
    if len(found) != len(rows):
        sys.exit(f"{what}: {len(rows) - len(found)} keys are there twice")
    return found


def compare(name, streams, accounts):
    with open(f"{DATA}/schemas/facebook_ads/{name}.json", encoding="utf-8") as file:
        schema = json.load(file)
    query = {part: member(streams[name], streams, "request", "query", part) for part in ("level", "breakdowns")}
    query = {part: value for part, value in query.items() if value}
    breakdowns = json.loads(query.get("breakdowns", "[]"))
    columns = {
        column: rule["x-column"]["type"]
        for column, rule in schema["properties"].items()
        if "x-column" in rule and (options.names or rule.get("x-pii", "keep") == "keep")
    }
    fields = [column for column in columns if column not in breakdowns]
    wanted = keyed([row for account in accounts for row in truth(account, query, fields)], schema["x-key"], "the truth")
    found = keyed(warehouse(schema["x-table"]), schema["x-key"], name)
    if not wanted:
        sys.exit(f"{name}: the truth has no rows")
    if found.keys() != wanted.keys():
        sys.exit(f"{name}: {len(wanted)} rows are true, {len(found)} found; missing "
                 f"{sorted(wanted.keys() - found.keys())[:3]}, too many {sorted(found.keys() - wanted.keys())[:3]}")
    compared = 0
    for key, row in wanted.items():
        for column, kind in columns.items():
            true, is_there = settled(kind, row.get(column)), settled(kind, found[key][column])
            if true != is_there:
                sys.exit(f"{name} {key}: {column} is {is_there!r} instead of {true!r}")
            compared += true is not None
    print(f"{name}: {len(wanted)} rows, {compared} values are true")


def main():
    with open(f"{DATA}/sources/facebook_ads.json", encoding="utf-8") as file:
        streams = {stream["name"]: stream for stream in json.load(file)["streams"]}
    parameters = {"fields": "account_id,timezone_name", "limit": 20, "access_token": "EAASANDBOX"}
    seen = json.loads(get("v26.0/me/adaccounts", **parameters))["data"]
    accounts = [account for account in seen if account["account_id"] not in options.left_out]
    for name in options.streams:
        compare(name, streams, accounts)


main()
