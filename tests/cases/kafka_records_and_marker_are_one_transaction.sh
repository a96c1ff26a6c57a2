# SPDX-License-Identifier: Apache-2.0
# Every staged record is in its topic once, with key and origin, and a marker in the same transaction:
# killed before the commit, a reader of committed records sees neither; the next run publishes all of it.
. "$EXTRACT_SRCDIR/tests/kafka/lib.sh"
kafka_start
sandbox --seed topics --no-limit
configure "users = 300" "page_size = 100" "[kafka]" "brokers = $PLAIN"
run 0 --stage-only

expect 137 env EXTRACT_CRASH_AT=kafka.marked "$EXTRACT" publish --source random_user
equal "$(consume random_user.users '%k\n' read_uncommitted | wc -l)" 300 "records of the open transaction"
equal "$(consume random_user.users | wc -l)/$(consume extract.state | wc -l)" 0/0 "committed records and markers"

expect 0 "$EXTRACT" publish --source random_user --output json
equal "$(summary .published)" 300 "published records"
equal "$(consume random_user.users '%k\n' | sort -u | wc -l)" 300 "keys"
equal "$(consume random_user.users '%k\n' | wc -l)" 300 "records"
equal "$(consume random_user.users '%k\n')" "$(consume random_user.users | jq -r .user_key)" "keys and values"
run=$(summary .run)
equal "$(consume random_user.users '%h\n' | grep -cE '^source=random_user,stream=users,stage=([0-9a-f]{32}),seq=[123],index=[0-9]+,time=[-0-9T:.]+Z,schema=[0-9a-f]{64},policy=[0-9a-f]{64},batch=\1/1,traceparent=00-'"$run"'-[0-9a-f]{16}-01,content-type=application/json$')" 300 "headers"
equal "$(consume extract.state '%k\n')" extract/random_user/users "markers"
equal "$(consume extract.state | jq -c '[.first_seq, .last_seq, .rows, .topic, (.ends | add)]')" \
    '[1,3,300,"random_user.users",603]' "marker"  # the ends count what was aborted, and that it was

# again: nothing new, and all of it is proved
expect 0 "$EXTRACT" publish --source random_user --output json
equal "$(summary .published)" 0 "records of the second run"
equal "$(consume random_user.users | wc -l)" 300 "records after it"
run 0
expect 0 "$EXTRACT" verify --source random_user
