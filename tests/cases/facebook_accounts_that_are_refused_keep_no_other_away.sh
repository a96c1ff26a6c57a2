#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# However many accounts in a row Meta refuses, the others are complete; a stream that it refuses to all of them is given
# up after some, and the streams behind it are complete.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
quick
meta accounts=20 ads=2 limits=off
days=(--since 2026-11-18 --until 2026-11-19)
mapfile -t ids < <(curl -fsS -H "Authorization: Bearer EAASANDBOX" "$SANDBOX/v26.0/me/adaccounts?fields=account_id&limit=50" |
    jq -r '.data[].account_id' | sort)
equal "${#ids[@]}" 20 "accounts"

for id in "${ids[@]:0:12}"; do refused+=("fb-error=12345~act_$id/insights") left_out+=(--except "$id"); done
fault "${refused[@]}"
facebook 1 "${days[@]}" --stream insights_ad --stream insights_account
for name in insights_ad insights_account; do
    equal "$(stream $name '"\(.slices_complete) \(.error_kind)"')" "16 remote" "$name: days of the other accounts"
done
fault
truth "${days[@]}" "${left_out[@]}" insights_ad insights_account
facebook 0 "${days[@]}" --stream insights_ad --stream insights_account
truth "${days[@]}" insights_ad insights_account

# the stream is refused to everybody: asked are those of the beginning, and some of the end; by one thread, which does not
# begin with all of them before it knows
quick '.limits.concurrency = 1'
fault "fb-error=12345~level=ad"
asked=$(stats .facebook.insights)
facebook 1 "${days[@]}" --stream insights_ad --stream insights_account --again
says 'stream.given_up stream=insights_ad refused=[0-9]+ left=[0-9]+ '
equal "$(stream insights_account '"\(.slices_complete) \(.error_kind)"')" "40 null" "days of the stream behind it"
[[ $(($(stats .facebook.insights) - asked)) -lt 70 ]] ||
    fail "$(($(stats .facebook.insights) - asked)) requests, 40 of them for the other stream"
