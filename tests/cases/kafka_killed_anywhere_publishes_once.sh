# SPDX-License-Identifier: Apache-2.0
# Killed at each crash point of a publication and started again: every record is there once. Each point has
# topics, markers and a transactional id of its own.
. "$EXTRACT_SRCDIR/tests/kafka/lib.sh"
kafka_start
sandbox --no-limit
settings() {
    configure "users = 60" "page_size = 20" "[kafka]" "brokers = $PLAIN" "transaction_records = 20" \
        "deployment = d$1" "prefix = p$1." "state_topic = s$1"
}
settings 0
run 0 --stage-only
cp -a "$TMP_CASE/state" "$TMP_CASE/before"
expect 0 env EXTRACT_CRASH_TRACE="$TMP_CASE/trace" "$EXTRACT" publish --source random_user
points=$(wc -l <"$TMP_CASE/trace")
[[ $points -gt 30 ]] || fail "only $points crash points"

for n in $(seq "$points"); do
    settings "$n"
    rm -rf "$TMP_CASE/state"
    cp -a "$TMP_CASE/before" "$TMP_CASE/state"
    expect 137 env EXTRACT_CRASH_AT="$n" "$EXTRACT" publish --source random_user
    expect 0 "$EXTRACT" publish --source random_user
    expect 0 "$EXTRACT" verify --source random_user
    equal "$(consume "p$n.random_user.users" '%k\n' | sort -u | wc -l)" 60 "keys, killed at point $n"
    equal "$(consume "p$n.random_user.users" '%k\n' | wc -l)" 60 "records, killed at point $n"
done
