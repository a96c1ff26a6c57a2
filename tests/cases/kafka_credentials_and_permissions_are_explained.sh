# SPDX-License-Identifier: Apache-2.0
# A user over TLS publishes with the permissions that `ddl` prints and no others; without them, with a wrong
# password, authority, mechanism or certificate the run ends soon and says which it is.
. "$EXTRACT_SRCDIR/tests/kafka/lib.sh"
kafka_start secure
sandbox --no-limit
tls="$TMP_CASE/kafka/tls"
secret() { (umask 077; printf %s "$2" >"$TMP_CASE/$1"); echo "file:$TMP_CASE/$1"; }
right=$(secret right writer-secret)
wrong=$(secret wrong reader-secret)
key=$(secret key "$(cat "$tls/client.key")")

# settings LINE...: over SASL with the right password, unless the lines say otherwise
settings() {
    configure "users = 10" "[delivery]" "retry = 1s" "[kafka]" "brokers = ${BROKERS:-$SASL}" "timeout = 6s" "$@"
}
# patient COMMAND...: when it is to succeed, on a machine that may be busy
patient() { EXTRACT_DELIVERY_RETRY=1m EXTRACT_KAFKA_TIMEOUT=30s "$@"; }
plain=("security = sasl_ssl" "username = writer" "ca_file = $tls/ca.pem")

# refused STATUS PATTERN: publishing ends so and says so, soon
refused() {
    local begin=$SECONDS
    expect "$1" "$EXTRACT" publish --source random_user
    says "$2"
    [[ $((SECONDS - begin)) -lt 60 ]] || fail "it took $((SECONDS - begin)) s"
}

settings "${plain[@]}" "password = $right"
run 0 --stage-only

settings "${plain[@]}" "password = $wrong"
refused 77 'username or password are wrong'
settings "${plain[@]}" "mechanism = SCRAM-SHA-512" "password = $right"
if [[ $(pkg-config --modversion rdkafka) < 2.6.1 ]]; then
    refused 77 'SCRAM of this librdkafka \(before 2.6.1\) is refused by Kafka 4'
fi
settings "${plain[@]}" "mechanism = SCRAM-SHA-256" "password = $right"
refused 77 'do not offer this mechanism'
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=other -keyout /dev/null -out "$TMP_CASE/other.pem" 2>/dev/null
settings "security = sasl_ssl" "username = writer" "ca_file = $TMP_CASE/other.pem" "password = $right"
refused 69 'authority that is not trusted'
settings
refused 69 'set security to ssl or sasl_ssl'
BROKERS=${PLAIN/127.0.0.1/broker.example} settings
refused 78 'records would cross the network in clear'
BROKERS=$MTLS settings "security = ssl" "ca_file = $tls/ca.pem"
refused 77 'want a certificate of ours'

# no permission at all, then one after the other, as ddl prints them
settings "${plain[@]}" "password = $right"
refused 77 'may not|needs'
expect 77 "$EXTRACT" ddl --source random_user --sink kafka
grep '^kafka-' "$TMP_CASE/out" >"$TMP_CASE/script"
# grant NAME: runs the commands of stdin for that user
grant() {
    local command user=$1
    while read -r command; do
        eval "set -- ${command//CONSUMER/$user}"
        case $1 in
        kafka-topics.sh) kafka_topics "${@:4}" >/dev/null ;;
        kafka-acls.sh) kafka_allow "${@:5}" ;;
        esac
    done
}
grep -v CONSUMER "$TMP_CASE/script" | grant writer
patient expect 0 "$EXTRACT" publish --source random_user
equal "$(consume random_user.users | wc -l)" 10 "records over SASL"
patient expect 0 "$EXTRACT" verify --source random_user

# a certificate is a user as well
BROKERS=$MTLS settings "security = ssl" "ca_file = $tls/ca.pem" "certificate = $tls/client.pem" "key = $key"
refused 77 'needs'
grep acls "$TMP_CASE/script" | grep -v CONSUMER | sed 's/User:writer/User:loader/' | grant loader
DAY=2026-11-02 patient run 0
equal "$(consume random_user.users | wc -l)" 20 "records with a certificate"

# a consumer without permission, and with the one that ddl prints
reads() {
    kcat -b "$SASL" -X security.protocol=sasl_ssl -X sasl.mechanisms=PLAIN -X sasl.username=reader \
        -X sasl.password=reader-secret -X ssl.ca.location="$tls/ca.pem" -X isolation.level=read_committed \
        -C -q -e -o beginning -t random_user.users -f '%k\n' 2>"$TMP_CASE/reader"
}
if reads >/dev/null; then fail "anybody may read"; fi
grep -qi 'authorization failed' "$TMP_CASE/reader" || fail "the reader was refused for something else: $(cat "$TMP_CASE/reader")"
grep CONSUMER "$TMP_CASE/script" | grant reader
may_read() { reads >"$TMP_CASE/read"; } # a node learns of what was granted a moment later
until_true may_read || fail "the reader is refused: $(cat "$TMP_CASE/reader")"
equal "$(wc -l <"$TMP_CASE/read")" 20 "records that a consumer reads"
