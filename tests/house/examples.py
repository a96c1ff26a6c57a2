#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The published grammars take and refuse the same examples as the program's own readers.

The examples of each grammar are read by both: by the program in its unit test, by the grammar
here. A bad example whose .expect says "engine only" breaks a rule that a grammar cannot state; the
grammar has to take it, so that the mark stays true.
"""
import glob
import json
import os
import sys

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is not installed")
    sys.exit(77)

ROOT = os.environ.get("EXTRACT_SRCDIR", os.path.join(os.path.dirname(__file__), "..", ".."))

# grammar, folder of its examples, files in use; behind them the unit test that reads them too
GRAMMARS = [
    ("schemas/manifest.schema.json", "tests/data/manifest", "sources/*.json"),  # test_manifest
    ("schemas/record.schema.json", "tests/data/schema", "schemas/*/*.json"),  # test_schema
]

faults = []
checked = 0


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def examples(pattern):
    global checked
    found = sorted(glob.glob(os.path.join(ROOT, pattern)))
    if not found:
        sys.exit(f"no examples at {pattern}")
    checked += len(found)
    return found


def check(grammar, folder, used):
    grammar = read(os.path.join(ROOT, grammar))
    jsonschema.Draft202012Validator.check_schema(grammar)
    validator = jsonschema.Draft202012Validator(grammar)
    for path in examples(f"{folder}/good/*.json") + examples(used):
        for error in validator.iter_errors(read(path)):
            where = "/".join(str(step) for step in error.absolute_path)
            faults.append(f"{path}#/{where}: refused: {error.message[:200]}")
    for path in examples(f"{folder}/bad/*.json"):
        with open(path[:-len("json")] + "expect", encoding="utf-8") as file:
            engine_only = "engine only" in file.read()
        if validator.is_valid(read(path)) != engine_only:
            faults.append(f"{path}: " + ("refused, though marked engine only" if engine_only
                                         else "taken"))


for row in GRAMMARS:
    check(*row)
for fault in faults:
    print(fault)
print(f"{checked} examples, {len(faults)} faults")
sys.exit(bool(faults))
