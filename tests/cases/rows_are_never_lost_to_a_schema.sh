#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Another type or another key cannot be had without a decision about the rows that are there: refused,
# with the statement to run. Nothing is lost: staged as always, and loaded once it was run.
. "$EXTRACT_SRCDIR/tests/lib.sh"
impatient
sandbox --no-limit
configure "users = 10" "page_size = 10"
schema="$EXTRACT_DATA/schemas/random_user/users.json"
cp "$schema" "$TMP_CASE/schema"
run 0
before=$(warehouse_digest)

refused() {
    local pattern=$1
    expect 69 "$EXTRACT" plan --source random_user
    says "$pattern"
    run 69
    says "delivery.failed sink=warehouse kind=sink .*$pattern"
    equal "$(summary .error_kind)" sink "kind of error"
    equal "$(summary .loaded)" 0 "rows loaded"
    equal "$(warehouse_digest)" "$before" "rows of before"
}

# a type
jq '.properties.registered.properties.age."x-column".type = "date"
    | .properties.registered.properties.age |= (.type = "string" | ."x-pii" = "drop")' "$TMP_CASE/schema" >"$schema"
DAY=2026-11-02
refused 'table random_users: column registered_age is .*, and the schema says .*To begin a new column and keep the values of the old one, run: ALTER TABLE "random_users" RENAME COLUMN "registered_age"'
equal "$(summary .staged)" 10 "records staged meanwhile"
statement=$(sed -nE 's/.*delivery.failed.*, run: (.*)/\1/p' "$TMP_CASE/err")
sqlite3 "$TMP_CASE/state/warehouse.db" "$statement"
expect 0 "$EXTRACT" ddl --source random_user --apply
run 0
equal "$(query 'SELECT count(*) FROM random_users')" 20 "rows after the statement"
equal "$(query 'SELECT count(registered_age) FROM random_users')" 0 "values of the new column"

# the key
rm -rf "$TMP_CASE/state"
cp "$TMP_CASE/schema" "$schema"
run 0
before=$(warehouse_digest)
jq '."x-key" = ["user_key", "seed"]' "$TMP_CASE/schema" >"$schema"
DAY=2026-11-03
refused 'table random_users: .*To begin a new table and keep the rows of the old one, run: ALTER TABLE "random_users" RENAME TO'
statement=$(sed -nE 's/.*delivery.failed.*, run: (.*)/\1/p' "$TMP_CASE/err")
sqlite3 "$TMP_CASE/state/warehouse.db" "$statement"

# the ledger speaks of a table that is no more; each refusal names the next step
run 69
says "table random_users is gone, .*delete the rows of that table_name from extract_ledger to begin anew"
sqlite3 "$TMP_CASE/state/warehouse.db" "DELETE FROM extract_ledger WHERE table_name = 'random_users'"
run 69
says "deliver again from segment [0-9]+ with --accept-sink"
expect 0 "$EXTRACT" load --source random_user --accept-sink
equal "$(query 'SELECT count(*) FROM random_users')" 20 "rows of the new table"
equal "$(query 'SELECT count(*) FROM random_users_before')" 10 "rows set aside"

# what is staged and not loaded yet goes the way of the schema that it was staged under
rm -rf "$TMP_CASE/state"
cp "$TMP_CASE/schema" "$schema"
run 0 --stage-only
jq '.properties.registered.properties.age."x-column".type = "date"
    | .properties.registered.properties.age |= (.type = "string" | ."x-pii" = "drop")' "$TMP_CASE/schema" >"$schema"
expect 65 "$EXTRACT" load --source random_user
says 'stream users, segment 1, staged under another schema \(put that one back, run `extract load`, then change it\): column registered_age'
cp "$TMP_CASE/schema" "$schema"
expect 69 "$EXTRACT" load --source random_user
sqlite3 "$TMP_CASE/state/warehouse.db" "$(sed -nE 's/.*delivery.failed.*, run: (.*)/\1/p' "$TMP_CASE/err")"
expect 0 "$EXTRACT" ddl --source random_user --apply
expect 0 "$EXTRACT" load --source random_user
equal "$(query 'SELECT count(registered_age) FROM random_users')" 10 "rows under the schema that was put back"
