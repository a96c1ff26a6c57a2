# SPDX-License-Identifier: Apache-2.0
"""Searches every file below some folders for personal values of a sandbox's answers.

    canary.py ANSWERS FOLDER...

ANSWERS is a folder of answers of an `extract-sandbox --canary`, as JSON. Looked for are the mark
of the sandbox and every personal value whole, as they are and in every dress they may wear.
"""
import base64
import json
import os
import re
import sys
import urllib.parse

PERSONAL = {
    "/name/first", "/name/last", "/location/street/name", "/email", "/login/uuid", "/login/username", "/login/password",
    "/login/salt", "/login/md5", "/login/sha1", "/login/sha256", "/dob/date", "/registered/date", "/phone", "/cell", "/id/value",
    "/location/coordinates/latitude", "/location/coordinates/longitude", "/picture/large", "/picture/medium", "/picture/thumbnail",
}
SHORTEST = 7  # bytes: shorter values are found anywhere


def leaves(value, path=""):
    if isinstance(value, dict):
        for key, member in value.items():
            yield from leaves(member, f"{path}/{key}")
    else:
        yield path, value


def base64_of(data):
    """What is left of the value at each of the three places it may have within a longer one."""
    for before in range(3):
        text = base64.b64encode(b"\0" * before + data)
        start, end = (before * 8 + 5) // 6, (before + len(data)) * 8 // 6
        yield text[start:end]
        yield text[start:end].translate(bytes.maketrans(b"+/", b"-_"))


def dresses(text):
    data = text.encode()
    yield data
    yield data.lower()
    yield data.hex().encode()
    yield data.hex().upper().encode()
    yield from base64_of(data)
    yield json.dumps(text)[1:-1].encode()
    yield json.dumps(text, ensure_ascii=False)[1:-1].encode()
    yield text.encode("utf-16-le")
    yield urllib.parse.quote(text, safe="").encode()
    yield text.replace("'", "''").encode()


def is_there(dress, content):
    """Seconds of a time of ours may look like a degree of latitude."""
    at = content.find(dress)
    while at >= 0 and dress.replace(b".", b"").isdigit() and re.search(rb"T\d\d:\d\d:$", content[max(0, at - 7):at]):
        at = content.find(dress, at + 1)
    return at >= 0


needles = {dress: "the mark" for dress in dresses("CANARY")}
count = 0
for name in sorted(os.listdir(sys.argv[1])):
    with open(os.path.join(sys.argv[1], name), encoding="utf-8") as file:
        people = json.load(file)["results"]
    for person in people:
        for path, value in leaves(person):
            if path in PERSONAL and isinstance(value, str) and len(value.encode()) >= SHORTEST:
                count += 1
                needles.update((dress, f"{path} of {name}") for dress in dresses(value))
needles = {dress: what for dress, what in needles.items() if len(dress) >= 5}
assert count > 100, "no canaries were served"
by_length = {}
for dress, what in needles.items():
    by_length.setdefault(dress[:5], []).append((dress, what))

files, found = 0, []
for folder in sys.argv[2:]:
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            if not os.path.isfile(path):
                continue
            files += 1
            with open(path, "rb") as file:
                content = file.read()
            heads = {content[i:i + 5] for i in range(len(content))} & by_length.keys()
            found += [f"{path}: {what}: {dress!r}" for head in heads for dress, what in by_length[head] if is_there(dress, content)]
if found:
    sys.exit("\n".join(found[:20]))
print(f"{count} personal values in {len(needles)} dresses: in none of {files} files")
