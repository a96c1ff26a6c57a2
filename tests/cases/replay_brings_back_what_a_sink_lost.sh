# SPDX-License-Identifier: Apache-2.0
# Rows and records that are lost or changed behind our back: `verify` finds them, `replay` brings them
# back out of the stage, nothing is fetched, and once more changes nothing.
. "$EXTRACT_SRCDIR/tests/kafka/lib.sh"
kafka_start
postgres_start
sandbox --seed replay --no-limit

# loses SQL: takes rows out of the warehouse, in the words of either database
loses() { if [[ $driver == postgres ]]; then pg "$1"; else sqlite3 "$TMP_CASE/state/warehouse.db" "$1"; fi; }
rows() { loses "SELECT count(*), count(DISTINCT user_key), min(email), max(page) FROM random_users"; }

for driver in sqlite postgres; do
    rm -rf "$TMP_CASE/state"
    configure "users = 300" "page_size = 100" "[warehouse]" "driver = $driver" \
        "$([[ $driver == sqlite ]] || echo "url = $PG_URL")"
    DAY=2026-11-01
    run 0
    DAY=2026-11-02
    run 0
    before=$(rows)
    requests=$(stats .requests)
    expect 0 "$EXTRACT" verify --source random_user

    loses "DELETE FROM random_users WHERE page = 2 AND position < 3"
    expect 65 "$EXTRACT" verify --source random_user
    says 'sink warehouse, stream users: segment [0-9]+: 3 of 100 rows are missing or are not what was delivered'
    loses "UPDATE random_users SET email = 'x' WHERE page = 3 AND position = 0"
    expect 65 "$EXTRACT" verify --source random_user
    says 'segment [0-9]+: 1 of 100 rows'

    # of the second day alone, then of all
    expect 0 "$EXTRACT" replay --source random_user --sink warehouse --since 2026-11-02 --until 2026-11-02
    expect 65 "$EXTRACT" verify --source random_user
    expect 0 "$EXTRACT" replay --source random_user --sink warehouse --since 2026-11-01 --until 2026-11-02
    expect 0 "$EXTRACT" verify --source random_user
    equal "$(rows)" "$before" "rows after a replay ($driver)"
    expect 0 "$EXTRACT" replay --source random_user --sink warehouse --since 2026-11-01 --until 2026-11-02
    equal "$(rows)" "$before" "rows after another ($driver)"
    equal "$(stats .requests)" "$requests" "requests"
    expect 0 "$EXTRACT" audit export --source random_user
    grep -q '"kind":"batch.replayed"' "$TMP_CASE/out" || fail "the audit log does not tell"
done

# a topic whose beginning is gone
rm -rf "$TMP_CASE/state"
configure "users = 300" "page_size = 100" "[warehouse]" "driver = none" "[kafka]" "brokers = $PLAIN" "partitions = 1"
run 0
expect 0 "$EXTRACT" verify --source random_user --output json
equal "$(jq -c '[.compared, .expired, .faults]' "$TMP_CASE/out")" '[300,0,0]' "what was compared"
echo '{"version": 1, "partitions": [{"topic": "random_user.users", "partition": 0, "offset": 120}]}' >offsets
kafka admin "$TMP_CASE/kafka" tools.DeleteRecordsCommand --offset-json-file "$PWD/offsets" >/dev/null
expect 0 "$EXTRACT" verify --source random_user --output json
equal "$(jq -c '[.compared, .expired, .faults]' "$TMP_CASE/out")" '[300,120,0]' "after retention"
expect 0 "$EXTRACT" replay --source random_user --sink kafka --since "$DAY" --until "$DAY" --output json
equal "$(summary .published)" 120 "records that were brought back"
equal "$(consume random_user.users '%k\n' | sort -u | wc -l)/$(consume random_user.users '%k\n' | wc -l)" 300/300 "keys, records"
expect 0 "$EXTRACT" replay --source random_user --sink kafka --since "$DAY" --until "$DAY" --output json
equal "$(summary .published)" 0 "records of a second replay"
expect 0 "$EXTRACT" verify --source random_user --output json
equal "$(jq -c '[.compared, .expired, .faults]' "$TMP_CASE/out")" '[300,0,0]' "after the replay"

# a record that is there twice, and one that is not what was delivered
stage=$(consume random_user.users '%h\n' | head -n 1 | sed -E 's/.*stage=([0-9a-f]{32}).*/\1/')
forge() { echo "$1" | kcat -b "$PLAIN" -P -t random_user.users -H "stage=$stage" -H "seq=$2" -H "index=$3"; }
forge '{"forged":1}' 1 5
expect 65 "$EXTRACT" verify --source random_user
says '1 records are there more than once'
echo '{"version": 1, "partitions": [{"topic": "random_user.users", "partition": 0, "offset": -1}]}' >offsets
kafka admin "$TMP_CASE/kafka" tools.DeleteRecordsCommand --offset-json-file "$PWD/offsets" >/dev/null
forge '{"forged":1}' 1 5
expect 65 "$EXTRACT" verify --source random_user
says 'segment 1: records are not what was delivered'
