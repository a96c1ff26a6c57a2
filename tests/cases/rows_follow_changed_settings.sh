#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Other settings on the same day are another request: the slice begins again, says so, and ends in
# what a run with these settings alone ends in.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/source_fault.inc"
USERS=50
begin
renew
configure "users = 30" "page_size = 10" "limit_users = none"
fault html-502@3-
run 69
equal "$(summary .staged)" 20 "records of the run that failed"
fault

configure "users = 50" "page_size = 10" "limit_users = none"
run 0
says 'slice.restarted stream=users slice=2026-11-01 pages=2'
equal "$(summary .staged)" 50 "records under the new settings"
holds
sound
expect 0 "$EXTRACT" audit export --source random_user
grep -q 'the request has changed' "$TMP_CASE/out" || fail "the audit log does not tell of the restart"

# other pages: these users are there, exactly once, and the others are not taken away
configure "users = 40" "page_size = 20" "limit_users = none"
run 0
says 'slice.restarted stream=users slice=2026-11-01 pages=5'
equal "$(summary .staged)" 40 "records of larger pages"
equal "$(query "SELECT count(*) || '/' || count(DISTINCT page || ':' || position) FROM random_users
    WHERE page <= 2")" 40/40 "rows of the larger pages"
equal "$(warehouse_digest 'page > 2')" "$(undisturbed 'page > 2')" "rows of before"
run 0
equal "$(summary .staged)" 0 "records of one more run"
