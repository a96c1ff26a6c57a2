#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Whether a day without rows is right is asked when all of its pages were empty: not when only the last one
# is, behind those of a run that was killed; and also when rows came of a report that had to be made again.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/report.inc"
asks='.streams[0].when_empty = {"request": {"path": "/{version}/act_{account}/insights", "query": {"level": "ad",
    "fields": "f1", "time_range": .streams[0].request.query.time_range, "filtering": "[0]"}},
    "zero": ["/data/0/f1"], "because": "there were some"}'

api merge "del(.streams[0].report, .streams[0].split) | .streams[0].request.query.filtering = \"[0]\" | $asks"
orders '{"trail": true}'
days 0 1
all_of 1
equal "$(asked plain)" 4 "requests of a day with an empty page behind its last one"
rm -rf "$TMP_CASE/state"
sed -i 's/page_size = 3/page_size = 8/' "$TMP_CASE/.config/extract/extract.conf"
EXTRACT_CRASH_AT=page.committed days 137 1
days 0 1
all_of 1
kill "$(cat api.pid)"

rm -rf "$TMP_CASE/state" "$TMP_CASE/api.port"
api replace "$asks"
days 0 1
all_of 1
orders '{"torn": 2, "empty": 2}'
days 65 1 --again
says 'no records, but there were some'
all_of 1
