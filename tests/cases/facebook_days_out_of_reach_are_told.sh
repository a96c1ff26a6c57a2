#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Days that Meta no longer keeps are said to be out of reach, and not asked for; all others are read.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
quick
meta accounts=2 ads=2 history=1300
facebook 0 --since 2020-01-01 --until 2023-10-27 --stream insights_ad --stream insights_account
for number in 1 2; do
    says "warning days.out_of_reach stream=insights_ad account=$(account $number) first=2023-10-24 "
done
equal "$(stream insights_ad .out_of_reach) $(stream insights_account .out_of_reach)" "2023-10-24 2023-10-24" "what the summary says"
equal "$(stream campaigns .out_of_reach)" null "what it says of other streams"
expect 0 "$EXTRACT" audit export --source facebook_ads
equal "$(jq -r '.entry | select(.kind == "days.out_of_reach") | "\(.object) \(.details.account) \(.details.first)"' out | sort)" \
    "$(for name in insights_account insights_ad; do for number in 1 2; do echo "$name $(account $number) 2023-10-24"; done; done | sort)" "events"
equal "$(stats '.statuses | keys | join(" ")')" 200 "answers"
truth --since 2023-10-24 --until 2023-10-27 insights_ad insights_account
# nothing is in reach: nothing is read, and that is said
facebook 0 --since 2020-01-01 --until 2020-01-31 --stream insights_ad
says 'warning days.out_of_reach stream=insights_ad'
equal "$(summary .staged)" 0 "rows"
sound
