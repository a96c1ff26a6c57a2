#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# 1.0 to 1.4, as a client sees them that did not pin its version.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/sandbox_start.inc"
sandbox_start --no-limit --clock 2026-11-20T09:30:00Z
python3 - <<'END'
import hashlib, re
from sandbox_client import page, check

pages = {minor: page("seed=v&results=2000", f"1.{minor}/") for minor in range(5)}
old = ["street", "city", "state", "postcode"]
location = {0: old, 1: old, 2: old + ["coordinates", "timezone"],
            3: ["street", "city", "state", "country", "postcode", "coordinates", "timezone"]}
location[4] = location[3]
login = ["username", "password", "salt", "md5", "sha1", "sha256"]
for minor, answer in pages.items():
    check(answer.info["version"], f"1.{minor}", "the version")
    users = answer.users
    check(len({user["nat"] for user in users}), {0: 16, 1: 16, 2: 17, 3: 17, 4: 21}[minor], f"nationalities of 1.{minor}")
    for user in users:
        check(list(user["location"]), location[minor], f"location of 1.{minor}")
        check(list(user["login"]), (["uuid"] if minor >= 2 else []) + login, f"login of 1.{minor}")
        street = user["location"]["street"]
        number = street["number"] if minor >= 3 else int(street.split(" ")[0])
        assert (1 if minor >= 2 else 1000) <= number <= 9999
        salted = user["login"]["password"] + (user["login"]["salt"] if minor >= 1 else "")
        check(user["login"]["md5"], hashlib.md5(salted.encode()).hexdigest(), f"md5 of 1.{minor}")
        for name in ("dob", "registered"):
            date = user[name]
            if minor == 0:
                assert isinstance(date, int)
            elif minor == 1:
                assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", date)
            else:
                pattern = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d" + (r"\.\d{3}Z" if minor >= 3 else "Z")
                assert list(date) == ["date", "age"] and re.fullmatch(pattern, date["date"])
                years = 2026 - int(date["date"][:4])
                early = date["date"][5:10] > "11-20"
                check(date["age"], years - (early and minor >= 4), f"age of 1.{minor}")
        words = [*user["name"].values(), user["location"]["city"], user["location"]["state"]]
        if minor < 3:
            assert all(word == word.lower() for word in words), words
        if minor >= 3:
            assert re.fullmatch(r"[a-z0-9.-]+@example\.com", user["email"])
    ids = {}
    for user in users:
        ids.setdefault(user["nat"], set()).add(re.sub(r"\d", "#", str(user["id"]["value"])))
    for nat in ("BR", "CA", "DE"):
        check(ids[nat] == {"None"}, minor < 4, f"ids of {nat} in 1.{minor}")
    check(any("NaN" in text for text in ids["FI"]), minor >= 2, f"Finnish ids in 1.{minor}")
    check(any("NaN" in text for text in ids["FR"]), minor in (2, 3), f"French ids in 1.{minor}")
emails = {minor: [user["email"] for user in answer.users] for minor, answer in pages.items()}
assert all(any(" " in text for text in emails[minor]) and any(max(text) > "\u0600" for text in emails[minor])
           for minor in (0, 1, 2)), "raw addresses"
check(len({user["nat"] for user in page("nat=in&results=99", "1.3/").users}) > 1, True, "IN is unknown to 1.3")
check(page("", "").info["version"], "1.4", "not pinned")
END
sandbox_stop
