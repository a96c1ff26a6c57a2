#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Each record of each whole answer, and nothing of the others.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/sandbox_start.inc"
need_recorded
sandbox_start --journal "$TMP_CASE/journal" --limit 30000 --clock 2026-11-20T09:30:00Z --recorded "$RECORDED_1"
JOURNAL=$TMP_CASE/journal python3 - <<'END'
import concurrent.futures, os
from sandbox_client import ask, fault, no_faults, stats, page, check


def journal():
    with open(os.environ["JOURNAL"], encoding="ascii") as file:
        return file.read().splitlines()


def lines(answer, seed=None):
    seed = seed or answer.info["seed"]
    return [f"{seed} {answer.info['page']} {i} {user['login']['uuid']}" for i, user in enumerate(answer.users)]


expected = []
for query in ("seed=a&results=3", "seed=a&results=3&page=2", "seed=a&results=3", "results=2", "seed=a&results=5&noinfo",
              "seed=6786def1f7fa0850&results=4", "seed=a&results=2&inc=nat"):
    answer = page(query)
    if "noinfo" in query:
        expected += lines(page("seed=a&results=5"))
    if "inc=nat" in query:
        expected += [line for line in lines(page("seed=a&results=2"))]
    if "noinfo" in query or "inc=nat" in query:
        expected += expected[-len(answer.users):]
    else:
        expected += lines(answer)
    check(sorted(journal()), sorted(expected), f"the journal after {query}")

expected += lines(page("seed=%C3%B6%20%25&results=1"), "%C3%B6%20%25")
check(sorted(journal()), sorted(expected), "a seed is percent-encoded")

for spec in ("html-503", "error-200", "deadbeef", "truncate", "short", "reset", "304", "redirect"):
    no_faults()
    fault(spec + "@1")
    try:
        ask("/api/1.4/?seed=no&results=400")
    except Exception:
        pass
    check(len(journal()), len(expected), f"nothing of {spec}")
ask("/api/1.4/?seed=no&results=9", "HEAD")
ask("/api/1.4/?seed=no&results=9", headers={"If-None-Match": page("seed=no&results=9").headers["ETag"]})
expected += lines(page("seed=no&results=9"))
expected += expected[-9:]
check(sorted(journal()), sorted(expected), "nothing of HEAD and 304")

for spec, count in (("clamp", 1), ("extra", 9), ("missing", 7)):
    fault(spec + "@1")
    got = page("seed=z&results=8")
    check(len(got.users), count, spec)
    expected += lines(got)
    no_faults()
fault("duplicate@1")
expected += lines(page("seed=z&results=8"))
check(sorted(journal()), sorted(expected), "what was sent, not what was asked for")

with concurrent.futures.ThreadPoolExecutor(8) as pool:
    answers = list(pool.map(lambda n: page(f"seed=many&results=1000&page={n}"), range(1, 17)))
for answer in answers:
    expected += lines(answer)
check(sorted(journal()), sorted(expected), "many at a time")
check(stats()["records"], len(expected), "statistics")

while ask("/api/1.4/?results=5000&seed=last").status == 200:
    pass
before = journal()
check(ask("/api/1.4/?results=5&seed=last").status, 429, "over the limit")
check(journal(), before, "nothing of a refusal")
END
sandbox_stop
