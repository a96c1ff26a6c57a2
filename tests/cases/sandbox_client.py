# SPDX-License-Identifier: Apache-2.0
"""What the sandbox_*.sh cases ask with: answers as they are, nothing followed or decoded."""
import functools
import http.client
import json
import os
import urllib.parse

LOCATION = urllib.parse.urlsplit(os.environ["URL"])


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @functools.cached_property
    def json(self):
        return json.loads(self.body)

    @property
    def users(self):
        return self.json["results"]

    @property
    def info(self):
        return self.json["info"]


def ask(path, method="GET", headers=None, timeout=10):
    connection = http.client.HTTPConnection(LOCATION.hostname, LOCATION.port, timeout=timeout)
    try:
        connection.request(method, path, headers=headers or {})
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


def page(query="", version="1.4/"):
    answer = ask(f"/api/{version}?{query}")
    assert answer.status == 200, (query, answer.status, answer.body[:200])
    return answer


def control(call, method="POST"):
    answer = ask(f"/_sandbox/{call}", method)
    assert answer.status == 200, (call, answer.status, answer.body)
    return answer.json


def stats():
    return control("stats", "GET")


def fault(spec):
    control("fault?spec=" + urllib.parse.quote(spec))


def no_faults():
    control("fault")


def check(got, expected, what):
    assert got == expected, f"{what}: expected {expected!r}, got {got!r}"
