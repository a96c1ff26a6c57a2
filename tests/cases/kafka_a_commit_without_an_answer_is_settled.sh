# SPDX-License-Identifier: Apache-2.0
# The request to commit, or the answer to it, is lost, and the connection is away for longer than a
# transaction may be open: whatever became of it, every record is there once.
. "$EXTRACT_SRCDIR/tests/kafka/lib.sh"
lossy_start
sandbox --no-limit
configure "users = 3000" "page_size = 500" "[kafka]" "brokers = $PLAIN" "transaction_records = 500" \
    "transaction_timeout = 2s" "timeout = 2s"
run 0 --stage-only
for what in request reply; do
    lose $what EndTxn 6
    expect 0 "$EXTRACT" publish --source random_user --output json
    lost || fail "no $what was lost"
    equal "$(consume random_user.users '%k\n' | sort -u | wc -l)" 3000 "keys, after a lost $what"
    equal "$(consume random_user.users | wc -l)" 3000 "records, after a lost $what"
    expect 0 "$EXTRACT" verify --source random_user
    kafka_topics --delete --topic 'random_user.users' >/dev/null
    kafka_topics --delete --topic 'extract.state' >/dev/null
    rm -rf "$TMP_CASE/state"
    run 0 --stage-only
done
