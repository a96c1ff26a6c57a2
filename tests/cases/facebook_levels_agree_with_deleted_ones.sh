#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# By campaign, ad set and ad, at once and as reports: deleted and archived ones are there as they spent, and every level
# adds up to what the account has spent.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
days=(--since 2026-11-17 --until 2026-11-19)
levels=(insights_campaign insights_ad_set insights_ad)
of=("${levels[@]/#/--stream=}" --stream insights_account)
objects=(--stream campaigns --stream ad_sets --stream ads)
quick
for way in sync reports; do
    if [[ $way == reports ]]; then
        export EXTRACT_DATA="$EXTRACT_SRCDIR"
        fast 600
    fi
    meta accounts=1 ads=120 job_seconds=20
    rm -rf state
    facebook 0 "${days[@]}" "${of[@]}" "${objects[@]}"
    truth "${days[@]}" "${levels[@]}" insights_account
    for level in campaign ad_set ad; do
        equal "$(stream insights_$level '"\(.compared) \(.differing)"')" "3 0" "$way: days of $level that were added up, and that differ"
        for status in DELETED ARCHIVED; do
            spent=$(query "SELECT count(*) FROM facebook_insights_$level i JOIN facebook_${level}s o ON o.id = i.${level/_/}_id
                WHERE o.effective_status = '$status' AND i.spend + 0 > 0")
            [[ $spent -gt 0 ]] || fail "$way: no $status $level has spent anything"
        done
    done
done
equal "$(stats .facebook.jobs.created)" 9 "reports of three levels and days"
