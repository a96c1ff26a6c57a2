# SPDX-License-Identifier: Apache-2.0
# Topics are made with the settings that are wished, and `ddl` prints the commands and permissions. One
# that is there and differs is told about and left as it is.
. "$EXTRACT_SRCDIR/tests/kafka/lib.sh"
kafka_start
sandbox --no-limit
export EXTRACT_DATA="$TMP_CASE/data"
mkdir -p "$EXTRACT_DATA"
cp -R "$EXTRACT_SRCDIR/schemas" "$EXTRACT_SRCDIR/sources" "$EXTRACT_DATA/"
chmod -R u+w "$EXTRACT_DATA"
wish() {
    jq ".\"x-topic\" = $1" "$EXTRACT_SRCDIR/schemas/random_user/users.json" \
        >"$EXTRACT_DATA/schemas/random_user/users.json"
}
wish '{"name": "crm.people", "partitions": 2}'
configure "users = 10" "[kafka]" "brokers = $PLAIN" "retention = 2d" "partitions = 7" "deployment = it's"
expect 78 "$EXTRACT" ddl --source random_user --sink kafka
says "deployment"

configure "users = 10" "[kafka]" "brokers = $PLAIN" "retention = 2d" "partitions = 7" "replication = 1"
expect 0 "$EXTRACT" ddl --source random_user --sink kafka
create="kafka-topics.sh --bootstrap-server '$PLAIN' --create --if-not-exists --topic"
prints "^$create crm.people --partitions 2 --replication-factor 1 --config cleanup.policy=delete --config retention.ms=172800000$"
prints "^$create extract.state --partitions 1 --replication-factor 1 --config cleanup.policy=compact"
prints "^kafka-acls.sh .* --allow-principal 'User:extract' --transactional-id 'extract/random_user/users' --operation Write --operation Describe$"
prints "^kafka-acls.sh .* --allow-principal 'User:CONSUMER' --topic 'crm.people' --operation Read"
equal "$(kcat -b "$PLAIN" -L -J | jq -c '[.topics[].topic]')" '[]' "topics after looking only"

run 0
topic() { kafka_topics --describe --topic "$1" | head -n 1 | tr '\t' '\n'; }
equal "$(topic crm.people | grep -cE '^(PartitionCount: 2|ReplicationFactor: 1)')" 2 "partitions"
topic crm.people | grep -q 'cleanup.policy=delete.*retention.ms=172800000' || fail "$(topic crm.people)"
topic extract.state | grep -q 'cleanup.policy=compact' || fail "$(topic extract.state)"

# other wishes: told about, not done
wish '{"name": "crm.people", "partitions": 3, "retention": "0"}'
run 0 --again
says 'sink.differs .*topic crm.people has partitions 2 instead of 3, retention.ms 172800000 instead of -1'
equal "$(topic crm.people | grep -c '^PartitionCount: 2')" 1 "partitions afterwards"
expect 0 "$EXTRACT" ddl --source random_user --sink kafka
prints "^# kafka-topics.sh .* --alter --topic crm.people --partitions 3$"
prints "^# kafka-configs.sh .* --alter --topic crm.people --add-config cleanup.policy=delete,retention.ms=-1$"

# a state topic that forgets its markers is none
kafka_configs --alter --entity-type topics --entity-name extract.state --add-config cleanup.policy=delete >/dev/null
run 69 --again
says 'extract.state has cleanup.policy=delete, which deletes markers'
