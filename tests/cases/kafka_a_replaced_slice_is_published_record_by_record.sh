#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# x-write replace is about tables: a topic gets every record of every reading, also of a day that is not
# complete, and an end without a record moves its marker; the table beside it has the day as it is now.
. "$EXTRACT_SRCDIR/tests/kafka/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/replace.inc"
kafka_start
sandbox --hostile missing-uuid@0
hostile=$SANDBOX
sandbox
replaced
published() { consume random_user.users '%s\n' | wc -l; }
settings=("limit_users = none" "page_size = 5" "[kafka]" "brokers = $PLAIN")
driver=sqlite
configure "users = 20" "${settings[@]}"
at 2026-11-01 0
equal "$(published) $(slice 2026-11-01)" "20 20" "records published, rows"
fault reset@2-
at 2026-11-01 69 --again --force
fault
equal "$(published) $(slice 2026-11-01)" "25 20" "records published, rows, while the day is read again"
SANDBOX=$hostile configure "users = 1" "${settings[@]}"
at 2026-11-01 1
equal "$(published) $(slice 2026-11-01)" "25 0" "records published, rows, of an empty day"
equal "$(stage "SELECT group_concat(DISTINCT seq) FROM position")" "$(stage 'SELECT last_seq FROM stream')" "positions"
sound
expect 0 "$EXTRACT" purge --source random_user --older-than 0
equal "$(stage 'SELECT count(*) FROM segment')" 0 "segments that both have"
sound
