#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# x-write replace: days are read again. Those that hold what they held are neither staged nor loaded, and
# the audit log says so; the one that changed is, whole; --force delivers all the same.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/replace.inc"
postgres_start
sandbox
replaced
counts() { equal "$(summary '"\(.staged) \(.unchanged) \(.loaded)"')" "$1" "$driver: staged, unchanged, loaded"; }
# again STATUS OPTION...: both days
again() { expect "$1" "$EXTRACT" --source random_user --since 2026-11-01 --until 2026-11-02 --output json --again "${@:2}"; }
for driver in sqlite postgres; do
    rm -rf "$TMP_CASE/state"
    on "$driver" "users = 20"
    again 0
    counts "40 0 40"
    old=$(slice_digest 2026-11-01)$(slice_digest 2026-11-02)

    requests=$(stats .requests)
    segments=$(stage 'SELECT max(seq) FROM segment')
    batches=$(ask 'SELECT count(*) FROM extract_ledger')
    again 0
    equal "$(($(stats .requests) - requests))" 8 "$driver: requests"
    counts "0 40 0"
    equal "$(stage 'SELECT max(seq) FROM segment')" "$segments" "$driver: newest segment"
    equal "$(ask 'SELECT count(*) FROM extract_ledger')" "$batches" "$driver: batches"
    equal "$("$EXTRACT" audit export --source random_user | grep -c '"slice.unchanged"')" 2 "$driver: events"
    sound

    # the second day has a record less: it alone is staged and loaded
    fault duplicate@6
    again 1
    fault
    counts "19 20 19"
    equal "$(slice 2026-11-01) $(slice 2026-11-02)" "20 19" "$driver: rows"
    sound
    # the same records, and one more in quarantine: nobody overlooks it
    quarantined=$(stage 'SELECT count(*) FROM quarantine')
    fault duplicate@6
    again 1
    fault
    equal "$(stage 'SELECT count(*) FROM quarantine')" "$quarantined" "$driver: what was set aside before"
    counts "0 39 0"

    again 0
    counts "20 20 20"
    equal "$(slice_digest 2026-11-01)$(slice_digest 2026-11-02)" "$old" "$driver: the days as they were"
    again 0 --force --skip-exit-code
    counts "40 0 40"
    again 99 --skip-exit-code
    counts "0 40 0"
    # a reading that is broken off leaves nothing behind
    fault reset@2-
    again 69
    fault
    again 0
    counts "0 40 0"
    sound
done

# another warehouse is accepted, which lacks what was purged: what is read again counts as new there
driver=sqlite
rm -rf "$TMP_CASE/state"
on sqlite "users = 20"
again 0
expect 0 "$EXTRACT" purge --source random_user --older-than 0
rm "$TMP_CASE/state/warehouse.db"
expect 0 "$EXTRACT" --source random_user --since 2026-11-03 --until 2026-11-03 --stage-only
expect 0 "$EXTRACT" load --source random_user --accept-sink
says 'delivery.gap sink=warehouse stream=users first=1 last=[0-9]+ .* days that are read again are staged anew'
again 0
counts "40 0 40"
equal "$(slice 2026-11-01) $(slice 2026-11-02) $(slice 2026-11-03)" "20 20 20" "rows of the other warehouse"
again 0
counts "0 40 0"
sound
