# SPDX-License-Identifier: Apache-2.0
# A stage that somebody or something changed is refused as far as it was changed, and what it holds
# otherwise stays readable; never are there other records, or fewer with status 0.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/crash.sh"
sandbox --seed damage --hostile missing-uuid@1
configure "users = 60" "page_size = 10" "limit_users = none"
expect 1 "$EXTRACT" --source random_user $day --stage-only
stage="$TMP_CASE/state/random_user.stage"
python3 "$EXTRACT_SRCDIR/tests/damage.py" "$TMP_CASE/state" "${SAMPLES:-100}" || fail "see above"

# altered SQL: a copy of the state folder whose stage was changed with SQL
altered() {
    rm -rf "$TMP_CASE/altered"
    cp -a "$TMP_CASE/state" "$TMP_CASE/altered"
    sqlite3 "$TMP_CASE/altered/random_user.stage" "PRAGMA trusted_schema = 1; $1" >/dev/null
}

# refused SQL PATTERN: every command refuses the file, says so, and leaves it as it is
refused() {
    local command before
    altered "$1"
    before=$(sqlite3 "$TMP_CASE/altered/random_user.stage" .dump | sha256sum)
    for command in "" load show verify purge status "audit verify"; do
        # shellcheck disable=SC2086
        expect 74 "$EXTRACT" $command --source random_user --state "$TMP_CASE/altered"
        says "random_user.stage.*($2)"
    done
    equal "$(sqlite3 "$TMP_CASE/altered/random_user.stage" .dump | sha256sum)" "$before" \
        "the file after it was refused"
}
refused "UPDATE stage SET source = 'another'" "of source another, not of random_user"
refused "PRAGMA user_version = 99" "newer"
refused "PRAGMA application_id = 1" "not"
refused "CREATE TRIGGER t AFTER INSERT ON segment BEGIN DELETE FROM segment; END" "trigger"
refused "CREATE VIEW v AS SELECT 1" "view"
refused "CREATE TABLE mine (a)" "tables are not the ones"
refused "ALTER TABLE segment ADD COLUMN mine TEXT" "tables are not the ones"
refused "DELETE FROM stage" "whose stage"

# segment SEQ SQL: that segment alone is told and passed over
segment() {
    altered "$2"
    expect 74 "$EXTRACT" show --source random_user --state "$TMP_CASE/altered" --limit 0
    says "(segment|seq) $1\b"
    equal "$(wc -l <"$TMP_CASE/out")" "${3:-45}" "records of the other segments"
    status=0
    "$EXTRACT" verify --source random_user --state "$TMP_CASE/altered" >"$TMP_CASE/out" 2>"$TMP_CASE/err" || status=$?
    [[ $status -ne 0 ]] || fail "verify finds nothing: $2"
    says "(segment|seq) $1\b"
}
segment 2 "UPDATE segment SET page = 7 WHERE seq = 2"
segment 2 "UPDATE segment SET count = 8 WHERE seq = 2"
segment 2 "UPDATE segment SET slice = '2025-01-03' WHERE seq = 2"
segment 2 "UPDATE segment SET created = created + 1 WHERE seq = 2"
segment 2 "UPDATE segment SET digest = zeroblob(32) WHERE seq = 2"
segment 2 "UPDATE segment SET policy_digest = zeroblob(32) WHERE seq = 2"
segment 2 "UPDATE segment SET sealed = (SELECT sealed FROM segment WHERE seq = 3) WHERE seq = 2"
segment 2 "UPDATE segment SET seq = -seq WHERE seq IN (2, 3);
    UPDATE segment SET seq = 5 + seq WHERE seq < 0" 36
segment 6 "UPDATE stream SET last_seq = 5" 54

# of a time: what a row says of its own is not believed before it is unsealed
altered "UPDATE segment SET created = 0 WHERE seq = 2"
expect 74 "$EXTRACT" show --source random_user --state "$TMP_CASE/altered" --since today
says "segment 2\b"

# one that is gone is missed, the newest too
for gone in 1 4 6; do
    segment $gone "DELETE FROM segment WHERE seq = $gone"
    says "segment $gone is missing"
    expect 74 "$EXTRACT" load --source random_user --state "$TMP_CASE/altered"
    says "\b$gone\b.*missing"
    equal "$(WAREHOUSE=$TMP_CASE/altered/warehouse.db query 'SELECT count(*) FROM random_users')" \
        $((9 * (gone - 1))) "rows that stand before it"
done
# nor does a load pass over one that is said to be purged, and is there
segment 1 "UPDATE stream SET purged_seq = 1" 54
expect 74 "$EXTRACT" load --source random_user --state "$TMP_CASE/altered"
says "segment 1 was purged, or never put there"
altered "DELETE FROM quarantine WHERE number = 3"
expect 74 "$EXTRACT" show --source random_user --state "$TMP_CASE/altered" --quarantine
says "quarantined record 3 is missing"
equal "$(wc -l <"$TMP_CASE/out")" 5 "the other quarantined records"

# nor is what is gone passed over by a replay, at the beginning either
altered "SELECT 1"
expect 0 "$EXTRACT" load --source random_user --state "$TMP_CASE/altered"
sqlite3 "$TMP_CASE/altered/random_user.stage" "DELETE FROM segment WHERE seq = 1"
expect 74 "$EXTRACT" replay --source random_user --sink warehouse $day --state "$TMP_CASE/altered"
says "segment 1 is missing"

# … and where the stage does not know any more what was loaded, the warehouse does
altered "SELECT 1"
expect 0 "$EXTRACT" load --source random_user --state "$TMP_CASE/altered"
sqlite3 "$TMP_CASE/altered/random_user.stage" "DELETE FROM position"
sqlite3 "$TMP_CASE/altered/warehouse.db" "DELETE FROM random_users WHERE page = 2"
expect 0 "$EXTRACT" replay --source random_user --sink warehouse $day --state "$TMP_CASE/altered"
equal "$(WAREHOUSE=$TMP_CASE/altered/warehouse.db query 'SELECT count(*) FROM random_users')" 54 "rows after the replay"

# a stage of others' making, and one that others may change
altered "SELECT 1"
chmod 644 "$TMP_CASE/altered/random_user.stage"
expect 74 "$EXTRACT" show --source random_user --state "$TMP_CASE/altered"
says "chmod"
head -c 100000 /dev/urandom >"$TMP_CASE/altered/random_user.stage"
chmod 600 "$TMP_CASE/altered/random_user.stage"
expect 74 "$EXTRACT" --source random_user $day --state "$TMP_CASE/altered"
says "random_user.stage"

# a checkpoint that leads further than what was staged leaves nothing out
fault "hang@3"
rm -rf "$TMP_CASE/state"
EXTRACT_CRASH_AT=page.committed expect 137 "$EXTRACT" --source random_user $day --stage-only
fault
sqlite3 "$stage" "UPDATE checkpoint SET cursor = json_set(cursor, '$.page', 5)"
expect 74 "$EXTRACT" --source random_user $day
says "the checkpoint of stream users, .* is damaged"
