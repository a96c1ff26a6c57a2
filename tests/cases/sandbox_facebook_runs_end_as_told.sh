#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Report runs go from not started to completed by the clock, give the rows a report at once gives,
# and come to grief in the ways rules and settings say.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/sandbox_start.inc"
cat >runs.py <<'END'
from facebook_client import *

account = accounts()[0]
QUERY = {"level": "ad", "fields": "ad_id,spend,date_start", "time_increment": 1,
         "time_range": {"since": "2026-11-10", "until": "2026-11-16"}}

def post(node=account, **query):
    return fetch(url(f"{node}/insights", **{**QUERY, **query}), b"")

def create(*rules, **query):
    fault(*rules)
    answer = post(**query)
    check(answer.status, 200, answer.body)
    fault()
    return answer.json["report_run_id"]

def state(run):
    answer = get(run)
    return (answer.json["async_status"], answer.json["async_percent_completion"]) if answer.status == 200 else answer.error

def cancel(run):
    request = urllib.request.Request(url(run), method="DELETE")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)

advance = lambda seconds: control(f"clock?advance={seconds}s")
jobs = lambda: {job["id"]: job for job in json.loads(control("facebook/jobs", "GET"))}
stats = lambda: json.loads(control("stats", "GET"))["facebook"]
NOT_READY, UNSEEN = (2601, 1815107), (100, 33)
END
sandbox_start --clock 2026-11-20T09:30:00Z --facebook ads=36 --facebook job_seconds=100 --facebook page_max=50 \
    --facebook sync_rows=0 --facebook async_rows=2000
python3 - <<'END'
from runs import *

run = create()
assert isinstance(run, str) and run.isdigit()
seen = []
for _ in range(200):
    first = get(run).json
    seen.append((first["async_status"], first["async_percent_completion"], first["is_running"], "time_completed" in first))
    if first["async_status"] == "Job Completed":
        break
    check(get(f"{run}/insights").error, NOT_READY, "results before the end")
    advance(1)
order = list(dict.fromkeys(status for status, *_ in seen))
check(order, ["Job Not Started", "Job Started", "Job Running", "Job Completed"], "the order")
percents = [percent for _, percent, *_ in seen]
check(percents, sorted(percents), "percent only grows")
assert ("Job Running", 100, True, False) in seen, "running at 100 percent"
assert 50 <= len(seen) - 1 <= 150, len(seen)
check((first["account_id"], first["date_start"], first["date_stop"]), (account[4:], "2026-11-10", "2026-11-16"), "what it is of")
check(first["time_completed"] - first["time_ref"], len(seen) - 1, "how long it took")
check(sorted(get(run, fields="async_status").json), ["async_status", "id"], "fields")

# the rows are those of the same query at once; a cursor is good for its own run
page = get(f"{run}/insights", limit=20)
assert page.json["paging"]["next"].startswith(f"{BASE}/v26.0/{run}/insights?")
check(rows(f"{run}/insights", limit=20), rows(f"{account}/insights", **QUERY), "the rows")
check(len(get(f"{run}/insights", limit=5000).json["data"]), 50, "page_max")
other = create()
assert other != run
advance(200)
check(get(f"{other}/insights", limit=20, after=page.json["paging"]["cursors"]["after"]).error, (2642, None), "a cursor of another run")
check((jobs()[run]["polls"] > 50, jobs()[run]["pages"] > 5, jobs()[other]["pages"]), (True, True, 0), "what was read")
check(jobs()[run]["query"], jobs()[other]["query"], "the same query twice")
assert TOKEN not in control("facebook/jobs", "GET"), "a token is kept"
check(stats()["jobs"], {"created": 2, "cancelled": 0, "unfinished": 0, "orphaned": 1}, "one was made in vain")

# what a query cannot have is said at once, by whatever way it comes
check(post(fields="no_such_field").error, (100, None), "a field")
check(post(time_range={"since": "2020-01-01", "until": "2020-01-02"}).error, (3018, None), "too old")
check(fetch(url(f"{account}/insights"), json.dumps({**QUERY, "fields": ["ad_id"]}).encode(), {"Content-Type": "application/json"}).status, 200, "JSON")
campaign = rows(f"{account}/campaigns")[0]["id"]
check(post(campaign).status, 200, "of a campaign")
check(fetch(url(f"{account}/ads"), b"").error, UNSEEN, "an edge that takes no POST")

