#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A folder of src/ includes only folders below it, and no folder has an include cycle."""
import os
import re
import sys

SRC = os.path.join(os.environ.get("EXTRACT_SRCDIR", "."), "src")

# What each folder may include besides itself.
BELOW = {}
below = []
for step in [["base"], ["codec"], ["crypto"], ["db", "net"], ["quota"], ["record"],
             ["source", "stage", "sink", "audit"], ["pipeline"], ["command"]]:
    for folder in step:
        BELOW[folder] = set(below)
    below += step
BELOW["sandbox"] = {"base", "codec"}
BELOW["."] = set(below)  # main.c

faults = []
graph = {}
stems = {}
for root, _, files in os.walk(SRC):
    for name in sorted(files):
        if not name.endswith((".c", ".h")):
            continue
        path = os.path.relpath(os.path.join(root, name), SRC)
        folder = os.path.dirname(path) or "."
        if folder not in BELOW:
            faults.append(f"src/{path}: folder {folder} has no layer")
            continue
        stem = os.path.splitext(name)[0]
        other = stems.setdefault(stem, folder)
        if other != folder and name != "main.c":
            faults.append(f"src/{path}: the stem {stem} is taken by {other}/")
        edges = graph.setdefault(path, set())
        for number, line in enumerate(open(os.path.join(root, name), encoding="utf-8"), 1):
            found = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if not found:
                continue
            target = found.group(1)
            into = os.path.dirname(target)
            if into != folder and into not in BELOW[folder]:
                faults.append(f"src/{path}:{number}: {folder}/ must not include {target}")
            edges.add(target)

state = {}


def walk(path, trail):
    if state.get(path) == "done":
        return
    if state.get(path) == "open":
        faults.append("include cycle: " + " > ".join(trail[trail.index(path):] + [path]))
        return
    state[path] = "open"
    for target in sorted(graph.get(path, ())):
        walk(target, trail + [path])
    state[path] = "done"


for path in sorted(graph):
    walk(path, [])

# Between files a cycle may also run through the .c files: a needs b and b needs a.
modules = {}
for path, targets in graph.items():
    module = os.path.splitext(path)[0]
    modules.setdefault(module, set()).update(
        os.path.splitext(t)[0] for t in targets if os.path.splitext(t)[0] != module)
graph, state = modules, {}
for path in sorted(graph):
    walk(path, [])

print("\n".join(faults))
sys.exit(1 if faults else 0)
