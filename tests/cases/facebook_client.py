# SPDX-License-Identifier: Apache-2.0
"""What the facebook cases ask the sandbox with: calls of Meta's API, whole lists of their pages."""
import json
import os
import urllib.error
import urllib.parse
import urllib.request
from decimal import Decimal

BASE = os.environ["URL"]
TOKEN = "EAASANDBOX"
STATES = ["ACTIVE", "PAUSED", "ARCHIVED", "DELETED", "CAMPAIGN_PAUSED", "ADSET_PAUSED", "DISAPPROVED"]


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        self.json = json.loads(body)

    @property
    def error(self):
        error = self.json.get("error", {})
        return error.get("code"), error.get("error_subcode")


def fetch(url, data=None, headers=None):
    request = urllib.request.Request(url, data, headers or {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as refused:
        return Answer(refused.code, refused.headers, refused.read())


def text(value):
    return value if isinstance(value, str) else json.dumps(value)


def url(path, version="v26.0", token=TOKEN, **parameters):
    if token:
        parameters["access_token"] = token
    query = urllib.parse.urlencode({name: text(value) for name, value in parameters.items()})
    return f"{BASE}/{version}/{path}?{query}"


def get(path, **parameters):
    return fetch(url(path, **parameters))


def rows(path, **parameters):
    """Of all pages: the end is where no next is."""
    parameters.setdefault("limit", 5000)
    answer = get(path, **parameters)
    found = []
    while True:
        assert answer.status == 200, answer.body
        found += answer.json["data"]
        following = answer.json.get("paging", {}).get("next")
        if not following:
            return found
        answer = fetch(following)


def accounts():
    return [account["id"] for account in rows("me/adaccounts")]


def states(level):
    return [{"field": f"{level}.effective_status", "operator": "IN", "value": STATES}]


def totals(found, key):
    """Impressions, clicks and spend of rows by key."""
    sums = {}
    for row in found:
        sum_ = sums.setdefault(key(row), [0, 0, Decimal(0)])
        sum_[0] += int(row["impressions"])
        sum_[1] += int(row["clicks"])
        sum_[2] += Decimal(row["spend"])
    return sums


def control(call, method="POST"):
    request = urllib.request.Request(f"{BASE}/_sandbox/{call}", method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read().decode()


def fault(*specs):
    control("fault")
    for spec in specs:
        control("fault?spec=" + urllib.parse.quote(spec))


def check(got, expected, what):
    assert got == expected, f"{what}: {got!r} instead of {expected!r}"
