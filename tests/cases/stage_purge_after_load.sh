# SPDX-License-Identifier: Apache-2.0
# What is purged is old and in the warehouse already; the work goes on behind it as if it were there.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/crash.sh"
sandbox --seed purge --no-limit --hostile missing-uuid@1
configure "users = 200" "page_size = 50" "limit_users = none"
stage() { sqlite3 -readonly "$TMP_CASE/state/random_user.stage" "$1"; }
of() { echo --source random_user --since "2025-03-$1" --until "2025-03-$1"; }

# not loaded yet: kept, whatever its age; quarantine goes by age alone
expect 1 "$EXTRACT" $(of 01) --stage-only
expect 0 "$EXTRACT" purge --source random_user --older-than 0s --output json
equal "$(jq -r '"\(.segments) \(.quarantined)"' "$TMP_CASE/out")" "0 4"
equal "$(stage 'SELECT count(*) FROM segment')" 4

# loaded, but not old enough
expect 0 "$EXTRACT" load --source random_user
expect 0 "$EXTRACT" purge --source random_user --older-than 1h
expect 0 "$EXTRACT" purge --source random_user
equal "$(stage 'SELECT count(*) FROM segment')" 4

# both
size=$(stat -c %s "$TMP_CASE/state/random_user.stage")
expect 0 "$EXTRACT" purge --source random_user --older-than 0s --output json
equal "$(jq -r '"\(.segments) \(.records)"' "$TMP_CASE/out")" "4 196"
equal "$(stage 'SELECT count(*) FROM segment')" 0
equal "$(stage 'SELECT count(*) FROM dek')" 0 "keys that open nothing any more"
[[ $(stat -c %s "$TMP_CASE/state/random_user.stage") -lt $size ]] || fail "the file did not shrink from $size bytes"
sound "$TMP_CASE/state" >"$TMP_CASE/out" 2>&1 || fail "not sound: $(cat "$TMP_CASE/out")"
expect 0 "$EXTRACT" show --source random_user
[[ ! -s $TMP_CASE/out ]] || fail "something purged is shown"

# nothing is fetched again, and what comes next has the next numbers
expect 99 "$EXTRACT" $(of 01) --skip-exit-code
expect 1 "$EXTRACT" $(of 02)
equal "$(stage 'SELECT min(seq), max(seq) FROM segment')" "5|8"
equal "$(query 'SELECT count(*), count(DISTINCT user_key) FROM random_users')" "392|392"
sound "$TMP_CASE/state" >"$TMP_CASE/out" 2>&1 || fail "not sound: $(cat "$TMP_CASE/out")"

# a replay tells the days of which it has not everything any more, and brings the others back
expect 1 "$EXTRACT" $(of 03)
sqlite3 "$TMP_CASE/state/warehouse.db" "DELETE FROM random_users"
expect 1 "$EXTRACT" replay --source random_user --since 2025-03-01 --until 2025-03-03 --output json
equal "$(summary '[.loaded, .streams[0].purged, .status] | join(" ")')" "392 1 partly failed" "rows, slices that are gone"
says 'replay\.purged sink=warehouse stream=users account=default first=2025-03-01 last=2025-03-01 slices=1 '
expect 0 "$EXTRACT" replay --source random_user --since 2025-03-02 --until 2025-03-03 --output json
equal "$(summary '[.loaded, .streams[0].purged] | join(" ")')" "392 0" "rows of days that are there"

# a warehouse that has less than what is purged is not filled up in silence
rm "$TMP_CASE/state/warehouse.db"
status=0
"$EXTRACT" load --source random_user 2>"$TMP_CASE/err" || status=$?
[[ $status -ne 0 ]] || fail "a warehouse without what was purged is filled with what is left"
says "purged|stage|ledger|marker"
