# SPDX-License-Identifier: Apache-2.0
# A record that is larger than a message of Kafka may be goes to quarantine; all others are published, and the
# warehouse has them all.
. "$EXTRACT_SRCDIR/tests/kafka/lib.sh"
kafka_start
sandbox --no-limit
page=$(curl -fsS "$SANDBOX/api/1.4/?results=10&page=1&seed=x")
answers "$(jq -c '.info.seed = "@SEED@" | .results[3].location.country = ("a" * 1000001)' <<<"$page")"
configure "users = 10" "page_size = 10" "[kafka]" "brokers = $PLAIN"
run 1
equal "$(summary '.published, .quarantined, .loaded' | xargs)" "9 1 10" "published, set aside, loaded"
equal "$(consume random_user.users | wc -l)" 9 "records"
equal "$(consume extract.state | jq .rows)" 9 "rows of the marker"
expect 0 "$EXTRACT" show --source random_user --stream users --quarantine
prints 'larger than a message of Kafka'
run 0
equal "$(consume random_user.users | wc -l)" 9 "records after another run"
expect 0 "$EXTRACT" verify --source random_user
