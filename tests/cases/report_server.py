# SPDX-License-Identifier: Apache-2.0
"""An API that makes reports in its own time: report_server.py PORT-FILE LOG-FILE ORDERS-FILE

Eight ads, c1s1a1 to c2s2a2, have six numbers each on every day. What was asked is written to
LOG-FILE, one word a line: create ID, poll ID, read ID, list LEVEL, cancel ID, batch N, plain. ORDERS-FILE is
read anew for each request; it is a JSON object:

    limit    ads times numbers of a report beyond which it fails as too large
    polls    after which a report is done
    fail     so many reports fail for no reason
    stuck    the first so many never begin
    mute     the first so many are in trouble whenever several are asked after
    late     so many reads of each report are answered "not ready"
    never    days whose reports are too large, however small they are
    refused  days for which no report may be asked for; [""]: for none
    bad      numbers of the first ad that are none
    over     entries of a batch are answered as of refused credentials; what is asked alone is not
    trail    an empty page comes behind the last one
    pace     seconds that a page behind the first takes
    burst    the first so many reports are too large beyond their first page, and what they say is old
    torn     the first so many reports cannot be read beyond their first page …
    torn_at  … or this row
    bulk     so many bytes of noise are the last number
    empty    the reports behind the first so many hold nothing
    twin     [AFTER, AD, F1]: behind the row of the one ad comes that of the other once more, with F1 as f1
             if that is no null
"""
import base64
import http.server
import json
import os
import sys
import threading
import time
import urllib.parse

port_file, log_file, orders_file = sys.argv[1:]
ADS = [f"c{c}s{s}a{a}" for c in (1, 2) for s in (1, 2) for a in (1, 2)]
NUMBERS = [f"f{i}" for i in range(1, 7)]
reports = []


def value(ad, day, number):
    return str(ADS.index(ad) * 10000 + int(day[-2:]) * 10 + int(number[1]))


class Report:
    def __init__(self, asked):
        self.day = json.loads(asked["time_range"])["since"]
        self.numbers = [f for f in asked["fields"].split(",") if f in NUMBERS]
        ids = [f["value"] for f in json.loads(asked["filtering"])[1:]]
        self.ads = [ad for ad in ADS if not ids or ad.startswith(tuple(ids[0]))]
        self.polls = self.reads = 0
        self.gone = False

    def rows(self, orders):
        bad = orders.get("bad", [])
        rows = [dict({"ad_id": ad, "date_start": self.day},
                     **{n: value(ad, self.day, n) for n in self.numbers}) for ad in self.ads]
        for row in rows:
            row.update({n: "none" for n in bad if n in row and row["ad_id"] == ADS[0]})
        after, ad, f1 = orders.get("twin", ("", "", None))
        if after in self.ads:
            twin = {n: f1 if n == "f1" and f1 is not None else value(ad, self.day, n) for n in self.numbers}
            rows.insert(self.ads.index(after) + 1, dict({"ad_id": ad, "date_start": self.day}, **twin))
        return rows


def log(*words):
    with open(log_file, "a", encoding="utf-8") as file:
        file.write(" ".join(map(str, words)) + "\n")


def error(status, code, message, **more):
    return status, {"error": dict({"code": code, "message": message}, **more)}


def poll(number, orders):
    if not 1 <= number <= len(reports) or reports[number - 1].gone:
        return error(400, 100, "Unsupported get request")
    report = reports[number - 1]
    log("poll", number)
    if number <= orders.get("stuck", 0):
        return 200, {"async_status": "Job Not Started", "async_percent_completion": 0}
    report.polls += 1
    if report.polls <= orders.get("polls", 1):
        return 200, {"async_status": "Job Running", "async_percent_completion": 100}
    limit = orders.get("limit", 0)
    if limit and len(report.ads) * len(report.numbers) > limit or report.day in orders.get("never", []):
        return 200, {"async_status": "Job Failed", "error_code": -3, "error_subcode": 1504045,
                     "error_user_msg": "Ask for less at once."}
    if number <= orders.get("fail", 0):
        return 200, {"async_status": "Job Failed", "error_message": "no luck"}
    return 200, {"async_status": "Job Completed", "async_percent_completion": 100}


