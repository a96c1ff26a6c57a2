#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Reports that the API cannot make as a whole are made in parts, in the end some fields of an ad each; the
# warehouse cannot tell.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/report.inc"

for write in merge replace; do
    rm -rf "$TMP_CASE/state" "$TMP_CASE/api.port"
    api "$write"
    days 0 3
    all_of 3
    equal "$(asked create)" 3 "reports of three days"
    equal "$(asked list)" 0 "lists that nobody needed"

    orders '{"limit": 12}' # two ads of each
    days 0 3 --again
    all_of 3
    equal "$(asked create)" 21 "reports of three days in halves and quarters"
    says 'slice\.cut.*"Ask for less at once\."'

    orders '{"limit": 2, "late": 1}' # two numbers of an ad
    days 0 1 --again
    all_of 3
    expect 0 "$EXTRACT" audit verify --source example
    expect 0 "$EXTRACT" verify --source example
    kill "$(cat api.pid)"
done

# what cannot be made smaller says so, and the days around it are there
rm -rf "$TMP_CASE/state" "$TMP_CASE/api.port"
api merge 'del(.streams[0].split[3])'
orders '{"limit": 5}'
days 69 1
says 'cannot be made smaller.*"Ask for less at once\."'
orders '{}'
days 0 2
all_of 2

# a number that does not fit sets its row aside; where rows come in pieces, none comes without it
orders '{"bad": ["f3"]}'
days 1 1 --again
kill "$(cat api.pid)"
rm -rf "$TMP_CASE/state" "$TMP_CASE/api.port"
api replace
orders '{"bad": ["f3"], "limit": 2}'
days 65 1
says 'one piece of a row.*/f3'
equal "$(query "SELECT count(*) FROM things")" 0 "rows of a day with a piece that does not fit"
orders '{"limit": 2}'
days 0 1
all_of 1
kill "$(cat api.pid)"

# nothing is left of a piece that turns out too big while it is read
rm -rf "$TMP_CASE/state" "$TMP_CASE/api.port"
api replace '.streams[0].split |= map(select(.by == "fields"))
    | .errors += [{"body": [{"at": "/error/code", "equals": "7"}], "verdict": "split", "say": "too large"}]'
orders '{"burst": 2}'
days 0 1
all_of 1
equal "$(grep -c slice.cut "$TMP_CASE/err")" 2 "cuts"
