#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Days that cannot be read, however many come first, keep none of the others away. When the newest
# one cannot be read either the API is left alone.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/report.inc"

loaded() { query "SELECT DISTINCT day FROM things ORDER BY day" | tr '\n' ' '; }
good="2026-11-05 2026-11-06 2026-11-07 2026-11-08 2026-11-09 "
bad='["2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04"]'

for running in 1 5; do
    rm -rf "$TMP_CASE/state" "$TMP_CASE/api.port"
    api merge "del(.streams[0].split[3]) | .streams[0].report.running = $running"

    orders "{\"never\": $bad}"
    days 69 9
    equal "$(loaded)" "$good" "$running: days behind four that are too big"
    says 'cannot be made smaller.*"Ask for less at once\."'

    rm -rf "$TMP_CASE/state"
    orders "{\"refused\": $bad}"
    days 69 9
    equal "$(loaded)" "$good" "$running: days behind four that are refused"
    says 'the service refuses the request'

    rm -rf "$TMP_CASE/state"
    orders '{"refused": ["2026-11-01"], "never": ["2026-11-02", "2026-11-08", "2026-11-09"]}'
    days 69 9
    equal "$(loaded)" "2026-11-03 2026-11-04 2026-11-05 2026-11-06 2026-11-07 " "$running: days between two that are bad"
    orders '{}'
    days 0 9
    all_of 9
    kill "$(cat api.pid)"
done

rm -rf "$TMP_CASE/state" "$TMP_CASE/api.port"
api merge '.streams[0].report.running = 1'
orders '{"refused": [""]}'
days 69 9
equal "$(asked refuse)" 2 "reports that are refused of nine"
