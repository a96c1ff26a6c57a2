# SPDX-License-Identifier: Apache-2.0
# A cluster of three nodes, everything on all of them: the one that keeps the transactions is killed in the middle of
# a run and stays away. The run goes on with the other two, and every record is there once; with the node again, too.
. "$EXTRACT_SRCDIR/tests/kafka/lib.sh"
kafka_cluster 3
sandbox --no-limit
settings=("limit_users = none" "page_size = 250" "[kafka]" "brokers = $PLAIN" "transaction_records = 250" "transaction_timeout = 10s"
    "timeout = 10s")
configure "users = 1000" "${settings[@]}"
run 0
coordinator=$(kcat -b "$PLAIN" -L -J | jq '.topics[] | select(.topic == "__transaction_state").partitions[0].leader')
configure "users = 20000" "${settings[@]}"
DAY=2026-11-02
run 0 --stage-only

EXTRACT_CRASH_TRACE="$TMP_CASE/trace" "$EXTRACT" publish --source random_user --output json \
    >"$TMP_CASE/out" 2>"$TMP_CASE/err" &
pid=$!
marked() { [[ $(grep -c kafka.marked "$TMP_CASE/trace" 2>/dev/null) -ge $1 ]]; }
until_true marked 5 || fail "nothing is published: $(cat "$TMP_CASE/err")"
kafka_kill "$coordinator"
kill -0 "$pid" 2>/dev/null || fail "the run was over before a node died"
status=0
wait "$pid" || status=$?
equal "$status" 0 "status: $(cat "$TMP_CASE/err")"
equal "$(summary .published)" 20000 "published, as the run says"

# whole WHEN: every record once
whole() {
    equal "$(consume random_user.users '%k\n' | sort -u | wc -l)" 21000 "keys, $1"
    equal "$(consume random_user.users | wc -l)" 21000 "records, $1"
    expect 0 "$EXTRACT" verify --source random_user
}
whole "with two nodes"
kafka start "$TMP_CASE/kafka$coordinator" >/dev/null || fail "the node does not come back"
cluster_has 3
whole "with the third again"
equal "$(kcat -b "$PLAIN" -L -J | jq -c '[.topics[].partitions[].replicas | length] | unique')" '[3]' "replicas"
