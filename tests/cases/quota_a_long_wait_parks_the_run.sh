#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A wait beyond --max-wait: status 75 and when to come back; what was read is kept, nothing more is
# asked, and the run after goes on there.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/source_fault.inc"
begin
renew
before=$(stats .requests)
parking() { configure "users = $USERS" "page_size = $PAGE" "limit_users = 20/1h"; }
parking
now=$(date +%s)
run 75 --max-wait 1s
says "random_user users $DAY: page 3: the limit of 20 users per 1h is used up; parked, because --max-wait is 1s. What was read is kept: run the same command again at 20[0-9T:-]+Z or later"
equal "$(summary .status)" resumable "word of the summary"
equal "$(summary .error_kind)" quota "kind of error"
resume_at=$(summary .resume_at)
later=$(($(date -d "$resume_at" +%s) - now))
[[ $later -ge 3600 && $later -le 3720 ]] || fail "to be resumed in $later s"
equal "$(summary .loaded)" $((2 * PAGE)) "rows loaded"
holds 'page <= 2'
equal $(($(stats .requests) - before)) 2 "requests"

# too early: no request, the same answer
run 75 --max-wait 0s
equal "$(summary .staged)" 0 "records staged too early"
equal "$(summary .resume_at)" "$resume_at" "when to resume"
equal $(($(stats .requests) - before)) 2 "requests"
expect 0 "$EXTRACT" status --source random_user
expect 0 "$EXTRACT" audit export --source random_user
grep -q '"run.parked"\|parked' "$TMP_CASE/out" || fail "the audit log does not tell that the run was parked"

# the time has come
configure "users = $USERS" "page_size = $PAGE" "limit_users = none"
run 0
equal "$(summary .staged)" "$PAGE" "records staged"
equal $(($(stats .requests) - before)) 3 "requests"
holds
sound
