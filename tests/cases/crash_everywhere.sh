# SPDX-License-Identifier: Apache-2.0
# Whatever is written, and wherever the program is killed while it writes: the same command again
# ends where an uninterrupted one does.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/crash.sh"
users=15
page=5

# Each worker has a sandbox of its own, for the faults are counted by request: the second page comes
# broken and is asked for again; of every page one record does not fit, and one has a field too many.
start_worker() {
    sandbox_count=$((10 * $1))
    sandbox --seed crash --journal "$TMP_CASE/journal.$1" --hostile missing-uuid@1,unknown-field@2
    export EXTRACT_CONFIG="$TMP_CASE/worker$1.conf"
    cat >"$EXTRACT_CONFIG" <<CONF
[random_user]
base_url = $SANDBOX
users = $users
page_size = $page
limit_users = 1000000/5m
CONF
}
prepare() { fault truncate@2; }
run=("$EXTRACT" --source random_user $day)

quick_retries
start_worker 9

# from nothing: the keys differ from folder to folder
mkdir "$TMP_CASE/first.before"
any_key=--any-key crash_everywhere first "${run[@]}" --stage-only

# with the keys made
any_key=
"$EXTRACT" keys init --no-escrow --state "$TMP_CASE/run.before" >/dev/null
crash_everywhere run "${run[@]}"

# the warehouse has every user that was served, but for those in quarantine, once
awk '$3 != 1 {print $2, $3}' "$TMP_CASE/journal.9" | sort -u >"$TMP_CASE/served"
WAREHOUSE=$TMP_CASE/run.whole/warehouse.db query \
    "SELECT page || ' ' || position FROM random_users" | sort >"$TMP_CASE/loaded"
diff "$TMP_CASE/served" "$TMP_CASE/loaded" || fail "the warehouse is not what was served"
equal "$(wc -l <"$TMP_CASE/loaded")" $((users - users / page))

prepare() { :; }
cp -a "$TMP_CASE/run.before" "$TMP_CASE/load.before"
expect 1 "${run[@]}" --stage-only --state "$TMP_CASE/load.before"
crash_everywhere load "$EXTRACT" load --source random_user
diff "$TMP_CASE/run.expected" "$TMP_CASE/load.expected" >"$TMP_CASE/diff" ||
    fail "load after a run is not the same as a run that loads: $(cat "$TMP_CASE/diff")"

cp -a "$TMP_CASE/run.whole" "$TMP_CASE/purge.before"
crash_everywhere purge "$EXTRACT" purge --source random_user --older-than 0s
! grep -qE '^(segment|quarantine|show)' "$TMP_CASE/purge.expected" || fail "purge left something"

cp -a "$TMP_CASE/run.whole" "$TMP_CASE/rotate.before"
crash_everywhere rotate "$EXTRACT" keys rotate
diff "$TMP_CASE/run.expected" "$TMP_CASE/rotate.expected" >"$TMP_CASE/diff" ||
    fail "a rotation changed what is there: $(cat "$TMP_CASE/diff")"
