#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A day is fetched again: pages that hold what they held are neither staged nor loaded, whatever the
# time of extraction; a page that changed is, alone; --force, another policy, another schema and other
# pages stage everything.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/source_fault.inc"

# again STATUS STAGED UNCHANGED LOADED [OPTION...]
again() {
    local status=$1 staged=$2 unchanged=$3 loaded=$4
    shift 4
    run "$status" --again "$@"
    equal "$(summary '"\(.staged) \(.unchanged) \(.loaded)"')" "$staged $unchanged $loaded" "staged, unchanged, loaded"
    equal "$(summary '.streams[0] | "\(.staged) \(.unchanged)"')" "$staged $unchanged" "the same of the stream"
    equal "$(summary '.streams[0].slices_complete')" 1 "slices complete"
    sound
}
audited() { "$EXTRACT" audit export --source random_user | grep -c "$1" || :; }

begin
renew
run 0
equal "$(summary '"\(.staged) \(.unchanged)"')" "30 0" "staged and unchanged at first"

requests=$(stats .requests)
again 0 0 30 0
equal $(($(stats .requests) - requests)) 3 "requests"
equal "$(audited '"kind":"page.staged".*"unchanged":10')" 0 "events that count no unchanged records"
equal "$(audited '"unchanged":10')" 3 "events that count unchanged records"
holds
expect 0 "$EXTRACT" --source random_user --since "$DAY" --until "$DAY" --again
says 'users: 0 records staged from 3 pages, 0 loaded, 30 unchanged'

# purged or not
expect 0 "$EXTRACT" purge --source random_user --older-than 0s
again 0 0 30 0
again 0 30 0 30 --force --skip-exit-code
again 99 0 30 0 --skip-exit-code

# the second page lacks a record, and has it again
fault duplicate@2
again 1 9 20 9
fault
again 0 10 20 10
holds

configure "users = 30" "page_size = 10" "limit_users = none" "[policy random_user/users]" "title = keep"
again 0 30 0 30
again 0 0 30 0
equal "$(query 'SELECT count(*) FROM random_users WHERE title IS NULL')" 0 "rows without what the policy now keeps"
configure "users = 30" "page_size = 10" "limit_users = none"
again 0 30 0 30
holds

jq '.["x-derived"].country_code = {"from": "{/nat}!", "x-pii": "keep", "x-column": {"type": "text"}}' \
    "$EXTRACT_SRCDIR/schemas/random_user/users.json" >"$EXTRACT_DATA/schemas/random_user/users.json"
expect 0 "$EXTRACT" ddl --source random_user --apply
again 0 30 0 30
again 0 0 30 0
equal "$(query "SELECT count(*) FROM random_users WHERE country_code = nat || '!'")" 30 "rows under the new schema"

configure "users = 30" "page_size = 15" "limit_users = none"
again 0 30 0 30
again 0 0 30 0

# where rows are appended, the same once more is more rows
jq 'del(.["x-key"]) | .["x-write"] = "append" | .["x-table"] = "appended"' \
    "$EXTRACT_SRCDIR/schemas/random_user/users.json" >"$EXTRACT_DATA/schemas/random_user/users.json"
rm -rf "$TMP_CASE/state"
again 0 30 0 30
again 0 30 0 30
equal "$(query 'SELECT count(*) FROM appended')" 60 "rows appended"
