# SPDX-License-Identifier: Apache-2.0
# A stop signal lets the page in hand be finished and ends resumable; a second one ends at once.
# Neither loses anything.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/crash.sh"
sandbox --seed stop --no-limit --no-gzip --journal "$TMP_CASE/journal" --rate 40KiB
configure "users = 300" "page_size = 50" "limit_users = none"
run=("$EXTRACT" --source random_user $day)

staged() { sqlite3 -readonly "$TMP_CASE/state/random_user.stage" 'SELECT count(*) FROM segment' 2>/dev/null || echo 0; }

# start: until the first page is staged and the next is on its way; $pid is the run.
start() {
    local before tries
    before=$(staged)
    "${run[@]}" --output json >"$TMP_CASE/json" 2>"$TMP_CASE/err" &
    pid=$!
    for tries in $(seq 200); do
        [[ $(staged) -le $before ]] || break
        sleep 0.02
    done
    sleep 0.3
}

start
before=$(staged)
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
equal "$status" 75 "status after a stop signal"
equal "$(tail -n 1 "$TMP_CASE/json" | jq -r '.status, .exit_status' | xargs)" "resumable 75"
tail -n 1 "$TMP_CASE/json" | jq -e '.resume_at | fromdate <= now + 2' >/dev/null ||
    fail "no resume_at for now in $(cat "$TMP_CASE/json")"
equal "$(staged)" $((before + 1)) "the page in hand"
equal "$(query 'SELECT count(*) FROM random_users')" $((50 * (before + 1))) "what is staged is loaded"
sound "$TMP_CASE/state" >"$TMP_CASE/out" 2>&1 || fail "not sound: $(cat "$TMP_CASE/out")"

start
before=$(staged)
kill -INT "$pid"
sleep 0.05
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
equal "$status" 143 "status after a second signal"
equal "$(staged)" "$before" "pages, the one in hand left where it was"

expect 0 "${run[@]}"
equal "$(query 'SELECT count(*), count(DISTINCT user_key) FROM random_users')" "300|300"
sort -u "$TMP_CASE/journal" | awk '{print $2, $3}' | sort >"$TMP_CASE/served"
query "SELECT page || ' ' || position FROM random_users" | sort | diff "$TMP_CASE/served" - ||
    fail "the warehouse is not what was served"
sound "$TMP_CASE/state" >"$TMP_CASE/out" 2>&1 || fail "not sound: $(cat "$TMP_CASE/out")"
