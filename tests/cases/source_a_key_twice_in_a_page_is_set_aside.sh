#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two users under one uuid would be merged into one row: the second is set aside instead.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/source_fault.inc"
begin
renew
fault duplicate
run 1
equal "$(summary .quarantined)" $((USERS / PAGE)) "records in quarantine"
equal "$(summary .staged)" $((USERS - USERS / PAGE)) "records staged"
equal "$(summary .loaded)" "$(query 'SELECT count(*) FROM random_users')" "rows"
holds 'position <> 1'
expect 0 "$EXTRACT" show --source random_user --quarantine
equal "$(jq -r '"\(.page) \(.position)"' "$TMP_CASE/out" | sort | tr '\n' ,)" "1 1,2 1,3 1," "places"
grep -q 'key was in this page already' "$TMP_CASE/out" || fail "no such reason: $(jq -r .reason "$TMP_CASE/out")"
sound
