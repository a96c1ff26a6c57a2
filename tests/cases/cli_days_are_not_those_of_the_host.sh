#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Days are those of the account (random-user has none: UTC), whatever zone the host or the caller is in.
. "$EXTRACT_SRCDIR/tests/lib.sh"
# days ZONE OPTION...: what a run would read, as the plan says
days() {
    TZ=$1 expect 0 "$EXTRACT" plan --source random_user --output json "${@:2}"
    tail -n 1 out | jq -r '.streams[0] | "\(.since) \(.until) \(.slices)"'
}
day() { date -u -d "$1" +%F; }

# a test that runs at midnight would see two days: begin again behind it
while [[ $(date -u +%H%M) == 2359 ]]; do sleep 1; done
for zone in UTC Pacific/Kiritimati Pacific/Pago_Pago 'XXX-23:59' nowhere; do
    equal "$(days "$zone")" "$(day today) $(day today) 1" "no days, in $zone"
    equal "$(days "$zone" --since 3d --until yesterday)" "$(day '-3 days') $(day yesterday) 3" "days back, in $zone"
    equal "$(days "$zone" --since 2026-11-01T23:30:00-05:00 --until 2026-11-03)" "2026-11-02 2026-11-03 2" \
        "an instant, in $zone"
done
# the one day that is meant when only the last is given
equal "$(days UTC --until 2026-11-03)" "2026-11-03 2026-11-03 1" "only --until"
# the plan names the days for people, too
expect 0 "$EXTRACT" plan --source random_user --since 2026-11-01 --until 2026-11-03
grep -q '2026-11-01 to 2026-11-03: 3 slices' out || fail "the plan does not name the days: $(cat out)"
