# SPDX-License-Identifier: Apache-2.0
# A request is lost, or the answer to it, or it arrives when the run has given up waiting and begun anew: as the run
# takes its fence, opens a transaction, sends records and commits. It goes on by itself, and every record is there once.
. "$EXTRACT_SRCDIR/tests/kafka/lib.sh"
lossy_start
sandbox --no-limit
# Each fault has topics, markers and a transactional id of its own.
settings() {
    configure "users = 60" "page_size = 20" "limit_users = none" "[kafka]" "brokers = $PLAIN" "partitions = 1" \
        "transaction_records = 20" "transaction_timeout = 60s" "timeout = 2s" "deployment = $1" "prefix = $1." \
        "state_topic = $1.state"
}
settings none
run 0 --stage-only
cp -a "$TMP_CASE/state" "$TMP_CASE/before"

for api in InitProducerId AddPartitionsToTxn Produce EndTxn; do
    for fault in request reply delay; do
        [[ $fault == delay ]] && seconds=5 || seconds=1
        settings "$fault-$api"
        rm -rf "$TMP_CASE/state"
        cp -a "$TMP_CASE/before" "$TMP_CASE/state"
        lose $fault $api $seconds
        expect 0 "$EXTRACT" publish --source random_user --output json
        lost || fail "no $fault at $api"
        equal "$(consume "$fault-$api.random_user.users" '%k\n' | sort -u | wc -l)" 60 "keys after $fault at $api"
        equal "$(consume "$fault-$api.random_user.users" | wc -l)" 60 "records after $fault at $api"
        equal "$(consume "$fault-$api.state" | jq -s 'map(.rows) | add')" 60 "rows of the markers after $fault at $api"
        expect 0 "$EXTRACT" verify --source random_user
    done
done
