#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Same seed and page, same users; longer lists begin with shorter ones; pages are not slices.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/sandbox_start.inc"
sandbox_start --no-limit --clock 2026-11-20T09:30:00Z
python3 - <<'END'
from sandbox_client import page, check

twenty = page("seed=abc&results=20").users
check(page("seed=abc&results=20").users, twenty, "the same again")
check(page("seed=abc&results=10").users, twenty[:10], "the shorter list")
check(page("seed=abc&results=5000").users[:20], twenty, "the longer list")
second = page("seed=abc&results=10&page=2").users
assert not {user["login"]["uuid"] for user in second} & {user["login"]["uuid"] for user in twenty}
check(page("seed=abc&page=12&results=9").users, page("seed=abc1&page=2&results=9").users, "abc/12 and abc1/2")
assert page("seed=abc&results=9&page=3").users != page("seed=abd&results=9&page=3").users
check(page("seed=abc&results=20&gender=female").users, twenty, "gender is dropped")
check({user["nat"] for user in page("seed=abc&results=99&nat=fi,GB").users}, {"FI", "GB"}, "nat is kept")
check(page("seed=abc&results=20&inc=email,login").users,
      [{"email": user["email"], "login": user["login"]} for user in twenty], "inc")
check(page("seed=%C3%B6%20%22x%22&results=1").info["seed"], 'ö "x"', "any text is a seed")
check(page("seed=%FF%00&results=1").info["seed"], "\ufffd\0", "even that")

one, two = page().json, page().json
assert one["info"]["seed"] != two["info"]["seed"] and one["results"] != two["results"]
assert len(one["info"]["seed"]) == 16 and int(one["info"]["seed"], 16) >= 0
check(page(f"seed={one['info']['seed']}").json, one, "a given seed replays")

# the last two characters of 18 are a nationality
check({user["nat"] for user in page("seed=0123456789abcdef02&results=50&nat=us").users}, {"CA"}, "18")
END
uuids() { curl -sS "$URL/api/1.4/?seed=x&results=300" | python3 -c 'import json, sys; print([u["login"]["uuid"] for u in json.load(sys.stdin)["results"]])'; }
before=$(uuids)
sandbox_start --no-limit
[ "$before" = "$(uuids)" ] || fail "another process draws other users"
sandbox_stop
