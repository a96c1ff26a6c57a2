#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Where the quota of one run a night is not enough for the whole lookback, the days that it was not enough for come
# first the next night: new days are there, and none waits for others to be read a second time.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
quick
meta accounts=1 ads=4 limits=off
set_up "limit_insights = 20/1h"
days() { query "SELECT count(*) || ' ' || max(date_start) FROM facebook_insights_account"; }
facebook 75 --stream insights_account
read -r first newest <<<"$(days)"
[[ $first -lt 25 && $newest < 2026-11-15 ]] || fail "$first days in the first night, to $newest"
at 2026-11-21T12:00:00Z
facebook 75 --stream insights_account
equal "$(days)" "30 2026-11-20" "days after the second night"
at 2026-11-22T12:00:00Z
facebook 75 --stream insights_account
equal "$(days)" "31 2026-11-21" "days after the third night"
truth --since 2026-10-22 --until 2026-11-21 insights_account
sound
