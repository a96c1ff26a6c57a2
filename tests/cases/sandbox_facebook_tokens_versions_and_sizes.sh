#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Who may ask, of which version, how much at a time and of which days.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/sandbox_start.inc"
sandbox_start --clock 2026-11-20T09:30:00Z --facebook ads=40 --facebook history=1200 --facebook sync_rows=200 \
    --facebook time_rows=1000 --facebook too_many_rows=2000 --verbose
python3 - <<'END'
import hashlib
import hmac
from facebook_client import *

seen, hidden = accounts()
for token, status, error in (
        ("", 400, (104, None)), ("rubbish", 400, (190, None)), ("EAASANDBOX_EXPIRED", 400, (190, 463)),
        ("EAASANDBOX_PASSWORD", 400, (190, 460)), ("EAASANDBOX_LOGGEDOUT", 400, (190, 467)),
        ("EAASANDBOX_NOSCOPE", 400, (100, None)), ("EAASANDBOX_HIDDEN", 400, (100, 33)),
        ("EAASANDBOX-of-somebody", 200, (None, None))):
    answer = get(hidden, token=token)
    check((answer.status, answer.error), (status, error), token)
check(get(seen, token="EAASANDBOX_HIDDEN").status, 200, "the account that is not hidden")
check(fetch(f"{BASE}/v26.0/{seen}/", headers={"Authorization": f"Bearer {TOKEN}"}).status, 200, "the header")
mine = "EAASANDBOX-mine"
check(get(seen, token=mine).status, 200, "a token before it is ended")
check(fetch(f"{BASE}/_sandbox/facebook/expire?token={mine}", data=b"").status, 200, "the end of a token")
check(get(seen, token=mine).error, (190, 463), "a token that was ended")
check(get("debug_token", token="1234567890|sandbox-secret", input_token=mine).json["data"]["is_valid"], False, "its look-up")
check(get(seen, token=mine + "2").status, 200, "another one")
gated = get(seen, token="EAASANDBOX_NOBUSINESS", fields="name,owner")
check((gated.status, gated.error), (403, (200, None)), "a gated field")
assert "business_management" in gated.json["error"]["message"]
proof = hmac.new(b"sandbox-secret", TOKEN.encode(), hashlib.sha256).hexdigest()
check(get(seen, appsecret_proof=proof).status, 200, "the proof")
check(get(seen, appsecret_proof="0" * 64).json["error"]["type"], "GraphMethodException", "a wrong proof")
app = "1234567890|sandbox-secret"
good = get("debug_token", token=app, input_token=TOKEN).json["data"]
check((good["is_valid"], "ads_read" in good["scopes"]), (True, True), "a good token")
check(get("debug_token", token=app, input_token="EAASANDBOX_EXPIRED").json["data"]["is_valid"], False, "an old one")
longer = fetch(f"{BASE}/v26.0/oauth/access_token?grant_type=fb_exchange_token&client_id=1234567890"
               f"&client_secret=sandbox-secret&fb_exchange_token={TOKEN}").json
check(get(seen, token=longer["access_token"]).status, 200, "the longer-lived token")

for version, served, warned in (("v26.0", "v26.0", False), ("v25.0", "v25.0", False), ("v19.0", "v25.0", True),
                                ("v31.0", "v26.0", False)):
    headers = get(seen, version=version).headers
    check(headers["facebook-api-version"], served, version)
    check("X-Ad-Api-Version-Warning" in headers, warned, version)
    check(headers["content-type"], "application/json; charset=UTF-8", version)
check(get("", ids=f"{seen},{hidden}").status, 400, "several at once")
check(get(seen, fields="instagram_actor_id").error, (100, None), "a field that is not there")
check(get(f"{seen}/insights", fields="age").error, (100, None), "a breakdown among the fields")
for breakdowns in ("dma", "impression_device", "age,country", "nonsense"):
    check(get(f"{seen}/insights", breakdowns=breakdowns).error, (100, None), breakdowns)

def report(since, until, **more):
    return get(f"{seen}/insights", level="ad", time_increment=1, time_range={"since": since, "until": until}, **more)
