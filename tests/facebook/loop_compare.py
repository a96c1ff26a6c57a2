#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a plain loop around Meta's SDK loses where extract does not: a table, fault by fault.

    EXTRACT_SRCDIR=… EXTRACT_BUILDDIR=… "$(tests/facebook/sdk python)" tests/facebook/loop_compare.py

The loop keeps what it got of a day before an error and goes on with the next day. Both get the same fault once, in
a sandbox of their own, and are compared with what it knows to be true.
"""
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

from facebook_business.adobjects.adaccount import AdAccount
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookError
from facebook_business.session import FacebookSession

BUILD = os.environ["EXTRACT_BUILDDIR"]
SRC = os.environ["EXTRACT_SRCDIR"]
NOW = "2026-11-20T12:00:00Z"
DAYS = ("2026-11-18", "2026-11-19")
STATES = ["ACTIVE", "PAUSED", "ARCHIVED", "DELETED", "CAMPAIGN_PAUSED", "ADSET_PAUSED", "DISAPPROVED"]
FILTER = [{"field": "ad.effective_status", "operator": "IN", "value": STATES}]
FACTOR = 100  # extract's waits are that much shorter
LOOP_S = 5  # a loop that takes longer does not end
RUN_S = 25
POISON = 71

PAGES = ("fb-empty-page@2", "fb-short-page@2", "fb-no-cursors@2", "fb-same-cursor@2", "fb-cursor-dead@2", "fb-error=2:500@2",
         "fb-error-200=2@2", "html-502@2", "truncate@2")
JOBS = ("failed", "skipped", "stuck", "zero", "hundred", "late", "gone")


class Endless(Exception):
    pass


def ring(*_):
    raise Endless


class Sandbox:
    def __init__(self, work, rule, *keys):
        port_file = f"{tempfile.mkdtemp(dir=work)}/port"
        self.shown = f"{FACTOR},{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())},{NOW}"
        options = [word for key in ("accounts=1", "ads=120", "limits=off", *keys) for word in ("--facebook", key)]
        self.process = subprocess.Popen(
            [f"{BUILD}/extract-sandbox", "--port-file", port_file, "--control", "--clock", "real", *options],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ, EXTRACT_CLOCK=self.shown))
        while not (os.path.exists(port_file) and os.path.getsize(port_file)):
            time.sleep(0.02)
        with open(port_file, encoding="utf-8") as port:
            self.url = f"http://127.0.0.1:{port.read().strip()}"
        FacebookSession.GRAPH = self.url
        FacebookAdsApi.init("1234567890", "sandbox-secret", "EAASANDBOX", crash_log=False, api_version="v26.0")
        request = urllib.request.Request(f"{self.url}/v26.0/me/adaccounts", headers={"Authorization": "Bearer EAASANDBOX"})
        with urllib.request.urlopen(request) as answer:
            self.account = json.load(answer)["data"][0]["id"]
        if rule:
            query = urllib.parse.quote(rule)
            urllib.request.urlopen(urllib.request.Request(f"{self.url}/_sandbox/fault?spec={query}", method="POST")).close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def truth(self):
        with urllib.request.urlopen(f"{self.url}/_sandbox/facebook/truth?account={self.account}&level=ad&since={DAYS[0]}"
                                    f"&until={DAYS[1]}&fields=ad_id,impressions") as answer:
            rows = [json.loads(line) for line in answer.read().decode().splitlines()]
        return {(row["date_start"], row["ad_id"]): row["impressions"] for row in rows}


def insights(account, day, **options):
    return AdAccount(account).get_insights(
        fields=["ad_id", "impressions"], params={"level": "ad", "time_increment": 1, "filtering": FILTER, "limit": 50,
                                                 "time_range": {"since": day, "until": day}}, **options)


def by_report(account, day):
    run = insights(account, day, is_async=True)
    while run.api_get()["async_status"] in ("Job Not Started", "Job Started", "Job Running"):
        time.sleep(0.01)
    return run.get_insights(params={"limit": 50})


def loop(read, parts):
    """Rows, and how it ended."""
    rows, said = [], "says nothing"
    signal.signal(signal.SIGALRM, ring)
    for part in parts:
        signal.alarm(LOOP_S)
        try:
            for row in read(part):
                rows.append(row)
        except Endless:
            said = "does not end"
        except (FacebookError, ValueError, OSError, KeyError, TypeError) as error:
            said = f"raises {type(error).__name__}"
        signal.alarm(0)
    return rows, said


def extract(sandbox, data, stream, query, work):
    """Rows of the warehouse and how it ended: of a run, and of the run after it."""
    state = tempfile.mkdtemp(dir=work)
    with open(f"{state}/conf", "w", encoding="utf-8") as out:
        out.write(f"[extract]\nstate = {state}/state\n[facebook_ads]\nbase_url = {sandbox.url}\n"
                  "access_token = env:FB_TOKEN\ninsights_page_size = 50\npage_size = 25\n")
    os.chmod(f"{state}/conf", 0o600)
    found = []
    for _ in range(2):
        try:
            status = subprocess.run(
                [f"{BUILD}/extract", "--source", "facebook_ads", "--config", f"{state}/conf", "--quiet",
                 "--since", DAYS[0], "--until", DAYS[1], "--stream", stream],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=RUN_S,
                env=dict(os.environ, EXTRACT_DATA=data, FB_TOKEN="EAASANDBOX", EXTRACT_CLOCK=sandbox.shown)).returncode
        except subprocess.TimeoutExpired:
            status = "none: still at it"
        warehouse = f"{state}/state/warehouse.db"
        rows = sqlite3.connect(warehouse).execute(query).fetchall() if os.path.exists(warehouse) else []
        found.append((rows, f"status {status}"))
    return found


def tell(rows, true, ended):
    kept = [row for row in rows if row in true]
    return (f"{len(true) - len(set(kept))} lost, {len(kept) - len(set(kept))} twice, "
            f"{len(rows) - len(kept)} wrong; {ended}")


def show(name, found, true):
    print(f"| {name} | " + " | ".join(tell(rows, true, ended) for rows, ended in found) + " |", flush=True)


def compare(name, rule, read, data, work, *keys):
    with Sandbox(work, rule, *keys) as sandbox:
        true = {(*key, int(value)) for key, value in sandbox.truth().items()}
        got, ended = loop(lambda day: read(sandbox.account, day), DAYS)
        got = [(row["date_start"], row["ad_id"], int(row["impressions"])) for row in got]
    with Sandbox(work, rule, *keys) as sandbox:
        found = extract(sandbox, data, "insights_ad",
                                 "SELECT date_start, CAST(ad_id AS TEXT), impressions FROM facebook_insights_ad", work)
    show(f"`{name}`", [(got, ended), *found], true)


def compare_creatives(data, work):
    with Sandbox(work, None) as sandbox:
        true = {row["id"] for row in AdAccount(sandbox.account).get_ad_creatives(fields=["id"], params={"limit": 500})}
    key = f"poison={POISON}"
    with Sandbox(work, None, key) as sandbox:
        got, ended = loop(lambda _: AdAccount(sandbox.account).get_ad_creatives(fields=["id", "body"], params={"limit": 25}), [0])
        found = extract(sandbox, data, "ad_creatives", "SELECT CAST(id AS TEXT) FROM facebook_ad_creatives", work)
    show("a creative that cannot be read",
         [([row["id"] for row in got], ended), *(([row[0] for row in rows], said) for rows, said in found)], true)


def without_reports(work):
    data = f"{work}/data"
    os.makedirs(f"{data}/sources")
    shutil.copytree(f"{SRC}/schemas", f"{data}/schemas")
    with open(f"{SRC}/sources/facebook_ads.json", encoding="utf-8") as source:
        manifest = json.load(source)
    for stream in manifest["streams"]:
        stream.pop("report", None)
    with open(f"{data}/sources/facebook_ads.json", "w", encoding="utf-8") as out:
        json.dump(manifest, out)
    return data


def main():
    work = tempfile.mkdtemp(prefix="extract-compare-")
    try:
        data = without_reports(work)
        print("| fault | plain loop with Meta's SDK | extract | its next run |\n|---|---|---|---|", flush=True)
        compare("none", None, insights, data, work)
        for rule in PAGES:
            compare(rule, f"{rule}~/insights", insights, data, work)
        compare_creatives(data, work)
        for fate in JOBS:
            compare(f"fb-job={fate}", f"fb-job={fate}@1", by_report, SRC, work)
    finally:
        shutil.rmtree(work)


main()
