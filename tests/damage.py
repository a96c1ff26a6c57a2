# SPDX-License-Identifier: Apache-2.0
"""Changes a byte of a stage file, everywhere in turn, and sees what the program makes of it.

    damage.py STATE SAMPLES

Whatever the byte: `show` and `load` give all that was there with status 0, or less with another
status. A byte of a sealed segment, moreover, costs that segment alone and is told by its number.
"""
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

extract = os.environ["EXTRACT"]
state, samples = sys.argv[1], int(sys.argv[2])
stage = f"{state}/random_user.stage"
original = open(stage, "rb").read()
keys = "user_key, page, position, city, latitude, email"


def run(folder, *command):
    command = [extract, *command, "--source", "random_user", "--state", folder]
    done = subprocess.run(command, capture_output=True, timeout=30)
    if done.returncode < 0 or done.returncode == 70:
        sys.exit(f"{command}: status {done.returncode}: {done.stderr.decode()}")
    return done.returncode, done.stdout.decode().splitlines(), done.stderr.decode()


def loaded(folder):
    path = f"{folder}/warehouse.db"
    if not os.path.exists(path):
        return []
    with closing(sqlite3.connect(path)) as db:
        if not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'random_users'").fetchall():
            return []
        return db.execute(f"SELECT {keys} FROM random_users ORDER BY page, position").fetchall()


def copy(name):
    folder = f"{state}.{name}"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(state, folder)
    return folder


def check(ok, at, what, *answer):
    if not ok:
        sys.exit(f"byte {at} of {len(original)} changed: {what}: {answer}")


with sqlite3.connect(f"file:{stage}?mode=ro", uri=True) as db:
    sealed = db.execute("SELECT seq, sealed FROM segment ORDER BY seq").fetchall()
lines = {seq: run(state, "show", "--seq", str(seq))[1] for seq, _ in sealed}
everything = [line for seq, _ in sealed for line in lines[seq]]
quarantined = run(state, "show", "--quarantine")[1]
whole = copy("whole")
assert run(whole, "load")[0] == 0
rows = loaded(whole)
assert len(rows) == len(everything) > 0 and len(quarantined) > 0


def try_byte(at, bit, segment):
    folder = copy(f"byte{at}")
    changed = bytearray(original)
    changed[at] ^= bit
    with open(f"{folder}/random_user.stage", "r+b") as f:
        f.write(changed)

    status, out, err = run(folder, "show", "--limit", "0")
    check(set(out) <= set(everything), at, "show gives records that were never staged", out, err)
    check(status != 0 or out == everything, at, "show gives fewer records, and status 0", err)
    proved = run(folder, "verify")
    check(proved[0] != 0 or out == everything, at, "verify finds nothing wrong with less", err)
    held = run(folder, "show", "--quarantine")
    check(held[0] != 0 or held[1] == quarantined, at, "quarantine differs with status 0", held)
    check(proved[0] != 0 or held[1] == quarantined, at, "verify finds nothing wrong with less", held)
    if segment:
        named = re.compile(rf"\b(segment|seq) {segment}\b")
        check(status == 74 and named.search(err), at, f"show does not name segment {segment}", status, err)
        check(out == [line for seq in lines if seq != segment for line in lines[seq]], at, "others are not shown", err)
        check(proved[0] != 0 and named.search(proved[2]), at, f"verify does not name segment {segment}", proved)

    status, _, err = run(folder, "load")
    got = loaded(folder)
    check(got == rows[:len(got)], at, "rows that were never staged are loaded", err)
    check(status != 0 or got == rows, at, f"{len(got)} rows are loaded with status 0", err)
    if segment:
        check(status == 74 and named.search(err), at, f"load does not name segment {segment}", status, err)
        before = sum(len(lines[seq]) for seq in lines if seq < segment)
        check(len(got) == before, at, f"{len(got)} rows are loaded, {before} stand before the segment", err)
    shutil.rmtree(folder)
    return status != 0


random.seed(1)
tries = [(random.randrange(n * len(original) // samples, (n + 1) * len(original) // samples), None) for n in range(samples)]
for seq, blob in sealed:
    first = original.find(blob[:64])
    last = original.find(blob[-64:]) + 63
    assert first > 0 and last > first
    tries += [(first, seq), (first + 40, seq), (last, seq)]
with ThreadPoolExecutor(2) as pool:
    refused = sum(pool.map(lambda t: try_byte(t[0], 1 << random.randrange(8), t[1]), tries))
print(f"{len(tries)} bytes changed, {refused} refused, the others mean nothing")
