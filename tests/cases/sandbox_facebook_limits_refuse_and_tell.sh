#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every limit of Meta's refuses with its own error, tells of itself in headers, and lets calls
# through again when its time has come and not before.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/sandbox_start.inc"

cat >limits.py <<'END'
from facebook_client import *

def usage(answer, name):
    value = answer.headers.get(name)
    return json.loads(value) if value else None

def insights(account, **more):
    return get(f"{account}/insights", date_preset="yesterday", **more)

def case(answer, wanted):
    lists = usage(answer, "X-Business-Use-Case-Usage")
    return next((use for uses in lists.values() for use in uses if use["type"] == wanted), None) if lists else None

def stats():
    return json.loads(control("stats", "GET"))

def of(account):
    return next(row for row in stats()["facebook"]["limits"] if f"act_{row['account']}" == account)

def floor(**work):
    return json.loads(control("facebook/floor?" + urllib.parse.urlencode(work), "GET"))["seconds"]
END
export PYTHONPATH=$PWD${PYTHONPATH:+:$PYTHONPATH}

# the score of an account, of the lower tier
sandbox_start --clock 2026-11-20T09:30:00Z --facebook tier=limited --facebook ads=1
python3 - <<'END'
from limits import *
a, b = accounts()
first = get(a)
check(usage(first, "X-Ad-Account-Usage"), {"acc_id_util_pct": 1.67, "reset_time_duration": 5,
      "ads_api_access_tier": "development_access"}, "one call of 60")
for n in range(59):
    check(get(a).status, 200, f"call {n + 2}")
refused = get(a)
check((refused.status, refused.error), (400, (17, 2446079)), "call 61")
check(usage(refused, "X-Ad-Account-Usage")["acc_id_util_pct"], 100, "a full score")
check(usage(refused, "X-Ad-Account-Usage")["reset_time_duration"], 300, "the block")
check(get(b).status, 200, "the other account")
check((of(a)["refused"], of(a)["during_block"], of(b)["refused"]), (1, 0, 0), "the first refusal is not its fault")
control("clock?advance=299s")
check(get(a).error, (17, 2446079), "a second early")
check((of(a)["refused"], of(a)["during_block"], stats()["during_block"]), (2, 1, 1), "a call during the block")
control("clock?advance=299s")
check(of(a)["blocked_s"], 1, "which pushed its end out")
control("clock?advance=1s")
check(get(a).status, 200, "the block is over")

# entries of a batch are calls, each with headers of its own; the batch is none
before = of(b)["calls"]
entries = fetch(url("", batch=[{"method": "GET", "relative_url": f"{b}?fields={name}"} for name in ("name", "nonsense")]), b"").json
check(of(b)["calls"] - before, 2, "calls of a batch of two")
for entry, code in zip(entries, (200, 400)):
    names = [header["name"] for header in entry["headers"]]
    check((entry["code"], "X-Ad-Account-Usage" in names, "X-App-Usage" in names), (code, True, False), "an entry")
check(of(b)["mistakes"], 1, "a field that is not there is the user's mistake")

# report runs are writes when they are made, and calls for insights all along
before = of(a)["insights"], of(b)["score"], of(b)["insights"]
run = fetch(url(f"{b}/insights", date_preset="yesterday"), b"").json["report_run_id"]
check(round(of(b)["score"] - before[1], 1), 5.0, "three points of 60")
check(fetch(url(f"{b}/insights", fields="nonsense"), b"").status, 400, "not made")
polled = get(run)
check((polled.status, usage(polled, "X-Ad-Account-Usage")["acc_id_util_pct"] > 10), (200, True), "a poll tells as well")
check((of(a)["insights"], of(b)["insights"] - before[2]), (before[0], 3), "calls for insights")

# headers that are not as they should be
control("reset")
[(get(a), insights(a)) for _ in range(9)]
names = ("X-Ad-Account-Usage", "X-Business-Use-Case-Usage")
fault("fb-usage=absent@1", "fb-usage=malformed@2", "fb-usage=duplicate@3", "fb-usage=zero@4")
absent = insights(a).headers
check([absent.get(name) for name in names], [None, None], "absent")
malformed = insights(a).headers
for name in names:
    assert malformed[name].startswith("{"), name
    try:
        well = json.loads(malformed[name])
    except json.JSONDecodeError:
        continue
    raise AssertionError(f"{name} is well: {well}")
pairs = json.loads(insights(a).headers["X-Business-Use-Case-Usage"], object_pairs_hook=list)
check([key for key, _ in pairs], [a[4:]] * 2, "duplicate keys")
check(usage(insights(a), "X-Ad-Account-Usage")["acc_id_util_pct"], 0, "zero")
assert usage(insights(a), "X-Ad-Account-Usage")["acc_id_util_pct"] > 30
END
sandbox_stop

