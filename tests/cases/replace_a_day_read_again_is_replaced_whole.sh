#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# x-write replace: a day that is read again is in the warehouse as it was read last: rows that the API
# took back vanish, others appear; other days stay; a day that came back without any record is empty.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/replace.inc"
postgres_start
sandbox --hostile missing-uuid@0
hostile=$SANDBOX
sandbox
replaced
for driver in sqlite postgres; do
    rm -rf "$TMP_CASE/state"
    on "$driver" "users = 20"
    fault duplicate@2
    at 2026-11-01 1
    fault
    at 2026-11-02 0
    equal "$(slice 2026-11-01) $(slice 2026-11-02)" "19 20" "$driver: rows at first"
    other=$(slice_digest 2026-11-02)
    sound

    # a key twice in a page was set aside, as with a merge: it appears
    at 2026-11-01 0 --again
    equal "$(slice 2026-11-01)" 20 "$driver: rows that appeared"
    whole=$(slice_digest 2026-11-01)

    # the API has fewer: they vanish
    on "$driver" "users = 10"
    at 2026-11-01 0
    says 'slice.restarted .*the request has changed'
    equal "$(slice 2026-11-01)" 10 "$driver: rows when the API has fewer"
    sound

    # a replay brings what the day had last, whatever became of its rows
    change "DELETE FROM random_users WHERE extract_slice = 'default/2026-11-01' AND page = 1"
    change "UPDATE random_users SET extract_slice = 'default/2026-11-01'
        WHERE extract_slice = 'default/2026-11-02' AND page = 1"
    expect 65 "$EXTRACT" verify --source random_user
    expect 0 "$EXTRACT" replay --source random_user --since 2026-11-01 --until 2026-11-02
    equal "$(slice 2026-11-01) $(slice 2026-11-02)" "10 20" "$driver: rows after a replay"
    sound

    # nothing but a record that does not fit
    SANDBOX=$hostile on "$driver" "users = 1"
    at 2026-11-01 1
    equal "$(slice 2026-11-01)" 0 "$driver: rows of a day that is empty"
    equal "$(stage 'SELECT count FROM segment ORDER BY seq DESC LIMIT 1')" 0 "$driver: records of its segment"
    sound
    expect 0 "$EXTRACT" replay --source random_user --since 2026-11-01 --until 2026-11-01
    equal "$(slice 2026-11-01)" 0 "$driver: rows of an empty day that was replayed"

    on "$driver" "users = 20"
    at 2026-11-01 0
    equal "$(slice_digest 2026-11-01)" "$whole" "$driver: the day as it was"
    equal "$(slice_digest 2026-11-02)" "$other" "$driver: the other day"
    sound
    equal "$(ask 'SELECT sum(last_seq - first_seq + 1), max(last_seq) FROM extract_ledger')" \
        "$(stage "SELECT last_seq, last_seq FROM stream")" "$driver: segments in the ledger"
done
