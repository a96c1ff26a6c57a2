#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Wherever the program is killed while reports are made, cut and read: run again, it goes on with the reports
# and the parts it has. At most the one that was being asked for is asked for again.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/report.inc"
behave='{"limit": 24}'

api replace
orders "$behave"
EXTRACT_CRASH_TRACE=$TMP_CASE/trace days 0 2
all_of 2
whole=$(asked create)
lists=$(asked list)
points=$(wc -l <"$TMP_CASE/trace")
grep -q '^report.created$' trace || fail "no crash point behind a report: $(sort -u trace)"

# run_until PLACE: how it ended is in $status
run_until() {
    status=0
    rm -rf "$TMP_CASE/state"
    orders "$behave"
    EXTRACT_CRASH_AT=$1 "$EXTRACT" --source example --since 2026-11-01 --until 2026-11-02 2>"$TMP_CASE/err" || status=$?
}
# A report that is made sooner is asked after less often: where a run ends before that number, it is killed a little
# earlier.
killed() {
    local at=$1 status
    run_until "$at"
    while [[ $status -eq 0 && $at != *[!0-9]* ]] && ((at > points / 2)); do
        at=$((at - 3))
        run_until "$at"
    done
    equal "$status" 137 "killed at $at: status; $(cat "$TMP_CASE/err")"
    days 0 2
    all_of 2
    (($(asked create) <= whole + 1)) || fail "killed at $1: $(asked create) reports instead of $whole"
    (($(asked list) <= lists + 2)) || fail "killed at $1: $(asked list) lists instead of $lists"
    expect 0 "$EXTRACT" verify --source example
}
for place in report.created note.commit note.committed fetch.page page.commit page.committed; do
    killed "$place"
done
for ((n = 3; n <= points; n += points / 12 + 1)); do
    killed "$n"
done
echo "$points crash points, $whole reports"
