#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Reports that fail without a reason, or never begin, are asked for again, stuck ones after they were
# cancelled; reports of an earlier run that was not finished are read as long as they are fresh.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/report.inc"

api merge '.streams[0].report.start_timeout = "1s"'
orders '{"fail": 2}'
days 0 1
all_of 1
equal "$(asked create)" 3 "reports, two of which failed"
says 'report\.lost.*no luck'

orders '{"stuck": 4}' # numbers go on: the next one is the first that is stuck
days 0 1 --again
equal "$(asked cancel)" 1 "cancelled"
equal "$(asked create)" 2 "a stuck one and another"
all_of 1

# reports that nobody says anything of do not keep the run for ever
jq '.streams[0].report |= (.finish_timeout = "2s" | .every = {"base": "200ms", "cap": "2s"})' \
    "$EXTRACT_DATA/sources/example.json" >new && mv new "$EXTRACT_DATA/sources/example.json"
orders '{"mute": 7}'
days 0 2 --again
equal "$(asked cancel) $(asked create)" "2 4" "cancelled and created, two of them without a word"
says 'report\.lost.*was not done after 2s'
all_of 2

# small days are read at once, when it is known that they are
orders '{}'
jq '.streams[0].report.sync_under = 9' "$EXTRACT_DATA/sources/example.json" >new && mv new "$EXTRACT_DATA/sources/example.json"
days 0 1 --again
equal "$(asked create) $(asked plain)" "0 3" "requests of a day that had eight rows"
all_of 2

# an entry of a batch that is refused for its credentials is asked after alone, where others may be found
orders '{"over": true}'
jq '.streams[0].report.sync_under = 0' "$EXTRACT_DATA/sources/example.json" >new && mv new "$EXTRACT_DATA/sources/example.json"
days 0 2 --again
[[ $(asked batch) -gt 0 && $(asked poll) -gt 0 ]] || fail "$(asked batch) batches and $(asked poll) reports alone"
equal "$(asked create)" 2 "reports of two days"
all_of 2
