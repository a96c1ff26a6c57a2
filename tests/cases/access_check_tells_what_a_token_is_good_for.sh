#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `check` asks how long the token lasts, what for, and which accounts it sees; an account that cannot be
# seen fails alone, with the service's own words.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/access.inc"
shop
days() { date -u -d "+$1 days" +%s; }
token() { orders "{\"token\": $1}"; }
asked() { requests .target | grep -c -- "$1" || true; }

expect 0 "$EXTRACT" check --source shop
prints '^ok +credentials +access_token, app_secret not set: requests carry no proof$'
prints '^ok +token +system_user, the token never expires, scopes: read$'
prints '^ok +account +100: Europe/Berlin, Shop 0$'
prints '^ok +account +104: Pacific/Auckland, Shop 4$'
prints '^ok +accounts +5 of 5 can be read$'
equal "$(asked /accounts)" 3 "pages of the list"
[[ ! -e $TMP_CASE/state ]] || fail "check made the state folder"

# when it ends
token "{\"type\": \"USER\", \"is_valid\": true, \"expires_at\": $(days 20), \"scopes\": [\"manage\"]}"
expect 0 "$EXTRACT" check --source shop
prints '^ok +token +user, the token expires on 20..-..-.., in (19|20) days, scopes: manage$'
token "{\"is_valid\": true, \"expires_at\": $(days 5), \"scopes\": [\"read\"]}"
expect 0 "$EXTRACT" check --source shop
prints '^note +token +the token expires on .*, in [45] days'
token '{"is_valid": true, "expires_at": 1000000000, "scopes": ["read"]}'
: >"$TMP_CASE/requests.log"
expect 77 "$EXTRACT" check --source shop
prints '^FAILED +token +the token expired on 2001-09-09'
equal "$(asked accounts)" 0 "questions with a token that is over"

# what it is good for
token '{"is_valid": true, "expires_at": 0, "scopes": ["write"]}'
expect 77 "$EXTRACT" check --source shop
prints '^FAILED +token +the token never expires, it lacks the scope read or manage'
token '{"is_valid": false, "expires_at": 0, "scopes": [], "error": {"message": "Changed by joe@example.com"}}'
expect 77 "$EXTRACT" check --source shop --output json
equal "$(jq -r '.checks[] | select(.check == "token") | .result' "$TMP_CASE/out")" FAILED "in JSON"
jq -r '.checks[] | select(.check == "token") | .text' "$TMP_CASE/out" |
    grep -q 'not valid: "Changed by \[address\]"' || fail "the service's words: $(cat "$TMP_CASE/out")"

# accounts that were named: few are asked about one by one, and one that cannot be seen fails alone
set_up 'accounts = 103, 100, 777, 101'
orders "{\"token\": $GOOD, \"hidden\": [\"101\"]}"
: >"$TMP_CASE/requests.log"
expect 77 "$EXTRACT" check --source shop
prints '^ok +account +103: UTC, Shop 3$'
prints '^ok +account +100: '
prints '^FAILED +account +777: the shop does not show this account: "Object does not exist or cannot be seen \(ask \[address\]" \(HTTP 400\)'
prints '^FAILED +account +101: '
prints '^note +accounts +2 of 4 can be read$'
equal "$(asked /accounts)" 0 "the list is not needed"
expect 0 "$EXTRACT" check --source shop --account 102 --account 102
prints '^ok +account +102: '
prints '^ok +accounts +1 of 1 can be read$'
expect 64 "$EXTRACT" check --source shop --account act_102
says 'no account of shop has such an id'

# many: the list is read, and only those that it does not have are asked about
set_up "accounts = 100,104,$(seq -s, 201 215)"
good
: >"$TMP_CASE/requests.log"
expect 77 "$EXTRACT" check --source shop
prints '^note +accounts +2 of 17 can be read$'
equal "$(asked /accounts)" 3 "pages of the list"
equal "$(asked /act_)" 15 "accounts that were asked about"
equal "$(asked /act_10)" 0 "of those that the list has"

# answers that are none
set_up
for odd in '{}' '[]' '{"data": {}}' '{"data": [7]}' '{"data": [{"name": "no id"}]}' '{"data": [{"account_id": "../1"}]}'; do
    orders "{\"token\": $GOOD, \"odd\": $odd}"
    expect 65 "$EXTRACT" check --source shop
    prints '^FAILED +(accounts|account +#1:) +the list of accounts: (the answer has no list|record 1: an account without an id)'
done
orders "{\"token\": $GOOD, \"odd\": {\"data\": [{\"account_id\": \"5\"}, {\"account_id\": 5}, {\"account_id\": \"6\",
    \"timezone_name\": \"UTC\"}]}}"
expect 65 "$EXTRACT" check --source shop
prints '^FAILED +account +5: the service does not say in which time zone its days are'
prints '^note +accounts +1 of 2 can be read$'

# a service that does not say what a token is good for may take it all the same
set_up
orders '{"mute": "Only the app may ask"}'
expect 0 "$EXTRACT" check --source shop
prints '^note +token +the service does not say what it is good for without \[shop\] app_id, app_secret$'
set_up 'app_id = 7' 'app_secret = env:SHOP_SECRET'
SHOP_SECRET=s3cret expect 0 "$EXTRACT" check --source shop
prints '^note +token +the service does not say what it is good for: .*"Only the app may ask"'
set_up
prints '^ok +accounts +5 of 5 can be read$'
orders '{"refuse": "Session has expired"}'
: >"$TMP_CASE/requests.log"
expect 77 "$EXTRACT" check --source shop
prints '^FAILED +token +the shop refuses the token: "Session has expired"'
equal "$(asked accounts)" 0 "questions with a token that is refused"

# none at all
set_up
orders "{\"token\": $GOOD, \"hidden\": [\"100\", \"101\", \"102\", \"103\", \"104\"]}"
expect 77 "$EXTRACT" check --source shop
prints '^FAILED +accounts +these credentials can see no account$'
expect 77 "$EXTRACT" --source shop # and nothing read is no success
says 'these credentials can see no account'

# an id that cannot be one ends before anything is sent
set_up 'accounts = 100,../101'
: >"$TMP_CASE/requests.log"
expect 78 "$EXTRACT" check --source shop
says 'extract.conf:[0-9]+: \[shop\]: accounts: ".*/101" is no account'
equal "$(wc -l <"$TMP_CASE/requests.log")" 0 "requests"
