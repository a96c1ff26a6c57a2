# SPDX-License-Identifier: Apache-2.0
# The power goes at each crash point: of the state folder is left what was synced, while the server that the rows were
# loaded into stays. The same command again ends in the rows of an uninterrupted run: nothing is lost, nothing doubled.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/crash.sh"
! sanitized || skip "a sanitizer and LD_PRELOAD do not go together"
postgres_start
quick_retries
"${CC:-cc}" -shared -fPIC -O1 -D_GNU_SOURCE -o "$TMP_CASE/powercut.so" "$EXTRACT_SRCDIR/tests/powercut.c" -ldl
export EXTRACT_WAREHOUSE_URL=$PG_URL EXTRACT_WAREHOUSE_DRIVER=postgres EXTRACT_DELIVERY_RETRY=30s

start_worker() {
    sandbox_count=$((10 * $1))
    sandbox --seed crash --no-limit
    export EXTRACT_CONFIG="$TMP_CASE/worker$1.conf"
    printf '[random_user]\nbase_url = %s\nusers = 10\npage_size = 5\nlimit_users = none\n' "$SANDBOX" >"$EXTRACT_CONFIG"
}

# What is in the folder is durable; its rows go into a schema of their own.
prepare() {
    export EXTRACT_WAREHOUSE_SCHEMA=${1//[.]/_} POWERCUT_DIR="$TMP_CASE/$1" POWERCUT_SHADOW="$TMP_CASE/$1.shadow"
    local file
    rm -rf "$POWERCUT_SHADOW"
    mkdir "$POWERCUT_SHADOW"
    for file in "$POWERCUT_DIR"/*; do cp "$file" "$POWERCUT_SHADOW/$(stat -c %i "$file")"; done
    (cd "$POWERCUT_DIR" && stat -c '%i %n' *) >"$POWERCUT_SHADOW/names"
}

# The folder as a power cut leaves it.
after_kill() {
    local inode name
    rm -rf "$TMP_CASE/$1"
    mkdir -m 700 "$TMP_CASE/$1"
    while read -r inode name; do
        cat "$POWERCUT_SHADOW/$inode" >"$TMP_CASE/$1/$name" 2>/dev/null || : # never synced: empty
        chmod 600 "$TMP_CASE/$1/$name"
    done <"$POWERCUT_SHADOW/names"
    prepare "$1"
}

start_worker 9
mkdir "$TMP_CASE/run.before"
"$EXTRACT" keys init --no-escrow --state "$TMP_CASE/run.before" >/dev/null
crash_everywhere run env LD_PRELOAD="$TMP_CASE/powercut.so" "$EXTRACT" --source random_user $day
grep -qx 'keys 10 of 10' "$TMP_CASE/run.expected" || fail "not all rows: $(cat "$TMP_CASE/run.expected")"
