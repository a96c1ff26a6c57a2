#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Whatever it is doing: silent, dripping and endless answers, idle connections.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/sandbox_start.inc"
threads() { ls "/proc/$PID/task" | wc -l; }
busy() { [[ $(threads) -ge 5 ]]; }
idle() { [[ $(threads) -le 4 ]]; }
for signal in TERM INT; do
    sandbox_start --no-limit --fault hang@1 --fault drip=5@2 --fault endless@3
    for _ in 1 2 3; do
        curl -s -o /dev/null --max-time 300 "$URL/api/1.4/?results=5" &
    done
    python3 -c 'import os, socket, time, urllib.parse as u
a = u.urlsplit(os.environ["URL"]); s = socket.create_connection((a.hostname, a.port)); s.sendall(b"GET /api/ HT"); time.sleep(300)' &
    echo $! >"$TMP_CASE/idle$signal.pid"
    until_true busy || fail "only $(threads) threads: nothing is in flight"
    start=$SECONDS
    pid=$PID status=0
    PID=
    kill -"$signal" "$pid"
    wait "$pid" || status=$?
    [ "$status" = 0 ] || fail "SIG$signal: status $status"
    [ $((SECONDS - start)) -le 15 ] || fail "SIG$signal: it took $((SECONDS - start)) s"
    kill "$(cat "$TMP_CASE/idle$signal.pid")" 2>/dev/null || true
done

# threads of connections that are gone are gone too
sandbox_start --no-limit
for _ in $(seq 100); do curl -s -o /dev/null "$URL/api/1.4/"; done
until_true idle || fail "$(threads) threads are left"
sandbox_stop
