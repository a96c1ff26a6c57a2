#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Of many accounts some fail, each for a reason of its own: every reason is told, to people, to programs and in the
# audit log. When there are too many to be told, their number is, and the audit log has them all.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
days=(--since 2026-11-17 --until 2026-11-19 --stream insights_ad --stream insights_account)
quick
meta accounts=40 ads=80 limits=off
first=$(account 1) second=$(account 2)
# audited: the slices that failed, of the last run
audited() {
    "$EXTRACT" audit export --source facebook_ads 2>/dev/null | jq -r --arg run "$(summary .run)" \
        '.entry | select(.run == $run and .kind == "slice.failed" and .outcome == "failed")
            | "\(.object) \(.details.account) \(.details.slice) \(.details.error) \(.reason)"'
}

fault "fb-error=10~$first/insights?level=ad" "fb-error=3018~$second/insights?level=ad"
facebook 1 "${days[@]}"
says "error stream.failed stream=insights_ad kind=account .*$first.*the account may not be seen"
says "error stream.failed stream=insights_ad kind=remote slices=2 .*$second.*further back than the 37 months"
equal "$(grep -c 'stream.failed' err)" 2 "lines"
equal "$(summary '.failures | sort_by(.error_kind)[] | "\(.stream) \(.account) \(.error_kind) \(.slices)"')" \
    "insights_ad $first account 1
insights_ad $second remote 2" "failures of the summary"
equal "$(summary .more_failures)" 0 "failures that are not told"
equal "$(audited | cut -d' ' -f1-4 | sort)" "$(printf '%s\n' "insights_ad $first 2026-11-17 account" \
    "insights_ad $second 2026-11-17 remote" "insights_ad $second 2026-11-19 remote" | sort)" "failures of the audit log"
equal "$(stream insights_ad .slices_complete)" 114 "days of 38 accounts"

fault "fb-error=10~insights?level=ad"
facebook 1 --again "${days[@]}"
equal "$(grep -c 'stream.failed' err)" 32 "lines"
says 'error failures.more count=8 '
equal "$(summary '"\(.failures | length) \(.more_failures)"')" "32 8" "failures of the summary"
equal "$(audited | wc -l)" 40 "failures of the audit log"
