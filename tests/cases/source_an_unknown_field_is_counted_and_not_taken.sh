#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A member that the schema does not name: the record is taken, the member is not, and it is told.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/source_fault.inc"
begin
renew
sandbox --no-limit --clock 2026-11-02T12:00:00Z --hostile unknown-field@3
configure "users = $USERS" "page_size = $PAGE" "limit_users = none"
run 0
equal "$(summary '.streams[0].unknown_fields')" $((USERS / PAGE)) "values of unknown fields"
equal "$(summary '.streams[0].drift')" /favourite_colour "drift"
holds
expect 0 "$EXTRACT" show --source random_user --limit 0
if grep -qE 'favourite|teal' "$TMP_CASE/out"; then fail "the member was staged"; fi
expect 0 "$EXTRACT" audit export --source random_user
grep -q '/favourite_colour' "$TMP_CASE/out" || fail "the audit log does not name the member"
sound
