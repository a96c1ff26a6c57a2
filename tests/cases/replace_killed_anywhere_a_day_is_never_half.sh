#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# x-write replace: a day is read again, killed at every crash point of the run. Whoever looks sees the old
# day whole until the new one is complete, and then the new one; the same command again ends right.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/replace.inc"
postgres_start
sandbox
replaced
for driver in sqlite postgres; do
    rm -rf "$TMP_CASE/state" "$TMP_CASE/before"
    schema=before on "$driver" "users = 20"
    fault duplicate@2-3
    at 2026-11-01 1
    fault
    schema=before
    old=$(slice_digest 2026-11-01)
    equal "$(slice 2026-11-01)" 18 "$driver: rows of the old day"
    cp -a "$TMP_CASE/state" "$TMP_CASE/before"

    # begin N: the folder and the warehouse as they were before the second reading
    begin() {
        rm -rf "$TMP_CASE/state"
        cp -a "$TMP_CASE/before" "$TMP_CASE/state"
        schema=again on "$driver" "users = 20"
        schema=again
        [[ $driver == sqlite ]] || pg "DROP SCHEMA IF EXISTS again CASCADE; CREATE SCHEMA again;
            CREATE TABLE again.random_users (LIKE before.random_users INCLUDING ALL);
            CREATE TABLE again.extract_ledger (LIKE before.extract_ledger INCLUDING ALL);
            CREATE TABLE again.extract_table (LIKE before.extract_table INCLUDING ALL);
            INSERT INTO again.random_users SELECT * FROM before.random_users;
            INSERT INTO again.extract_ledger OVERRIDING SYSTEM VALUE SELECT * FROM before.extract_ledger;
            SELECT setval(pg_get_serial_sequence('again.extract_ledger', 'id'), 1000);
            INSERT INTO again.extract_table SELECT * FROM before.extract_table" >/dev/null 2>&1
    }
    begin
    export EXTRACT_CRASH_TRACE="$TMP_CASE/trace"
    rm -f "$TMP_CASE/trace"
    at 2026-11-01 0 --again
    unset EXTRACT_CRASH_TRACE
    new=$(slice_digest 2026-11-01)
    equal "$(slice 2026-11-01)" 20 "$driver: rows of the new day"
    grep -qxF sink.cleared "$TMP_CASE/trace" || fail "$driver: never at sink.cleared"
    points=$(wc -l <"$TMP_CASE/trace") seen_old=0 seen_new=0
    for n in $(seq "$points"); do
        begin
        status=0
        { EXTRACT_CRASH_AT=$n "$EXTRACT" --source random_user --since 2026-11-01 --until 2026-11-01 --again; } \
            >/dev/null 2>&1 || status=$?
        [[ $status -eq 0 || $status -eq 137 ]] || fail "$driver, point $n: status $status"
        case $(slice_digest 2026-11-01) in
        "$old") seen_old=$((seen_old + 1)) ;;
        "$new") seen_new=$((seen_new + 1)) ;;
        *) fail "$driver, point $n ($(sed -n "${n}p" "$TMP_CASE/trace")): half a day" ;;
        esac
        at 2026-11-01 0 --again
        equal "$(slice_digest 2026-11-01)" "$new" "$driver, point $n: the day afterwards"
        sound
    done
    [[ $seen_old -gt 5 && $seen_new -gt 0 ]] || fail "$driver: $seen_old times the old day and $seen_new the new one"
    echo "$driver: $points crash points, $seen_old times the old day and $seen_new times the new one"
done
