#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The schemas of Facebook Ads against what Meta says about its own API: every field is one of Meta's,
of a type that its column takes; what cannot be had together is in no stream; and a field that two
streams of insights have is the same in both. (That they follow the grammar, tests/house/examples.py
checks.)"""
import glob
import json
import os
import sys

ROOT = os.environ.get("EXTRACT_SRCDIR", os.path.join(os.path.dirname(__file__), "..", ".."))
SHARED = os.environ.get("EXTRACT_SHARED", os.path.join(ROOT, "..", "shared"))
FACTS = os.path.join(SHARED, "data", "facebook_ads")
SPECS = {"ad_accounts": "AdAccount", "campaigns": "Campaign", "ad_sets": "AdSet", "ads": "Ad",
         "ad_creatives": "AdCreative"}
BREAKDOWNS = {"age_gender": ["age", "gender"], "country": ["country"], "region": ["region"],
              "platform": ["publisher_platform", "platform_position"],
              "device": ["publisher_platform", "platform_position", "impression_device"],
              "hourly": ["hourly_stats_aggregated_by_advertiser_time_zone"]}
LEVELS = {"account": [], "campaign": ["campaign_id"], "ad_set": ["adset_id"], "ad": ["ad_id"]}
PEOPLE = {"reach", "frequency", "cpp", "unique_clicks", "unique_ctr", "cost_per_unique_click", "unique_actions"}
faults = []


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def want(holds, text):
    if not holds:
        faults.append(text)


def types(field):
    return {field["type"]} if isinstance(field["type"], str) else set(field["type"])


schemas = {os.path.splitext(os.path.basename(path))[0]: read(path)
           for path in glob.glob(os.path.join(ROOT, "schemas", "facebook_ads", "*.json"))}
insights = {name: schema for name, schema in schemas.items() if name.startswith("insights_")}
want(len(schemas) == 16 and len(insights) == 10, f"{len(schemas)} schemas, {len(insights)} of insights")

# what needs none of Meta's files
first = {}
for name, schema in sorted(schemas.items()):
    want(schema["x-table"] == "facebook_" + name, f"{name}: lands in {schema['x-table']}")
    want(schema["x-write"] == ("replace" if name in insights else "merge"), f"{name}: is written by {schema['x-write']}")
for name, schema in sorted(insights.items()):
    fields = schema["properties"]
    for key, field in fields.items():
        seen = first.setdefault(key, (name, field))
        want(seen[1] == field, f"{name}: {key} is not what it is in {seen[0]}")
    want(schema["$defs"] == insights["insights_ad"]["$defs"], f"{name}: an action is not what it is in insights_ad")
    level, _, preset = name.removeprefix("insights_").partition("_") if name != "insights_ad_set" else ("ad_set", "", "")
    breakdowns = BREAKDOWNS[preset] if preset else []
    want(schema["x-key"] == ["account_id"] + LEVELS[level] + ["date_start"] + breakdowns, f"{name}: its key is {schema['x-key']}")
    for key in breakdowns:
        want(fields[key].get("default") == "", f"{name}: {key} has no value where it is absent")
    if preset == "hourly":
        want(not [key for key in fields if key in PEOPLE or key.startswith("video_")], f"{name}: people or videos by hour")
    if preset == "region":
        want(not [key for key in fields if key.startswith("video_p") and key != "video_play_actions"
                  or key == "video_avg_time_watched_actions"], f"{name}: quarters of videos by region")

if not os.path.isdir(FACTS):
    for fault in faults:
        print(fault)
    print(f"no facts about the API at {FACTS}: names are not checked")
    sys.exit(1 if faults else 77)

# names and types
names = read(os.path.join(FACTS, "insights_names_v26.json"))
stats = {field["name"] for field in read(os.path.join(FACTS, "AdsActionStats.json"))["fields"]}
known = names["field_types_from_python_sdk_25_0_2"]
for name, schema in sorted(insights.items()):
    for key, field in schema["properties"].items():
        if "default" in field:
            want(key in names["Breakdowns"], f"{name}: {key} is no breakdown")
            continue
        want(key in names["Fields"], f"{name}: {key} is no field of insights")
        want(known.get(key) == ("list<AdsActionStats>" if types(field) == {"array"} else "string"),
             f"{name}: {key} is {known.get(key)}")
windows = set(insights["insights_ad"]["$defs"]["action"]["properties"])
# a window that can be asked for is a member of every action then, also one that Meta's list of members leaves out
asked = set(names["ActionAttributionWindows"]) - {"default"}
for key in windows - stats - asked:
    faults.append(f"insights: an action has no {key}")
for key in asked - windows:
    faults.append(f"insights: an action may have {key}, which is not named")

# Meta's types, as far as a scalar is one; another name is an enumeration's or an object's
SCALARS = {"string": "string", "datetime": "string", "int": "integer", "unsigned int": "integer",
           "float": "number", "bool": "boolean"}
for name, spec in SPECS.items():
    facts = {field["name"]: field["type"] for field in read(os.path.join(FACTS, spec + ".json"))["fields"]}
    for key, field in schemas[name]["properties"].items():
        kind = facts.get(key)
        if kind is None:
            faults.append(f"{name}: {key} is no field of {spec}")
        elif kind in SCALARS:
            want(SCALARS[kind] in types(field), f"{name}: {key} is {kind}, which the schema does not take")
        elif kind.startswith("list<"):
            want("array" in types(field), f"{name}: {key} is a list")
        elif kind.startswith(spec + "_"):
            want("string" in types(field), f"{name}: {key} is a word")
        else:
            want("object" in types(field), f"{name}: {key} is an object")
        if kind == "datetime":
            want(field["x-convert"] == "iso8601", f"{name}: {key} is a time")

for fault in faults:
    print(fault)
sys.exit(bool(faults))
