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

# Reports that are made sooner are asked after less often: a number near the end may not be reached.
kills=0
killed() {
    local status=0
    rm -rf "$TMP_CASE/state"
    orders "$behave"
    EXTRACT_CRASH_AT=$1 "$EXTRACT" --source example --since 2026-11-01 --until 2026-11-02 2>"$TMP_CASE/err" || status=$?
    [[ $status -eq 137 || ($status -eq 0 && $1 != *[!0-9]*) ]] || fail "killed at $1: status $status: $(cat "$TMP_CASE/err")"
    kills=$((kills + (status == 137)))
    days 0 2
    all_of 2
    (($(asked create) <= whole + 1)) || fail "killed at $1: $(asked create) reports instead of $whole"
    (($(asked list) <= lists + 2)) || fail "killed at $1: $(asked list) lists instead of $lists"
    expect 0 "$EXTRACT" verify --source example
}
for place in report.created note.commit note.committed fetch.page page.commit page.committed; do
    killed "$place"
done
equal "$kills" 6 "kills at a place"
for ((n = 3; n <= points; n += points / 12 + 1)); do
    killed "$n"
done
((kills >= 6 + 8)) || fail "only $kills kills"
echo "$points crash points, $whole reports, $kills kills"
