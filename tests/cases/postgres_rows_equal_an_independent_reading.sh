#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What psql reads in PostgreSQL is what sqlite3 reads in a file that took the same pages: ids, decimals
# with all their places, texts of all alphabets, times and NULL; each column of its type.
. "$EXTRACT_SRCDIR/tests/lib.sh"
postgres_start
policy=("[policy random_user/users]" "first_name = keep" "last_name = keep" "street_name = keep"
    "street_number = keep" "postcode = keep" "latitude = keep" "longitude = keep" "id_value = keep"
    "phone = keep" "dob = keep")
sandbox
configure "${policy[@]}"
run 0 --stage-only
cp -R "$TMP_CASE/state" "$TMP_CASE/state.copy"
expect 0 "$EXTRACT" load --source random_user
mv "$TMP_CASE/state" "$TMP_CASE/state.file"
mv "$TMP_CASE/state.copy" "$TMP_CASE/state"
configure "[warehouse]" "driver = postgres" "url = $PG_URL" "schema = ads" "${policy[@]}"
expect 0 "$EXTRACT" load --source random_user
equal "$(pg "SELECT count(*) FROM ads.random_users")" 5000 "rows"
equal "$(pg "SELECT sum(row_count) FROM ads.extract_ledger")" 5000 "rows in the ledger"
pg "SELECT coalesce(json_agg(t ORDER BY user_key), '[]') FROM ads.random_users AS t" >"$TMP_CASE/rows.json"
pg "SELECT json_object_agg(column_name, data_type) FROM information_schema.columns
    WHERE table_name = 'random_users'" >"$TMP_CASE/types.json"
sqlite3 -readonly -json "$TMP_CASE/state.file/warehouse.db" "SELECT * FROM random_users ORDER BY user_key" >"$TMP_CASE/file.json"
python3 - <<'END'
import datetime, decimal, json

def read(name):
    return json.load(open(name, encoding="utf-8"), parse_float=decimal.Decimal)

rows, types, file = read("rows.json"), read("types.json"), read("file.json")
convert = {
    "numeric": lambda value: str(decimal.Decimal(value)),
    "timestamp with time zone": datetime.datetime.fromisoformat,
    "jsonb": lambda value: json.loads(value) if isinstance(value, str) else value,
    "boolean": bool,
}
assert len(rows) == len(file) == 5000, (len(rows), len(file))
seen = set()
for row, other in zip(rows, file):
    assert row.keys() == other.keys()
    for column, value in row.items():
        same = convert.get(types[column], lambda value: value)
        if value is None or other[column] is None:
            assert value is other[column] is None, column
        else:
            # numeric: json_agg writes all places, and so does the file
            assert same(value) == same(other[column]), (column, value, other[column])
            seen.add(types[column])
assert {"text", "integer", "numeric", "timestamp with time zone"} <= seen, seen
print(seen)
END

# fetched a second time, every row is there once, as it was fetched last
before=$(pg "SELECT max(extracted_at) FROM ads.random_users")
run 0 --again --force
equal "$(pg "SELECT count(*), count(*) FILTER (WHERE extracted_at > '$before') FROM ads.random_users")" "5000|5000" \
    "rows of the second time"
equal "$(pg "SELECT sum(row_count) FROM ads.extract_ledger")" 10000 "rows in the ledger"
