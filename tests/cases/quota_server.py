# SPDX-License-Identifier: Apache-2.0
"""A service that tells how much of its limit is used: quota_server.py PORT-FILE LOG-FILE SANDBOX WORDS-FILE

Passes every request on to SANDBOX, and adds a header to the answer. WORDS-FILE holds one value for
each request, in lines: the first line goes to the first request, the last one to all further ones; an
empty line adds none. Every answer is written to LOG-FILE as the time it was given, in ms.
"""
import http.server
import os
import sys
import time
import urllib.error
import urllib.request

port_file, log_file, sandbox, words_file = sys.argv[1:]
count = 0


def word():
    global count
    with open(words_file, encoding="utf-8") as file:
        lines = file.read().split("\n")[:-1]
    count += 1
    return lines[min(count, len(lines)) - 1]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        try:
            with urllib.request.urlopen(sandbox + self.path) as answer:
                status, content_type, body = answer.status, answer.headers["Content-Type"], answer.read()
        except urllib.error.HTTPError as answer:
            status, content_type, body = answer.code, answer.headers["Content-Type"], answer.read()
        with open(log_file, "a", encoding="utf-8") as file:
            file.write("%d\n" % (time.time() * 1000))
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        usage = word()
        if usage:
            self.send_header("X-Usage", usage)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(port_file + ".new", "w", encoding="utf-8") as file:
    file.write("%d\n" % server.server_address[1])
os.rename(port_file + ".new", port_file)
server.serve_forever()
