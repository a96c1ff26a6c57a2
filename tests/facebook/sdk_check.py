# SPDX-License-Identifier: Apache-2.0
"""Does Meta's own SDK take the sandbox for Meta?

    sdk_check.py URL

It reads objects, pages, reports, runs and batches with the SDK, and compares them with the truth of the
sandbox. The SDK does not look at types: that is done here.
"""
import json
import re
import sys
import urllib.request
from decimal import Decimal

from facebook_business.adobjects.ad import Ad
from facebook_business.adobjects.adaccount import AdAccount
from facebook_business.adobjects.adcreative import AdCreative
from facebook_business.adobjects.adreportrun import AdReportRun
from facebook_business.adobjects.adset import AdSet
from facebook_business.adobjects.campaign import Campaign
from facebook_business.adobjects.user import User
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession

URL = sys.argv[1]
STATES = ["ACTIVE", "PAUSED", "ARCHIVED", "DELETED", "CAMPAIGN_PAUSED", "ADSET_PAUSED", "DISAPPROVED"]
METRICS = ("impressions clicks spend reach frequency cpc cpm cpp ctr inline_link_clicks cost_per_inline_link_click "
           "unique_clicks").split()
FIELDS = METRICS + ("account_id campaign_id adset_id ad_id account_name campaign_name adset_name ad_name actions "
                    "action_values cost_per_action_type outbound_clicks website_ctr purchase_roas "
                    "video_p25_watched_actions objective created_time").split()
SINCE, UNTIL = "2026-11-10", "2026-11-19"


def check(got, expected, what):
    assert got == expected, f"{what}: {got!r} instead of {expected!r}"


def start(token):
    FacebookSession.GRAPH = URL
    return FacebookAdsApi.init("1234567890", "sandbox-secret", token, crash_log=False, api_version="v26.0")


def truth(account, **parameters):
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    with urllib.request.urlopen(f"{URL}/_sandbox/facebook/truth?account={account}&{query}") as answer:
        return [json.loads(line) for line in answer.read().decode().splitlines()]


def is_number(text):
    return isinstance(text, str) and re.fullmatch(r"\d+(\.\d+)?", text)


def rule(spec):
    urllib.request.urlopen(urllib.request.Request(f"{URL}/_sandbox/fault?spec={spec}", method="POST")).close()


def refused(call, code, subcode):
    try:
        call()
    except FacebookRequestError as error:
        check((error.api_error_code(), error.api_error_subcode()), (code, subcode), "the error")
        assert error.api_error_message(), error
        return error
    raise AssertionError(f"{code}/{subcode} was expected")


def check_objects(account):
    for read, kind in ((account.get_campaigns, Campaign), (account.get_ad_sets, AdSet), (account.get_ads, Ad)):
        fields = ["id", "account_id", "name", "effective_status", "created_time", "updated_time"]
        cursor = read(fields=fields, params={"effective_status": STATES, "limit": 7})
        objects = list(cursor)
        check(len({o["id"] for o in objects}), cursor.total(), f"all pages of {kind.__name__}")
        for one in objects:
            assert re.fullmatch(r"\d{18}", one["id"]) and one["effective_status"] in STATES, one
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}", one["created_time"]), one
        again = kind(objects[-1]["id"]).api_get(fields=fields)
        check(again.export_all_data(), objects[-1].export_all_data(), "a node and its place in the list")
        shown = list(read(fields=["effective_status"], params={"limit": 100}))
        check({o["effective_status"] for o in shown} & {"ARCHIVED", "DELETED"}, set(), "states without a filter")
    creatives = list(account.get_ad_creatives(fields=["id", "body", "object_story_spec", "image_url"], params={"limit": 50}))
    assert creatives and all(isinstance(c, AdCreative) for c in creatives)
    audiences = list(account.get_custom_audiences(fields=["id", "name", "time_created", "delivery_status"]))
    assert audiences and all(isinstance(a["time_created"], int) for a in audiences)


def check_reports(account):
    name = account["id"]
    for level in ("account", "campaign", "adset", "ad"):
        for breakdowns in ([], ["age", "gender"], ["publisher_platform", "platform_position"], ["country"]):
            parameters = {"level": level, "time_increment": 1, "time_range": {"since": SINCE, "until": UNTIL},
                          "breakdowns": breakdowns, "limit": 150}
            if level != "account":
                parameters["filtering"] = [{"field": f"{level}.effective_status", "operator": "IN", "value": STATES}]
            got = [row.export_all_data() for row in account.get_insights(fields=FIELDS, params=parameters)]
            expected = truth(name, level=level, since=SINCE, until=UNTIL, fields=",".join(FIELDS),
                             breakdowns=",".join(breakdowns))
            check(got, expected, f"{level} by {breakdowns}")
            for row in got:
                check_types(row)


