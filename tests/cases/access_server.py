# SPDX-License-Identifier: Apache-2.0
"""A shop that wants a token: access_server.py PORT-FILE LOG-FILE ORDERS-FILE

Every request is written to LOG-FILE as one line of JSON: its target and its headers. ORDERS-FILE is
read anew for each of them; it is a JSON object that says what is out of the ordinary:

    served, warning    headers about the version    token     what /debug says about the token
    refuse             words of a refusal, 401      hidden    accounts that nobody may see
    mute               words of /debug's refusal    pages     accounts of a page
    odd                what the list of accounts is instead
"""
import http.server
import json
import os
import sys
import urllib.parse

port_file, log_file, orders_file = sys.argv[1:]
ACCOUNTS = [{"account_id": str(100 + i), "name": "Shop %d" % i, "timezone_name": zone}
            for i, zone in enumerate(["Europe/Berlin", "Asia/Kolkata", "America/St_Johns", "UTC", "Pacific/Auckland"])]


def orders():
    with open(orders_file, encoding="utf-8") as file:
        return json.load(file)


def error(code, message):
    return 400, {"error": {"code": code, "message": message}}


def listing(query, visible, size):
    start = int(query.get("after", ["0"])[0])
    page = visible[start:start + size]
    answer = {"data": page, "paging": {"cursors": {"after": str(start + len(page))}}}
    if start + size < len(visible):
        answer["paging"]["next"] = "http://127.0.0.1:1/never?access_token=TOKEN-IN-A-LINK"
    return 200, answer


def answer(target, wanted):
    url = urllib.parse.urlsplit(target)
    query = urllib.parse.parse_qs(url.query)
    visible = [a for a in ACCOUNTS if a["account_id"] not in wanted.get("hidden", [])]
    if wanted.get("refuse"):
        return 401, {"error": {"code": 190, "message": wanted["refuse"]}}
    if url.path.endswith("/debug") and wanted.get("mute"):
        return error(7, wanted["mute"])
    if url.path.endswith("/debug"):
        return 200, {"data": wanted["token"]}
    if url.path.endswith("/accounts") and "odd" in wanted:
        return 200, wanted["odd"]
    if url.path.endswith("/accounts"):
        return listing(query, visible, wanted.get("pages", 2))
    if url.path.endswith("/orders"):
        return 200, {"data": [{"id": "o1", "total": "9.50"}, {"id": "o2", "total": "1.00"}]}
    for account in visible:
        if url.path.endswith("/act_" + account["account_id"]):
            return 200, account
    return error(100, "Object does not exist or cannot be seen (ask jane@example.com)")


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        wanted = orders()
        with open(log_file, "a", encoding="utf-8") as log:
            log.write(json.dumps({"target": self.path, "headers": dict(self.headers)}) + "\n")
        status, body = answer(self.path, wanted)
        body = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        for header, name in (("Shop-Version", "served"), ("X-Shop-Warning", "warning")):
            if wanted.get(name):
                self.send_header(header, wanted[name])
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *ignored):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
with open(port_file + ".new", "w", encoding="ascii") as port:
    port.write(str(server.server_port))
os.rename(port_file + ".new", port_file)
server.serve_forever()
