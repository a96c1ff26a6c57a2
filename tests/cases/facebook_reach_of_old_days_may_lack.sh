#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Of days older than 13 months Meta tells the reach by breakdown in a few reports a day, and leaves it out of others
# without a word: those rows are there with all that they have, and the days within 13 months have it always.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
fast 600
# rows but for what follows from reach
rows() { query "SELECT ad_id, date_start, country, impressions, clicks, spend, actions FROM facebook_insights_ad_country ORDER BY 1, 2, 3" | sha256sum; }
of() { query "SELECT count(*) > 0, count(reach) = count(*), count(reach) FROM facebook_insights_ad_country WHERE date_start $1"; }
reads() {
    meta accounts=1 ads=6 history=600 job_seconds=5 limits=off "$1"
    rm -rf state
    facebook 0 --since 2025-10-01 --until 2025-10-04 --stream insights_ad_country
    facebook 0 --since 2026-11-18 --until 2026-11-19 --stream insights_ad_country
    ! grep -qE 'quota\.(wait|header)' err || fail "a header that nobody knows was acted on: $(cat err)"
    equal "$(of ">= '2026-11-18'" | cut -d'|' -f1,2)" "1|1" "$1: reach of new days"
    sound
}
reads reach_runs=100
equal "$(of "< '2026-11-18'" | cut -d'|' -f1,2)" "1|1" "reach of old days, within what Meta grants"
whole=$(rows)
reads reach_runs=0
equal "$(of "< '2026-11-18'")" "1|0|0" "reach of old days, beyond it"
equal "$(rows)" "$whole" "everything else"
reads reach_runs=2
equal "$(query "SELECT count(*), sum(n = r), sum(r = 0) FROM (SELECT count(*) n, count(reach) r FROM facebook_insights_ad_country
    WHERE date_start < '2026-01-01' GROUP BY date_start)")" "4|2|2" "old days, those that have reach, those that have not"
equal "$(rows)" "$whole" "everything else"
