#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Users, not requests; checked before they are added; all counters to zero together.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/sandbox_start.inc"

ask_limit() {
    STATUS=$1 python3 - <<'END'
import os
from sandbox_client import ask, control, stats, page, check

refused = int(os.environ["STATUS"])
text = ("Whoa, ease up there cowboy. You've requested {} users in the last minute. Help us keep this "
        "service free and spare some bandwidth for other users please :)")


def get(results, address=None):
    return ask(f"/api/1.4/?results={results}", headers={"X-Real-IP": address} if address else None)


for _ in range(3):
    check(get(5000).status, 200, "within the limit")
check(get(4999).status, 200, "19,999 in all")
check(get(5000).status, 200, "the check is before the add")
answer = get(1)
check(answer.status, refused, "over the limit")
check(answer.json, {"error": text.format(24999)}, "the text")
check(answer.headers["Content-Type"], "application/json; charset=utf-8", "its type")
check("Retry-After" in answer.headers, False, "Retry-After")
check(get(1).json, {"error": text.format(24999)}, "a refused request is not counted")
check(get(5, "192.0.2.1").status, 200, "another address")
check(ask("/api/?results=1", headers={"X-Forwarded-For": "a", "CF-Connecting-IP": "192.0.2.2"}).status, 200, "a third")

got = stats()
check((got["requests"], got["refused"], got["during_block"]), (9, 2, 1), "statistics")
check(got["statuses"], {"200": 7, str(refused): 2}, "statuses")
check(got["records"], 25005, "records")

check(control("clock?advance=299s")["now"], "2026-11-20T09:34:59Z", "the clock")
check(get(1).status, refused, "just before the end of the window")
control("clock?advance=1s")
for _ in range(4):
    check(get(5000).status, 200, "a new window")
check(get(1).status, refused, "and its limit")
control("clock?set=2026-11-20T09:39:59.999Z")
check(get(1).status, refused, "nothing happened yet")
control("clock?set=2026-11-20T09:40:00Z")
check(get(1).status, 200, "the third window")

for _ in range(4):
    get(5000)
check(get(1).status, refused, "full again")
control("reset")
check(get(1).status, 200, "after a reset")
check(stats()["requests"], 1, "statistics too")

for _ in range(20000 // 5000):
    get(5000)
check(get(1).status, refused, "and full")
check(ask("/api/1.4/", "HEAD").status, refused, "HEAD counts as well")
check(ask("/api/portraits/men/1.jpg").status, 200, "portraits do not")
END
}

sandbox_start --clock 2026-11-20T09:30:00Z
ask_limit 429
sandbox_start --clock 2026-11-20T09:30:00Z --limit-status 503
ask_limit 503

sandbox_start --clock 2026-11-20T09:30:00Z --limit 10 --window 2s
python3 - <<'END'
from sandbox_client import ask, control, check
check([ask("/api/?results=6").status for _ in range(3)], [200, 200, 429], "another limit")
control("clock?advance=2s")
check(ask("/api/").status, 200, "another window")
END
sandbox_stop
