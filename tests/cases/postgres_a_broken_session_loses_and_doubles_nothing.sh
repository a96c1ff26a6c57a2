#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The server ends the session while rows are copied, before the commit, and after a commit that nobody
# was told of: every record is there once, and the ledger says so.
. "$EXTRACT_SRCDIR/tests/lib.sh"
postgres_start
sandbox
configure "users = 2000" "page_size = 500" "limit_users = 1000000/5m" "[warehouse]" "driver = postgres" "url = $PG_URL"
run 0

# session STATE: waits until the session of extract is in this state.
session() {
    for _ in $(seq 400); do
        [[ $(pg "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'extract' AND $1") == 0 ]] || return 0
        sleep 0.02
    done
    fail "no session where $1: $(pg "SELECT state, wait_event, query FROM pg_stat_activity") $(cat "$TMP_CASE/load.err")"
}
terminate() { pg "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'extract'" >/dev/null; }

# broken_at WHERE STATE: stages the day again, and ends the session that loads it in this state.
rounds=1
broken_at() {
    rounds=$((rounds + 1))
    run 0 --again --force --stage-only
    "$EXTRACT" load --source random_user >"$TMP_CASE/load.out" 2>"$TMP_CASE/load.err" &
    local loader=$! status=0
    session "$2"
    terminate
    release
    wait "$loader" || status=$?
    equal "$status" 0 "$1: status of the load ($(cat "$TMP_CASE/load.err"))"
    equal "$(pg "SELECT count(*), count(DISTINCT user_key) FROM random_users")" "2000|2000" "$1: rows"
    equal "$(pg "SELECT sum(row_count), max(last_seq), sum(last_seq - first_seq + 1) FROM extract_ledger")" \
        "$((rounds * 2000))|$((rounds * 4))|$((rounds * 4))" "$1: ledger"
    expect 0 "$EXTRACT" verify --source random_user
}

# a trigger that waits for a lock which somebody holds
psql -XAtqd "$PG_URL" -c "CREATE FUNCTION wait_here() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NEW; END'"
hold() { # hold TABLE
    pg "CREATE TRIGGER waits BEFORE INSERT ON $1 FOR EACH ROW EXECUTE FUNCTION wait_here()"
    psql -XAtqd "$PG_URL" -c "SELECT pg_advisory_lock(1)" -c "SELECT pg_sleep(60)" >/dev/null 2>&1 &
    for _ in $(seq 200); do
        [[ $(pg "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 1 AND granted") == 0 ]] || break
        sleep 0.02
    done
    held=$1
}
release() {
    pg "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)'
        AND pid <> pg_backend_pid()" >/dev/null
    wait "$(jobs -p | tail -n 1)" 2>/dev/null || :
    pg "DROP TRIGGER waits ON $held"
}
hold random_users
broken_at "while rows are copied" "wait_event = 'advisory' AND query LIKE 'COPY %'"
hold extract_ledger
broken_at "before the commit" "wait_event = 'advisory' AND query LIKE 'INSERT INTO _public_.extract_ledger%'"

# a standby that is nobody: the commit is done, and its answer never comes
release() {
    pg "ALTER SYSTEM RESET synchronous_standby_names"
    pg "SELECT pg_reload_conf()" >/dev/null
}
pg "ALTER SYSTEM SET synchronous_standby_names = 'nobody'"
pg "SELECT pg_reload_conf()" >/dev/null
broken_at "after the commit" "wait_event = 'SyncRep'"
grep -q "the connection broke" "$TMP_CASE/load.err" || fail "the loss was not told: $(cat "$TMP_CASE/load.err")"
