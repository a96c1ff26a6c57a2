# SPDX-License-Identifier: Apache-2.0
"""Are the sandbox's rows and errors shaped as the recorded ones of Meta's API?

    recorded.py URL FOLDER
"""
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request

URL, FOLDER = sys.argv[1:]


def get(path, **parameters):
    query = urllib.parse.urlencode({"access_token": "EAASANDBOX", **parameters})
    try:
        with urllib.request.urlopen(f"{URL}/v26.0/{path}?{query}") as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def control(call):
    urllib.request.urlopen(urllib.request.Request(f"{URL}/_sandbox/{call}", method="POST")).close()


def shape(value):
    """Types by key; lists are of the shapes their elements have, keys that may lack among them."""
    if isinstance(value, dict):
        return {key: shape(member) for key, member in value.items()}
    if isinstance(value, list):
        merged = {}
        for element in value:
            merged.update(shape(element) if isinstance(element, dict) else {"": type(element).__name__})
        return [merged]
    return type(value).__name__


def merge(rows):
    merged = {}
    for row in rows:
        merged.update(shape(row))
    return merged


with open(os.path.join(FOLDER, "ads_insights_action_product_id.json"), encoding="utf-8") as file:
    recorded = json.load(file)
account = get("me/adaccounts")[1]["data"][0]["id"]
fields = [key for key in recorded["data"][0] if key != "product_id"]
page = get(f"{account}/insights", level="ad", breakdowns="product_id", date_preset="last_7d", limit=500,
           action_attribution_windows="1d_click,7d_click,28d_click", fields=",".join(fields))[1]
ours, theirs = merge(page["data"]), merge(recorded["data"])
assert list(ours) and set(ours) == set(theirs), (set(ours) ^ set(theirs))
for key, wanted in theirs.items():
    if isinstance(wanted, list):
        missing = set(wanted[0]) - set(ours[key][0])
        assert not missing, (key, missing)
        assert set(ours[key][0].values()) == {"str"}, key
    else:
        assert ours[key] == wanted, (key, ours[key], wanted)
assert list(page["data"][0])[-1] == "product_id", "breakdowns come last"
assert set(page["paging"]["cursors"]) == set(recorded["paging"]["cursors"])

# what the sandbox answers where the recorded errors came: call, and what it is told before
long = {"level": "ad", "time_increment": 1, "date_preset": "last_90d"}
calls = {
    (1, None): ("insights", long),
    (100, 1487534): ("insights", {**long, "fields": ",".join(fields)}),
    (100, 2446289): ("adcreatives", {"fields": "id,name"}),
    (100, 33): ("", {"id": "120000000000000001"}),
    (200, None): ("", {"fields": "owner", "access_token": "EAASANDBOX_NOBUSINESS"}),
    (190, 463): ("", {"access_token": "EAASANDBOX_EXPIRED"}),
    (190, 460): ("", {"access_token": "EAASANDBOX_PASSWORD"}),
    (190, 458): ("", {"access_token": "EAASANDBOX_NOAPP"}),
    (100, None): ("", {"access_token": "EAASANDBOX_NOSCOPE"}),
}
compared = set()
with open(os.path.join(FOLDER, "errors_and_job_status.jsonl"), encoding="utf-8") as file:
    for line in file:
        entry = json.loads(line)
        wanted = entry["body"].get("error")
        if not wanted:
            continue
        key = wanted["code"], wanted.get("error_subcode")
        if key not in calls:
            continue
        edge, parameters = calls[key]
        path = parameters.get("id") or "/".join(filter(None, (account, edge)))
        status, answer = get(path, **{k: v for k, v in parameters.items() if k != "id"})
        got = answer["error"]
        assert entry["http_status"] in (None, status), (key, status)
        for name, value in wanted.items():
            if name == "fbtrace_id":
                assert got[name], key
            elif name == "message":
                assert got[name][:18] == value[:18], (key, got[name], value)
            else:
                assert got[name] == value, (key, name, got[name], value)
        compared.add(key)
assert compared == set(calls), set(calls) - compared
