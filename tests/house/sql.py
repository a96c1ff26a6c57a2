#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SQL lives in .sql files: no string of C code holds a statement."""
import os
import re
import sys

SRC = os.path.join(os.environ.get("EXTRACT_SRCDIR", "."), "src")
STATEMENT = re.compile(
    r'"\s*(SELECT\s|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+(TABLE|INDEX|'
    r'VIEW|TRIGGER|TEMP|UNIQUE)|ALTER\s+TABLE|DROP\s+\w+|PRAGMA\s|BEGIN\s+(IMMEDIATE|EXCLUSIVE)|'
    r'COMMIT\b|ROLLBACK\b|VACUUM\b|WITH\s+\w+\s+AS)')

faults = []
for root, _, files in os.walk(SRC):
    for name in sorted(files):
        if name.endswith((".c", ".h")):
            path = os.path.join(root, name)
            for number, line in enumerate(open(path, encoding="utf-8"), 1):
                if STATEMENT.search(line):
                    faults.append(f"src/{os.path.relpath(path, SRC)}:{number}: {line.strip()}")
print("\n".join(faults))
sys.exit(1 if faults else 0)
