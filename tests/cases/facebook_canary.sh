#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# With the default policy no personal text of any stream is in a file that the program leaves, whatever
# goes wrong; and what is not personal is still there.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
quick '.streams[].default = true'
meta accounts=2 ads=12 optin=on poison=2 --canary
[[ $(curl -fsS -H "Authorization: Bearer EAASANDBOX" "$SANDBOX/v26.0/act_$(account 1)/ads?fields=name" | grep -o CANARY | wc -l) -gt 5 ]] ||
    fail "the sandbox sings no canaries"
mkdir left
# left NAME COMMAND...: what it says is kept
left() { "${@:2}" >"left/$1.out" 2>"left/$1.err" || :; }
of=(--source facebook_ads)
run=("$EXTRACT" "${of[@]}" --verbose --output json --since 2026-11-18 --until 2026-11-19)

fault fb-scalar-to-list=name@1~/ads fb-missing-field=id@2~/adsets fb-scalar-to-list=ad_name@3~/insights fb-extra-field@4~/insights \
    truncate@5~/insights fb-error=100/33@6~/insights
left run "${run[@]}"
fault
left again "${run[@]}" --again
[[ $(query "SELECT count(*) FROM facebook_insights_ad_device") -gt 500 ]] || fail "little was loaded: $(cat left/again.err)"
left show "$EXTRACT" show "${of[@]}" --limit 0
left quarantine "$EXTRACT" show "${of[@]}" --quarantine
[[ -s left/quarantine.out ]] || fail "nothing is in quarantine"
left audit "$EXTRACT" audit export "${of[@]}"
left verify "$EXTRACT" verify "${of[@]}"
left check "$EXTRACT" check "${of[@]}"
left status "$EXTRACT" status "${of[@]}" --output json
sqlite3 -readonly state/warehouse.db .dump >left/dump

for mark in CANARY canary.example "$(printf CANARY | od -An -tx1 | tr -d ' \n')" Q0FOQVJZ; do
    found=$(grep -rail -- "$mark" state left || :)
    [[ -z $found ]] || fail "$mark is in $found: $(grep -aioE -m 1 -- ".{200}$mark.{40}" left/* | head -n 5)"
done
# names are there without what is personal in them
for table in campaigns ad_sets ads insights_ad; do
    column=name
    [[ $table != insights_ad ]] || column=ad_name
    equal "$(query "SELECT count(*) > 0 AND count(*) = count($column) FROM facebook_$table")" 1 "names of $table"
    [[ $(query "SELECT count(*) FROM facebook_$table WHERE $column LIKE '%[email]%'") -gt 0 ]] || fail "no address was taken out of $table"
done
