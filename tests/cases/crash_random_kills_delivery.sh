# SPDX-License-Identifier: Apache-2.0
# Killed at any instruction while it fetches, publishes and loads, hundreds of times: what the sandbox served
# is in the stage, in PostgreSQL (as psql reads it) and in Kafka (as kcat reads what is committed), once each.
# KILLS is how often at least; contrib/kill-loop has it run for long.
. "$EXTRACT_SRCDIR/tests/kafka/lib.sh"
. "$EXTRACT_SRCDIR/tests/crash.sh"
wanted=${KILLS:-300}
per_round=$((wanted < 150 ? wanted : 150)) # then everything is compared, and begun anew
users=400

postgres_start
kafka_start
sandbox --seed kills --no-limit --journal "$TMP_CASE/journal" --fault html-502@40 --fault truncate@90
configure "users = $users" "page_size = 10" "limit_users = none" "[warehouse]" "driver = postgres" "url = $PG_URL" \
    "[kafka]" "brokers = $PLAIN" "transaction_records = 50" "[delivery]" "retry = 1m"
quick_retries

# command DAY: now and then only a part of the work, so that the sinks lag behind, one more than the other.
command() {
    case $((RANDOM % 8)) in
    0) echo --stage-only --since "$1" --until "$1" ;;
    1) echo publish ;;
    2) echo load ;;
    *) echo --since "$1" --until "$1" ;;
    esac
}

# try MILLISECONDS COMMAND...: false when it was killed, before that many at the latest; half of the time
# much earlier, while it opens what it needs.
try() {
    local most=$1 delay pid status=0
    shift
    delay=$((1 + RANDOM % (RANDOM % 2 ? 40 : most)))
    "$EXTRACT" "$@" --source random_user --state "$state" --quiet 2>>"$TMP_CASE/log" &
    pid=$!
    sleep "$(printf %d.%03d $((delay / 1000)) $((delay % 1000)))"
    kill -KILL "$pid" 2>/dev/null || :
    { wait "$pid"; } 2>/dev/null || status=$?
    [[ $status -ne 137 ]] || return 1
    [[ $status -eq 0 ]] || fail "status $status after $kills kills: $(tail "$TMP_CASE/log")"
}

# Day after day, each until it is fetched: on a slow machine patience grows with every kill.
kill_often() {
    local until=$1 patience whole what
    while [[ $kills -lt $until ]]; do
        day=$(date -u -d "2020-01-01 + $days days" +%F)
        patience=200 whole=
        while [[ ! $whole ]]; do
            read -ra what < <(command "$day")
            if try "$patience" "${what[@]}"; then
                [[ ${what[0]} != --* ]] || whole=yes
            else
                kills=$((kills + 1)) patience=$((patience + 5))
            fi
        done
        days=$((days + 1))
    done
}

# compare NAME: the origins of the records, one a line on stdin, are those that were served.
origin='"\(.seed) \(.page) \(.position)"'
compare() {
    sort >"$TMP_CASE/found"
    local lost doubled
    lost=$(comm -23 "$TMP_CASE/served" "$TMP_CASE/found" | wc -l)
    doubled=$(comm -13 "$TMP_CASE/served" "$TMP_CASE/found" | wc -l)
    equal "$lost lost, $doubled doubled" "0 lost, 0 doubled" "$1, after $kills kills"
}

kills=0 days=0 round=0
while [[ $kills -lt $wanted ]]; do
    round=$((round + 1)) first_day=$days state="$TMP_CASE/round$round"
    export EXTRACT_WAREHOUSE_SCHEMA=round$round EXTRACT_KAFKA_DEPLOYMENT=round$round \
        EXTRACT_KAFKA_PREFIX=round$round. EXTRACT_KAFKA_STATE_TOPIC=round$round.state
    : >"$TMP_CASE/journal"
    expect 0 "$EXTRACT" keys init --no-escrow --state "$state"
    kill_often $((kills + per_round < wanted ? kills + per_round : wanted))

    expect 0 "$EXTRACT" publish --source random_user --state "$state"
    expect 0 "$EXTRACT" load --source random_user --state "$state"
    sort -u "$TMP_CASE/journal" | cut -d' ' -f1-3 | sort >"$TMP_CASE/served"
    equal "$(wc -l <"$TMP_CASE/served")" $((users * (days - first_day))) "served users"
    "$EXTRACT" show --source random_user --state "$state" --limit 0 | jq -r "$origin" | compare stage
    pg "SELECT seed || ' ' || page || ' ' || position FROM round$round.random_users" | compare table
    consume "round$round.random_user.users" | jq -r "$origin" | compare topic
    equal "$(pg "SELECT sum(row_count) FROM round$round.extract_ledger")" "$(wc -l <"$TMP_CASE/served")" "rows of the ledger"
    equal "$(consume "round$round.state" | jq -s 'map(.rows) | add')" "$(wc -l <"$TMP_CASE/served")" "rows of the markers"
    sound "$state" >"$TMP_CASE/out" 2>&1 || fail "not sound after $kills kills: $(cat "$TMP_CASE/out")"
    echo "$kills kills, $(wc -l <"$TMP_CASE/served") users in round $round: none lost, none doubled"
    [[ $kills -ge $wanted ]] || {
        pg "DROP SCHEMA round$round CASCADE" 2>/dev/null
        kafka_topics --delete --topic "round$round[.].*" >/dev/null
        rm -rf "$state"
    }
done
