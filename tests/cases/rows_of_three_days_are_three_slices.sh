#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# --since and --until: a slice a day, each with people of its own; what is there is not asked again.
. "$EXTRACT_SRCDIR/tests/lib.sh"
sandbox --no-limit
configure "users = 20" "page_size = 10"
expect 0 "$EXTRACT" plan --source random_user --since 2026-11-01 --until 2026-11-03 --output json
equal "$(tail -n 1 "$TMP_CASE/out" | jq -r '.streams[0] | "\(.slices) \(.open) \(.requests) \(.records)"')" "3 3 6 60" "plan"
equal "$(stats .requests)" 0 "requests of the plan"
expect 0 "$EXTRACT" plan --source random_user --since 2026-11-01 --until 2026-11-03
prints '^random_user/users: 2026-11-01 to 2026-11-03: 3 slices, 3 of them open: 6 requests, 60 records; no wait for the quota$'
prints '^sinks: 1 tables or topics are missing, and made by the run; extract ddl --source random_user prints them$'
equal "$(wc -l <out)" 2 "lines of the plan"
expect 0 "$EXTRACT" --source random_user --since 2026-11-02 --until 2026-11-02 --output json
expect 0 "$EXTRACT" --source random_user --since 2026-11-01 --until 2026-11-03 --output json
equal "$(summary '.streams[0] | "\(.slices) \(.slices_complete) \(.pages) \(.staged)"')" "2 2 4 40" "second run"
equal "$(stats .requests)" 6 "requests"
equal "$(query "SELECT group_concat(n, ' ') FROM (SELECT seed || '=' || count(*) AS n FROM random_users
    GROUP BY seed ORDER BY seed)")" \
    "extract-2026-11-01-u=20 extract-2026-11-02-u=20 extract-2026-11-03-u=20" "rows a day"
expect 0 "$EXTRACT" plan --source random_user --since 2026-11-01 --until 2026-11-03 --output json
equal "$(tail -n 1 "$TMP_CASE/out" | jq -r '.streams[0].open')" 0 "open slices"
expect 0 "$EXTRACT" status --source random_user
prints '^  users +3 slices of 1 account complete, 2026-11-01 to 2026-11-03: 60 records, 20'
equal "$(grep -c complete out)" 1 "lines about slices that are complete"
grep -q 'between them' out && fail "days are missing that are there"
expect 0 "$EXTRACT" --source random_user --since 2026-11-06 --until 2026-11-06
expect 0 "$EXTRACT" status --source random_user
prints '^  users +4 slices of 1 account complete, 2026-11-01 to 2026-11-06: .*; 2 days between them are not, the first is 2026-11-04$'

# days that are read anew are told with their number, not one by one
expect 0 "$EXTRACT" --source random_user --since 2026-11-01 --until 2026-11-03 --again
equal "$(grep -c restarted err)" 1 "messages of what was asked for again"
says 'info slices.restarted stream=users slices=3 asked for again'
configure "users = 30" "page_size = 10"
expect 0 "$EXTRACT" --source random_user --since 2026-11-01 --until 2026-11-03
equal "$(grep -c restarted err)" 2 "messages of other settings"
says 'warning slice.restarted stream=users slice=2026-11-01 pages=2 the request has changed'
says 'info slices.restarted stream=users slices=3 the request has changed'

expect 64 "$EXTRACT" --source random_user --since 2026-11-03 --until 2026-11-01
expect 64 "$EXTRACT" --source random_user --until "$(date -u -d '+3 days' +%F)"
