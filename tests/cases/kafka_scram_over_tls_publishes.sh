# SPDX-License-Identifier: Apache-2.0
# A user whose password goes by SCRAM over TLS publishes, and a reader of the same kind reads it; with a wrong password
# the run ends soon and says so. Against Kafka 3.9, which takes SCRAM from every librdkafka.
. "$EXTRACT_SRCDIR/tests/kafka/lib.sh"
KAFKA_VERSION=3.9.2 kafka_start secure
sandbox --no-limit
tls="$TMP_CASE/kafka/tls"
secret() { (umask 077; printf %s "$2" >"$TMP_CASE/$1"); echo "file:$TMP_CASE/$1"; }
settings() {
    configure "users = 300" "page_size = 100" "[kafka]" "brokers = $SASL" "security = sasl_ssl" "mechanism = SCRAM-SHA-512" \
        "username = writer" "ca_file = $tls/ca.pem" "password = $1"
}
settings "$(secret right writer-secret)"
expect 77 "$EXTRACT" ddl --source random_user --sink kafka # it may not look, and says what it would need
grep '^kafka-' "$TMP_CASE/out" >"$TMP_CASE/script"
while read -r command; do
    eval "set -- ${command//CONSUMER/reader}"
    case $1 in
    kafka-topics.sh) kafka_topics "${@:4}" >/dev/null ;;
    kafka-acls.sh) kafka_allow "${@:5}" ;;
    esac
done <"$TMP_CASE/script"

run 0
equal "$(summary .published)" 300 "published"
expect 0 "$EXTRACT" verify --source random_user
reads() { # a reader whose only node is slow to answer gives up at once
    kcat -b "$SASL" -X security.protocol=sasl_ssl -X sasl.mechanisms=SCRAM-SHA-512 -X sasl.username=reader \
        -X sasl.password=reader-secret -X ssl.ca.location="$tls/ca.pem" -X isolation.level=read_committed \
        -C -q -e -o beginning -t random_user.users -f '%k\n' >"$TMP_CASE/read" 2>"$TMP_CASE/reader"
}
until_true reads || fail "the reader is refused: $(cat "$TMP_CASE/reader")"
equal "$(sort -u "$TMP_CASE/read" | wc -l)" 300 "keys that a reader with SCRAM reads"

settings "$(secret wrong reader-secret)"
DAY=2026-11-02
EXTRACT_DELIVERY_RETRY=1s EXTRACT_KAFKA_TIMEOUT=6s run 77
says 'username or password are wrong'
equal "$(consume random_user.users | wc -l)" 300 "records"
