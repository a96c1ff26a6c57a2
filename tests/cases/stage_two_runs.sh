# SPDX-License-Identifier: Apache-2.0
# One run of a source at a time: a second says whose turn it is and ends, or waits when told to.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/crash.sh"
sandbox --seed two --no-limit --journal "$TMP_CASE/journal"
hold page=2
configure "users = 100" "page_size = 50" "limit_users = none"
run=("$EXTRACT" --source random_user $day)
"$EXTRACT" keys init --no-escrow >/dev/null

waits_for_lock() { grep -q "run\.wait .*(process $pid)" "$TMP_CASE/err"; }

"${run[@]}" 2>"$TMP_CASE/first.err" &
pid=$!
held
expect 75 "${run[@]}"
says "(pid|process) $pid\b"
expect 75 "${run[@]}" --output json
equal "$(tail -n 1 "$TMP_CASE/out" | jq -r .exit_status)" 75
expect 75 "$EXTRACT" load --source random_user
expect 0 "$EXTRACT" status --source random_user
"${run[@]}" --wait 10m >"$TMP_CASE/out" 2>"$TMP_CASE/err" &
second=$!
until_true waits_for_lock || fail "the second run does not wait: $(cat "$TMP_CASE/err")"
kill -0 "$pid" || fail "the first run was over already"
let_go
wait "$second" || fail "the second run: $(cat "$TMP_CASE/err")"
! kill -0 "$pid" 2>/dev/null || fail "the run that was to wait did not"
wait "$pid" || fail "the first run: $(cat "$TMP_CASE/first.err")"
equal "$(query 'SELECT count(*) FROM random_users')" 100

# twenty at once: those that wait all come to their turn, and the work is done once
many() {
    local i pids=() pid status
    : >"$TMP_CASE/statuses"
    for i in $(seq 20); do
        "$EXTRACT" --source random_user --since 2025-01-03 --until 2025-01-03 --quiet "$@" 2>>"$TMP_CASE/many.err" &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do
        status=0
        wait "$pid" || status=$?
        echo "$status" >>"$TMP_CASE/statuses"
    done
    answers=$(sort "$TMP_CASE/statuses" | uniq -c | xargs)
}
many
[[ $answers =~ ^[0-9]+\ 0(\ [0-9]+\ 75)?$ ]] || fail "twenty at once ended with (count status): $answers"
many --wait 10m
equal "$answers" "20 0" "twenty that wait (count status)"
equal "$(query 'SELECT count(*), count(DISTINCT user_key) FROM random_users')" "200|200"
equal "$(wc -l <"$TMP_CASE/journal")" 200 "users that were served"

# no run began before the one before it had ended
sqlite3 -readonly "$TMP_CASE/state/random_user.stage" "SELECT entry FROM audit_event ORDER BY idx" |
    jq -r 'select(.kind | startswith("run.")) | .kind + " " + .run' >"$TMP_CASE/runs"
paste -d' ' - - <"$TMP_CASE/runs" | awk '$1 != "run.start" || $3 != "run.end" || $2 != $4 {exit 1}' ||
    fail "two runs were at it at once: $(cat "$TMP_CASE/runs")"
[[ $(wc -l <"$TMP_CASE/runs") -ge 44 ]] || fail "only these runs: $(cat "$TMP_CASE/runs")"
sound "$TMP_CASE/state" >"$TMP_CASE/out" 2>&1 || fail "not sound: $(cat "$TMP_CASE/out")"