# it fails in many ways
for rule, ended in (("failed", ("Job Failed", 71)), ("failed-at-once", ("Job Failed", 0)), ("large", ("Job Failed", 0)),
                    ("skipped", ("Job Skipped", 0)), ("zero", ("Job Not Started", 0)), ("stuck", ("Job Running", 46)),
                    ("late", ("Job Completed", 100)), ("gone", UNSEEN)):
    run = create(f"fb-job={rule}@1~/insights")
    if rule in ("failed", "skipped", "late"):
        assert state(run)[0] == "Job Not Started", rule
    advance(200)
    check(state(run), ended, rule)
    advance(86400)
    check(state(run), ended, f"{rule} a day later")
    if ended != UNSEEN:
        check(get(f"{run}/insights").error, NOT_READY, f"results of {rule}")
    why = get(run).json
    check((why.get("error_code"), why.get("error_subcode")),
          {"failed": (-2, 2490547), "large": (-3, 1504045)}.get(rule, (None, None)), f"the reason of {rule}")
    if rule in ("failed", "large"):
        assert all(isinstance(why[f"error_{name}"], str) for name in ("message", "user_title", "user_msg")), why
    if rule == "late":
        check([get(f"{run}/insights").status for _ in range(3)], [400, 400, 200], "results come in the end")
    if rule in ("zero", "stuck"):
        before = stats()["jobs"]["unfinished"]
        check(cancel(run), {"success": True}, "cancel")
        check((state(run), stats()["jobs"]["unfinished"]), (UNSEEN, before - 1), "after it")
empty = create("fb-job=empty@1~%222026-11-10%22")
advance(200)
check((state(empty), get(f"{empty}/insights").json), (("Job Completed", 100), {"data": []}), "a report without rows")
early = create("fb-job=early@1")
advance(49)
said = get(early).json
assert (said["async_status"], said["async_percent_completion"] < 100) == ("Job Completed", True), said
half = rows(f"{early}/insights", limit=20)
advance(200)
check(state(early), ("Job Completed", 100), "in the end")
every = rows(f"{early}/insights", limit=20)
assert 0 < len(half) < len(every) and all(row in every for row in half), (len(half), len(every))
run = create("fb-job=hundred@1")
advance(145)
check(state(run), ("Job Running", 100), "at 100 percent")
advance(200)
check([state(run)[0] for _ in range(3)], ["Job Running"] * 2 + ["Job Completed"], "at last")
large = create(time_range={"since": "2026-09-01", "until": "2026-11-16"})
advance(200)
check(get(large).json["error_subcode"], 1504045, "more than async_rows")

# DELETE is for runs; a run ends to be known after 30 days
request = urllib.request.Request(url(account), method="DELETE")
try:
    urllib.request.urlopen(request)
    raise AssertionError("an account was deleted")
except urllib.error.HTTPError as refused:
    check(refused.code, 400, "DELETE of an account")
advance(29 * 86400)
check(state(run)[0], "Job Completed", "after 29 days")
advance(86400)
check((state(run), get(f"{run}/insights").error), (UNSEEN, UNSEEN), "after 30 days")
hidden = post(accounts()[1]).json["report_run_id"]
check(get(hidden, token="EAASANDBOX_HIDDEN").error, UNSEEN, "a run of an account that is not seen")
END
sandbox_start --clock 2026-11-20T09:30:00Z --facebook job_polls=4 --facebook job_race=2 --facebook job_late=1 \
    --facebook job_limit=3 --facebook job_id=number
python3 - <<'END'
from runs import *

run = create()
assert isinstance(run, int), "the id is a number"
check([state(run) for _ in range(3)], [UNSEEN, UNSEEN, ("Job Running", 37)], "nobody knows it yet")
check([state(run)[0] for _ in range(4)], ["Job Running"] * 3 + ["Job Completed"], "by polls alone")
check([get(f"{run}/insights").status for _ in range(2)], [400, 200], "results are late")
more = [create() for _ in range(3)]
check(post().error, (4, 1504039), "too many at a time")
check(post(accounts()[1]).status, 200, "of another account")
cancel(more[0])
check(post().status, 200, "there is room again")

# polls come in batches
def batch(*runs):
    entries = [{"method": "GET", "relative_url": str(run)} for run in runs]
    return fetch(f"{BASE}/v26.0/", urllib.parse.urlencode({"access_token": TOKEN, "batch": json.dumps(entries)}).encode()).json
answers = batch(run, more[0], more[1])
check([answer["code"] for answer in answers], [200, 400, 400], "entries")
check(json.loads(answers[0]["body"])["async_status"], "Job Completed", "in a batch")
counted = stats()
check((counted["job_create"], counted["job_cancel"], counted["job_result"]), (7, 1, 2), "counted")
check(counted["job_poll"], 10, "polls of batches too")
END
expect 64 "$EXTRACT_SANDBOX" --fault fb-job=sulks
expect 64 "$EXTRACT_SANDBOX" --facebook job_seconds=-1
sandbox_stop
