#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# [quota] share: the run stops at that part of the limit; status and plan count with it.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/source_fault.inc"
begin
renew
before=$(stats .requests)
configure "users = $USERS" "page_size = $PAGE" "limit_users = $((2 * PAGE))/1h"
export EXTRACT_QUOTA_SHARE=50%
run 75 --max-wait 1s
says "the limit of $PAGE users per 1h is used up"
equal $(($(stats .requests) - before)) 1 "requests"
holds 'page <= 1'

expect 0 "$EXTRACT" status --source random_user
grep -Eq "users +quota: $PAGE of $PAGE used \(our share: 50 %\), next request at 20.*Z, all free at 20" \
    "$TMP_CASE/out" || fail "status does not tell the share: $(cat "$TMP_CASE/out")"
expect 0 "$EXTRACT" plan --source random_user --since "$DAY" --until "$DAY" --output json
seconds=$(jq .quota_seconds "$TMP_CASE/out")
hours=$((USERS / PAGE)) # one page an hour, from when the first one is free again
[[ $seconds -gt $((hours * 3600 - 60)) && $seconds -lt $((hours * 3600 + 120)) ]] ||
    fail "planned for $seconds s"

# what was left is there for who needs it
EXTRACT_QUOTA_SHARE=100% run 75 --max-wait 1s
equal $(($(stats .requests) - before)) 2 "requests"

for wrong in 0% 101% 70 half -5%; do
    EXTRACT_QUOTA_SHARE=$wrong expect 78 "$EXTRACT" config
    grep -q "share.*must be 1% to 100%" "$TMP_CASE/err" || fail "$wrong: $(cat "$TMP_CASE/err")"
done
