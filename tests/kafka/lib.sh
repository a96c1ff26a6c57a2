# SPDX-License-Identifier: Apache-2.0
# What scenarios with a real broker share: . "$EXTRACT_SRCDIR/tests/kafka/lib.sh"
# shellcheck source=tests/lib.sh
. "$EXTRACT_SRCDIR/tests/lib.sh"

kafka() { "$EXTRACT_SRCDIR/tests/kafka/kafka" "$@"; }

# kafka_start [secure]: starts the scenario's node, or starts it again on the same ports; $PLAIN, $SASL and
# $MTLS are its addresses. tests/case ends it.
kafka_start() {
    local why
    why=$(kafka ready 2>&1) || skip "$why"
    kafka start "$TMP_CASE/kafka" "$@" >/dev/null || fail "no broker: $(tail -n 5 "$TMP_CASE/kafka/broker.log")"
    PLAIN=$(sed -n 's/^plain=//p' "$TMP_CASE/kafka/addresses")
    SASL=$(sed -n 's/^sasl=//p' "$TMP_CASE/kafka/addresses")
    MTLS=$(sed -n 's/^mtls=//p' "$TMP_CASE/kafka/addresses")
}
kafka_stop() { kafka stop "$TMP_CASE/kafka"; }
# kafka_kill [NODE]: of a cluster
kafka_kill() { kafka kill "$TMP_CASE/kafka${1-}"; }

# kafka_cluster COUNT: as many nodes that are one cluster; $PLAIN are their addresses.
kafka_cluster() {
    local why
    why=$(kafka ready 2>&1) || skip "$why"
    PLAIN=$(kafka cluster "$TMP_CASE/kafka" "$1" | sed -n 's/^plain=//p' | paste -sd,) ||
        fail "no cluster: $(tail -n 5 "$TMP_CASE"/kafka?/broker.log)"
    cluster_has "$1"
}
cluster_size() { [[ $(kcat -b "$PLAIN" -L -J | jq '.brokers | length') -eq $1 ]]; }
# cluster_has COUNT: waits until so many nodes are in it
cluster_has() { until_true cluster_size "$1" || fail "the cluster has no $1 nodes"; }

# kafka_topics OPTION...: kafka-topics.sh; kafka_configs and kafka_allow (adds ACLs) likewise.
kafka_topics() { kafka admin "$TMP_CASE/kafka" tools.TopicCommand "$@"; }
kafka_configs() { kafka admin "$TMP_CASE/kafka" admin.ConfigCommand "$@"; }
kafka_allow() { kafka admin "$TMP_CASE/kafka" tools.AclCommand --add "$@" >/dev/null; }

# ends TOPIC ISOLATION: where a reader of that kind comes to the end of each partition
ends() {
    kcat -b "$PLAIN" -C -e -o beginning -X fetch.wait.max.ms=20 -X "isolation.level=$2" -t "$1" 2>&1 >/dev/null |
        grep -oE '\[[0-9]+\] at offset [0-9]+' | sort
}
# A commit counts before the partitions show it: their markers follow. Whatever a test leaves open ends the wait, too.
settle() {
    local committed
    for _ in $(seq 20); do
        committed=$(ends "$1" read_committed)
        [[ $committed != "$(ends "$1" read_uncommitted)" ]] || return 0
        sleep 0.05
    done
}

# consume TOPIC [FORMAT [ISOLATION]]: every record, as an independent reader sees it, in the order of the partitions.
consume() {
    [[ ${3:-read_committed} != read_committed ]] || settle "$1"
    kcat -b "$PLAIN" -C -q -e -o beginning -X fetch.wait.max.ms=20 -X "isolation.level=${3:-read_committed}" -t "$1" \
        -f "${2:-%s\n}" ||
        fail "kcat cannot read $1"
}

# produce TOPIC: lines "key<TAB>value" of stdin.
produce() { kcat -b "$PLAIN" -P -K $'\t' -t "$1"; }

# lossy: a proxy in front of the node, which advertises it; $LOSSY is its address. `lose request|reply|delay API SECONDS`
# has the next request of that kind go wrong (tests/kafka/lossy_proxy.py), `lost` tells whether it has. Instead of
# kafka_start.
lossy_start() {
    local port
    port=$(kafka port)
    mkdir -p "$TMP_CASE/kafka"
    echo "advertised.listeners=PLAINTEXT://127.0.0.1:$port" >"$TMP_CASE/kafka/extra.properties"
    kafka_start
    python3 "$EXTRACT_SRCDIR/tests/kafka/lossy_proxy.py" "$port" "${PLAIN#*:}" "$TMP_CASE/order" &
    echo $! >"$TMP_CASE/lossy.pid"
    LOSSY="127.0.0.1:$port"
    PLAIN=$LOSSY
}
lose() { echo "$*" >"$TMP_CASE/order"; }
lost() { [[ ! -e $TMP_CASE/order ]]; }
