#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make bench: figures of one run on this machine, compared with each other. Ratios count; the
absolute figures depend on the machine and on what else it does."""
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

BUILD = os.environ["EXTRACT_BUILDDIR"]
SRC = os.environ["EXTRACT_SRCDIR"]
EXTRACT = f"{BUILD}/extract"
PAGE = 5000
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
PAGES = int(os.environ.get("BENCH_PAGES", "100"))
MANY_PAGES = int(os.environ.get("BENCH_MANY_PAGES", "1000"))

work = tempfile.mkdtemp(prefix="extract-bench-")
rows = []


def row(what, figure, wanted, met):
    rows.append((what, figure, wanted, "yes" if met else "NO"))
    print(f"{what}: {figure} (wanted: {wanted})", flush=True)


def sandbox(*options):
    port_file = f"{tempfile.mkdtemp(dir=work)}/port"
    process = subprocess.Popen([f"{BUILD}/extract-sandbox", "--port-file", port_file,
                                "--no-limit", *options], stderr=subprocess.DEVNULL)
    while not (os.path.exists(port_file) and os.path.getsize(port_file)):
        time.sleep(0.02)
    return process, f"http://127.0.0.1:{open(port_file).read().strip()}"


def run_extract(url, pages, *options):
    """Runs extract into a new state folder; returns seconds and its summary."""
    state = tempfile.mkdtemp(dir=work)
    config = f"{state}/extract.conf"
    with open(config, "w", encoding="utf-8") as out:
        out.write(f"[extract]\nstate = {state}/state\n[random_user]\nbase_url = {url}\n"
                  f"users = {pages * PAGE}\npage_size = {PAGE}\nlimit_users = none\n")
    os.chmod(config, 0o600)
    begin = time.monotonic()
    done = subprocess.run([EXTRACT, "--source", "random_user", "--config", config, "--quiet",
                           "--output", "json", *options], env=environment, check=True,
                          stdout=subprocess.PIPE)
    seconds = time.monotonic() - begin
    shutil.rmtree(state)
    return seconds, json.loads(done.stdout.splitlines()[-1])


def curl(url, pages):
    begin = time.monotonic()
    subprocess.run(["curl", "-sS", "-o", "/dev/null",
                    f"{url}/api/1.4/?results={PAGE}&seed=bench-x&page=[1-{pages}]"], check=True)
    return time.monotonic() - begin


def against_curl(url):
    """Seconds that curl and extract take for the same pages: of the median round."""
    rounds = sorted(((curl(url, PAGES), run_extract(url, PAGES, "--stage-only")[0])
                     for _ in range(ROUNDS)), key=lambda pair: pair[1] / pair[0])
    return rounds[len(rounds) // 2]


def first_request():
    """Milliseconds from exec to the first byte of the first request."""
    server = socket.create_server(("127.0.0.1", 0))
    state = tempfile.mkdtemp(dir=work)
    config = f"{state}/extract.conf"
    with open(config, "w", encoding="utf-8") as out:
        out.write(f"[extract]\nstate = {state}/state\n[random_user]\n"
                  f"base_url = http://127.0.0.1:{server.getsockname()[1]}\n"
                  "limit_users = none\n")
    os.chmod(config, 0o600)
    taken = []
    for i in range(11):
        begin = time.monotonic()
        process = subprocess.Popen([EXTRACT, "--source", "random_user", "--config", config,
                                    "--quiet"], env=environment, stderr=subprocess.DEVNULL)
        peer, _ = server.accept()
        peer.recv(1)
        if i:  # the first call makes the keys and the stage
            taken.append((time.monotonic() - begin) * 1000)
        process.send_signal(signal.SIGKILL)
        process.wait()
        peer.close()
    return statistics.median(taken)


environment = {k: v for k, v in os.environ.items() if not k.startswith("EXTRACT_")}
environment["EXTRACT_DATA"] = SRC
environment["HOME"] = work

process, url = sandbox()
try:
    page = f"{work}/page.json"
    subprocess.run(["curl", "-sS", "-o", page, f"{url}/api/1.4/?results={PAGE}&seed=bench-x"],
                   check=True)
    for program, schema in (("bench_scan", []), ("bench_walk", [f"{SRC}/schemas/random_user/users.json"])):
        print(subprocess.run([f"{BUILD}/tests/bench/{program}", *schema, page], check=True, text=True,
                             stdout=subprocess.PIPE).stdout, end="")

    size = os.path.getsize(page)
    c, e = against_curl(url)
    row("sandbox to curl -o /dev/null", f"{size * PAGES / c / 1e6:.0f} MB/s", ">= 300 MB/s",
        size * PAGES / c / 1e6 >= 300)
    row("sandbox to sealed stage, wall relative to curl",
        f"{e / c:.2f}x ({size * PAGES / e / 1e6:.0f} MB/s)", "<= 2x", e / c <= 2)
    slow, slow_url = sandbox("--rate", "300000000")
    try:
        c, e = against_curl(slow_url)
    finally:
        slow.terminate()
        slow.wait()
    row(f"the same with the sandbox held at {size * PAGES / c / 1e6:.0f} MB/s", f"{e / c:.2f}x",
        "<= 2x", e / c <= 2)

    few = run_extract(url, 10, "--stage-only")[1]["peak_rss_kib"] / 1024
    many = run_extract(url, MANY_PAGES, "--stage-only")[1]["peak_rss_kib"] / 1024
    row(f"peak RSS for 10 and {MANY_PAGES} pages", f"{few:.1f} MiB, {many:.1f} MiB",
        "<= 32 MiB, within 2 MiB", many <= 32 and abs(many - few) <= 2)
    seconds, summary = run_extract(url, 10)
    row("the same with the warehouse, 10 pages", f"{seconds:.2f} s, "
        f"{summary['peak_rss_kib'] / 1024:.1f} MiB", "<= 32 MiB",
        summary["peak_rss_kib"] <= 32 * 1024)
    taken = first_request()
    row("start to first request", f"{taken:.1f} ms", "<= 20 ms", taken <= 20)
finally:
    process.terminate()
    process.wait()
    shutil.rmtree(work)

print("\n| what | figure | wanted | met |\n|---|---|---|---|")
for line in rows:
    print("| " + " | ".join(line) + " |")
