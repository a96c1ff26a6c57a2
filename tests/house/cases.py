#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every scenario of tests/cases and every check of tests/house is run by make check, and every file of
sources/ and schemas/ is installed."""
import glob
import os
import sys

ROOT = os.environ.get("EXTRACT_SRCDIR", ".")
# run by other means: a verifier that scenarios call
CALLED = {"tests/house/verify_audit.py"}

faults = []
for folder in ("tests/cases", "tests/house"):
    listed = open(os.path.join(ROOT, folder, "local.mk"), encoding="utf-8").read().split()
    for name in sorted(os.listdir(os.path.join(ROOT, folder))):
        path = f"{folder}/{name}"
        scenario = name.endswith(".sh") or (name.endswith(".py") and folder == "tests/house")
        if scenario and path not in CALLED and path not in listed:
            faults.append(f"{path} is not in {folder}/local.mk")
listed = open(os.path.join(ROOT, "src", "command", "local.mk"), encoding="utf-8").read().split()
for path in sorted(glob.glob(os.path.join(ROOT, "sources", "*")) + glob.glob(os.path.join(ROOT, "schemas", "**", "*.json"),
                                                                             recursive=True)):
    if os.path.relpath(path, ROOT) not in listed:
        faults.append(f"{os.path.relpath(path, ROOT)} is not in src/command/local.mk")
print("\n".join(faults))
sys.exit(1 if faults else 0)
