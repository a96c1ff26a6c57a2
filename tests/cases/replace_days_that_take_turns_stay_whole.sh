#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# x-write replace: a run ends within one day, another day is fetched, and the first one goes on where
# it was: both are whole, nothing of the first was loaded meanwhile, and a purge kept what it had.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/replace.inc"
postgres_start
sandbox
replaced
for driver in sqlite postgres; do
    rm -rf "$TMP_CASE/state"
    on "$driver" "users = 20"
    at 2026-11-01 0
    old=$(slice_digest 2026-11-01)

    # the second reading ends within its second page
    fault reset@2-
    at 2026-11-01 69 --again --force
    equal "$(stage 'SELECT count(*) FROM generation WHERE last_seq = 0')" 1 "$driver: readings that are open"
    equal "$(slice_digest 2026-11-01)" "$old" "$driver: the day while it is read"
    fault

    # another day, from beginning to end; its batch goes past what is there of the first
    at 2026-11-02 0
    equal "$(slice 2026-11-02)" 20 "$driver: rows of the other day"
    equal "$(slice_digest 2026-11-01)" "$old" "$driver: the day while another one was read"
    sound

    # what may still be gone on with is kept, with all behind it
    kept=$(stage "SELECT count(*) FROM segment WHERE seq >= (SELECT first_seq FROM generation WHERE last_seq = 0)")
    expect 0 "$EXTRACT" purge --source random_user --older-than 0
    equal "$(stage 'SELECT count(*) FROM segment')" "$kept" "$driver: segments after a purge"

    # the first day goes on behind its first page
    requests=$(stats .requests)
    at 2026-11-01 0
    equal $(($(stats .requests) - requests)) 3 "$driver: requests"
    equal "$(slice_digest 2026-11-01)" "$old" "$driver: the day that went on"
    equal "$(ask 'SELECT row_count FROM extract_ledger ORDER BY last_seq DESC LIMIT 1')" 20 "$driver: rows of its batch"
    sound
    expect 0 "$EXTRACT" purge --source random_user --older-than 0
    equal "$(stage 'SELECT count(*) FROM segment')" 0 "$driver: segments when all is delivered"
    sound

    # a reading that is begun anew leaves nothing of the one before
    fault reset@2-
    at 2026-11-01 69 --again --force
    fault
    on "$driver" "users = 10"
    at 2026-11-01 0
    equal "$(slice 2026-11-01)" 10 "$driver: rows of the reading that was begun anew"
    sound

    # nobody goes on with it: after the time of retention it holds back nothing, and the day stays as it is
    fault reset@2-
    at 2026-11-01 69 --again --force
    fault
    at 2026-11-02 0 --again --force
    EXTRACT_CLOCK="1,$(date -u +%FT%TZ),$(date -u -d '31 days' +%FT%TZ)" expect 0 "$EXTRACT" purge --source random_user
    prints '^1 days given up'
    equal "$(stage 'SELECT count(*) FROM segment')" 0 "$driver: segments behind a day that was given up"
    equal "$(slice 2026-11-01)" 10 "$driver: rows of the day that was given up"
    sound
    at 2026-11-01 0
    says 'slice.restarted .*slice=2026-11-01 .*was purged'
    equal "$(slice 2026-11-01)" 10 "$driver: rows of the day that was begun anew"
    sound
done
