# SPDX-License-Identifier: Apache-2.0
# No personal value reaches a sink: not the files of PostgreSQL, nor its log, nor those of Kafka, nor what
# is said about records that a sink refuses.
. "$EXTRACT_SRCDIR/tests/kafka/lib.sh"
postgres_start
kafka_start
sandbox --canary --seed canary --no-limit
configure "users = 60" "page_size = 20" "limit_users = none" "seed = canaries" "[warehouse]" "driver = postgres" \
    "url = $PG_URL" "[kafka]" "brokers = $PLAIN" "compression = none"
mkdir "$TMP_CASE/served" "$TMP_CASE/said"
for day in 01 02; do
    for page in 1 2 3; do
        curl -fsS "$SANDBOX/api/1.4/?results=20&page=$page&seed=canaries-2026-11-$day-u" >"$TMP_CASE/served/$day.$page"
    done
done

run 0
cp "$TMP_CASE/out" "$TMP_CASE/err" "$TMP_CASE/said/"
pg 'ALTER TABLE random_users ADD CHECK (gender <> '"'female'"' OR page <> 1) NOT VALID'
DAY=2026-11-02
run 1
[[ $(summary .quarantined) -gt 0 ]] || fail "nothing was refused"
cp "$TMP_CASE/out" "$TMP_CASE/said/refused.out"
cp "$TMP_CASE/err" "$TMP_CASE/said/refused.err"
expect 0 "$EXTRACT" show --source random_user --quarantine
cp "$TMP_CASE/out" "$TMP_CASE/said/quarantine"
pg CHECKPOINT
kafka_stop
[[ $(pg 'SELECT count(*) FROM random_users') -gt 60 ]] || fail "there is nothing to search in"
grep -qr user_key "$TMP_CASE/kafka/data" || fail "the files of the broker hold no record in clear"
python3 "$EXTRACT_SRCDIR/tests/canary.py" "$TMP_CASE/served" "$TMP_CASE/postgres" "$TMP_CASE/kafka" "$TMP_CASE/state" "$TMP_CASE/said" ||
    fail "a personal value is in a sink"
