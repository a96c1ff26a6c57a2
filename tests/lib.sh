# SPDX-License-Identifier: Apache-2.0
# What scenarios share: . "$EXTRACT_SRCDIR/tests/lib.sh"
set -euo pipefail

fail() { echo "FAIL: $*" >&2; exit 1; }
skip() { echo "SKIP: $*" >&2; exit 77; }

# sandbox OPTION...: starts the sandbox; $SANDBOX is its URL. A scenario may start several.
sandbox_count=0
sandbox() {
    sandbox_count=$((sandbox_count + 1))
    local port_file="$TMP_CASE/sandbox$sandbox_count.port" pid_file="$TMP_CASE/sandbox$sandbox_count.pid"
    [[ ! -e $pid_file ]] || kill "$(cat "$pid_file")" 2>/dev/null || : # of that number, by an earlier worker
    rm -f "$port_file"
    "$EXTRACT_SANDBOX" --port-file "$port_file" --control "$@" 2>>"$TMP_CASE/sandbox.log" &
    echo $! >"$pid_file"
    local tries
    for tries in $(seq 200); do
        [[ ! -s $port_file ]] || break
        kill -0 "$(cat "$pid_file")" 2>/dev/null || fail "the sandbox ended: $(cat "$TMP_CASE/sandbox.log")"
        sleep 0.05
    done
    [[ -s $port_file ]] || fail "the sandbox is not ready after $tries tries"
    SANDBOX="http://127.0.0.1:$(cat "$port_file")"
}

# configure LINE...: writes the configuration; the sandbox, the state folder and quick retries are set.
configure() {
    mkdir -p "$TMP_CASE/.config/extract"
    {
        echo "[extract]"
        echo "state = $TMP_CASE/state"
        echo "[random_user]"
        echo "base_url = $SANDBOX"
        printf '%s\n' "$@"
    } >"$TMP_CASE/.config/extract/extract.conf"
    chmod 600 "$TMP_CASE/.config/extract/extract.conf"
}

# expect STATUS COMMAND...: the command must end with this status; its output is in out and err.
expect() {
    local wanted=$1 status=0
    shift
    "$@" >"$TMP_CASE/out" 2>"$TMP_CASE/err" || status=$?
    [[ $status -eq $wanted ]] || fail "status $status instead of $wanted: $*
$(tail -n 20 "$TMP_CASE/err")"
}

