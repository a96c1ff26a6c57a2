#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Somebody holds the table: a load waits so long and says so, and a stop ends the wait; the next load
# takes all of it.
. "$EXTRACT_SRCDIR/tests/lib.sh"
postgres_start
sandbox
configure "users = 60" "page_size = 10" "limit_users = 1000000/5m" "[warehouse]" "driver = postgres" "url = $PG_URL"
run 0
run 0 --again --force --stage-only
psql -XAtqd "$PG_URL" -c "BEGIN; LOCK TABLE random_users; SELECT pg_sleep(60)" >/dev/null 2>&1 &
holder=$!
for _ in $(seq 200); do
    [[ $(pg "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation = 'random_users'::regclass") == 0 ]] || break
    sleep 0.02
done
"$EXTRACT" load --source random_user >"$TMP_CASE/load.out" 2>"$TMP_CASE/load.err" &
loader=$!
for _ in $(seq 200); do
    [[ $(pg "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'extract' AND wait_event_type = 'Lock'") == 0 ]] || break
    sleep 0.02
done
start=$(date +%s%N) status=0
kill -TERM "$loader"
wait "$loader" || status=$?
took=$((($(date +%s%N) - start) / 1000000))
[[ $took -lt 8000 ]] || fail "the stop took $took ms"
grep -q stopped "$TMP_CASE/load.err" || fail "no word of the stop: $(cat "$TMP_CASE/load.err")"
equal "$status" 75 "status of a stopped load"

expect 75 "$EXTRACT" load --source random_user
says "somebody else loads public.random_users, or holds a lock on it, for more than 10s"
pg "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' AND pid <> pg_backend_pid()" >/dev/null
wait "$holder" || :
expect 0 "$EXTRACT" load --source random_user
equal "$(pg "SELECT sum(row_count) FROM extract_ledger")" 120 "rows in the ledger"
