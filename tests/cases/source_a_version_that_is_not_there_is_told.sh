#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 404 with a line of text, and no server at all: neither is retried for long, both say what to do.
. "$EXTRACT_SRCDIR/tests/lib.sh"
impatient '.version = "9.9"'
sandbox --no-limit
configure "users = 10" "page_size = 10"
run 69
says "random_user users $DAY: page 1: the service does not know this version of its API; check base_url \(HTTP 404, text/plain\)"
equal "$(stats .requests)" 1 "requests"

kill "$(cat "$TMP_CASE/sandbox1.pid")"
wait "$(cat "$TMP_CASE/sandbox1.pid")" || :
run 69
says "random_user users $DAY: page 1: GET http://127.0.0.1:[0-9]+/api/9.9/: no connection"
says "gave up after 3 attempts"
says "run the same command again later"
