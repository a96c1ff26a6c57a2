#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Calls that have a safe twin are not used; time and sleep come from base/clock alone; only
command, pipeline and sandbox log; every file says its licence."""
import os
import re
import sys

ROOT = os.environ.get("EXTRACT_SRCDIR", ".")
BANNED = ("strcpy strcat strncpy sprintf vsprintf gets strtok atoi atol atoll atof system popen "
          "alloca asctime ctime gmtime localtime mktemp tmpnam rand srand").split()
CALL = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")
CLOCK = re.compile(r"(?<![\w.>])(time|gettimeofday|clock_gettime|sleep|usleep|nanosleep)\s*\(")
LOG = re.compile(r"\blog_(event|debug|info|warning|error)\s*\(")

faults = []
for root, _, files in os.walk(os.path.join(ROOT, "src")):
    for name in sorted(files):
        if not name.endswith((".c", ".h")):
            continue
        path = os.path.relpath(os.path.join(root, name), ROOT)
        text = open(os.path.join(root, name), encoding="utf-8").read()
        if not text.startswith("/* SPDX-License-Identifier: Apache-2.0 */"):
            faults.append(f"{path}:1: no SPDX line")
        code = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), text, flags=re.S)
        code = re.sub(r'"(\\.|[^"\\\n])*"', '""', code)
        for number, line in enumerate(code.split("\n"), 1):
            found = CALL.search(line)
            if found:
                faults.append(f"{path}:{number}: {found.group(1)}() is banned")
            if CLOCK.search(line) and not path.startswith("src/base/clock."):
                faults.append(f"{path}:{number}: time is base/clock's")
            if LOG.search(line) and not re.match(r"src/(command|pipeline|sandbox|base/log|main)", path):
                faults.append(f"{path}:{number}: libraries do not log")
print("\n".join(faults))
sys.exit(1 if faults else 0)