check(report("2026-11-16", "2026-11-19").status, 200, "four days")
reduce = report("2026-11-08", "2026-11-19")
check((reduce.status, reduce.json["error"]), (500, {"code": 1, "message":
      "Please reduce the amount of data you're asking for, then retry your request"}), "twelve days")
check(report("2026-10-11", "2026-11-19").error, (100, 1504018), "forty days")
check(report("2026-01-01", "2026-11-19").error, (100, 1487534), "a year")
many = ",".join(("account_id campaign_id adset_id ad_id account_name campaign_name adset_name ad_name impressions "
                 "clicks spend reach frequency cpc cpm ctr cpp objective").split())
check(report("2026-11-15", "2026-11-19", fields=many).status, 500, "many fields weigh more")
check(report("2023-10-20", "2023-10-20").status, 200, "37 months ago")
check(report("2023-10-19", "2023-10-19").error, (3018, None), "a day more")
check(report("2026-11-19", "2026-11-18").error, (100, None), "the end before the start")
check(get(f"{seen}/insights", date_preset="lifetime").error, (100, None), "a preset of old")
check(get(f"{seen}/insights", breakdowns="publisher_platform,impression_device").json, {"data": []}, "no opt-in")

ask = lambda **p: get(f"{seen}/insights", **p).json["data"]
ends = lambda rows: [(row["date_start"], row["date_stop"]) for row in rows]
check(ends(ask(date_preset="this_month", time_increment="monthly")), [("2026-11-01", "2026-11-20")], "this month")
check(ends(ask(date_preset="last_quarter", time_increment="monthly")),
      [("2026-07-01", "2026-07-31"), ("2026-08-01", "2026-08-31"), ("2026-09-01", "2026-09-30")], "months")
check(ends(ask(date_preset="last_7d", time_increment=3)),
      [("2026-11-13", "2026-11-15"), ("2026-11-16", "2026-11-18"), ("2026-11-19", "2026-11-19")], "three days each")
check(ends(ask(date_preset="last_week_mon_sun")), [("2026-11-09", "2026-11-15")], "last week")
check(ends(ask(time_ranges=[{"since": "2026-11-01", "until": "2026-11-02"}, {"since": "2026-10-01", "until": "2026-10-31"}],
               time_increment=1)), [("2026-11-01", "2026-11-02"), ("2026-10-01", "2026-10-31")], "ranges")

# a body may come in three ways, and its parameters as in a query
parameters = {"fields": json.dumps(["spend", "impressions"]), "date_preset": "yesterday"}
wanted = get(f"{seen}/insights", **parameters).json["data"]
multipart = "".join(f'--xYx\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in
                    (("batch", json.dumps([{"method": "GET", "relative_url": f"{seen}/insights?date_preset=yesterday&fields=spend,impressions"}])),)) + "--xYx--\r\n"
for body, kind in (
        (urllib.parse.urlencode({"batch": json.dumps([{"method": "GET", "relative_url": f"{seen}/insights?" + urllib.parse.urlencode(parameters)}])}), "application/x-www-form-urlencoded"),
        (json.dumps({"batch": [{"method": "GET", "relative_url": f"{seen}/insights?fields=spend,impressions&date_preset=yesterday"}]}), "application/json"),
        (multipart, "multipart/form-data; boundary=xYx")):
    got = fetch(f"{BASE}/v26.0/?access_token={TOKEN}", body.encode(), {"Content-Type": kind}).json
    check(json.loads(got[0]["body"])["data"], wanted, kind)
END
! grep -q "EAASANDBOX" "$TMP_CASE/sandbox.log" || fail "a token is in the log"
sandbox_start --facebook expired=refuse --facebook proof=required --facebook auth_status=401
python3 - <<'END'
from facebook_client import *
check(get("me", version="v24.0").error, (2635, None), "an expired version")
check(get("me").json["error"]["message"], "API calls from the server require an appsecret_proof argument", "the proof")
check(get("me", token="rubbish", appsecret_proof="0").status, 400, "the proof comes first")
END
expect 64 "$EXTRACT_SANDBOX" --facebook adz=1
grep -q "did you mean ads" err || fail "the nearest key is not named"
expect 64 "$EXTRACT_SANDBOX" --facebook proof=never
sandbox_stop
