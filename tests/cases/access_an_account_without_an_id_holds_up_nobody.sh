#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A list of accounts in which one has no id, or one that could not stand in a path: it is told loudly, to people,
# programs and the audit log, and the others are read. Who names the accounts does not need the list to be whole.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/access.inc"
shop
orders "{\"token\": $GOOD, \"odd\": {\"data\": [{\"account_id\": \"101\", \"timezone_name\": \"UTC\"},
    {\"account_id\": \"../102\", \"timezone_name\": \"UTC\"}, {\"name\": \"no id\"},
    {\"account_id\": \"104\", \"timezone_name\": \"UTC\"}]}}"
why='the list of accounts: record [23]: an account without an id, or with one of another form'

day() { expect "$1" "$EXTRACT" --source shop --since 2026-11-01 --until 2026-11-01 --output json "${@:2}"; }
day 1
says "warning account.failed account=#2 ${why/\[23\]/2}"
says "warning account.failed account=#3 ${why/\[23\]/3}"
equal "$(summary '.streams[0].slices_complete')" 2 "days of the others"
equal "$(summary '.failures[] | "\(.stream) \(.account) \(.error_kind)"')" "null #2 data
null #3 data" "failures of the summary"
"$EXTRACT" audit export --source shop 2>/dev/null | jq -r '.entry | select(.kind == "account.failed") | .object' >audit
equal "$(tr '\n' ' ' <audit)" "#2 #3 " "failures of the audit log"
! grep -q '\.\./102' err out || fail "what is no id was told as one: $(cat err)"

expect 65 "$EXTRACT" check --source shop
prints '^note +accounts +2 of 4 can be read$'
expect 0 "$EXTRACT" plan --source shop --since 2026-11-01 --until 2026-11-01
says "account=#2 ${why/\[23\]/2}"

accounts=()
for n in $(seq 100 117); do accounts+=(--account "$n"); done
day 1 "${accounts[@]}" # more than are asked about one by one: the list is read
equal "$(summary '[.failures[].account] | map(select(startswith("#"))) | length')" 0 "accounts that nobody named"
