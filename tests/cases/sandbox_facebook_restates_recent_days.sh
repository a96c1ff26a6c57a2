#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Each new day changes a few of the last 28, once; what is older stays as it is.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/sandbox_start.inc"
for restate in 0 2 5; do
    sandbox_start --clock 2026-11-20T09:30:00Z --facebook ads=30 --facebook history=90 --facebook restate=$restate
    RESTATE=$restate python3 - <<'END'
from facebook_client import *

RESTATE = int(os.environ["RESTATE"])
account = accounts()[0]


def days():
    found = {}
    for line in control(f"facebook/truth?account={account}&since=2026-09-01&until=2026-12-31", "GET").splitlines():
        found.setdefault(json.loads(line)["date_start"], []).append(line)
    return found


before = days()
check(days(), before, "nothing changes by itself")
today, gone = "2026-11-20", 0
for number in range(12):
    control("clock?advance=24h")
    after = days()
    changed = {day for day in before if before[day] != after.get(day)} - {today}
    check(len(changed), RESTATE, "days that changed")
    assert all(day >= "2026-10-23" for day in changed), changed
    gone += sum(len(before[day]) > len(after[day]) for day in changed)
    before, today = after, max(after)
check(today, "2026-12-02", "the clock went on")
END
done
sandbox_stop
