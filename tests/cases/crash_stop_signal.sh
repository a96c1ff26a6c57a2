# SPDX-License-Identifier: Apache-2.0
# A stop signal lets the page in hand be finished and ends resumable; a second one ends at once.
# Neither loses anything.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/crash.sh"
sandbox --seed stop --no-limit --journal "$TMP_CASE/journal"
hold page=2
configure "users = 300" "page_size = 50" "limit_users = none"
run=("$EXTRACT" --source random_user $day)

staged() { sqlite3 -readonly "$TMP_CASE/state/random_user.stage" 'SELECT count(*) FROM segment' 2>/dev/null || echo 0; }

# start PAGE: until the pages before it are staged, and it is on its way; $pid is the run.
start() {
    page=$1
    hold "page=$page"
    "${run[@]}" --output json >"$TMP_CASE/json" 2>"$TMP_CASE/err" &
    pid=$!
    held
    until_true has_staged $((page - 1)) || fail "$(staged) pages before page $page"
}
has_staged() { [[ $(staged) -eq $1 ]]; }
took_signals() { grep -q '^ShdPnd:[[:space:]]*0*$' "/proc/$pid/status"; }

start 2
kill -TERM "$pid"
until_true took_signals
let_go
status=0
wait "$pid" || status=$?
equal "$status" 75 "status after a stop signal"
equal "$(tail -n 1 "$TMP_CASE/json" | jq -r '.status, .exit_status' | xargs)" "resumable 75"
tail -n 1 "$TMP_CASE/json" | jq -e '.resume_at | fromdate <= now + 2' >/dev/null ||
    fail "no resume_at for now in $(cat "$TMP_CASE/json")"
equal "$(staged)" 2 "pages, with the one in hand"
equal "$(query 'SELECT count(*) FROM random_users')" 100 "what is staged is loaded"
sound "$TMP_CASE/state" >"$TMP_CASE/out" 2>&1 || fail "not sound: $(cat "$TMP_CASE/out")"

start 3
kill -INT "$pid"
until_true took_signals
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
equal "$status" 143 "status after a second signal"
let_go
equal "$(staged)" 2 "pages, the one in hand left where it was"

expect 0 "${run[@]}"
equal "$(query 'SELECT count(*), count(DISTINCT user_key) FROM random_users')" "300|300"
sort -u "$TMP_CASE/journal" | awk '{print $2, $3}' | sort >"$TMP_CASE/served"
query "SELECT page || ' ' || position FROM random_users" | sort | diff "$TMP_CASE/served" - ||
    fail "the warehouse is not what was served"
sound "$TMP_CASE/state" >"$TMP_CASE/out" 2>&1 || fail "not sound: $(cat "$TMP_CASE/out")"
