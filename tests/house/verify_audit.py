#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Verifies an audit bundle on its own: python3's standard library and the format, no code of ours.

    verify_audit.py BUNDLE [EXPECTED_SIZE EXPECTED_ROOT]

Exit status: 0 intact, 1 altered, 2 truncated, 3 not a bundle. The format is in src/audit/export.h
and src/audit/event.h, the tree in RFC 6962 section 2.1.
"""

import hashlib
import json
import re
import sys

INTACT, ALTERED, TRUNCATED, FOREIGN = range(4)
ENTRY = re.compile(rb'\{"entry":(.*),"leaf":"([0-9a-f]{64})"\}\Z', re.DOTALL)
HEADER = re.compile(rb'\{"format":"extract-audit-1","log":"([0-9a-f]{1,64})"\}\Z')
FOOTER = re.compile(rb'\{"log":"([0-9a-f]{1,64})","root":"([0-9a-f]{64})","size":(0|[1-9][0-9]*)\}\Z')


class Finding(Exception):
    def __init__(self, verdict, text):
        super().__init__(text)
        self.verdict = verdict


def leaf_hash(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def tree_hash(leaves):
    """MTH of RFC 6962, as it is written there: slow and plain."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + tree_hash(leaves[:split]) + tree_hash(leaves[split:])).digest()


def check_event(index, line, log, previous):
    match = ENTRY.match(line)
    if not match:
        raise Finding(ALTERED, f"event {index}: not a line of a bundle")
    entry, stated = match.groups()
    leaf = leaf_hash(entry)
    if leaf.hex().encode() != stated:
        raise Finding(ALTERED, f"event {index}: its hash is another one")
    try:
        event = json.loads(entry)
    except ValueError as error:
        raise Finding(ALTERED, f"event {index}: {error}") from error
    if not isinstance(event, dict):
        raise Finding(ALTERED, f"event {index}: no object")
    if event.get("index") != index or event.get("prev") != previous.hex():
        raise Finding(ALTERED, f"event {index}: does not follow the one before it")
    if event.get("log") != log.decode():
        raise Finding(FOREIGN, f"event {index}: of another log")
    return leaf


def verify(data):
    """The number of events and the root; raises a Finding."""
    lines = data.split(b"\n")
    header = HEADER.match(lines[0])
    if not header:
        raise Finding(FOREIGN, "not an audit bundle")
    log = header.group(1)
    leaves = []
    previous = bytes(32)
    at = 1
    while at < len(lines) and lines[at].startswith(b'{"entry":'):
        if at == len(lines) - 1:
            raise Finding(TRUNCATED, f"event {len(leaves)}: its line is not complete")
        previous = check_event(len(leaves), lines[at], log, previous)
        leaves.append(previous)
        at += 1
    if at >= len(lines) - 1:
        raise Finding(TRUNCATED, f"ends after {len(leaves)} events, without its last line")
    footer = FOOTER.match(lines[at])
    if not footer or footer.group(1) != log:
        raise Finding(ALTERED, "the last line is not the head of this log")
    size = int(footer.group(3))
    if size > len(leaves):
        raise Finding(TRUNCATED, f"{len(leaves)} of {size} events")
    root = tree_hash(leaves)
    if size != len(leaves) or footer.group(2) != root.hex().encode():
        raise Finding(ALTERED, "the head is not that of the events")
    if lines[at + 1:] != [b""]:
        raise Finding(ALTERED, "something follows the last line")
    return size, root


def main(arguments):
    if len(arguments) not in (1, 3):
        print(__doc__, file=sys.stderr)
        return 64
    with open(arguments[0], "rb") as bundle:
        data = bundle.read()
    try:
        size, root = verify(data)
        if len(arguments) == 3 and (str(size), root.hex()) != tuple(arguments[1:]):
            raise Finding(ALTERED, f"intact, but another head: {size} {root.hex()}")
    except Finding as finding:
        print(f"{('intact', 'altered', 'truncated', 'foreign')[finding.verdict]}: {finding}")
        return finding.verdict
    print(f"intact: {size} events, root {root.hex()}")
    return INTACT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
