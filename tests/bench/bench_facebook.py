#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make bench-facebook: what insights cost beside curl that fetches the same pages, and what a run takes within the
limits of Meta beside the least that they allow. BENCH_ROWS and BENCH_ROUNDS size it; ratios count."""
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.request

BUILD = os.environ["EXTRACT_BUILDDIR"]
SRC = os.environ["EXTRACT_SRCDIR"]
ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
NOW = "2026-11-20T12:00:00Z"
TOKEN = "EAASANDBOX"
DAYS = 10
ACCOUNTS = 20
LIMITED_ACCOUNTS = 10
ROWS_OF_AN_AD = 11 / 12  # a day: some ads are idle
LIMITED_SINCE, LIMITED_UNTIL = "2026-08-22", "2026-11-19"
PEAK_MAX = 32  # MiB, wanted of every run
# A policy that keeps what most reports are made of: rows of a quarter of the size.
LEAN = ["unique_ctr", "cost_per_unique_click", "inline_link_click_ctr", "cost_per_inline_link_click",
        "inline_post_engagement", "cost_per_inline_post_engagement", "quality_ranking", "engagement_rate_ranking",
        "conversion_rate_ranking", "created_time", "updated_time", "social_spend"]
FACTOR = 10  # how much faster clocks run where limits are waited for: no more than a busy machine keeps up with

work = tempfile.mkdtemp(prefix="extract-bench-")
rows = []


def row(what, figure):
    rows.append((what, figure))
    print(f"{what}: {figure}", flush=True)


def peak(kib):
    mib = kib / 1024
    return f"{mib:.1f} MiB (wanted: <= {PEAK_MAX}: {'yes' if mib <= PEAK_MAX else 'NO'})"


class Sandbox:
    """Meta on this machine; the log holds a line for every request."""

    def __init__(self, clock, factor=1, **keys):
        self.shown = f"{factor},{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())},{NOW}"
        self.folder = tempfile.mkdtemp(dir=work)
        port_file = f"{self.folder}/port"
        options = [word for key, value in keys.items() for word in ("--facebook", f"{key}={value}")]
        with open(f"{self.folder}/log", "wb") as log:
            self.process = subprocess.Popen(
                [f"{BUILD}/extract-sandbox", "--port-file", port_file, "--control", "--verbose",
                 "--clock", clock, *options], stdout=log, stderr=log,
                env=dict(environment, EXTRACT_CLOCK=self.shown))
        while not (os.path.exists(port_file) and os.path.getsize(port_file)):
            if self.process.poll() is not None:
                raise RuntimeError("the sandbox does not start")
            time.sleep(0.02)
        with open(port_file, encoding="utf-8") as port:
            self.url = f"http://127.0.0.1:{port.read().strip()}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def requests(self):
        with open(f"{self.folder}/log", encoding="utf-8") as log:
            return re.findall(r"request.answered method=(\S+) uri=(\S+) status", log.read())

    def ask(self, path):
        with urllib.request.urlopen(f"{self.url}/_sandbox/{path}") as answer:
            return json.load(answer)


def without_reports():
    """A data folder in which every page is asked for at once: no report is waited for."""
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


def lean_policy():
    """Without lists and the columns of LEAN, which are not even asked for."""
    with open(f"{SRC}/schemas/facebook_ads/insights_ad.json", encoding="utf-8") as schema:
        lists = [name for name, what in json.load(schema)["properties"].items() if what["type"] == "array"]
    return "[policy facebook_ads/insights_ad]\n" + "".join(f"{name} = drop\n" for name in lists + LEAN)


def run_extract(sandbox, data, page, policy, *options):
    """A run into a new state folder: its summary, seconds, and CPU seconds."""
    state = tempfile.mkdtemp(dir=work)
    config = f"{state}/extract.conf"
    with open(config, "w", encoding="utf-8") as out:
        out.write(f"[extract]\nstate = {state}/state\n[facebook_ads]\nbase_url = {sandbox.url}\n"
                  f"access_token = env:FB_TOKEN\ninsights_page_size = {page}\n{policy}")
    os.chmod(config, 0o600)
    before = os.times()
    done = subprocess.run(
        [f"{BUILD}/extract", "--source", "facebook_ads", "--config", config, "--quiet", "--output", "json",
         "--stage-only", "--stream", "insights_ad", *options], check=True, stdout=subprocess.PIPE,
        env=dict(environment, EXTRACT_DATA=data, FB_TOKEN=TOKEN, EXTRACT_CLOCK=sandbox.shown))
    after = os.times()
    shutil.rmtree(state)
    return (json.loads(done.stdout.splitlines()[-1]), after.elapsed - before.elapsed,
            after.children_user + after.children_system - before.children_user - before.children_system)


def curl(sandbox, uris):
    """Seconds and CPU seconds of curl for the same pages in the same order."""
    config = f"{work}/curl"
    with open(config, "w", encoding="utf-8") as out:
        out.write(f'header = "Authorization: Bearer {TOKEN}"\n')
        out.writelines(f'url = "{sandbox.url}{uri}"\noutput = /dev/null\n' for uri in uris)
    before = os.times()
    subprocess.run(["curl", "-fsSg", "-K", config], check=True)
    after = os.times()
    return (after.elapsed - before.elapsed,
            after.children_user + after.children_system - before.children_user - before.children_system)


def pages(data, page, policy=""):
    """Insights in pages of this many rows: extract beside curl."""
    ads = round(ROWS / ACCOUNTS / DAYS / ROWS_OF_AN_AD)
    with Sandbox(NOW, limits="off", accounts=ACCOUNTS, ads=ads, page_max=page) as sandbox:
        rounds = []
        for _ in range(ROUNDS):
            known = len(sandbox.requests())
            summary, wall, cpu = run_extract(sandbox, data, page, policy, "--since", "2026-11-10", "--until", "2026-11-19")
            uris = [uri for method, uri in sandbox.requests()[known:] if method == "GET"]
            curl_wall, curl_cpu = curl(sandbox, uris)
            rounds.append((wall / curl_wall, wall, cpu, curl_wall, curl_cpu, summary["staged"],
                           summary["peak_rss_kib"], len(uris)))
    ratio, wall, cpu, curl_wall, curl_cpu, staged, rss, count = sorted(rounds)[len(rounds) // 2]
    what = f"{staged:,} {'lean ' if policy else ''}rows, pages of {page}"
    row(f"{what}: wall relative to curl", f"{ratio:.2f}x ({wall:.1f} s, {curl_wall:.1f} s, {count} requests)")
    row(f"{what}: rows a second of CPU", f"{staged / cpu:,.0f} ({cpu:.1f} s; curl {curl_cpu:.1f} s)")
    row(f"{what}: peak RSS", peak(rss))


def limited():
    """Ninety days of all accounts of an app of the lower tier, as shipped: shown time beside the least that the limits
    allow for the calls that were let through. Both clocks run FACTOR times as fast."""
    with Sandbox("real", FACTOR, accounts=LIMITED_ACCOUNTS, history=120, tier="limited") as sandbox:
        summary, _, cpu = run_extract(sandbox, SRC, 500, "", "--since", LIMITED_SINCE, "--until", LIMITED_UNTIL)
        stats = sandbox.ask("stats")
        writes = {}
        for method, uri in sandbox.requests():
            created = re.search(r"/act_(\d+)/insights", uri)
            if method == "POST" and created:
                writes[created.group(1)] = writes.get(created.group(1), 0) + 1
        accounts = stats["facebook"]["limits"]
        floor = sandbox.ask("facebook/floor?" + "&".join(
            f"act_{a['account']}={a['calls'] - a['refused']}:0:{writes.get(a['account'], 0)}"
            for a in accounts))["seconds"]
    shown = summary["milliseconds"] / 1000
    what = f"{LIMITED_ACCOUNTS} accounts, 90 days within the limits"
    row(f"{what}: time relative to the least", f"{shown / max(floor, 1):.3f}x ({shown:.0f} s, {floor} s)")
    row(f"{what}: calls, of which refused, of these while blocked",
        f"{sum(a['calls'] for a in accounts)}, {stats['refused']}, {stats['during_block']}")
    row(f"{what}: CPU, peak RSS", f"{cpu:.1f} s, {peak(summary['peak_rss_kib'])}")


environment = {k: v for k, v in os.environ.items() if not k.startswith("EXTRACT_")}
environment["HOME"] = work
try:
    synchronous = without_reports()
    for lean in "", lean_policy():
        for size in (500, 5000):
            pages(synchronous, size, lean)
    limited()
finally:
    shutil.rmtree(work)

print("\n| what | figure |\n|---|---|")
for line in rows:
    print("| " + " | ".join(line) + " |")
