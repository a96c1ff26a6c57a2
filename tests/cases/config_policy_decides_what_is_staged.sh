# SPDX-License-Identifier: Apache-2.0
# [policy SOURCE/STREAM] overrides the schema's masking, from the next run on.
. "$EXTRACT_SRCDIR/tests/lib.sh"

sandbox --canary
configure "users = 20"
expect 0 "$EXTRACT" --source random_user
equal "$(query 'SELECT count(*) FROM random_users WHERE city IS NOT NULL AND gender IS NOT NULL')" 20

rm -r state
configure "users = 20" "[policy random_user/users]" "city = drop" "gender = pseudonym:text" "last_name = truncate:1"
expect 0 "$EXTRACT" --source random_user
equal "$(query 'SELECT count(*) FROM random_users WHERE city IS NULL')" 20
equal "$(query "SELECT count(*) FROM random_users WHERE gender LIKE 'text_1_%'")" 20
expect 0 "$EXTRACT" show --source random_user
! grep -q '"city"' out || fail "a dropped column is shown"
equal "$(query 'SELECT max(length(last_name)) FROM random_users')" 1
