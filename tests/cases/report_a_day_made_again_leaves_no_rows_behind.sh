#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# x-write replace: a report that cannot be read to its end is made again, and what the first one gave goes.
# Also where that is staged already, because the day is larger than what is held back.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/report.inc"

for bulk in 0 700000; do
    rm -rf "$TMP_CASE/state" "$TMP_CASE/api.port"
    api replace
    sed -i 's/page_size = 3/page_size = 1/' "$TMP_CASE/.config/extract/extract.conf"
    jq '.properties.f6."x-column".type = "text"' "$EXTRACT_DATA/schemas/example/things.json" >schema
    mv schema "$EXTRACT_DATA/schemas/example/things.json"
    released=$((bulk > 0))

    orders "{\"bulk\": $bulk, \"torn\": 1, \"torn_at\": 7, \"empty\": 1}"
    days 0 1
    equal "$(query 'SELECT count(*) FROM things')" 0 "$bulk: rows of a second report without any"
    equal "$(grep -c 'slice.restarted.*a part of it is made anew' "$TMP_CASE/err")" "$released" "$bulk: begun anew"

    # that of the first ads, which is read already, is read again (reports 3 to 5 are torn)
    rm -rf "$TMP_CASE/state"
    orders "{\"bulk\": $bulk, \"limit\": 24, \"torn\": 5, \"torn_at\": 3}"
    days 0 1
    equal "$(query 'SELECT count(*), count(DISTINCT ad_id) FROM things')" "8|8" "$bulk: rows"
    equal "$(grep -c "slice.restarted.*a part of it is made anew" "$TMP_CASE/err")" "$released" "$bulk: begun anew, in parts"
    expect 0 "$EXTRACT" verify --source example
    kill "$(cat api.pid)"
done
