# SPDX-License-Identifier: Apache-2.0
# The broker is killed around commits and comes back: the run goes on by itself, and every record is there once.
. "$EXTRACT_SRCDIR/tests/kafka/lib.sh"
kafka_start
sandbox --no-limit
configure "users = 20000" "page_size = 500" "[kafka]" "brokers = $PLAIN" "transaction_records = 500" \
    "transaction_timeout = 5s" "timeout = 5s"
run 0 --stage-only

EXTRACT_CRASH_TRACE="$TMP_CASE/trace" "$EXTRACT" publish --source random_user --output json \
    >"$TMP_CASE/out" 2>"$TMP_CASE/err" &
pid=$!
for round in 5 15; do
    for _ in $(seq 2000); do
        [[ $(grep -c kafka.marked "$TMP_CASE/trace" 2>/dev/null) -lt $round ]] || break
        sleep 0.005
    done
    kafka_kill
    kafka_start
done
status=0
wait "$pid" || status=$?
equal "$status" 0 "status: $(cat "$TMP_CASE/err")"
equal "$(summary .published)" 20000 "published, as the run says"
equal "$(consume random_user.users '%k\n' | sort -u | wc -l)" 20000 "keys"
equal "$(consume random_user.users | wc -l)" 20000 "records"
expect 0 "$EXTRACT" verify --source random_user
