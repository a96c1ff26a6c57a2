# SPDX-License-Identifier: Apache-2.0
# What must stop a delivery: the marker behind the stage, ahead of it, of another stage, of another batch; the
# topic made anew, gone, or another one. Each has its text, nothing is published, and where it can be accepted,
# --accept-sink goes on.
. "$EXTRACT_SRCDIR/tests/kafka/lib.sh"
kafka_start
sandbox --no-limit
configure "users = 30" "page_size = 10" "[kafka]" "brokers = $PLAIN" "transaction_records = 10"
publish() { expect "$1" "$EXTRACT" publish --source random_user "${@:2}"; }
records() { consume random_user.users | wc -l; }
marker() { consume extract.state | tail -n 1; }
put_marker() { printf 'extract/random_user/users\t%s\n' "$1" | produce extract.state; }
state="$TMP_CASE/state"
run 0 --stage-only
publish 0
good=$(marker)
equal "$(records)" 30 "records"

put_marker "$(consume extract.state | jq -c 'select(.last_seq == 2)')"
publish 69
says 'has lost what was delivered: its marker is at segment 2, ours at 3'
put_marker "$(jq -c '.last_seq = 9' <<<"$good")"
publish 69
says 'has segment 9, the stage ends at 3'
put_marker "$(jq -c '.stage = "00112233445566778899aabbccddeeff"' <<<"$good")"
publish 69
says 'another stage \(00112233445566778899aabbccddeeff'
put_marker "$(jq -c '.digest = ("0" * 64)' <<<"$good")"
publish 69
says 'other content'
put_marker '{"version": 7}'
publish 69
says 'the marker is not what extract writes'
equal "$(records)" 30 "records after the alarms"

# the right one again: nothing is wrong
put_marker "$good"
publish 0
equal "$(records)" 30 "records"

# the topic under another name
sed -i '/^brokers/a prefix = other.' "$TMP_CASE/.config/extract/extract.conf"
publish 69
says 'was published into topic random_user.users up to segment 3, and its topic is now other.random_user.users'
sed -i '/^prefix/d' "$TMP_CASE/.config/extract/extract.conf"

# the topic gone, then made anew
kafka_topics --delete --topic random_user.users >/dev/null
publish 69
says 'topic random_user.users is gone'
equal "$(kcat -b "$PLAIN" -L -J | jq -c '[.topics[].topic | select(startswith("random"))]')" '[]' "topics"
kafka_topics --create --topic random_user.users --partitions 3 >/dev/null
publish 69
says 'is not the one that was published into, or lost records: partition [0-9] ends at 0, and ended at [0-9]+ with segment 3'
says 'another \[kafka\] deployment and deliver with --accept-sink'
equal "$(records)" 0 "records"

# as it says
sed -i '/^brokers/a deployment = second' "$TMP_CASE/.config/extract/extract.conf"
publish 69
publish 0 --accept-sink
equal "$(records)" 30 "records, published again"
equal "$(consume random_user.users '%k\n' | sort -u | wc -l)" 30 "keys"
