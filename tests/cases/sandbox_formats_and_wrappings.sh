#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# format, callback, dl, noinfo, HEAD, ETag and gzip.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/sandbox_start.inc"
sandbox_start --no-limit --clock 2026-11-20T09:30:00Z
python3 - <<'END'
import csv, gzip, http.client, io, json, xml.etree.ElementTree as tree
from sandbox_client import LOCATION, ask, control, page, stats, check

JSON = "application/json; charset=utf-8"
plain = page("seed=t&results=300")
check(plain.headers["Content-Type"], JSON, "type")
for name, value in {"Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*", "X-Powered-By": "Express",
                    "Server": "cloudflare", "Date": "Fri, 20 Nov 2026 09:30:00 GMT"}.items():
    check(plain.headers[name], value, name)
assert plain.headers["CF-RAY"] and "Retry-After" not in plain.headers
assert not [name for name in plain.headers if name.lower().startswith("x-ratelimit")]

for name in ("pretty", "prettyjson"):
    answer = page(f"seed=t&results=300&format={name}")
    check((answer.headers["Content-Type"], answer.body.decode()), (JSON, json.dumps(plain.json, indent=2, ensure_ascii=False)), name)
answer = page("seed=t&results=300&fmt=csv")
check(answer.headers["Content-Type"], "text/csv; charset=utf-8", "csv")
rows = list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))
check([row["location.city"] for row in rows], [user["location"]["city"] for user in plain.users], "csv cities")
check([row["id.value"] for row in rows], [user["id"]["value"] or "" for user in plain.users], "csv ids")
check(list(rows[0])[:4], ["gender", "name.title", "name.first", "name.last"], "csv head")
answer = page("seed=t&results=300&format=xml")
check(answer.headers["Content-Type"], "text/xml; charset=utf-8", "xml")
root = tree.fromstring(answer.body)
check([user.findtext("login/uuid") for user in root.findall("results")], [user["login"]["uuid"] for user in plain.users], "xml")
check(root.findtext("info/results"), "300", "xml info")
answer = page("seed=t&results=300&format=yaml")
check(answer.headers["Content-Type"], "text/x-yaml; charset=utf-8", "yaml")
assert answer.body.startswith(b"results:\n  -\n    gender: ") and answer.body.endswith(b'  version: "1.4"\n')
check(answer.body.count(b"\n    nat: "), 300, "yaml rows")

check(list(page("seed=t&noinfo").json), ["results"], "noinfo")
answer = page("seed=t&results=300&callback=f")
check((answer.body, answer.headers["Content-Type"]), (b"f(" + plain.body + b");", JSON), "callback")
for query, extension in (("dl", "json"), ("download", "json"), ("dl&format=csv", "csv"), ("dl&format=xml", "xml"), ("dl&format=yaml", "yaml")):
    answer = page(f"seed=t&{query}")
    check((answer.headers["Content-Type"], answer.headers["Content-Disposition"]),
          ("application/octet-stream", f'attachment; filename="download.{extension}"'), query)

head = ask("/api/1.4/?seed=t&results=300", "HEAD")
check((head.status, head.body, head.headers["ETag"]), (200, b"", plain.headers["ETag"]), "HEAD")

tag = plain.headers["ETag"]
assert tag.startswith('W/"') and tag.endswith('"')
again = ask("/api/1.4/?seed=t&results=300", headers={"If-None-Match": tag})
check((again.status, again.body), (304, b""), "If-None-Match")
for other in ("seed=t&results=301", "seed=u&results=300", "seed=t&results=300&page=2", "seed=t&results=300&exc=dob",
              "seed=t&results=300&format=csv", "seed=t&results=300&nat=us", "seed=t&results=300&noinfo"):
    assert page(other).headers["ETag"] != tag, other
control("clock?advance=24h")
assert page("seed=t&results=300").headers["ETag"] != tag, "ages change"

packed = ask("/api/1.4/?seed=t&results=300", headers={"Accept-Encoding": "br, gzip"})
check(packed.headers["Content-Encoding"], "gzip", "gzip")
check(packed.headers["Vary"], "Accept-Encoding", "Vary")
check(json.loads(gzip.decompress(packed.body)), page("seed=t&results=300").json, "what is in it")
for refused in ("identity", "gzip;q=0", "gzip;q=0.0, br"):
    assert "Content-Encoding" not in ask("/api/", headers={"Accept-Encoding": refused}).headers, refused
check(ask("/api/", headers={"Accept-Encoding": "gzip;q=0.5"}).headers["Content-Encoding"], "gzip", "a small weight")

line = http.client.HTTPConnection(LOCATION.hostname, LOCATION.port)
for _ in range(3):
    line.request("GET", "/api/")
    socket = line.sock
    line.getresponse().read()
    assert line.sock is socket and socket, "keep-alive"
line.close()
check(stats()["in_flight_max"], 1, "one at a time")
END
sandbox_start --no-limit --no-gzip
curl -sS -H 'Accept-Encoding: gzip' -D - -o /dev/null "$URL/api/" | grep -qi '^content-encoding' && fail "--no-gzip"
sandbox_start --no-limit --rate 20000
python3 - <<'END'
import time
from sandbox_client import page
start = time.monotonic()
size = len(page("results=20").body)
spent = time.monotonic() - start
assert size / 20000 * 0.7 < spent < size / 20000 * 2 + 1, (size, spent)
END
sandbox_stop
