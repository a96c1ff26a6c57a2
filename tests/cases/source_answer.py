# SPDX-License-Identifier: Apache-2.0
"""Answers every request with the bytes of a file, as they are but for @SEED@, @PAGE@ and @RESULTS@
of the request: source_answer.py BODY-FILE PORT-FILE"""
import http.server
import os
import sys
import urllib.parse

body_file, port_file = sys.argv[1:]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        with open(body_file, "rb") as file:
            body = file.read()
        for name in ("seed", "page", "results"):
            body = body.replace(b"@%s@" % name.upper().encode(), query.get(name, [""])[0].encode())
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *ignored):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
with open(port_file + ".new", "w") as port:
    port.write(str(server.server_port))
os.rename(port_file + ".new", port_file)
server.serve_forever()
