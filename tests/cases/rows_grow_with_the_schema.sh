#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A column more in the schema: announced by `plan`, refused by the load, which names the statement, added
# by `ddl --apply`, NULL in the rows before.
. "$EXTRACT_SRCDIR/tests/lib.sh"
impatient
sandbox --no-limit
configure "users = 10" "page_size = 10"
schema="$EXTRACT_DATA/schemas/random_user/users.json"
run 0
before=$(query "SELECT count(*) FROM random_users")
jq '."x-derived".tz_place = {"from": "{/location/timezone/description}, {/location/country}",
    "x-pii": "keep", "x-column": {"type": "text"}}' "$schema" >"$schema.new"
mv "$schema.new" "$schema"
expect 0 "$EXTRACT" plan --source random_user --since 2026-11-02 --until 2026-11-02
grep -q 'ADD COLUMN "tz_place" TEXT' "$TMP_CASE/out" || fail "plan does not tell: $(cat "$TMP_CASE/out")"
equal "$(query "SELECT count(*) FROM pragma_table_info('random_users') WHERE name = 'tz_place'")" 0 "columns after plan"
DAY=2026-11-02
run 69
says 'delivery.failed .*extract ddl --source random_user.*--apply.*ALTER TABLE "random_users" ADD COLUMN "tz_place" TEXT'
equal "$(query "SELECT count(*) FROM random_users")" "$before" "rows of a table that does not fit"
expect 0 "$EXTRACT" ddl --source random_user
prints 'ADD COLUMN "tz_place" TEXT'
equal "$(query "SELECT count(*) FROM pragma_table_info('random_users') WHERE name = 'tz_place'")" 0 "columns after ddl"
expect 0 "$EXTRACT" ddl --source random_user --apply
expect 0 "$EXTRACT" load --source random_user
equal "$(query "SELECT count(*) FROM random_users WHERE tz_place IS NULL")" "$before" "rows of before"
equal "$(query "SELECT count(*) FROM random_users WHERE tz_place = tz_description || ', ' || country")" 10 "rows of after"
expect 0 "$EXTRACT" plan --source random_user
if grep -q 'changes to the sinks' "$TMP_CASE/out"; then fail "plan has more to do"; fi
expect 0 "$EXTRACT" audit export --source random_user
grep -q 'added to' "$TMP_CASE/out" || fail "the audit log does not tell"
