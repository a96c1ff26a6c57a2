#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Whatever it is doing: silent, dripping and endless answers, idle connections.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/sandbox_start.inc"
for signal in TERM INT; do
    sandbox_start --no-limit --fault hang@1 --fault drip=5@2 --fault endless@3
    for _ in 1 2 3; do
        curl -s -o /dev/null --max-time 30 "$URL/api/1.4/?results=5" &
        sleep 0.2
    done
    python3 -c 'import os, socket, time, urllib.parse as u
a = u.urlsplit(os.environ["URL"]); s = socket.create_connection((a.hostname, a.port)); s.sendall(b"GET /api/ HT"); time.sleep(20)' &
    sleep 0.5
    threads=$(ls "/proc/$PID/task" | wc -l)
    [ "$threads" -ge 5 ] || fail "only $threads threads: nothing is in flight"
    start=$SECONDS
    pid=$PID status=0
    PID=
    kill -"$signal" "$pid"
    wait "$pid" || status=$?
    [ "$status" = 0 ] || fail "SIG$signal: status $status"
    [ $((SECONDS - start)) -le 3 ] || fail "SIG$signal: it took $((SECONDS - start)) s"
    kill %% 2>/dev/null || true
done

# threads of connections that are gone are gone too
sandbox_start --no-limit
for _ in $(seq 100); do curl -s -o /dev/null "$URL/api/1.4/"; done
sleep 0.2
threads=$(ls "/proc/$PID/task" | wc -l)
[ "$threads" -le 4 ] || fail "$threads threads are left"
sandbox_stop
