#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A run over many windows of the limit, whose phase nobody knows: not one request is refused.
. "$EXTRACT_SRCDIR/tests/lib.sh"
# The sandbox's window is shorter than ours: on a loaded machine a request may be held up
# between our count and the service's.
sandbox --limit 100 --window 500ms
configure "users = 700" "page_size = 30" "limit_users = 100/1s"
run 0
equal "$(query 'SELECT count(*) FROM random_users')" 700 "rows"
equal "$(stats .refused)" 0 "requests refused"
equal "$(stats .requests)" 24 "requests"
