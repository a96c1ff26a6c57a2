#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the program has, docs/ has: configuration keys, settings of sources, columns, exit statuses,
commands, options that only some commands have, log events, audit events, masking actions; and no link
leads nowhere. The two files of docs/adding-a-source.md are taken by the program itself, when $EXTRACT
names it."""
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.environ.get("EXTRACT_SRCDIR", os.path.join(os.path.dirname(__file__), "..", ".."))
WIDTH = 120
faults = []


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def found(pattern, text, what):
    """All matches; none means that the code has changed its form and this test looks at nothing."""
    matches = re.findall(pattern, text, re.S)
    if not matches:
        faults.append(f"{what}: not found in the code; correct tests/house/docs.py")
    return matches


def want(document, needle, what):
    if needle not in document:
        faults.append(f"{what} is missing: {needle}")


configuration = read("docs", "configuration.md")
operations = read("docs", "operations.md")
dictionary = read("docs", "data-dictionary.md")
security = read("docs", "security.md")
everything = configuration + operations + dictionary + security + read("README.md")
everything += read("docs", "kafka.md")

# [section] key, with its default
rows = read("src", "command", "config.c").split("fixed_rows[] = {")[1].split("\n};")[0]
for section, key, rest in found(r'\{"(\w+)", "(\w+)",(.*?)\}', rows, "configuration keys"):
    fallback = re.search(r'\.fallback = "(\w+)"', rest)
    cell = f" `{fallback.group(1)}` |" if fallback else ""
    want(configuration, f"| [{section}] {key} |{cell}", "configuration.md: the key")

kafka = read("docs", "kafka.md")
for key, rest in found(r'\{"(\w+)",\s*DRIVER_\w+,(.*?)\}(?=,\n)', read("src", "sink", "kafka_settings.c"),
                       "keys of Kafka"):
    fallback = re.search(r'\.fallback = "([^"]+)"', rest)
    want(kafka, f"| [kafka] {key} |" + (f" `{fallback.group(1)}` |" if fallback else " unset |"),
         "kafka.md: the key")

for path in sorted(glob.glob(os.path.join(ROOT, "sources", "*.json"))):
    with open(path, encoding="utf-8") as file:
        manifest = json.load(file)
    keys = ["base_url"] + ["limit_" + name for name in manifest["limits"].get("buckets", {})]
    keys += list(manifest.get("settings", {})) + list(manifest["auth"].get("secrets", {}))
    keys += ["api_version"] if "pattern" in manifest.get("versions", {}) else []
    keys += ["accounts"] if manifest["accounts"]["kind"] == "discover" else []
    for key in keys:
        want(configuration, f"| [{manifest['source']}] {key} |", "configuration.md: the key")

actions = read("src", "record", "mask.c").split("spellings[] = {")[1].split("};")[0]
for action in found(r'"([^"]+)"', actions, "masking actions"):
    want(configuration, f"`{action}`", "configuration.md: the action")
for path in glob.glob(os.path.join(ROOT, "src", "sink", "*.c")):
    for key in re.findall(r'\{"(\w+)",\s*DRIVER_', read(path)):
        if not re.search(rf"^\| (\[\w+\] )?`?{key}`? \|", everything, re.M):
            faults.append(f"the setting of a sink is missing: {key}, {os.path.basename(path)}")
classes = re.search(r"classes\[\] = \{(.*?)\}", read("src", "record", "normalise.c"), re.S)
for name in found(r'"(\w+)"', classes.group(1) if classes else "", "classes"):
    if not re.search(rf"^Classes: `[^`]*\b{name}\b", configuration, re.M):
        faults.append(f"configuration.md: the class is missing: {name}")


# column | type | … | masking, as the schema has it
def columns(fields):
    for name, field in fields.items():
        landing = field.get("x-column")
        if landing:
            yield landing.get("name", name), landing["type"], field.get("x-pii", "its parts")
        elif "properties" in field:
            yield from columns(field["properties"])


for path in sorted(glob.glob(os.path.join(ROOT, "schemas", "*", "*.json"))):
    with open(path, encoding="utf-8") as file:
        schema = json.load(file)
    # its section, or one of several tables, which lists it
    section = [text for text in re.split(r"^## ", dictionary, flags=re.M)
               if text.startswith(schema["x-table"] + "\n") or f"\n| {schema['x-table']} |" in text]
    if len(section) != 1:
        faults.append(f"data-dictionary.md: {len(section)} sections for the table {schema['x-table']}")
        continue
    fields = list(columns(schema["properties"])) + list(columns(schema.get("x-derived", {})))
    for name, kind, action in fields:
        line = re.search(rf"^\| {name} \| {re.escape(kind)} \|.*$", section[0], re.M)
        if not line:
            faults.append(f"data-dictionary.md: {schema['x-table']} lacks the column {name}, {kind}")
        elif f"| {action} |" not in line.group():
            faults.append(f"data-dictionary.md: {name} has another masking: {action}")

table = read("src", "command", "table.c")
for status in found(r"\{(\d+),\s*\"", table.split("table_exits[] = {")[1], "exit statuses"):
    want(operations, f"\n| {status} |", "operations.md: the exit status")
commands = table.split("table_commands[")[1].split("\n};")[0]
for name in found(r'\[TABLE_\w+\] =\s*\{"([^"]*)"', commands, "commands"):
    want(operations, f"| `extract {name}` |" if name else "| `extract --source NAME` |",
         "operations.md: the command")
options = table.split("table_options[")[1].split("\n};")[0]
for name, row in found(r'\[TABLE_\w+\] =\s*\{"([^"]+)"(.*?)\}(?=,\n)', options, "options"):
    if not re.search(r"\bALL\b", row):
        want(everything, f"--{name}", "the option")

sources = glob.glob(os.path.join(ROOT, "src", "command", "*.c"))
sources += glob.glob(os.path.join(ROOT, "src", "pipeline", "*.c")) + [os.path.join(ROOT, "src/main.c")]
code = "".join(read(path) for path in sorted(sources))
for event in sorted(set(found(r'log_(?:debug|info|warning|error)\(\s*"([\w.]+)"', code, "log events"))):
    want(operations, f"`{event}`", "operations.md: the log event")

names = dict(found(r'\[(EVENT_\w+)\] = "([\w.]+)"', read("src", "audit", "event.c"), "audit events"))
for kind in sorted(set(found(r"\b(EVENT_\w+)\b", code, "uses of audit events"))):
    if "." in names.get(kind, ""):
        want(dictionary, names[kind], "data-dictionary.md: the audit event")

for name in found(r'#define \w+_VARIABLE "(\w+)"', read("src", "base", "clock_init.h"), "the clock's variable"):
    want(operations, f"`{name}", "operations.md: the variable")

# links, and lines that can be read
for path in sorted(glob.glob(os.path.join(ROOT, "docs", "*.md"))) + [os.path.join(ROOT, "README.md")]:
    text = read(path)
    folder = os.path.dirname(path)
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        if not os.path.exists(os.path.join(folder, target)):
            faults.append(f"{os.path.relpath(path, ROOT)}: no file {target}")
    for target, anchor in re.findall(r"\]\(([^)#:]*)#([^)]*)\)", text):
        other = read(folder, target) if target else text
        heads = [re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-")
                 for head in re.findall(r"^#+ (.*)$", other, re.M)]
        if anchor not in heads:
            faults.append(f"{os.path.relpath(path, ROOT)}: no heading {target}#{anchor}")
    if folder.endswith("docs"):
        for number, line in enumerate(text.split("\n"), 1):
            if len(line) > WIDTH:
                faults.append(f"docs/{os.path.basename(path)}:{number}: {len(line)} columns")

# the example of a source
extract = os.environ.get("EXTRACT", "")
if os.access(extract, os.X_OK):
    example = re.findall(r"### (\S+\.json)\n\n```json\n(.*?)```", read("docs", "adding-a-source.md"),
                         re.S)
    with tempfile.TemporaryDirectory() as folder:
        for name, text in example:
            os.makedirs(os.path.join(folder, os.path.dirname(name)), exist_ok=True)
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        source = os.path.splitext(os.path.basename(example[0][0]))[0] if example else "none"
        run = subprocess.run([extract, "plan", "--source", source, "--state", folder + "/state"],
                             env={"PATH": os.environ["PATH"], "HOME": folder, "EXTRACT_DATA": folder},
                             capture_output=True, text=True, timeout=60, check=False)
        if run.returncode != 0 or "tables or topics are missing" not in run.stdout:
            faults.append(f"adding-a-source.md: the example is refused: {run.stderr.strip()}")
    # one more stream: joined to the manifest that is there
    more = re.findall(r"### One more stream in (\S+)\n\n```json\n(.*?)```", read("docs", "adding-a-source.md"), re.S)
    if len(more) != 1:
        faults.append("adding-a-source.md: no one more stream")
    for name, text in more:
        with tempfile.TemporaryDirectory() as folder:
            for part in ("sources", "schemas"):
                shutil.copytree(os.path.join(ROOT, part), os.path.join(folder, part))
            manifest, stream = json.loads(read(name)), json.loads(text)
            manifest["streams"].append(stream)
            schema = f"schemas/{manifest['source']}/{stream['name']}.json"
            for path, content in ((name, json.dumps(manifest)), (schema, dict(example).get(schema, "{}"))):
                os.chmod(os.path.join(folder, os.path.dirname(path)), 0o755)
                if os.path.exists(os.path.join(folder, path)):
                    os.chmod(os.path.join(folder, path), 0o644)
                with open(os.path.join(folder, path), "w", encoding="utf-8") as file:
                    file.write(content)
            run = subprocess.run([extract, "ddl", "--source", manifest["source"], "--stream", stream["name"],
                                  "--state", folder + "/state"],
                                 env={"PATH": os.environ["PATH"], "HOME": folder, "EXTRACT_DATA": folder},
                                 capture_output=True, text=True, timeout=60, check=False)
            if run.returncode != 0 or "CREATE TABLE" not in run.stdout:
                faults.append(f"adding-a-source.md: one more stream is refused: {run.stderr.strip()}")

for fault in faults:
    print(fault)
sys.exit(bool(faults))