# an account's calls of the last hour, of insights and of the rest
sandbox_start --clock 2026-11-20T09:30:00Z --facebook buc_insights=5 --facebook buc_management=3
python3 - <<'END'
from limits import *
a, b = accounts()
uses = []
for minute in range(5):
    uses.append(case(insights(a), "ads_insights")["call_count"])
    control("clock?advance=10m")
check(uses, [20, 40, 60, 80, 100], "how full the hour is")
refused = insights(a)
check((refused.status, refused.error), (400, (80000, 2446079)), "the sixth call of the hour")
told = case(refused, "ads_insights")
check((told["estimated_time_to_regain_access"], told["ads_api_access_tier"]), (20, "standard_access"), "minutes to go")
check(get(a).status, 200, "other calls of the account")
check(insights(b).status, 200, "of the other account")
check([get(f"{a}/ads", limit=1).error for _ in range(3)], [(None, None)] * 2 + [(80004, 2446079)], "other calls")
# the refused call was counted: with the first call gone there are five still
control("clock?advance=10m")
check(insights(a).error, (80000, 2446079), "after ten minutes")
control("clock?advance=60m")
check(insights(a).status, 200, "an hour later")
check((of(a)["refused"], of(a)["during_block"]), (3, 1), "of account a")
control("reset")
check((stats()["facebook"]["limits"], stats()["refused"]), ([], 0), "after a reset")
check([insights(a).status for _ in range(5)], [200] * 5, "the limits start afresh")
END
sandbox_stop

# the load of insights queries, calls of the app, a storm of calls
sandbox_start --clock 2026-11-20T09:30:00Z --facebook app_load=1 --facebook load_window=10 --facebook ads=400 \
    --facebook app_calls=30 --facebook score=20 --facebook score_error=613 --facebook abuse=3
python3 - <<'END'
from limits import *
a, b = accounts()
check(usage(insights(a), "X-FB-Ads-Insights-Throttle"), {"app_id_util_pct": 10, "acc_id_util_pct": 0,
      "ads_api_access_tier": "standard_access"}, "a small query")
heavy = get(f"{a}/insights", level="ad", date_preset="last_30d", time_increment=1, limit=1)
check((heavy.status, heavy.error, heavy.json["error"]["is_transient"]), (400, (4, 1504022), True), "a large one, now")
check("X-FB-Ads-Insights-Throttle" in heavy.headers, True, "and it says so")
control("clock?advance=2s")
check(get(f"{a}/insights", level="ad", date_preset="last_30d", time_increment=1, limit=1).status, 200, "into an empty one")
check(insights(b).error, (4, 1504022), "of the app, whatever the account")
control("clock?advance=10s")
check(insights(b).status, 200, "ten seconds later")
while (answer := get(b)).status == 200:
    pass
check(answer.error, (613, 1487742), "a full score")
check([get(b).error for _ in range(3)], [(613, 1487742)] * 2 + [(613, None)], "a storm")
while (answer := get("me")).status == 200:
    pass
check(answer.error, (4, None), "calls of the app")
check(usage(answer, "X-App-Usage")["call_count"], 100, "of the app")
assert answer.json["error"]["is_transient"]
END
sandbox_stop

# what a benchmark is measured by
sandbox_start --clock 2026-11-20T09:30:00Z --facebook tier=limited --facebook buc_insights=100
python3 - <<'END'
from limits import *
a, b = accounts()
check(floor(**{a: "60"}), 0, "what fits at once")
check(floor(**{a: "90", b: "60"}), 150, "thirty calls more than a score holds")
check(floor(**{a: "90:0:10"}), 250, "of which ten are writes")
check(floor(**{a: "60", b: "101"}), 3599, "more than an hour's calls")
for wrong in ("nobody=1", f"{a}=many", f"{a}=1:2:3:4:5", f"{a}=-1"):
    check(fetch(f"{BASE}/_sandbox/facebook/floor?{wrong}").status, 400, wrong)
# it can be kept: calls that come no faster than it says are let through
for second in range(0, 155, 5):
    check(get(a).status, 200, f"second {second}")
    control("clock?advance=5s")
END
sandbox_stop

# without limits nothing is refused, nor told
sandbox_start --clock 2026-11-20T09:30:00Z --facebook limits=off --facebook score=5
python3 - <<'END'
from limits import *
a, _ = accounts()
answers = [insights(a) for _ in range(30)]
check([answer.status for answer in answers], [200] * 30, "all of them")
assert not [name for name in answers[-1].headers if "usage" in name.lower() or "throttle" in name.lower()]
check((of(a)["calls"], of(a)["refused"], floor(**{a: "1000"})), (30, 0, 0), "counted")
END
sandbox_stop
for wrong in limits=maybe tier=gold score=-2 buc_insights=x; do
    expect 64 "$EXTRACT_SANDBOX" --facebook "$wrong"
done
expect 64 "$EXTRACT_SANDBOX" --fault fb-usage=gone
expect 64 "$EXTRACT_SANDBOX" --fault fb-usage
