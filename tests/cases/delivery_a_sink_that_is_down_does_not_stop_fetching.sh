# SPDX-License-Identifier: Apache-2.0
# PostgreSQL is down, then Kafka: what is fetched is staged and reaches the other sink, the run ends with 69 and
# says why; when the server is back the next run, or `load` alone, delivers what waited. [stage] budget is how
# much may wait: fetching then ends with 74 and the next step.
. "$EXTRACT_SRCDIR/tests/kafka/lib.sh"
postgres_start
kafka_start
sandbox --no-limit
configure "users = 300" "page_size = 100" "[warehouse]" "driver = postgres" "url = $PG_URL" "[kafka]" "brokers = $PLAIN"
day() { DAY=2026-11-0$1; }
rows() { pg "SELECT count(*), count(DISTINCT user_key) FROM random_users"; }
messages() { consume random_user.users '%k\n' | sort -u | wc -l; consume random_user.users '%k\n' | wc -l; }

# without patience for a server that is down
down() { EXTRACT_DELIVERY_RETRY=1s "$@"; }

postgres_stop
day 1
down run 69
equal "$(summary '"\(.staged) \(.published) \(.loaded)"')" "300 300 0" "staged, published, loaded"
says 'sink=warehouse kind=network .*127.0.0.1.*[Cc]onnection refused'
expect 0 "$EXTRACT" status --source random_user
prints 'warehouse.*refused'
day 2
down run 69
equal "$(summary '"\(.staged) \(.published) \(.loaded)"')" "300 300 0" "staged, published, loaded on another day"

# as much as the budget allows
export EXTRACT_STAGE_BUDGET=1
day 3
down run 74
equal "$(summary .staged)" 0 "staged over the budget"
says 'reached its budget.*extract status.*extract purge'
unset EXTRACT_STAGE_BUDGET

postgres_start
expect 0 "$EXTRACT" load --source random_user
equal "$(rows)" "600|600" "rows"

kafka_stop
EXTRACT_KAFKA_TIMEOUT=1s down run 69
equal "$(summary '"\(.staged) \(.published) \(.loaded)"')" "300 0 300" "staged, published, loaded without a broker"
says 'sink=kafka kind=network'
equal "$(rows)" "900|900" "rows"
kafka_start
day 4
run 0
equal "$(summary '"\(.staged) \(.published) \(.loaded)"')" "300 600 300" "staged, published, loaded at last"
equal "$(rows) $(messages | xargs)" "1200|1200 1200 1200" "rows, keys and messages"
expect 0 "$EXTRACT" verify --source random_user
expect 0 "$EXTRACT" status --source random_user
! grep -q refused "$TMP_CASE/out" || fail "what is over is still told: $(cat "$TMP_CASE/out")"
