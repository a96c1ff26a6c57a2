#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# --since and --until: a slice a day, each with people of its own; what is there is not asked again.
. "$EXTRACT_SRCDIR/tests/lib.sh"
sandbox --no-limit
configure "users = 20" "page_size = 10"
expect 0 "$EXTRACT" plan --source random_user --since 2026-11-01 --until 2026-11-03 --output json
equal "$(tail -n 1 "$TMP_CASE/out" | jq -r '.streams[0] | "\(.slices) \(.open) \(.requests) \(.records)"')" "3 3 6 60" "plan"
equal "$(stats .requests)" 0 "requests of the plan"
expect 0 "$EXTRACT" --source random_user --since 2026-11-02 --until 2026-11-02 --output json
expect 0 "$EXTRACT" --source random_user --since 2026-11-01 --until 2026-11-03 --output json
equal "$(summary '.streams[0] | "\(.slices) \(.slices_complete) \(.pages) \(.staged)"')" "2 2 4 40" "second run"
equal "$(stats .requests)" 6 "requests"
equal "$(query "SELECT group_concat(n, ' ') FROM (SELECT seed || '=' || count(*) AS n FROM random_users
    GROUP BY seed ORDER BY seed)")" \
    "extract-2026-11-01-u=20 extract-2026-11-02-u=20 extract-2026-11-03-u=20" "rows a day"
expect 0 "$EXTRACT" plan --source random_user --since 2026-11-01 --until 2026-11-03 --output json
equal "$(tail -n 1 "$TMP_CASE/out" | jq -r '.streams[0].open')" 0 "open slices"
expect 64 "$EXTRACT" --source random_user --since 2026-11-03 --until 2026-11-01
expect 64 "$EXTRACT" --source random_user --until "$(date -u -d '+3 days' +%F)"