# says PATTERN: the last command's messages hold this (extended regular expression).
says() { grep -qE -- "$1" "$TMP_CASE/err" || fail "no message like '$1' in:
$(cat "$TMP_CASE/err")"; }

# prints PATTERN: the last command's output holds this (extended regular expression).
prints() { grep -qE -- "$1" "$TMP_CASE/out" || fail "no output like '$1' in:
$(cat "$TMP_CASE/out")"; }

# silent STREAM...: the last command wrote nothing there (out, err).
silent() {
    local stream
    for stream in "$@"; do
        [[ ! -s $TMP_CASE/$stream ]] || fail "something on $stream:
$(cat "$TMP_CASE/$stream")"
    done
}

# query SQL: one answer of the warehouse.
query() { sqlite3 -readonly -batch "${WAREHOUSE:-$TMP_CASE/state/warehouse.db}" "$1"; }

# --- a PostgreSQL of the scenario's own ---

# postgres_start [tls] [SETTING=VALUE ...]: $PG_URL is its database "test"; again after postgres_stop.
postgres_start() {
    local status=0
    command -v psql >/dev/null || skip "psql is not installed"
    chmod o+x "$TMP_CASE"
    "$EXTRACT_SRCDIR/tests/postgres" start "$TMP_CASE/postgres" "$@" 2>"$TMP_CASE/postgres.err" || status=$?
    [[ $status -ne 77 ]] || skip "$(cat "$TMP_CASE/postgres.err")"
    [[ $status -eq 0 ]] || fail "PostgreSQL does not start: $(cat "$TMP_CASE/postgres.err")"
    PG_PORT=$(cat "$TMP_CASE/postgres/port")
    PG_URL="postgresql://postgres@127.0.0.1:$PG_PORT/test"
    head -n 1 "$TMP_CASE/postgres/data/postmaster.pid" >"$TMP_CASE/postgres.quit"
    [[ $(psql -XAtqd "${PG_URL%/test}/postgres" -c "SELECT count(*) FROM pg_database WHERE datname = 'test'") == 1 ]] ||
        psql -Xqd "${PG_URL%/test}/postgres" -c "CREATE DATABASE test"
}
postgres_stop() { "$EXTRACT_SRCDIR/tests/postgres" stop "$TMP_CASE/postgres"; }
postgres_kill() { "$EXTRACT_SRCDIR/tests/postgres" kill "$TMP_CASE/postgres"; }

# proxy_start PORT: $PROXY_PORT leads to that port; `proxy ORDER` has something go wrong on the way (tests/proxy.py),
# `proxy_done` tells whether it has.
proxy_start() {
    python3 "$EXTRACT_SRCDIR/tests/proxy.py" "$TMP_CASE/proxy.port" "$1" "$TMP_CASE/order" 2>"$TMP_CASE/proxy.log" &
    echo $! >"$TMP_CASE/proxy.pid"
    for _ in $(seq 200); do
        [[ ! -s $TMP_CASE/proxy.port ]] || break
        sleep 0.05
    done
    PROXY_PORT=$(cat "$TMP_CASE/proxy.port") || fail "the proxy is not ready: $(cat "$TMP_CASE/proxy.log")"
}
proxy() { printf '%s\n' "$1" >"$TMP_CASE/order"; }
proxy_done() { [[ ! -e $TMP_CASE/order ]]; }

# hold TEXT: the sandbox's answer to the next request with this text does not come before `let_go`; held waits until the
# request is made. However long that takes: a run has all the time that it needs to come to this place, and to stay.
hold() {
    [[ -e $TMP_CASE/proxy.pid ]] || {
        proxy_start "${SANDBOX##*:}"
        SANDBOX="http://127.0.0.1:$PROXY_PORT"
    }
    proxy "hold $1 0"
}
held() {
    for _ in $(seq 1200); do
        [[ ! -e $TMP_CASE/order.held ]] || return 0
        sleep 0.05
    done
    fail "nobody asked: $(cat "$TMP_CASE/err")"
}
let_go() { rm "$TMP_CASE/order.held"; }

# until_true COMMAND...: tries until it succeeds; false when it never does.
until_true() {
    for _ in $(seq 1200); do
        ! "$@" || return 0
        sleep 0.05
    done
    return 1
}

# pg SQL: what the server answers, columns parted by |.
pg() { psql -XAtq -v ON_ERROR_STOP=1 -d "$PG_URL" -c "$1"; }

equal() { [[ $1 == "$2" ]] || fail "${3:-values differ}: '$1' instead of '$2'"; }

# warehouse_digest [CONDITION]: every row but when it was extracted, in order: equal for equal content.
warehouse_digest() {
    local columns
    columns=$(query "SELECT group_concat('quote(' || name || ')', '||') FROM pragma_table_info('random_users')
        WHERE name <> 'extracted_at'")
    query "SELECT $columns FROM random_users WHERE ${1:-1} ORDER BY user_key" | sha256sum | cut -d' ' -f1
}

# --- runs of random_user against a sandbox that misbehaves ---

# impatient [FILTER]: a data folder of our own in which random_user retries in milliseconds; the
# jq filter changes its manifest further.
impatient() {
    export EXTRACT_DATA="$TMP_CASE/data"
    mkdir -p "$EXTRACT_DATA/sources"
    cp -R "$EXTRACT_SRCDIR/schemas" "$EXTRACT_DATA/"
    chmod -R u+w "$EXTRACT_DATA"
    jq '.limits.retry = {"attempts": 3, "deadline": "30s", "base": "2ms", "cap": "20ms"}
        | (.errors[].wait | values) |= (.base = "2ms" | .cap = "20ms" | del(.minimum))
        | '"${1:-.}" "$EXTRACT_SRCDIR/sources/random_user.json" >"$EXTRACT_DATA/sources/random_user.json"
}

# run STATUS OPTION...: fetches $DAY; out holds the summary, err the messages.
DAY=2026-11-01
run() {
    local wanted=$1
    shift
    expect "$wanted" "$EXTRACT" --source random_user --since "$DAY" --until "$DAY" --output json "$@"
}

# summary FILTER: of the last run.
summary() { tail -n 1 "$TMP_CASE/out" | jq -r "$1"; }

# A sanitizer's memory is its own.
sanitized() { grep -q __asan_init "$EXTRACT"; }

# lean: the last run took less than 32 MiB.
lean() {
    sanitized || [[ $(summary .peak_rss_kib) -lt 32768 ]] ||
        fail "peak memory of $(summary .peak_rss_kib) KiB"
}

# fault RULE...: what is to go wrong from now on; without any, nothing.
fault() {
    curl -fsS -X POST "$SANDBOX/_sandbox/fault" >/dev/null
    local rule
    for rule in "$@"; do
        curl -fsS -X POST -G --data-urlencode "spec=$rule" "$SANDBOX/_sandbox/fault" >/dev/null
    done
}

# stats FILTER: what the sandbox was asked and answered.
stats() { curl -fsS "$SANDBOX/_sandbox/stats" | jq -r "$1"; }

# answers BODY: a server, instead of the sandbox, that answers every request with this body, in which
# @SEED@, @PAGE@ and @RESULTS@ stand for what was asked. Called again, it answers with another body.
answers() {
    printf '%s' "$1" >"$TMP_CASE/body.new"
    mv "$TMP_CASE/body.new" "$TMP_CASE/body"
    [[ ! -e $TMP_CASE/answer.pid ]] || return 0
    command -v python3 >/dev/null || skip "python3 is missing"
    python3 "$EXTRACT_SRCDIR/tests/cases/source_answer.py" "$TMP_CASE/body" "$TMP_CASE/answer.port" &
    echo $! >"$TMP_CASE/answer.pid"
    for _ in $(seq 200); do
        [[ ! -s $TMP_CASE/answer.port ]] || break
        sleep 0.05
    done
    [[ -s $TMP_CASE/answer.port ]] || fail "the answering server is not ready"
    SANDBOX="http://127.0.0.1:$(cat "$TMP_CASE/answer.port")"
}
