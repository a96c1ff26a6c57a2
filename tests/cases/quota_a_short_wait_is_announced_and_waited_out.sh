#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The limit is used up for less than --max-wait: the run says until when it waits, and goes on.
. "$EXTRACT_SRCDIR/tests/lib.sh"
# The sandbox's window is shorter than ours: on a loaded machine a request may be held up
# between our count and the service's.
sandbox --limit 50 --window 1s
configure "users = 100" "page_size = 50" "limit_users = 50/2s"
started=$(date +%s)
run 0 --max-wait 10s
until=$(sed -nE 's/.*quota\.wait until=([^ ]+) why="the limit of 50 users per 2s is used up".*/\1/p' "$TMP_CASE/err" | tail -n 1)
[[ -n $until ]] || fail "no wait was announced: $(cat "$TMP_CASE/err")"
[[ $(date -d "$until" +%s) -gt $started && $(date -d "$until" +%s) -le $(($(date +%s) + 1)) ]] ||
    fail "the wait was announced until $until"
[[ $(summary .milliseconds) -ge 2000 ]] || fail "the second window was not waited for"
equal "$(stats .refused)" 0 "requests refused"
equal "$(query 'SELECT count(*) FROM random_users')" 100 "rows"
