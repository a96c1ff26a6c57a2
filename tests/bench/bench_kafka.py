#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make bench-kafka: stage to a real broker on this machine, beside the least that a transactional
producer of the same bytes does. Ratios count.

BENCH_RECORDS (1000000), BENCH_ROUNDS (3)."""
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time

BUILD, SRC = os.environ["EXTRACT_BUILDDIR"], os.environ["EXTRACT_SRCDIR"]
EXTRACT = f"{BUILD}/extract"
RECORDS = int(os.environ.get("BENCH_RECORDS", "1000000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
PER_TRANSACTION = 10000

work = tempfile.mkdtemp(prefix="extract-bench-")
environment = {k: v for k, v in os.environ.items() if not k.startswith("EXTRACT_")}
environment.update(EXTRACT_DATA=SRC, HOME=work, EXTRACT_TEST_CACHE=os.environ.get(
    "EXTRACT_TEST_CACHE", os.path.expanduser("~/.cache/extract-tests")), KAFKA_JVM="", KAFKA_HEAP="1g")


def kafka(*words):
    return subprocess.run([f"{SRC}/tests/kafka/kafka", *words], env=environment, check=True,
                          stdout=subprocess.PIPE, text=True).stdout


def extract(*words):
    begin = time.monotonic()
    done = subprocess.run([EXTRACT, *words, "--config", f"{work}/extract.conf", "--quiet"],
                          env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return time.monotonic() - begin, done.stdout


def configure(url, brokers, number):
    with open(f"{work}/extract.conf", "w", encoding="utf-8") as out:
        out.write(f"[extract]\nstate = {work}/state{number}\n[warehouse]\ndriver = none\n[kafka]\nbrokers = {brokers}\n"
                  f"prefix = r{number}.\ndeployment = r{number}\ntransaction_records = {PER_TRANSACTION}\n"
                  f"[random_user]\nbase_url = {url}\nusers = {RECORDS}\npage_size = 5000\nlimit_users = none\n")
    os.chmod(f"{work}/extract.conf", 0o600)


def stage():
    port = f"{work}/port"
    sandbox = subprocess.Popen([f"{BUILD}/extract-sandbox", "--port-file", port, "--no-limit"],
                               stderr=subprocess.DEVNULL)
    while not (os.path.exists(port) and os.path.getsize(port)):
        time.sleep(0.02)
    configure("http://127.0.0.1:" + open(port, encoding="utf-8").read().strip(), "127.0.0.1:1", 0)
    extract("--source", "random_user", "--stage-only")
    sandbox.terminate()
    sandbox.wait()
    with open(f"{work}/records", "w", encoding="utf-8") as out:
        subprocess.run([EXTRACT, "show", "--source", "random_user", "--config", f"{work}/extract.conf",
                        "--limit", "0"], env=environment, check=True, stdout=out)


try:
    stage()
    size = os.path.getsize(f"{work}/records") / RECORDS
    brokers = kafka("start", f"{work}/kafka").split("plain=")[1].split()[0]
    ratios, rates, memory = [], [], 0
    for number in range(1, ROUNDS + 1):
        configure("http://127.0.0.1:1", brokers, number)
        shutil.copytree(f"{work}/state0", f"{work}/state{number}")
        # the same number of partitions and the same settings as the topic that extract makes
        extract("ddl", "--source", "random_user", "--sink", "kafka", "--apply")
        kafka("admin", f"{work}/kafka", "tools.TopicCommand", "--create", "--topic", f"bare{number}",
              "--partitions", "3", "--replication-factor", "1")
        begin = time.monotonic()
        subprocess.run([f"{BUILD}/tests/bench/bench_produce", brokers, f"bare{number}", f"{work}/records",
                        str(PER_TRANSACTION)], check=True, stdout=subprocess.DEVNULL)
        bare = time.monotonic() - begin
        seconds, out = extract("publish", "--source", "random_user", "--output", "json")
        summary = json.loads(out.splitlines()[-1])
        assert summary["published"] == RECORDS, summary
        memory = max(memory, summary["peak_rss_kib"] / 1024)
        ratios.append(bare / seconds)
        rates.append(RECORDS / seconds)
        print(f"round {number}: bare {RECORDS / bare:,.0f} records/s, extract {RECORDS / seconds:,.0f} "
              "records/s", flush=True)
        shutil.rmtree(f"{work}/state{number}")
    ratio = statistics.median(ratios)
    print(f"\n{RECORDS} records of {size:.0f} bytes, lz4, {PER_TRANSACTION} a transaction, median of {ROUNDS}\n\n"
          "| what | figure | wanted | met |\n|---|---|---|---|\n"
          f"| stage to Kafka, rate relative to a bare producer | {ratio:.0%} ({statistics.median(rates):,.0f} records/s) "
          f"| >= 80 % | {'yes' if ratio >= 0.8 else 'NO'} |\n"
          f"| peak RSS | {memory:.1f} MiB | <= 64 MiB | {'yes' if memory <= 64 else 'NO'} |")
finally:
    subprocess.run([f"{SRC}/tests/kafka/kafka", "kill", f"{work}/kafka"], env=environment, check=False)
    shutil.rmtree(work, ignore_errors=True)
