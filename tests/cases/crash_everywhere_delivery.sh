# SPDX-License-Identifier: Apache-2.0
# A run into PostgreSQL and Kafka, wherever it is killed: the same command again ends with the rows, the
# committed messages, the ledger, the markers and the audit events of an uninterrupted one, as psql and
# kcat read them. So do `load` and `publish` alone.
. "$EXTRACT_SRCDIR/tests/kafka/lib.sh"
. "$EXTRACT_SRCDIR/tests/crash.sh"
postgres_start
kafka_start
quick_retries
export EXTRACT_WAREHOUSE_URL=$PG_URL EXTRACT_WAREHOUSE_DRIVER=postgres EXTRACT_DELIVERY_RETRY=30s \
    EXTRACT_KAFKA_PARTITIONS=1 EXTRACT_KAFKA_TRANSACTION_RECORDS=5

start_worker() {
    sandbox_count=$((10 * $1))
    sandbox --seed crash --no-limit --hostile missing-uuid@1
    export EXTRACT_CONFIG="$TMP_CASE/worker$1.conf"
    cat >"$EXTRACT_CONFIG" <<CONF
[random_user]
base_url = $SANDBOX
users = 15
page_size = 5
limit_users = none
CONF
}

# Every state folder has a schema and topics of its own on the two servers.
into_postgres() { export EXTRACT_WAREHOUSE_SCHEMA=${1//[.]/_}; }
into_kafka() {
    export EXTRACT_KAFKA_BROKERS=$PLAIN EXTRACT_KAFKA_DEPLOYMENT=$1 EXTRACT_KAFKA_PREFIX="$1." \
        EXTRACT_KAFKA_STATE_TOPIC="$1.state"
}
run=("$EXTRACT" --source random_user $day)
start_worker 9

mkdir "$TMP_CASE/delivery.before"
"$EXTRACT" keys init --no-escrow --state "$TMP_CASE/delivery.before" >/dev/null
prepare() {
    into_postgres "$1"
    into_kafka "$1"
}
crash_everywhere delivery "${run[@]}"
grep -qx 'keys 12 of 12' "$TMP_CASE/delivery.expected" || fail "not all rows: $(cat "$TMP_CASE/delivery.expected")"
grep -qx 'origins 12 of 12' "$TMP_CASE/delivery.expected" || fail "not all messages"

# The day staged twice, into a table that refuses one of its users: the load merges, and sets aside.
cp -a "$TMP_CASE/delivery.before" "$TMP_CASE/load.before"
unset EXTRACT_WAREHOUSE_SCHEMA EXTRACT_KAFKA_BROKERS
expect 1 "${run[@]}" --stage-only --state "$TMP_CASE/load.before"
expect 1 "${run[@]}" --stage-only --again --force --state "$TMP_CASE/load.before"
cp -a "$TMP_CASE/load.before" "$TMP_CASE/publish.before"
prepare() {
    into_postgres "$1"
    "$EXTRACT" ddl --source random_user --apply --state "$TMP_CASE/$1" >/dev/null 2>&1
    pg "ALTER TABLE $EXTRACT_WAREHOUSE_SCHEMA.random_users ADD CHECK (page <> 2 OR position <> 3)"
}
crash_everywhere load "$EXTRACT" load --source random_user
grep -qx 'keys 11 of 11' "$TMP_CASE/load.expected" || fail "not all rows: $(cat "$TMP_CASE/load.expected")"
unset EXTRACT_WAREHOUSE_SCHEMA EXTRACT_WAREHOUSE_DRIVER
prepare() { into_kafka "$1"; }
crash_everywhere publish "$EXTRACT" publish --source random_user
grep -qx 'origins 24 of 24' "$TMP_CASE/publish.expected" || fail "not all messages"

for place in run.started fetch.page page.commit kafka.prepare kafka.marked warehouse.prepare sink.merge record.refused \
    batch.committed batch.positioned run.ending; do
    grep -qxF "$place" "$TMP_CASE"/*.fatal || fail "never killed at $place"
done
