#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A refusal of Meta's stops what it names, of the account or of the app, for as long as it has to: what is not meant
# goes on, nothing is asked before the time has come, and in the end the rows are the truth. A passing trouble stops
# nothing.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
quick
jq 'del(.streams[].report)' "$EXTRACT_SRCDIR/sources/facebook_ads.json" >"$EXTRACT_DATA/sources/facebook_ads.json"
meta limits=off ads=6
expect 0 "$EXTRACT" keys init --no-escrow
mv state keys
A=$(account 1) B=$(account 2)
set_up "accounts = $A, $B" # so that the edges asked are those of the streams
ALL=(--stream ads --stream custom_audiences --stream insights_ad)
few() { facebook "$1" --since 2026-11-19 --until 2026-11-19 "${@:2}"; }
rows_of() { query "SELECT count(*) FROM facebook_$1 WHERE account_id = '$2'"; }
whole() { # STREAM ACCOUNT...: were not stopped
    local account
    for account in "${@:2}"; do
        equal "$(rows_of "$1" "$account")" 6 "rows of $1 after $rule"
    done
}
asked() { # [LISTS]: as if so many had been lists of accounts, too
    stats "\"\(.facebook.edge + ${1-0}) \(.facebook.insights)\""
}

# refused RULE FROM TO WORDS: parked, and to be resumed so many minutes after; $RULE is of account A
refused() {
    local later rule=$1
    REFUSED=$1
    rm -rf state
    cp -R keys state
    at 2026-11-20T12:00:00Z
    fault "fb-error=$rule"
    few 75 --max-wait 10s "${ALL[@]}"
    says "$4"
    equal "$(summary '"\(.status) \(.error_kind)"')" "resumable quota" "what ended the run after $rule"
    RESUME=$(summary .resume_at)
    later=$(($(date -d "$RESUME" +%s) - $(date -d "$NOW" +%s)))
    [[ $later -ge $(($2 * 60)) && $later -le $(($3 * 60 + 10)) ]] || fail "$rule: to be resumed in $later s: $(cat err)"
}
# resumes OPTION...: too early, nothing of what is blocked is asked again; when the time has come, all is there
resumes() {
    local before lists=0
    # an account that cannot be asked about is in the list of them, which is nobody's in particular
    [[ ! $REFUSED =~ ^(17|32|613|80004|80014)[/@] ]] || lists=1
    before=$(asked $lists)
    few 75 --max-wait 0s "$@"
    equal "$(summary .resume_at)" "$RESUME" "when to resume after $rule"
    equal "$(asked)" "$before" "requests while it is blocked by $rule"
    at "$RESUME"
    few 0 "${ALL[@]}"
    whole ads "$A" "$B"
    whole insights_ad "$A" "$B"
}

for rule in 4 341 368; do
    from=30 to=60
    [[ $rule != 4 ]] || from=1 to=5
    refused "$rule@1~$A/" $from $to 'the app'
    resumes "${ALL[@]}"
done
for rule in 4/1504022 4/1504039; do
    refused "$rule@1~$A/insights" 1 5 'short of capacity for insights.*Please wait a bit'
    whole ads "$A" "$B"
    resumes --stream insights_ad
done
for rule in 17/2446079 17 32 613/1487742 613 613/1996; do
    # of the limited tier a block takes five minutes, and nothing says which tier it is
    from=5 to=5 words='the account takes no more calls for now'
    [[ $rule != 613 && $rule != 613/1996 ]] || from=60 to=120 words="Meta suspects abuse.*have a look at the app's dashboard"
    refused "$rule@1~$A/" $from $to "$words"
    whole ads "$B"
    whole insights_ad "$B"
    resumes --account "$A" "${ALL[@]}"
done
refused "80000/2446079@1~$A/insights" 1 5 "the account's insights take no more calls"
whole ads "$A" "$B"
whole insights_ad "$B"
resumes --account "$A" --stream insights_ad
for rule in 80004/2446079 80014; do
    refused "$rule@1~$A/ads" 1 5 "the account's campaigns and ads take no more calls"
    whole ads "$B"
    whole insights_ad "$A" "$B"
    resumes --account "$A" --stream ads
done
refused "80003@1~$A/customaudiences" 1 5 "the account's audiences take no more calls"
whole ads "$A" "$B"
whole insights_ad "$A" "$B"
resumes --account "$A" --stream custom_audiences
truth --since 2026-11-19 --until 2026-11-19 insights_ad
sound

# refused again and again, it is parked when that takes too long, and says why each time
quick
rm -rf state
cp -R keys state
at 2026-11-20T12:00:00Z
fast 1
shows
fault "fb-error=17@1-~$A/" "fb-error=17@1-~$B/"
few 75 --max-wait 1s "${ALL[@]}"
says 'quota.wait .*why="facebook_ads .*: page 1: the account takes no more calls for now'
! grep -E 'page 1: *("|$)' err || fail "a wait without a reason"
unset FACTOR
shows

# what passes is asked for again at once, as it was
for rule in 1 1/99:500 2 2/1504043:503 2/1504044; do
    rm -rf state
    cp -R keys state
    fault "fb-error=$rule@1~$A/ads" "fb-error=$rule@1~$B/insights"
    few 0 --max-wait 0s "${ALL[@]}"
    whole ads "$A" "$B"
    whole insights_ad "$A" "$B"
done
truth --since 2026-11-19 --until 2026-11-19 insights_ad