def finish(run):
    """Asks until it is done, as one does with the SDK; what it said is returned."""
    said = []
    while True:
        run.api_get()
        said.append(run["async_status"])
        assert isinstance(run["async_percent_completion"], int), run
        if run["async_status"] not in ("Job Not Started", "Job Started", "Job Running"):
            return said


def check_runs(account):
    parameters = {"level": "ad", "time_increment": 1, "time_range": {"since": SINCE, "until": UNTIL}, "breakdowns": ["country"],
                  "filtering": [{"field": "ad.effective_status", "operator": "IN", "value": STATES}]}
    run = account.get_insights(fields=FIELDS, params=parameters, is_async=True)
    assert isinstance(run, AdReportRun) and re.fullmatch(r"\d+", run["report_run_id"]), run
    refused(lambda: run.get_insights(), 2601, 1815107)
    said = finish(run)
    check((said[0], said[-1], run["async_percent_completion"]), ("Job Not Started", "Job Completed", 100), "a run")
    got = [row.export_all_data() for row in run.get_insights(params={"limit": 150})]
    check(got, truth(account["id"], level="ad", since=SINCE, until=UNTIL, fields=",".join(FIELDS), breakdowns="country"),
          "rows of a run")
    rule("fb-job=failed@1")
    failed = account.get_insights(params=parameters, is_async=True)
    check(finish(failed)[-1], "Job Failed", "a run that fails")
    check((failed["error_code"], failed["error_subcode"]), (-2, 2490547), "and says why")


def check_types(row):
    for metric in METRICS:
        assert metric not in row or is_number(row[metric]), (metric, row)
    for name in ("actions", "cost_per_action_type", "outbound_clicks", "purchase_roas"):
        for action in row.get(name, []):
            assert is_number(action["value"]), action
    if int(row["clicks"]) and "cpc" in row:
        exact = Decimal(row["spend"]) / int(row["clicks"])
        assert abs(exact - Decimal(row["cpc"])) <= Decimal("0.000001"), row
    assert None not in row.values(), "absent, not null"


def check_batch(api, account):
    answers = []
    batch = api.new_batch()
    for ad in list(account.get_ads(params={"limit": 3}))[:3]:
        ad.api_get(fields=["name"], batch=batch, success=lambda r: answers.append(r.json()["name"]),
                   failure=lambda r: answers.append(r.error()))
    Ad("1").api_get(batch=batch, success=lambda r: answers.append(r.json()),
                    failure=lambda r: answers.append(r.error().api_error_code()))
    check(batch.execute(), None, "what is to be sent again")
    check(([isinstance(a, str) for a in answers[:3]], answers[3]), ([True] * 3, 100), "a batch")

    rule("fb-batch-null=1@1")
    batch = api.new_batch()
    account.api_get(fields=["name"], batch=batch, success=lambda r: answers.append("again"))
    left = batch.execute()
    assert left is not None and len(left) == 1, "a null entry is to be sent again"
    check((left.execute(), answers[-1]), (None, "again"), "and is answered then")


def check_errors(account):
    gone = refused(lambda: Campaign("120000000000000001").api_get(), 100, 33)
    check(gone.api_error_type(), "GraphMethodException", "the type")
    refused(lambda: account.get_insights(fields=["no_such_field"]), 100, None)
    refused(lambda: account.get_insights(params={"time_range": {"since": "2020-01-01", "until": "2020-01-02"}}), 3018, None)
    refused(lambda: account.get_insights(params={"breakdowns": ["dma"]}), 100, None)
    for code, subcode, transient in ((4, 1504022, True), (17, 2446079, False), (613, 1487742, False), (80000, 2446079, None),
                                     (80004, 2446079, None), (1, 99, None), (2, 1504044, True)):
        rule(f"fb-error={code}/{subcode}@1")
        check(refused(lambda: account.get_insights(), code, subcode).body()["error"].get("is_transient"), transient, f"{code} passes")
    rule("fb-error-200=17/2446079@1")
    check(refused(lambda: account.get_insights(), 17, 2446079).http_status(), 200, "an error with 200 is one")
    start("EAASANDBOX_EXPIRED")
    check(refused(lambda: User("me").get_ad_accounts(), 190, 463).http_status(), 400, "the status")
    start("EAASANDBOX_NOBUSINESS")
    refused(lambda: AdAccount(account["id"]).api_get(fields=["name", "business"]), 200, None)


def main():
    api = start("EAASANDBOX")
    accounts = list(User("me").get_ad_accounts(fields=["account_id", "name", "currency", "timezone_name",
                                                       "account_status"]))
    check([f"act_{a['account_id']}" for a in accounts], [a["id"] for a in accounts], "ids of accounts")
    assert all(isinstance(a["account_status"], int) for a in accounts)
    for account in accounts:
        check_objects(account)
        check_reports(account)
        check_runs(account)
    check_batch(api, accounts[0])
    check_errors(accounts[0])


main()
