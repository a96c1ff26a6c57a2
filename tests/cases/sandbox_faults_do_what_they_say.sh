#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# One after the other, each at the request it was set for.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/sandbox_start.inc"
sandbox_start --no-limit --clock 2026-11-20T09:30:00Z
python3 - <<'END'
import gzip, http.client, json, socket, time, zlib
from sandbox_client import LOCATION, ask, control, fault, no_faults, stats, page, check

PATH = "/api/1.4/?seed=f&results=50"
good = ask(PATH)


def once(spec):
    """The answer to the request that the fault is for; the next one is good again."""
    no_faults()
    fault(spec + "@1")
    answer = ask(PATH)
    check(ask(PATH).body, good.body, f"the request after {spec}")
    return answer


for status in (502, 503, 504, 520):
    answer = once(f"html-{status}")
    check((answer.status, answer.headers["Content-Type"]), (status, "text/html; charset=UTF-8"), "html")
    assert b"<html>" in answer.body
answer = once("redirect")
check((answer.status, answer.headers["Location"], answer.body), (302, "https://elsewhere.invalid/api/", b""), "redirect")
check(once("redirect=http://127.0.0.2:1/x").headers["Location"], "http://127.0.0.2:1/x", "redirect=URL")
check((once("304").status, once("304").body), (304, b""), "304")
for status in (200, 429, 500, 503):
    answer = once(f"error-{status}")
    check((answer.status, list(answer.json)), (status, ["error"]), f"error-{status}")
    assert answer.json["error"].startswith("Uh oh, something has gone wrong.")
answer = once("retry-after=30")
check((answer.status, answer.headers["Retry-After"]), (429, "30"), "retry-after")
assert answer.json["error"].startswith("Whoa")
check(once("retry-after=+90").headers["Retry-After"], "Fri, 20 Nov 2026 09:31:30 GMT", "retry-after=+90")
check(once("retry-after=soon").headers["Retry-After"], "soon", "retry-after=soon")
answer = once("deadbeef")
check(answer.body, b'{"results":[],"info":{"seed":"d3adb33f","results":1,"page":1,"version":"1.4"}}', "deadbeef")
check(answer.status, 200, "deadbeef")

users = good.users
check(once("clamp").json, {"results": users[:1], "info": {**good.info, "results": 1}}, "clamp")
check(once("wrong-page").json, {"results": users, "info": {**good.info, "page": 2}}, "wrong-page")
answer = once("wrong-seed")
assert answer.users == users and answer.info["seed"] != "f"
answer = once("extra")
check((len(answer.users), answer.users[:50], answer.info), (51, users, good.info), "extra")
check(once("missing").json, {"results": users[:49], "info": good.info}, "missing")
answer = once("duplicate")
check(answer.users[1]["login"]["uuid"], users[0]["login"]["uuid"], "duplicate")
check((answer.users[0], answer.users[2:], answer.users[1]["email"]), (users[0], users[2:], users[1]["email"]), "duplicate")
check(once("version-jump").json, {"results": users, "info": {**good.info, "version": "1.5"}}, "version-jump")
answer = once("version-jump=1.2")
check((answer.info["version"], type(answer.users[0]["location"]["street"])), ("1.2", str), "version-jump=1.2")

answer = once("truncate")
assert answer.status == 200 and good.body.startswith(answer.body)
check(len(answer.body), len(good.body) // 2, "truncate")
check(once("content-type").headers["Content-Type"], "text/html; charset=utf-8", "content-type")
check(once("content-type=text/plain").body, good.body, "content-type")
answer = once("double-gzip")
check((answer.headers["Content-Encoding"], gzip.decompress(gzip.decompress(answer.body))), ("gzip, gzip", good.body), "double-gzip")

answer = once("bomb=8MiB")
check(answer.headers["Content-Encoding"], "gzip", "bomb")
body = gzip.decompress(answer.body)
check(json.loads(body), good.json, "what is in the bomb")
assert len(body) == len(good.body) + (8 << 20) and len(body) > 100 * len(answer.body), len(answer.body)


def raw(limit, timeout=5):
    """Bytes of the answer as they come, and how they ended."""
    with socket.create_connection((LOCATION.hostname, LOCATION.port), timeout) as line:
        line.sendall(f"GET {PATH} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        got = b""
        try:
            while len(got) < limit:
                piece = line.recv(1 << 16)
                if not piece:
                    return got, "end"
                got += piece
        except ConnectionResetError:
            return got, "reset"
        except TimeoutError:
            return got, "silence"
    return got, "more"


def raw_once(spec, limit, timeout=5):
    no_faults()
    fault(spec + "@1")
    return raw(limit, timeout)


got, end = raw_once("short", 1 << 20)
head, body = got.split(b"\r\n\r\n", 1)
check((b"Content-Length: %d" % (len(body) + 1000) in head, len(body), end), (True, len(good.body) // 2, "end"), "short")
got, end = raw_once("reset", 1 << 20)
check((end, b"HTTP/1.1 200" in got, b'"info"' in got), ("reset", True, False), "reset")
got, end = raw_once("endless", 16 << 20)
check((end, got.count(b'"info"'), got[-100:]), ("more", 1, b" " * 100), "endless")
got, end = raw_once("hang", 1 << 20, 1)
check((got, end), (b"", "silence"), "hang")
start = time.monotonic()
got, end = raw_once("drip=2000", 3000)
spent = time.monotonic() - start
assert end == "more" and 0.9 < spent < 5, ("drip", spent)
got, end = raw_once("headers=700", 90000)
assert got.count(b"\nX-Flood-") == 700, got.count(b"\nX-Flood-")

# which requests
no_faults()
fault("html-503@2")
fault("error-200@4-5")
fault("deadbeef@7-")
kinds = []
for _ in range(8):
    answer = ask(PATH)
    kinds.append("html" if answer.status == 503 else "error" if b'"error"' in answer.body else
                 "dead" if b"d3adb33f" in answer.body else "good")
check(kinds, "good html good error error good dead dead".split(), "selectors")
no_faults()
check(ask(PATH).body, good.body, "all removed")

for spec in ["html-5033", "clamp@", "clamp@0", "clamp@3-2", "clamp@x", "clamp=1", "retry-after", "drip=0", "bomb=x", ""]:
    answer = ask("/_sandbox/fault?spec=" + spec, "POST") if spec else None
    assert not spec or (answer.status == 400 and spec.split("@")[0].split("=")[0] in answer.json["error"]), spec
assert "did you mean html-503?" in ask("/_sandbox/fault?spec=html-5033", "POST").json["error"]

# seeds of 18 characters that name no nationality
line = http.client.HTTPConnection(LOCATION.hostname, LOCATION.port, timeout=1)
line.request("GET", "/api/1.4/?seed=abcdefghijklmnopqr")
try:
    line.getresponse()
    raise AssertionError("the seed of 18 characters was answered")
except TimeoutError:
    line.close()
for _ in range(100):
    if stats()["in_flight"] == 0:
        break
    time.sleep(0.05)
check(stats()["in_flight"], 0, "a client that hung up is forgotten")
END

# from the command line they count from the start
sandbox_start --no-limit --fault html-503@2 --fault truncate@3-4
got=
for _ in 1 2 3 4 5; do
    got+="$(curl -s -o "$TMP_CASE/body" -w '%{http_code}' "$URL/api/1.4/?results=3")"
    got+="$(python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$TMP_CASE/body" 2>/dev/null && echo + || echo -)"
done
[ "$got" = 200+503-200-200-200+ ] || fail "faults of the command line: $got"
sandbox_stop
