#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Finnish ids are text such as NaNNA229undefined, and repeat between users.
. "$EXTRACT_SRCDIR/tests/lib.sh"
sandbox --no-limit
configure "users = 400" "page_size = 200" "nationalities = FI" "[policy random_user/users]" "id_value = keep"
run 0
equal "$(query 'SELECT count(*) FROM random_users')" 400 "rows"
equal "$(query "SELECT count(*) FROM random_users WHERE id_value GLOB 'NaNNA[0-9][0-9][0-9]undefined'
    AND id_name = 'HETU' AND nat = 'FI'")" 400 "ids"
[[ $(query "SELECT count(DISTINCT id_value) FROM random_users") -lt 400 ]] || fail "no id repeats"
