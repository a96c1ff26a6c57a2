#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# x-write replace: verify finds a row too many, one that is missing and one that was changed, and says of
# which day; a ledger that does not tell the rows of a day is found, too. A replay tells the days that are
# not in the stage any more.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/replace.inc"
postgres_start
sandbox
replaced
for driver in sqlite postgres; do
    rm -rf "$TMP_CASE/state"
    on "$driver" "users = 20"
    at 2026-11-01 0
    at 2026-11-02 0
    at 2026-11-02 0 --again --force
    sound
    prints '40 records compared'

    # spoilt STATEMENT PATTERN: and mended by a replay
    spoilt() {
        change "$1"
        expect 65 "$EXTRACT" verify --source random_user
        cat "$TMP_CASE/out" "$TMP_CASE/err" | grep -qE -- "$2" ||
            fail "$driver: '$2' is not said: $(cat "$TMP_CASE/out" "$TMP_CASE/err")"
        expect 0 "$EXTRACT" replay --source random_user --since 2026-11-01 --until 2026-11-02
        sound
    }
    one="user_key = (SELECT min(user_key) FROM random_users WHERE extract_slice = 'default/2026-11-02')"
    spoilt "DELETE FROM random_users WHERE $one" 'slice 2026-11-02: 1 of 20 rows'
    spoilt "UPDATE random_users SET nat = 'XX' WHERE $one" 'slice 2026-11-02: 1 of 20 rows'
    spoilt "INSERT INTO random_users (user_key, extract_slice) VALUES ('more', 'default/2026-11-01')" \
        'slice 2026-11-01: 1 rows are there that were not delivered'
    spoilt "UPDATE random_users SET extract_slice = 'default/2026-11-01' WHERE $one" 'slice 2026-11-02: 1 of 20 rows'

    change "UPDATE extract_ledger SET row_count = 19 WHERE last_seq = 12"
    expect 65 "$EXTRACT" verify --source random_user
    change "UPDATE extract_ledger SET row_count = 20 WHERE last_seq = 12"
    sound

    # what is purged cannot be replayed, and its rows stay
    replay() { "$EXTRACT" replay --source random_user --since 2026-11-01 --until "$1"; }
    expect 0 "$EXTRACT" purge --source random_user --older-than 0s
    expect 1 replay 2026-11-02
    says 'replay\.purged .*first=2026-11-01 last=2026-11-02 slices=2 .*--again --force'
    says '2 slices are not in the stage any more'
    equal "$(slice 2026-11-01) $(slice 2026-11-02)" "20 20" "$driver: rows"
    at 2026-11-02 0 --again --force
    expect 1 replay 2026-11-02
    says 'first=2026-11-01 last=2026-11-01 slices=1 '
    at 2026-11-01 0 --again --force
    expect 0 replay 2026-11-02
done
