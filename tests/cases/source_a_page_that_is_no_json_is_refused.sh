#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Bytes that are not UTF-8, raw control characters and bottomless nesting: nothing of the page is
# taken, and the place is told.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/source_fault.inc"
begin
for kind in invalid-utf8:'a string holds bytes that are not UTF-8' \
    control:'a string holds a control character that is not escaped' \
    deep:'the document is nested too deep'; do
    renew
    sandbox --no-limit --clock 2026-11-02T12:00:00Z --hostile "${kind%%:*}@3"
    configure "users = $USERS" "page_size = $PAGE" "limit_users = none"
    run 65
    says "random_user users $DAY: page 1: the answer is not whole, valid JSON: byte [0-9]+: ${kind#*:}"
    equal "$(summary .staged)" 0 "records staged"
    equal "$(summary .quarantined)" 0 "records in quarantine"
    equal "$(query 'SELECT count(*) FROM random_users')" 0 "rows"
    sound
done
