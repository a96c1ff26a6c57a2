#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A recorded seed gives the recorded users, byte for byte but for their ages.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/sandbox_start.inc"
need_recorded
sandbox_start --no-limit --clock 2026-11-20T09:30:00Z --recorded "$RECORDED_111" --recorded "$RECORDED_1"
python3 - <<'END'
import datetime, json, os
from sandbox_client import page, check

today = datetime.date(2026, 11, 20)
for name in ("RECORDED_111", "RECORDED_1"):
    with open(os.environ[name], encoding="utf-8") as file:
        real = json.load(file)
    for user in real["results"]:
        for field in ("dob", "registered"):
            day = datetime.date.fromisoformat(user[field]["date"][:10])
            user[field]["age"] = today.year - day.year - ((today.month, today.day) < (day.month, day.day))
    seed, count = real["info"]["seed"], real["info"]["results"]
    body = page(f"seed={seed}&results={count}").body.decode()
    check(body, json.dumps(real, ensure_ascii=False, separators=(",", ":")), "the whole answer")
    few = max(1, count // 3)
    check(page(f"seed={seed}&results={few}").users, real["results"][:few], "fewer results")
    more = page(f"seed={seed}&results={count + 5}").users
    check(more[:count], real["results"], "more results")
    check(len(more), count + 5, "more results")
    check(page(f"seed={seed}&results={count}&inc=name,login&exc=name").users,
          [{"login": user["login"]} for user in real["results"]], "inc and exc")
    assert page(f"seed={seed}&results={few}&page=2").users != real["results"][:few], "page 2"
    assert page(f"seed={seed}&results={few}&nat=nz").users != real["results"][:few], "nat"
END
sandbox_stop
