#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Four accounts of an app of the lower tier, where the limits set the pace: reports are created at three points each,
# asked after in batches and read, and nobody told the program of a limit. It learns the tier's from Meta's answers:
# nothing is refused, nothing is sent during a block, and the rows are the truth.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
DAYS=19 ACCOUNTS=4
fast 20
meta accounts=$ACCOUNTS ads=12 tier=limited
facebook 0 --since 2026-11-01 --until 2026-11-19 --stream insights_ad
stats . >stats.json

equal "$(jq -c '[.refused, .during_block]' stats.json)" "[0,0]" "refused, and of these during a block"
equal "$(jq .facebook.job_create stats.json)" $((ACCOUNTS * DAYS)) "reports, each created once"
[[ $(jq '.facebook.batch' stats.json) -gt 0 ]] || fail "no report was asked after in a batch"
[[ $(jq '.facebook.job_poll' stats.json) -lt $((2 * ACCOUNTS * DAYS)) ]] || fail "polls: $(jq .facebook.job_poll stats.json)"
lean # though the slices of all accounts wait for their reports
says 'quota\.wait until=[^ ]+ why=".*the service says that [0-9]+ % of account is used"'
# that is no feat unless the limits bind: the least time that they allow, of all calls and the writes among them
floor=$(curl -fsS "$SANDBOX/_sandbox/facebook/floor?$(
    jq -r "[.facebook.limits[] | \"act_\(.account)=\(.calls):0:$DAYS\"] | join(\"&\")" stats.json)" | jq .seconds)
[[ $floor -gt 120 ]] || fail "the limits allow it in $floor s"
[[ $(summary .milliseconds) -ge $((floor * 1000)) ]] || fail "$(summary .milliseconds) ms, though the limits ask for $floor s"
truth --since 2026-11-01 --until 2026-11-19 insights_ad

expect 0 "$EXTRACT" status --source facebook_ads --output json
equal "$(jq -c '[.sources[0].quotas[] | select(.bucket == "account") | .capacity] | unique' out)" "[60]" "what the tier grants"
equal "$(jq '[.sources[0].quotas[] | .account | values] | unique | length' out)" $ACCOUNTS "accounts whose limits are told"
