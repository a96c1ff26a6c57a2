#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two runs that begin together, in one state folder: the second waits for the first, and both
# together keep within the limit.
. "$EXTRACT_SRCDIR/tests/lib.sh"
# The sandbox's window is shorter than ours: on a loaded machine a request may be held up
# between our count and the service's.
sandbox --limit 100 --window 1s
configure "users = 150" "page_size = 50" "limit_users = 100/2s"
one() {
    "$EXTRACT" --source random_user --since "$1" --until "$1" --wait 60s --output json \
        >"$TMP_CASE/out.$1" 2>"$TMP_CASE/err.$1" || fail "$1: $(cat "$TMP_CASE/err.$1")"
}
one 2026-11-01 &
first=$!
one 2026-11-02 &
second=$!
wait "$first"
wait "$second"
equal "$(query 'SELECT count(*) FROM random_users')" 300 "rows"
equal "$(stats .refused)" 0 "requests refused"
