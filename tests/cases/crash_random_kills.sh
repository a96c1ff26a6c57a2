# SPDX-License-Identifier: Apache-2.0
# Killed at any instruction, hundreds of times, until the work is done: every user that was served is
# in the warehouse, once. KILLS is how often at least; contrib/kill-loop has it run for long.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/crash.sh"
wanted=${KILLS:-200}

sandbox --seed kills --no-limit --journal "$TMP_CASE/journal" --fault html-502@40 --fault truncate@90
configure "users = 400" "page_size = 10" "limit_users = none"
quick_retries

# try DAY MILLISECONDS: false when it was killed, before that many at the latest. Now and then only the
# stage is filled, and the load lags.
try() {
    local day=$1 pid status=0 delay only=()
    delay=$((1 + RANDOM % $2))
    [[ $((RANDOM % 4)) -ne 0 ]] || only=(--stage-only)
    "$EXTRACT" --source random_user --since "$day" --until "$day" --quiet "${only[@]}" 2>>"$TMP_CASE/log" &
    pid=$!
    sleep "$(printf %d.%03d $((delay / 1000)) $((delay % 1000)))"
    kill -KILL "$pid" 2>/dev/null || :
    { wait "$pid"; } 2>/dev/null || status=$?
    [[ $status -ne 137 ]] || return 1
    [[ $status -eq 0 ]] || fail "status $status after $kills kills: $(tail "$TMP_CASE/log")"
}

# Day after day, each until it is done: on a slow machine patience grows with every kill.
kills=0 days=0
while [[ $kills -lt $wanted ]]; do
    day=$(date -u -d "2020-01-01 + $days days" +%F)
    patience=60
    until try "$day" "$patience"; do
        kills=$((kills + 1))
        patience=$((patience + 2))
    done
    days=$((days + 1))
done
expect 0 "$EXTRACT" load --source random_user
sound "$TMP_CASE/state" >"$TMP_CASE/out" 2>&1 || fail "not sound after $kills kills: $(cat "$TMP_CASE/out")"

sort -u "$TMP_CASE/journal" | cut -d' ' -f1-3 | sort >"$TMP_CASE/served"
query "SELECT seed || ' ' || page || ' ' || position FROM random_users" | sort >"$TMP_CASE/loaded"
lost=$(comm -23 "$TMP_CASE/served" "$TMP_CASE/loaded" | wc -l)
doubled=$(comm -13 "$TMP_CASE/served" "$TMP_CASE/loaded" | wc -l)
equal "$lost lost, $doubled doubled" "0 lost, 0 doubled" "after $kills kills"
equal "$(query 'SELECT count(DISTINCT user_key) FROM random_users')" $((400 * days))
equal "$(query 'SELECT sum(row_count) FROM extract_ledger')" $((400 * days)) "rows loaded more than once"
[[ $(wc -l <"$TMP_CASE/journal") -ge $((400 * days)) ]] || fail "the journal is short"
echo "$kills kills, $((400 * days)) users: $lost lost, $doubled doubled"
