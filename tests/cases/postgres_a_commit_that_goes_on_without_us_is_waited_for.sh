# SPDX-License-Identifier: Apache-2.0
# The connection is cut while the server is still at the commit, as when it waits for a standby: nobody sees yet
# what became of it. The second try waits at the fence until it is over, finds the batch in the ledger, and loads
# nothing twice.
. "$EXTRACT_SRCDIR/tests/lib.sh"
postgres_start
proxy_start "$PG_PORT"
sandbox --no-limit
configure "users = 400" "page_size = 100" "limit_users = none" "[warehouse]" "driver = postgres" \
    "url = postgresql://postgres@127.0.0.1:$PROXY_PORT/test"
run 0
run 0 --again --force --stage-only

# session CONDITION: waits for a session of extract.
session() {
    for _ in $(seq 250); do
        [[ $(pg "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'extract' AND $1") == 0 ]] || return 0
        sleep 0.02
    done
    fail "no session where $1: $(pg "SELECT state, wait_event, query FROM pg_stat_activity") $(cat "$TMP_CASE/load.err")"
}
standby() {
    pg "ALTER SYSTEM $1"
    pg "SELECT pg_reload_conf()" >/dev/null
}
proxy 'half COPY>extract_ledger>COMMIT\0 0'
standby "SET synchronous_standby_names = 'nobody'"
"$EXTRACT" load --source random_user >"$TMP_CASE/out" 2>"$TMP_CASE/load.err" &
loader=$!
session "wait_event = 'SyncRep'"
session "wait_event_type = 'Lock' AND wait_event = 'advisory'"
standby "RESET synchronous_standby_names"
status=0
wait "$loader" || status=$?
equal "$status" 0 "status ($(cat "$TMP_CASE/load.err"))"
equal "$(pg "SELECT count(*), count(DISTINCT user_key) FROM random_users")" "400|400" "rows"
equal "$(pg "SELECT sum(row_count), max(last_seq), count(*) FROM extract_ledger")" "800|8|2" "ledger"
expect 0 "$EXTRACT" verify --source random_user
