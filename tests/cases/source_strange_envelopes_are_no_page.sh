#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Whatever stands around the records or in their place: there is no success without all of them.
. "$EXTRACT_SRCDIR/tests/lib.sh"
impatient
user() { printf '{"login":{"uuid":"user %s"},"gender":"female"}' "$1"; }
info='"info":{"seed":"@SEED@","results":2,"page":@PAGE@,"version":"1.4"}'
both="$(user 1),$(user 2)"

answers "{\"results\":[$both],$info}"
configure "users = 2" "page_size = 2"
run 0
equal "$(query 'SELECT count(*) FROM random_users')" 2 "rows of a good answer"

strange() {
    local status=$1 pattern=$2 body=$3
    rm -rf "$TMP_CASE/state"
    answers "$body"
    run "$status"
    says "random_user users $DAY: page 1: $pattern"
    equal "$(summary .staged)" 0 "records staged of $body"
    equal "$(query 'SELECT count(*) FROM random_users')" 0 "rows of $body"
}
whole='the answer is not whole, valid JSON'
strange 65 "$whole" ''
strange 65 "$whole" "{\"results\":[$both],$info"
strange 65 "$whole" "{\"results\":[$both],$info}}"
strange 65 "$whole" "{\"results\":[$both],$info}{\"results\":[],$info}"
strange 65 "$whole" "$(printf '\xef\xbb\xbf')x"
strange 65 "$whole" "callback({\"results\":[$both],$info});"
strange 65 "$whole" "{\"results\":[$both],$info,$info}"
strange 65 "$whole" "{\"results\":[$(user 1)],\"results\":[$(user 2)],$info}"
strange 65 "$whole" "{\"results\":[$(user 1),,$(user 2)],$info}"
strange 65 "$whole" "{\"results\":[$both,],$info}"
strange 65 'the service answers in another version of its API: /info/version should be 1.4 and is missing' \
    "{\"results\":[$both]}"
strange 65 'the service answers' "[$both]"
strange 65 'the service answers' 'null'
strange 65 'the service answers' '{}'
strange 65 'the page has not as many users as it says' "{$info}"
strange 65 'the page has not as many users as it says' "{\"results\":null,$info}"
strange 65 'the page has not as many users as it says' "{\"results\":[],$info}"
strange 65 'the page has not as many users as it says' "{\"results\":\"none\",$info}"
strange 65 'the page has not as many users as it says' "{\"Results\":[$both],$info}"
strange 65 'the page has not as many users as it says' "{\"data\":{\"results\":[$both]},$info}"
strange 65 'the service silently changed the number of users asked for' \
    "{\"results\":[$both],\"info\":{\"seed\":\"@SEED@\",\"results\":2.5,\"page\":1,\"version\":\"1.4\"}}"
strange 69 'the service reports trouble: "no more users today"' \
    "{\"results\":[$both],$info,\"error\":\"no more users today\"}"

# records that are none are set aside, each with its reason; the order of the members is free
rm -rf "$TMP_CASE/state"
answers "{$info,\"results\":[$(user 1),17]}"
run 1
equal "$(summary '"\(.staged) \(.quarantined)"')" "1 1" "records"
expect 0 "$EXTRACT" show --source random_user --quarantine
equal "$(jq -r .reason "$TMP_CASE/out")" "the record: expected object, found integer" "reason"
