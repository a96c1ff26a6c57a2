#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every personal text says CANARY and whose it is; types and the rest are as always.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/sandbox_start.inc"
sandbox_start --no-limit
curl -sS "$URL/api/1.4/?seed=c&results=2000" >"$TMP_CASE/plain"
sandbox_start --no-limit --canary
curl -sS "$URL/api/1.4/?seed=c&results=2000" >"$TMP_CASE/canary"
python3 - "$TMP_CASE/plain" "$TMP_CASE/canary" <<'END'
import json, sys
from sandbox_client import check

plain, canary = (json.load(open(name, encoding="utf-8"))["results"] for name in sys.argv[1:])
personal = {"name.first", "name.last", "location.street.name", "email", "login.username", "login.password", "login.salt",
            "login.md5", "login.sha1", "login.sha256", "phone", "cell", "picture.large", "picture.medium", "picture.thumbnail"}


def leaves(value, path=""):
    if isinstance(value, dict):
        for key, member in value.items():
            yield from leaves(member, f"{path}.{key}" if path else key)
    else:
        yield path, value


for before, after in zip(plain, canary, strict=True):
    uuid = after["login"]["uuid"]
    mark = uuid[:8] + uuid[9:13]
    marked = set(personal)
    if isinstance(before["location"]["postcode"], str):
        marked.add("location.postcode")
    if before["id"]["value"] is not None:
        marked.add("id.value")
    for (path, old), (other, new) in zip(leaves(before), leaves(after), strict=True):
        check(other, path, "order")
        if path in marked:
            assert isinstance(new, str) and "CANARY" in new and mark in new, (path, new)
        else:
            check(new, old, path)
    for name, size in (("md5", 32), ("sha1", 40), ("sha256", 64)):
        check(len(after["login"][name]), size, name)
    assert after["email"].endswith("@example.com")
END
sandbox_stop
