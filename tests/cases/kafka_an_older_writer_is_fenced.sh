# SPDX-License-Identifier: Apache-2.0
# Another producer of the same transactional id takes over while a run has a transaction open: nothing of
# that becomes visible, the run says why, and the next one publishes every record once.
. "$EXTRACT_SRCDIR/tests/kafka/lib.sh"
kafka_start
sandbox --no-limit
hold page=3
impatient '.limits.transfer.stall_timeout = "5m"'
configure "users = 30" "page_size = 10" "[kafka]" "brokers = $PLAIN" "transaction_age = 60s"
kafka_topics --create --topic other --partitions 1 >/dev/null

"$EXTRACT" --source random_user --since "$DAY" --until "$DAY" >"$TMP_CASE/out" 2>"$TMP_CASE/err" &
pid=$!
held
written() { [[ $(consume random_user.users '%k\n' read_uncommitted 2>/dev/null | wc -l) -ge 10 ]]; }
until_true written || fail "nothing was written"
echo theirs | kcat -b "$PLAIN" -P -t other -X transactional.id=extract/random_user/users 2>/dev/null || fail "no other producer"
let_go
status=0
wait "$pid" || status=$?
equal "$status" 75 "status"
says 'fenced: another run delivers this stream, or our own transaction timed out'
equal "$(consume random_user.users | wc -l)" 0 "committed records of the older one"

run 0
equal "$(consume random_user.users '%k\n' | sort -u | wc -l)" 30 "keys"
equal "$(consume random_user.users | wc -l)" 30 "records"
equal "$(consume other)" theirs
