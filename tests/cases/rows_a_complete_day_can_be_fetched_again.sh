#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What was set aside arrives with --again once its cause is mended; without it a complete day is left
# alone, and in no case is a row doubled.
. "$EXTRACT_SRCDIR/tests/lib.sh"
sandbox --no-limit --fault duplicate
configure "users = 40" "page_size = 20" "limit_users = none"
expect 1 "$EXTRACT" --source random_user
equal "$(query 'SELECT count(*) FROM random_users')" 38 "rows without the two that did not fit"

curl -sS -X POST "$SANDBOX/_sandbox/fault" >/dev/null
expect 0 "$EXTRACT" --source random_user
equal "$(query 'SELECT count(*) FROM random_users')" 38 "rows of a complete day"

expect 0 "$EXTRACT" --source random_user --again
equal "$(grep -c 'restarted' err)" 1 "messages of what was asked for again"
says 'info slices.restarted stream=users slices=1 asked for again'
equal "$(query 'SELECT count(*) FROM random_users')" 40 "rows after --again"
equal "$(query 'SELECT count(DISTINCT user_key) FROM random_users')" 40 "users after --again"
expect 0 "$EXTRACT" verify --source random_user
