#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Pages end where no next is; what is wrong with one is what a rule said, at the path it named.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/sandbox_start.inc"
sandbox_start --clock 2026-11-20T09:30:00Z --facebook ads=60 --facebook page_max=20 --facebook poison=30
python3 - <<'END'
from facebook_client import *

account = accounts()[0]
ads = rows(f"{account}/ads", limit=7)
check(len({ad["id"] for ad in ads}), len(ads), "no ad comes twice")
first = get(f"{account}/ads", limit=7, summary="true")
check(first.json["summary"]["total_count"], len(ads), "the total")
check(len(get(f"{account}/ads", limit=5000).json["data"]), 20, "no page is larger than page_max")
following = first.json["paging"]["next"]
assert following.startswith(BASE) and f"access_token={TOKEN}" in following and "limit=7" in following
last = get(f"{account}/customaudiences", limit=20)  # of one page
check(sorted(last.json["paging"]), ["cursors"], "the last page has cursors and no next")
check(get(f"{account}/ads", effective_status=[]).json, {"data": []}, "an edge with nothing")

second = fetch(following)
assert "previous" not in first.json["paging"]
check(fetch(second.json["paging"]["previous"]).json, first.json, "back to the first page")
check(fetch(fetch(second.json["paging"]["next"]).json["paging"]["previous"]).json["data"], second.json["data"], "and to the second")

after = first.json["paging"]["cursors"]["after"]
for bad in ("nonsense", after[:-5] + "AZDZD", get(f"{account}/campaigns", limit=1).json["paging"]["cursors"]["after"]):
    check(get(f"{account}/ads", limit=7, after=bad).error, (2642, None), "a cursor of something else")
check(get(f"{account}/ads", limit=0).error, (100, None), "limit")

fault("fb-empty-page@2~/ads")
get("me/adaccounts")
pages = [get(f"{account}/ads", limit=7)]
while "next" in pages[-1].json.get("paging", {}):
    pages.append(fetch(pages[-1].json["paging"]["next"]))
check(pages[1].json["data"], [], "an empty page that is not the last")
check([ad for page in pages for ad in page.json["data"]], ads, "and yet all rows came")
fault("fb-short-page@1")
check(len(get(f"{account}/ads", limit=8).json["data"]), 4, "a short page")
fault("fb-no-cursors@1")
check(list(get(f"{account}/ads", limit=7).json["paging"]), ["next"], "a page without cursors")
fault("fb-same-cursor")
page = get(f"{account}/ads", limit=7, after=after)
check(page.json["paging"]["cursors"]["after"], after, "the cursor that was given")
fault("fb-next-elsewhere")
assert get(f"{account}/ads", limit=7).json["paging"]["next"].startswith("https://elsewhere.invalid/")
fault("fb-cursor-dead@1~/ads")
check(fetch(following).error, (2642, None), "a dead cursor")
check(fetch(following).status, 200, "and once only")

plain = get(f"{account}/insights", fields="spend,impressions,account_name").json["data"][0]
fault("fb-extra-field@1", "fb-missing-field@2", "fb-number-to-list@3", "fb-scalar-to-list=account_name@4")
ask = lambda: get(f"{account}/insights", fields="spend,impressions,account_name").json["data"][0]
check(ask().keys() - plain.keys(), {"sandbox_extra"}, "a field more")
check(plain.keys() - ask().keys(), {"spend"}, "a field less")
check(ask()["impressions"], [plain["impressions"]], "a number in a list")
check(ask()["account_name"], [plain["account_name"]], "a text in a list")
check(ask(), plain, "nothing any more")

fault("html-502@1~/insights")
check(get(f"{account}/ads").status, 200, "another path is spared")
request = urllib.request.Request(url(f"{account}/insights"))
try:
    urllib.request.urlopen(request)
    raise AssertionError("no HTML page came")
except urllib.error.HTTPError as refused:
    check((refused.code, refused.read()[:14]), (502, b"<!DOCTYPE html"), "the page of a proxy")
fault()

# one broken creative spoils the page it is in, and no other
creatives = lambda **p: get(f"{account}/adcreatives", fields="id,name", **p)
good = creatives(limit=20)
check(good.status, 200, "a page before it")
after = good.json["paging"]["cursors"]["after"]
check(creatives(limit=10, after=after).error, (100, 2446289), "the page it is in")
after = creatives(limit=9, after=after).json["paging"]["cursors"]["after"]
check(creatives(limit=1, after=after).error, (100, 2446289), "it alone")

batch = [{"method": "GET", "relative_url": f"{account}?fields=name"}, {"method": "GET", "relative_url": "v26.0/1/"},
         {"method": "GET", "relative_url": f"/{account}/insights?fields=spend"}]
send = lambda: fetch(f"{BASE}/v26.0/", urllib.parse.urlencode({"access_token": TOKEN, "batch": json.dumps(batch)}).encode()).json
answers = send()
check([answer["code"] for answer in answers], [200, 400, 200], "entries of a batch")
check(json.loads(answers[2]["body"])["data"][0]["spend"], plain["spend"], "the body of an entry")
assert {"name": "facebook-api-version", "value": "v26.0"} in answers[0]["headers"]
fault("fb-batch-null=2")
check([answer is None for answer in send()], [False, True, False], "an entry that is to be sent again")
fault()
batch = batch * 17
check(send()["error"]["code"], 100, "51 entries")

counted = json.loads(control("stats", "GET"))["facebook"]
check(counted["batch"], 3, "batches")
assert counted["edge"] > 10 and counted["insights"] > 5 and counted["node"] > 0
END
sandbox_stop
