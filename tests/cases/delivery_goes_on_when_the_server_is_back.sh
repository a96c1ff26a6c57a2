# SPDX-License-Identifier: Apache-2.0
# A server that is down when the run begins, or killed in the middle of it, and comes back within [delivery]
# retry: the same run delivers everything, and ends with 0.
. "$EXTRACT_SRCDIR/tests/lib.sh"
postgres_start
sandbox --no-limit
hold page=5
configure "users = 2000" "page_size = 50" "[delivery]" "retry = 1m" "[warehouse]" "driver = postgres" "url = $PG_URL"
# until_err PATTERN: waits for a message of the run that goes on.
until_err() { until_true grep -q "$1" "$TMP_CASE/err" || fail "no message like '$1' in: $(cat "$TMP_CASE/err")"; }
begin() { "$EXTRACT" --source random_user --since "$DAY" --until "$DAY" >"$TMP_CASE/out" 2>"$TMP_CASE/err" & pid=$!; }
ends() {
    local status=0
    wait "$pid" || status=$?
    equal "$status" 0 "status $1 ($(cat "$TMP_CASE/err"))"
    equal "$(pg "SELECT count(*), count(DISTINCT user_key) FROM random_users")" "$2|$2" "rows, $1"
    equal "$(pg "SELECT sum(row_count) FROM extract_ledger")" "$2" "rows of the ledger, $1"
    expect 0 "$EXTRACT" verify --source random_user
}

postgres_stop
begin
held
let_go
until_err "request.retry"
postgres_start
ends "when it came late" 2000

DAY=2026-11-02
hold page=5
begin
held
copies() { [[ $(pg "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'extract' AND query LIKE 'COPY%'") != 0 ]]; }
until_true copies || fail "nothing is copied"
postgres_kill
let_go
until_err "request.retry"
postgres_start
ends "when it was killed" 4000
