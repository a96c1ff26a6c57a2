# SPDX-License-Identifier: Apache-2.0
# Another producer's open transaction in the state topic hides the marker that a run commits behind it. The next
# run waits for it: with the older marker it would publish everything twice.
. "$EXTRACT_SRCDIR/tests/kafka/lib.sh"
kafka_start
sandbox --no-limit --fault drip=1200@3
configure "users = 30" "page_size = 10" "[kafka]" "brokers = $PLAIN" "transaction_age = 60s"

# wait_for COUNT TOPIC: until so many records are there, committed or not
wait_for() {
    for _ in $(seq 200); do
        [[ $(consume "$2" '%k\n' read_uncommitted 2>/dev/null | wc -l) -lt $1 ]] || return 0
        sleep 0.05
    done
    fail "no $1 records in $2"
}

# the run has read its marker (none) and has a transaction open when the other one writes
EXTRACT_CRASH_AT=kafka.committed "$EXTRACT" --source random_user --since "$DAY" --until "$DAY" >"$TMP_CASE/log" 2>&1 &
pid=$!
wait_for 10 random_user.users
mkfifo "$TMP_CASE/lines"
kcat -b "$PLAIN" -P -K : -t extract.state -X transactional.id=somebody -X linger.ms=1 <"$TMP_CASE/lines" 2>/dev/null &
echo $! >"$TMP_CASE/kcat.pid"
exec 7>"$TMP_CASE/lines"
seq -f 'theirs%g:theirs' 20000 >&7  # kcat reads blocks
wait_for 1 extract.state
consume extract.state '%s\n' read_uncommitted | grep theirs >/dev/null || fail "no open transaction in the state topic"
status=0
wait "$pid" || status=$?
equal "$status" 137 "status"
equal "$(consume extract.state)" "" "visible markers"
equal "$(consume random_user.users | wc -l)" 30 "records"

run 0 --output json 7>&- &
pid=$!
sleep 2
kill -0 "$pid" 2>/dev/null || fail "the marker was not waited for: $(cat "$TMP_CASE/out" "$TMP_CASE/err")"
exec 7>&-
wait "$pid" || fail "$(cat "$TMP_CASE/err")"
equal "$(summary .published)" 0 "published again"
equal "$(consume random_user.users | wc -l)" 30 "records after it"
