#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Records of one key that are in the stage (here because the key had one column more when they were staged)
# are told by the warehouse, and verify finds those that a warehouse made one row of.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/report.inc"
postgres_start
api replace
schema="$EXTRACT_DATA/schemas/example/things.json"

for driver in sqlite postgres; do
    rm -rf "$TMP_CASE/state"
    sed -i '/^\[warehouse\]/,$d' "$TMP_CASE/.config/extract/extract.conf"
    [[ $driver == sqlite ]] ||
        printf '[warehouse]\ndriver = postgres\nurl = %s\nschema = ads\n' "$PG_URL" >>"$TMP_CASE/.config/extract/extract.conf"
    ask() { if [[ $driver == sqlite ]]; then query "$1"; else pg "SET search_path = ads; $1"; fi; }

    # an ad comes twice, with another number
    jq '.["x-key"] = ["ad_id", "day", "f1"]' "$schema" >"$schema.new" && mv "$schema.new" "$schema"
    orders '{"twin": ["c2s1a1", "c1s1a1", "77"]}'
    days 0 1 --stage-only
    equal "$(summary .staged)" 9 "$driver: records staged"
    jq '.["x-key"] = ["ad_id", "day"]' "$schema" >"$schema.new" && mv "$schema.new" "$schema"
    expect 1 "$EXTRACT" load --source example
    equal "$(ask "SELECT count(*) || ' ' || sum(f1) FROM things")" "8 280088" "$driver: rows, and the first one of each key"
    equal "$(ask "SELECT sum(row_count) FROM extract_ledger")" 8 "$driver: rows in the ledger"
    expect 0 "$EXTRACT" show --source example --quarantine
    prints '"sink warehouse does not take it: its key was in this slice already"'
    expect 0 "$EXTRACT" verify --source example
    expect 0 "$EXTRACT" replay --source example --since 2026-11-01 --until 2026-11-01
    expect 0 "$EXTRACT" verify --source example

    # as if nobody had noticed
    sqlite3 "$TMP_CASE/state/example.stage" "DELETE FROM refused"
    if [[ $driver == sqlite ]]; then
        sqlite3 "$TMP_CASE/state/warehouse.db" "UPDATE extract_ledger SET row_count = 9"
    else
        ask "UPDATE extract_ledger SET row_count = 9" >/dev/null
    fi
    expect 65 "$EXTRACT" verify --source example
    says 'slice 2026-11-01: 1 records have the key of another one'
done
