#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Killed anywhere while a day is fetched again of which every other page has changed: the same command
# again ends in the rows of an uninterrupted run, and what is remembered of the pages is right: the next
# run finds nothing changed.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/crash.sh"
quick_retries
sandbox --seed again
configure "users = 20" "page_size = 5" "limit_users = 1000000/5m"

run=("$EXTRACT" --source random_user $day --again --output json)
# rules N...: these pages lack a record.
rules() {
    curl -fsS -X POST "$SANDBOX/_sandbox/fault" >/dev/null
    for n in "$@"; do curl -fsS -X POST "$SANDBOX/_sandbox/fault?spec=duplicate@$n" >/dev/null; done
}
at() { WAREHOUSE="$1/warehouse.db" warehouse_digest; }

rules 1 3
expect 1 "${run[@]}" --state "$TMP_CASE/before"
equal "$(summary .staged)" 18 "records at first"
rules
cp -a "$TMP_CASE/before" "$TMP_CASE/whole"
expect 0 env EXTRACT_CRASH_TRACE="$TMP_CASE/trace" "${run[@]}" --state "$TMP_CASE/whole"
equal "$(summary '"\(.staged) \(.unchanged) \(.loaded)"')" "10 10 10" "staged, unchanged, loaded"
wanted=$(at "$TMP_CASE/whole")

points=$(wc -l <"$TMP_CASE/trace")
for n in $(seq "$points"); do
    state="$TMP_CASE/killed" status=0
    rm -rf "$state"
    cp -a "$TMP_CASE/before" "$state"
    { EXTRACT_CRASH_AT=$n "${run[@]}" --state "$state"; } >/dev/null 2>&1 || status=$?
    [[ $status -eq 0 || $status -eq 137 ]] || fail "status $status at point $n"
    expect 0 "${run[@]}" --state "$state"
    equal "$(at "$state")" "$wanted" "rows after a kill at point $n"
    sound "$state" >/dev/null 2>&1 || fail "not sound after a kill at point $n"
    expect 0 "${run[@]}" --state "$state"
    equal "$(summary '"\(.staged) \(.unchanged) \(.loaded)"')" "0 20 0" "the run after a kill at point $n"
done
echo "$points crash points"
