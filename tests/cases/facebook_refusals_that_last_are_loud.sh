#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An error of Meta's in the middle of a day, whatever its number, its HTTP status and its language, is never the end of
# the day: nothing of half a day is there, what failed is said where it was and in Meta's words, the rest is complete.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
quick
begin
id=$(account 1)
where="facebook_ads insights_ad $id 2026-11-18: page 2: "

# refused STATUS KIND REASON RULE...: the second page of a day
refused() {
    local rules=("${@:4}")
    rm -rf state
    cp -R keys state
    fault "${rules[@]/%/@2~/insights?level=ad}"
    few "$1" --stream insights_ad --stream ads
    says "error stream.failed stream=insights_ad kind=$2 $where$3"
    equal "$(stream insights_ad .error_kind)" "$2" "${rules[*]}: kind of error"
    equal "$(query "SELECT count(*) FROM facebook_insights_ad WHERE date_start = '2026-11-18'")" 0 "${rules[*]}: rows of half a day"
    [[ $2 == auth ]] || equal "$(query 'SELECT count(*) FROM facebook_ads')" 120 "${rules[*]}: the other stream"
    fault
}
for error in fb-error fb-error-200; do
    refused 1 remote "breakdowns or metrics do not go together: " $error=2/1504041
    refused 1 remote "the day is further back than the 37 months that Meta keeps: \"\(#3018\)" $error=3018
    refused 1 remote "Meta refuses the request: " $error=12345
    refused 1 account "the account may not be seen: " $error=10
    refused 77 auth "the access token is refused: \"" $error=190/463
done
refused 1 remote "breakdowns or metrics do not go together: " fb-error=2/1504042
refused 1 remote "the profile is not linked to the account: .*\"profile should always be linked" fb-error=1/2853001
refused 1 remote "this version of the API is gone: set api_version: \"\(#2635\)" fb-error=2635
refused 1 remote "Meta does not understand the request: " fb-error=3001
refused 1 account "the account may not be seen: " fb-error=294
refused 1 account "the account's insights may not be seen: " fb-error=100/3191001
refused 1 account "the account or object is not there, or may not be seen: " fb-error=100/33
for code in 190/458 190/459 190/460 190/464 190/467 190/492 190 102 104 467; do
    refused 77 auth "the access token is refused: \"" fb-error=$code
done
refused 1 account "the account may not be seen: " fb-error=200:403
refused 77 auth "the access token is refused: \"" fb-error=190/463:401
for data in object text; do
    refused 1 remote "Meta refuses the request: \"\(#100\)" fb-error=100 fb-error-data=$data
done
refused 1 remote "the profile is not linked to the account: \"An unknown error occurred\", \"Espera un poco" fb-error=1/2853001 fb-error-spanish
heals
