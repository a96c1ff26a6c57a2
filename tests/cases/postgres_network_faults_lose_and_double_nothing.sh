# SPDX-License-Identifier: Apache-2.0
# The network resets, closes one way, crawls, or loses the server's answer, while a load opens its session,
# takes the fence, copies, writes the ledger and commits: the load goes on by itself and every record is there
# once. Where it may not try again it says so, and the next one heals it.
. "$EXTRACT_SRCDIR/tests/lib.sh"
postgres_start
proxy_start "$PG_PORT"
sandbox --no-limit
configure "users = 400" "page_size = 100" "limit_users = none" "[warehouse]" "driver = postgres" \
    "url = postgresql://postgres@127.0.0.1:$PROXY_PORT/test"
run 0
batches=1

# faulty STATUS FAULT TEXT BYTES: the day again, and a load that this happens to.
faulty() {
    batches=$((batches + 1))
    run 0 --again --force --stage-only
    proxy "$2 $3 $4"
    expect "$1" "$EXTRACT" load --source random_user
    proxy_done || fail "$2 at $3: it never came to that"
}

# whole WHEN: every record once, and each segment once in the ledger.
whole() {
    equal "$(pg "SELECT count(*), count(DISTINCT user_key) FROM random_users")" "400|400" "rows, $1"
    equal "$(pg "SELECT sum(row_count), max(last_seq), sum(last_seq - first_seq + 1) FROM extract_ledger")" \
        "$((batches * 400))|$((batches * 4))|$((batches * 4))" "ledger, $1"
    expect 0 "$EXTRACT" verify --source random_user
}

for place in "search_path 0" "pg_advisory_xact_lock 0" "COPY 0" "COPY 1" "COPY 20000" "COPY 90000" \
    'COPY>INTO 0' 'COPY>COMMIT\0 0'; do
    for fault in reset half drip lose; do
        faulty 0 $fault $place
        whole "after $fault at $place"
    done
done

# without a second try: the commit is lost, or only the answer to it, and the next load finds out which
export EXTRACT_DELIVERY_RETRY=0s
for fault in reset lose; do
    faulty 69 $fault 'COPY>COMMIT\0' 0
    says "the connection broke"
    [[ $fault == lose ]] && committed=1 || committed=0
    equal "$(pg "SELECT count(*) FROM extract_ledger")" $((batches - 1 + committed)) "batches after $fault of the commit"
    expect 0 "$EXTRACT" load --source random_user
    whole "after $fault, by the next load"
done
echo "$((batches - 1)) faults"
