#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The budget that a killed run has used stays used.
. "$EXTRACT_SRCDIR/tests/lib.sh"
# The sandbox's window is a little shorter than ours: on a loaded machine a request may be held up
# between our count and the service's.
sandbox --limit 100 --window 9s
configure "users = 150" "page_size = 50" "limit_users = 100/10s"
"$EXTRACT" --source random_user --since "$DAY" --until "$DAY" >"$TMP_CASE/out" 2>"$TMP_CASE/err" &
victim=$!
until_true grep -q quota.wait "$TMP_CASE/err" || fail "nothing is waited for: $(cat "$TMP_CASE/err")"
kill -KILL "$victim"
wait "$victim" || :
equal "$(stats .requests)" 2 "requests before the kill"
run 75 --max-wait 0s
equal "$(stats .requests)" 2 "requests right after the kill"
run 0
equal "$(stats .refused)" 0 "requests refused"
equal "$(stats .requests)" 3 "requests"
equal "$(query 'SELECT count(*) FROM random_users')" 150 "rows"
