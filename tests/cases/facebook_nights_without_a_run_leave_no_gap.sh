#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A run that names no days, after nights without one, begins where the last one left days that could still change:
# none is missing, none is left as it was then, and the night after that reads no more than any other.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
quick
meta accounts=1 ads=6 restate=9
of=(--stream insights_ad --stream insights_account)
facebook 0 "${of[@]}"
truth insights_ad insights_account

at 2026-12-24T12:00:00Z
expect 0 "$EXTRACT" plan --source facebook_ads --output json "${of[@]}"
equal "$(summary '.streams[] | "\(.stream) \(.since) \(.until) \(.open)"')" \
    "insights_ad 2026-10-23 2026-12-23 62
insights_account 2026-10-23 2026-12-23 62" "days of the plan"
facebook 0 "${of[@]}"
says "days.caught_up stream=insights_ad account=$(account 1) first=2026-10-23 "
truth --since 2026-10-22 --until 2026-12-23 insights_ad insights_account

at 2026-12-25T12:00:00Z
facebook 0 "${of[@]}"
equal "$(stream insights_ad .slices)" 29 "days of the next night"
truth --since 2026-10-22 --until 2026-12-24 insights_ad insights_account

# a run that names days reads these
at 2026-12-30T12:00:00Z
facebook 0 "${of[@]}" --since yesterday
equal "$(stream insights_ad .slices)" 1 "days of a run that names them"
sound