def page(rows, query, trail=False):
    start, size = int(query.get("after", 0)), int(query.get("limit", 100))
    paging = {"cursors": {"after": str(start + size)}}
    if start + size < len(rows) + trail * size:
        paging["next"] = "there is more"
    return 200, {"data": rows[start:start + size], "paging": paging}


def results(number, query, orders):
    report = reports[number - 1]
    log("read", number)
    report.reads += 1
    if report.reads <= orders.get("late", 0):
        return error(400, 2601, "not ready")
    if number <= orders.get("burst", 0) and "after" in query:
        return error(400, 7, "too large")
    if number <= orders.get("burst", 0):
        return page([{k: "-1" if k in NUMBERS else v for k, v in row.items()} for row in report.rows({})], query)
    if number <= orders.get("torn", 0) and int(query.get("after", 0)) >= orders.get("torn_at", 1):
        return error(400, 100, "torn")
    hidden = number > orders.get("empty", number)
    rows = [] if hidden else report.rows(orders)
    if orders.get("bulk"):
        rows = [dict(row, f6=base64.b64encode(os.urandom(orders["bulk"])).decode()) for row in rows]
    return page(rows, query)


def answer(method, target, body, orders):
    url = urllib.parse.urlsplit(target)
    query = dict(urllib.parse.parse_qsl(url.query))
    path = url.path.strip("/").split("/")[1:]
    if method == "POST" and not path:
        entries = [int(e["relative_url"]) for e in json.loads(body["batch"])]
        log("batch", len(entries))
        answers = [error(401, 190, "it is over") if orders.get("over")
                   else error(500, 2, "try again") if n <= orders.get("mute", 0) else poll(n, orders) for n in entries]
        return 200, [{"code": code, "body": json.dumps(text)} for code, text in answers]
    if method == "POST":
        day = json.loads(body["time_range"])["since"]
        if any(day.startswith(refused) for refused in orders.get("refused", [])):
            log("refuse", day)
            return error(400, 100, "This day is beyond reach")
        reports.append(Report(body))
        log("create", len(reports))
        return 200, {"report_run_id": str(len(reports))}
    if method == "DELETE":
        log("cancel", path[0])
        reports[int(path[0]) - 1].gone = True
        return 200, {"success": True}
    if path[0].startswith("act_") and query["level"] != "ad" or query.get("fields") == "ad_id":
        level = query["level"]
        log("list", level)
        length = {"campaign": 2, "adset": 4, "ad": 6}[level]
        ids = sorted({ad[:length] for ad in Report(dict(query, fields="")).ads})
        return page([{f"{level}_id": i} for i in ids], dict(query, limit=1))
    if path[0].startswith("act_"):
        log("plain")
        return page(Report(query).rows(orders), query, orders.get("trail", False))
    return results(int(path[0]), query, orders) if path[1:] else poll(int(path[0]), orders)


class Handler(http.server.BaseHTTPRequestHandler):
    lock = threading.Lock()

    def serve(self):
        length = int(self.headers.get("Content-Length", 0))
        body = json.loads(self.rfile.read(length)) if length else {}
        with self.lock, open(orders_file, encoding="utf-8") as file:
            orders = json.load(file)
            status, reply = answer(self.command, self.path, body, orders)
        if "after=" in self.path:
            time.sleep(orders.get("pace", 0))
        reply = json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    do_GET = do_POST = do_DELETE = serve

    def log_message(self, *ignored):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(port_file + ".new", "w", encoding="ascii") as port:
    port.write(str(server.server_port))
os.rename(port_file + ".new", port_file)
server.serve_forever()
