# SPDX-License-Identifier: Apache-2.0
# A stop signal ends a load between two transactions of the warehouse, resumable; the next load goes on
# behind them.
. "$EXTRACT_SRCDIR/tests/lib.sh"
sandbox --seed stop --no-limit
configure "users = 40000" "page_size = 100" "limit_users = none"
expect 0 "$EXTRACT" --source random_user --stage-only --quiet
cp -a "$TMP_CASE/state" "$TMP_CASE/staged"

# stopped_load: a load that is stopped behind its first transaction; its status is in $status. On a busy machine it may
# be over before the signal comes: then again.
stopped_load() {
    rm -rf "$TMP_CASE/state" "$TMP_CASE/trace"
    cp -a "$TMP_CASE/staged" "$TMP_CASE/state"
    : >"$TMP_CASE/trace"
    EXTRACT_CRASH_TRACE="$TMP_CASE/trace" "$EXTRACT" load --source random_user --output json \
        >"$TMP_CASE/json" 2>"$TMP_CASE/err" &
    pid=$!
    until grep -q batch.committed "$TMP_CASE/trace" || ! kill -0 "$pid" 2>/dev/null; do sleep 0.005; done
    kill -TERM "$pid" 2>/dev/null || :
    status=0
    wait "$pid" || status=$?
}
for _ in 1 2 3 4 5; do
    stopped_load
    [[ $status -eq 0 ]] || break
done
equal "$status" 75 "status after a stop signal"
equal "$(wc -l <"$TMP_CASE/json")" 1 "lines of JSON"
equal "$(jq -r '.status, .error_kind' "$TMP_CASE/json" | xargs)" "resumable stopped"
says 'delivery.stopped .* segments not delivered to the warehouse yet; run the same command again'
loaded=$(query 'SELECT count(*) FROM random_users')
[[ $loaded -gt 0 && $loaded -lt 40000 ]] || fail "$loaded rows after the stop"
equal "$(jq .loaded "$TMP_CASE/json")" "$loaded" "rows that the summary tells"

expect 0 "$EXTRACT" load --source random_user --quiet
equal "$(query 'SELECT count(*), count(DISTINCT user_key) FROM random_users')" "40000|40000"
expect 0 "$EXTRACT" verify --source random_user
