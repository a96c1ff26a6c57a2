#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An account's day is the sum of its ads, deleted ones too, and an ad's day of its breakdowns.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/sandbox_start.inc"
sandbox_start --clock 2026-11-20T09:30:00Z --facebook ads=150 --facebook accounts=3 --facebook page_max=5000 \
    --facebook optin=on --journal "$TMP_CASE/journal"
JOURNAL=$TMP_CASE/journal python3 - <<'END'
import json
from facebook_client import *

DAYS = {"since": "2026-10-25", "until": "2026-11-20"}  # the last of them is not over
FIELDS = "account_id,campaign_id,adset_id,ad_id,impressions,clicks,spend,reach"
day = lambda row: row["date_start"]
ad_day = lambda row: (row["date_start"], row["ad_id"])

for account in accounts():
    ask = dict(fields=FIELDS, time_range=DAYS, time_increment=1)
    whole = totals(rows(f"{account}/insights", **ask), day)
    check(len(whole), 27, "days")
    seen = {}
    for level in ("campaign", "adset", "ad"):
        seen[level] = rows(f"{account}/insights", level=level, filtering=states(level), **ask)
        check(totals(seen[level], day), whole, f"{level} against the account")
    month = rows(f"{account}/insights", fields=FIELDS, time_range=DAYS)
    check(len(month), 1, "all days are one row")
    check(totals(month, lambda row: 0)[0], [sum(v[i] for v in whole.values()) for i in range(3)], "all days")
    campaign = seen["ad"][0]["campaign_id"]
    mine = [row for row in seen["ad"] if row["campaign_id"] == campaign]
    check(totals(rows(f"{campaign}/insights", **ask), day), totals(mine, day), "a campaign by itself")

    # the trap: what leaves the states open loses what deleted and archived ads have spent
    for level in ("campaign", "ad"):
        ids = sorted({row[f"{level}_id"] for row in seen[level]})
        lost = rows(f"{account}/insights", level=level,
                    filtering=[{"field": f"{level}.id", "operator": "IN", "value": ids}], **ask)
        assert len(lost) < len(seen[level]), level
        plain = {row[f"{level}_id"] for row in rows(f"{account}/insights", level=level, **ask)}
        shown = {o["id"]: o["effective_status"] for o in
                 rows(f"{account}/{level}s", fields="effective_status", effective_status=STATES)}
        check({shown[i] for i in plain} & {"DELETED"}, set(), f"deleted {level}s without a filter")
        assert "ARCHIVED" in {shown[i] for i in plain}, level
        check({shown[row[f"{level}_id"]] for row in lost} & {"ARCHIVED", "DELETED"}, set(), level)

    whole = totals(seen["ad"], ad_day)
    for breakdowns in ("age", "gender", "age,gender", "country", "region", "publisher_platform",
                       "publisher_platform,platform_position", "publisher_platform,impression_device",
                       "product_id", "image_asset", "hourly_stats_aggregated_by_advertiser_time_zone"):
        parts = rows(f"{account}/insights", level="ad", filtering=states("ad"), breakdowns=breakdowns, **ask)
        sums = totals(parts, ad_day)
        for key, value in whole.items():
            check(sums.get(key, [0, 0, 0]), value, f"{breakdowns} of {key}")
        names = breakdowns.split(",")
        check({tuple(list(row)[-len(names):]) for row in parts}, {tuple(names)}, "breakdowns come last")
        keys = [ad_day(row) + tuple(json.dumps(row[name]) for name in names) for row in parts]
        check(len(keys), len(set(keys)), f"{breakdowns}: keys are unique")
        if breakdowns.startswith("hourly"):
            check({row["reach"] for row in parts}, {"0"}, "reach by the hour")

    truth = [json.loads(line) for line in control(
        f"facebook/truth?account={account}&since={DAYS['since']}&until={DAYS['until']}&fields={FIELDS}", "GET").splitlines()]
    check(truth, [row for row in seen["ad"]], "the truth")

# the journal names what came, page by page
with open(os.environ["JOURNAL"], encoding="ascii") as file:
    before = len(file.readlines())
ads = rows(f"{account}/ads", fields="id", limit=7)
report = rows(f"{account}/insights", level="ad", fields="ad_id", date_preset="last_3d", time_increment=1, limit=11)
with open(os.environ["JOURNAL"], encoding="ascii") as file:
    lines = [line.split() for line in file.readlines()[before:]]
check([(line[0], line[3]) for line in lines],
      [(f"{account}/ads", ad["id"]) for ad in ads] + [(f"{account}/insights", row["ad_id"]) for row in report],
      "the journal")
check(len({tuple(line[1:3]) for line in lines}), len(lines), "no row comes twice")

# rows that hold nothing lack keys, they have no empty ones
everything = rows(f"{account}/insights", level="ad", time_range=DAYS, time_increment=1,
                  fields="impressions,clicks,spend,reach,frequency,cpc,cpm,cpp,ctr,actions,cost_per_action_type")
still = [row for row in everything if row["impressions"] == "0"]
assert still and all(not {"cpc", "cpm", "cpp", "ctr", "actions"} & row.keys() for row in still)
assert all(row["spend"] == "0" and row["frequency"] == "0" for row in still)
assert any("cpc" not in row and "ctr" in row for row in everything)
assert all(row.get("actions", [1]) for row in everything), "never an empty list"
END
sandbox_stop
