#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# With [quota] share = 50% a run stops at half of what Meta says is used, of every account, and plan and status count
# with that; two runs at once have one budget, and what is left is there for who needs it.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
quick
meta ads=6 score=40 score_window=3600 block_seconds=3600
A=$(account 1)
AMONG=(--since 2026-10-23 --until 2026-11-19 --stream insights_ad --account "$A")
calls() { stats ".facebook.limits[] | select(.account == \"$A\") | .calls"; }
later() { echo $(($(date -d "$1" +%s) - $(date -d "$NOW" +%s))); }

set_up "[quota]" "share = 50%"
facebook 75 "${AMONG[@]}" --max-wait 1s
says 'the service says that 4[0-9] % of account is used \(our share: 50 %\)'
half=$(calls)
[[ $half -ge 18 && $half -le 20 ]] || fail "$half of 40 calls"
resume_at=$(summary .resume_at)
[[ $(later "$resume_at") -gt 1500 ]] || fail "to be resumed in $(later "$resume_at") s"
expect 0 "$EXTRACT" status --source facebook_ads
prints "account +quota of $A: 4[0-9]{3} of 4500 used \(our share: 50 %\), next request at 20.*Z, all free at 20"
expect 0 "$EXTRACT" plan --source facebook_ads "${AMONG[@]}" --output json
[[ $(jq .quota_seconds out) -gt 1500 ]] || fail "planned for $(jq .quota_seconds out) s"

# what is left: what the share kept back comes in the time in which all of it would
set_up
at 2026-11-20T12:01:00Z
two() {
    "$EXTRACT" --source facebook_ads --output json --since "$1" --until "$2" --stream insights_ad --account "$A" \
        --max-wait 1s >"out.$1" 2>"err.$1" || echo $? >"status.$1"
}
two 2026-09-01 2026-09-28 & first=$!
two 2026-09-29 2026-10-22 & second=$!
wait "$first" "$second"
equal "$(cat status.*)" "75
75" "how two runs at once end"
[[ $(calls) -ge 36 && $(calls) -le 40 ]] || fail "$(calls) of 40 calls"
equal "$(stats '"\(.refused) \(.during_block)"')" "0 0" "refusals"

# in the end
at 2026-11-20T13:00:00Z
facebook 0 "${AMONG[@]}" --max-wait 1s
at 2026-11-20T14:00:00Z
facebook 0 --since 2026-09-01 --until 2026-10-22 --stream insights_ad --account "$A" --max-wait 1s
truth --since 2026-09-01 --until 2026-11-19 --except "$(account 2)" insights_ad
equal "$(stats '"\(.refused) \(.during_block)"')" "0 0" "refusals"
