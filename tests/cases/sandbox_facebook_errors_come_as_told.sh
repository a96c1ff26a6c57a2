#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A rule puts an error of Meta's in the place of an answer: by its numbers, and as Meta words it.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/sandbox_start.inc"
sandbox_start --clock 2026-11-20T09:30:00Z --seed errors
python3 - <<'END'
from facebook_client import *

account = accounts()[0]
ask = lambda: get(f"{account}/ads", limit=1)

def told(*specs):
    fault(*specs)
    answer = ask()
    return answer.status, answer.error, answer.json.get("error", {})

for spec, status, numbers in (
        ("fb-error=17/2446079", 400, (17, 2446079)), ("fb-error=1/99", 500, (1, 99)), ("fb-error=2/1504044", 503, (2, 1504044)),
        ("fb-error=4/1504022:403", 403, (4, 1504022)), ("fb-error=80001", 400, (80001, None)),
        ("fb-error=190/463:401", 401, (190, 463)), ("fb-error-200=2", 200, (2, None)), ("fb-error=1", 500, (1, None)),
        ("fb-error=2601/1815107", 400, (2601, 1815107)), ("fb-error=613/1996", 400, (613, 1996))):
    check(told(spec)[:2], (status, numbers), spec)
check(told("fb-error=100/1487534")[2]["error_user_title"], "Too many rows", "the words")
check(told("fb-error=reduce")[2], {"message": "Please reduce the amount of data you're asking for, then retry your request",
                                   "code": 1}, "nothing else is in it")
_, numbers, summary = told("fb-error=summary")
check((numbers, "in summary param because" in summary["message"]), ((100, None), True), "the one of report runs")
check(told("fb-error=1")[2]["message"], "An unknown error occurred", "the other one of code 1")
check(told("fb-error=4")[2]["is_transient"], True, "it passes")
english = told("fb-error=613/1487742")[2]
spanish = told("fb-error=613/1487742", "fb-error-spanish")[2]
check(spanish["message"], english["message"], "is in English always")
assert spanish["error_user_title"] != english["error_user_title"]
check(told("fb-error=100", "fb-error-data")[2]["error_data"], {"blame_field_specs": [["since"]]}, "an object")
check(json.loads(told("fb-error=100", "fb-error-data=text")[2]["error_data"]), {"blame_field_specs": [["since"]]}, "a text")

fault("fb-error=17@2~/ads")
check([ask().status, get(account).status, ask().status, ask().status], [200, 200, 400, 200], "the second of the path")
batch = urllib.parse.urlencode({"access_token": TOKEN, "batch": json.dumps([{"method": "GET", "relative_url": account}] * 2)})
send = lambda: fetch(f"{BASE}/v26.0/", batch.encode())
fault("fb-entry-error=17:403@1")
answer = send()
check((answer.status, [entry["code"] for entry in answer.json]), (200, [403, 403]), "entries")
check([entry["code"] for entry in send().json], [200, 200], "and once only")
fault("fb-error=17@1")
check(send().error, (17, None), "the batch itself")

def picks():
    fault("fb-error=2@30%")
    return [ask().status for _ in range(60)]
picked = picks()
assert 6 <= picked.count(400) <= 30, picked
check(picks(), picked, "the seed picks the same ones again")
fault()
check(ask().status, 200, "without rules")
END
for spec in fb-error fb-error=x fb-error=17/ fb-error=17:99 fb-error=17/1/2 fb-error=0 fb-error-data=list fb-error=1@0% fb-error=1@101%; do
    expect 64 "$EXTRACT_SANDBOX" --fault "$spec"
done
sandbox_stop
