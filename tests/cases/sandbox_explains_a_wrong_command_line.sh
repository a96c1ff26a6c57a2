#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Status 64 and what to write instead; other trouble at the start has its own status.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/sandbox_start.inc"

# wrong STATUS TEXT OPTION…
wrong() {
    local want=$1 text=$2 status=0
    shift 2
    timeout 10 "$EXTRACT_SANDBOX" "$@" >"$TMP_CASE/out" 2>"$TMP_CASE/err" || status=$?
    [ "$status" = "$want" ] || fail "$*: status $status: $(cat "$TMP_CASE/err")"
    grep -qF -- "$text" "$TMP_CASE/err" || fail "$*: $(cat "$TMP_CASE/err")"
    [ "$(wc -l <"$TMP_CASE/err")" = 1 ] || fail "$*: more than a line"
}
wrong 64 'did you mean --journal' --journals x
wrong 64 '--seed TEXT is needed' --seed
wrong 64 'CERTIFICATE KEY' --tls only-one
wrong 64 '--canary=yes' --canary=yes
wrong 64 'no such option' stray
wrong 64 'expected USERS' --limit 0
wrong 64 'expected USERS' --limit many
wrong 64 'expected DURATION' --window 5
wrong 64 'expected 429|503' --limit-status 404
wrong 64 'expected real|TIME' --clock yesterday
wrong 64 'did you mean html-502' --fault html-50
wrong 64 'ADDRESS:PORT' --listen 8080
wrong 64 'add --public' --listen 0.0.0.0:0
wrong 64 '--listen' --listen nowhere.example:80
wrong 78 "$TMP_CASE/none" --recorded "$TMP_CASE/none"
echo '{"results":[],"info":{"seed":"a","results":0,"page":1,"version":"1.3"}}' >"$TMP_CASE/old"
wrong 78 'version 1.4' --recorded "$TMP_CASE/old"
echo '{"results":[{}],"info":{"seed":"a","results":1,"page":1,"version":"1.4"}}' >"$TMP_CASE/bare"
wrong 78 '#/results/0' --recorded "$TMP_CASE/bare"
wrong 74 "$TMP_CASE/no/journal" --journal "$TMP_CASE/no/journal"
wrong 74 'no/port' --port-file "$TMP_CASE/no/port"

"$EXTRACT_SANDBOX" --help >"$TMP_CASE/help"
for word in --listen --hostile deadbeef retry-after=WHEN lone-surrogate /_sandbox/stats; do
    grep -qF -- "$word" "$TMP_CASE/help" || fail "--help lacks $word"
done
"$EXTRACT_SANDBOX" --version | grep -qE '^extract-sandbox [0-9]' || fail "--version"

# without --control there is none
"$EXTRACT_SANDBOX" --port-file "$TMP_CASE/port" 2>/dev/null &
PID=$!
echo "$PID" >"$TMP_CASE/closed.pid"
for _ in $(seq 100); do [[ ! -s $TMP_CASE/port ]] || break; sleep 0.05; done
port=$(cat "$TMP_CASE/port")
equal "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port/_sandbox/stats")" 404 "control without --control"
wrong 74 "$port" --listen "127.0.0.1:$port"
sandbox_stop
