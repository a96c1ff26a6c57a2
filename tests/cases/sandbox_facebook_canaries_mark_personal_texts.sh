#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# With --canary every text that may be personal says CANARY and whose it is; without, none does.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/sandbox_start.inc"
for canary in "" --canary; do
    sandbox_start --clock 2026-11-20T09:30:00Z --facebook ads=20 --facebook page_max=500 $canary
    CANARY=$canary python3 - <<'END'
from facebook_client import *

marked = bool(os.environ["CANARY"])
account = accounts()[0]


def owner(id_):
    return f"CANARY{id_.removeprefix('act_')}@canary.example"


def look(objects, *names):
    assert objects
    for one in objects:
        for name in names:
            value = json.dumps(one[name])
            check("CANARY" in value, marked, f"{name}: {value}")
            if marked:
                assert owner(one["id"]) in value, value


look([get(account, fields="name,business").json], "name", "business")
for edge in ("campaigns", "adsets", "ads"):
    look(rows(f"{account}/{edge}", fields="name", effective_status=STATES), "name")
look(rows(f"{account}/adcreatives", fields="name,body,object_story_spec"), "name", "body", "object_story_spec")
look(rows(f"{account}/customaudiences", fields="name,description"), "name", "description")
for row in rows(f"{account}/insights", level="ad", fields="account_name,campaign_name,adset_name,ad_name,ad_id,adset_id,campaign_id,account_id"):
    for level in ("account", "campaign", "adset", "ad"):
        check(owner(row[f"{level}_id"]) in row[f"{level}_name"], marked, level)
personal = [o["name"] for o in rows(f"{account}/ads", fields="name") if "@" in o["name"]]
assert marked or personal, "some names are personal in any case"
END
done
sandbox_stop
