#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every silent rule of the parameters.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/sandbox_start.inc"
sandbox_start --no-limit
python3 - <<'END'
import re
from sandbox_client import ask, page, check

fields = "gender name location email login dob registered phone cell id picture nat".split()

for text, count in [("", 1), ("1", 1), ("7", 7), ("5000", 5000), ("5001", 1), ("0", 1), ("-3", 1),
                    ("abc", 1), ("1e3", 1000), ("5.0", 5), ("2.5", 1), ("0x10", 16), ("%20+8%20", 8),
                    ("1e9", 1), ("Infinity", 1), ("NaN", 1), ("5&results=5", 1), ("7abc", 1),
                    ("99999999999999999999", 1), (".5e1", 5), ("0b11", 3), ("+4", 4)]:
    answer = page(f"results={text}").json
    check(len(answer["results"]), count, f"results={text}")
    check(answer["info"]["results"], count, f"info of results={text}")
check(page("results=%2B4").info["results"], 4, "results=+4")

first = page("seed=a&results=2").json
for text in ["0", "-1", "10001", "abc", "", "1.5", "1&page=2"]:
    check(page(f"seed=a&results=2&page={text}").json, first, f"page={text}")
check(page("seed=a&page=10000").info["page"], 10000, "the last page")

check({u["gender"] for u in page("results=40&gender=male").users}, {"male"}, "gender=male")
check({u["gender"] for u in page("results=40&gender=female").users}, {"female"}, "gender=female")
for text in ["Male", "FEMALE", "x", ""]:
    check(len({u["gender"] for u in page(f"results=60&gender={text}").users}), 2, f"gender={text}")


def nats(query):
    return {user["nat"] for user in page(f"results=600&{query}").users}


check(nats("nat=us,De"), {"US", "DE"}, "any case")
check(nats("nationality=no"), {"NO"}, "nationality")
for text in ["us,xx", "us,%20gb", "us,", ",us", "xx", ""]:
    check(len(nats(f"nat={text}")), 21, f"nat={text}")

check(list(page("inc=name,%20email%20,nat,nonsense").users[0]), ["name", "email", "nat"], "inc")
check(list(page("exc=login,nonsense").users[0]), [f for f in fields if f != "login"], "exc")
check(list(page("inc=name,email&exc=name").users[0]), ["email"], "inc minus exc")
check(page("inc=nonsense&results=3").users, [{}, {}, {}], "nothing known")
check(list(page("inc=").users[0]), fields, "an empty inc is none")
check(list(page("Inc=name&colour=blue").users[0]), fields, "unlisted parameters")


def passwords(rule):
    return [user["login"]["password"] for user in page(f"results=50&password={rule}").users]


for rule, pattern in [("upper,8-16", "[A-Z]{8,16}"), ("number,4", "[0-9]{4}"),
                      ("upper,lower", "[A-Za-z]{8,64}"), ("special,64", "[^A-Za-z0-9]{64}")]:
    got = passwords(rule)
    assert all(re.fullmatch(pattern, text) for text in got), (rule, got)
    assert len(set(got)) > 10, rule
for rule in ["upper,65", "nonsense,8", "8-16", "upper,0", "upper,9-8", "upper,8,lower"]:
    assert all(len(text) < 24 and text.lower() == text for text in passwords(rule)), rule

for text in ["json", "nonsense", "", "JSON"]:
    assert page(f"format={text}").headers["Content-Type"].startswith("application/json"), text
for text in ["noinfo", "noinfo=", "noinfo=false"]:
    check(list(page(text).json), ["results"], text)
check(page("lego&results=9").users[0]["nat"], "LEGO", "lego")
assert page("lego").info["seed"].endswith("-1")

for path, status in [("/api", 200), ("/api/", 200), ("/api/1.0", 200), ("/api/1.4/", 200), ("/api/1.5/", 404),
                     ("/api/0.8/", 404), ("/api/1.4//", 404), ("/api/x", 404), ("/", 404), ("/apix", 404)]:
    answer = ask(path)
    check(answer.status, status, path)
    if status == 404:
        check(answer.body, b"Not Found", path)
check(ask("/api/").info["version"], "1.4", "the latest version")
check(ask("/api/", "POST").status, 404, "POST")
portrait = ask("/api/portraits/men/3.jpg")
check((portrait.status, portrait.headers["Content-Type"], portrait.body[:2]), (200, "image/jpeg", b"\xff\xd8"), "portrait")
END
sandbox_stop
