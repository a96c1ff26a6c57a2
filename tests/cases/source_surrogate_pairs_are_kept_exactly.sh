#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An escaped pair is one legal character beyond the BMP.
. "$EXTRACT_SRCDIR/tests/lib.sh"
sandbox --no-limit --hostile surrogate-pair@3
configure "users = 20" "page_size = 10" "[policy random_user/users]" "first_name = keep"
run 0
equal "$(query "SELECT group_concat(hex(first_name)) FROM random_users WHERE position = 3")" "F09F9880,F09F9880" "first names"
equal "$(query 'SELECT count(*) FROM random_users')" 20 "rows"
