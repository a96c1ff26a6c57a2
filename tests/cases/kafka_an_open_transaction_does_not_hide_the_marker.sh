# SPDX-License-Identifier: Apache-2.0
# Another producer's open transaction in the state topic hides the marker that a run commits behind it. The next
# run waits for it: with the older marker it would publish everything twice.
. "$EXTRACT_SRCDIR/tests/kafka/lib.sh"
kafka_start
sandbox --no-limit
hold page=3
impatient '.limits.transfer.stall_timeout = "5m"'
configure "users = 30" "page_size = 10" "[kafka]" "brokers = $PLAIN" "transaction_age = 60s"

# has COUNT TOPIC: so many records are there, committed or not
has() { [[ $(consume "$2" '%k\n' read_uncommitted 2>/dev/null | wc -l) -ge $1 ]]; }

# the run has read its marker (none) and has a transaction open when the other one writes
EXTRACT_CRASH_AT=kafka.committed "$EXTRACT" --source random_user --since "$DAY" --until "$DAY" >"$TMP_CASE/log" 2>&1 &
pid=$!
held
until_true has 10 random_user.users || fail "nothing was written"
mkfifo "$TMP_CASE/lines"
kcat -b "$PLAIN" -P -K : -t extract.state -X transactional.id=somebody -X linger.ms=1 <"$TMP_CASE/lines" 2>/dev/null &
echo $! >"$TMP_CASE/kcat.pid"
exec 7>"$TMP_CASE/lines"
seq -f 'theirs%g:theirs' 20000 >&7  # kcat reads blocks
until_true has 1 extract.state || fail "nothing is in the state topic"
consume extract.state '%s\n' read_uncommitted | grep theirs >/dev/null || fail "no open transaction in the state topic"
let_go
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
