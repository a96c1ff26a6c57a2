#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Three pages and sixty pages of 5,000 users take the same memory, and little.
. "$EXTRACT_SRCDIR/tests/lib.sh"
sandbox --no-limit
measure() {
    rm -rf "$TMP_CASE/state"
    configure "users = $1" "page_size = 5000" "limit_users = none"
    run 0
    lean
    equal "$(summary .loaded)" "$1" "rows"
    peak=$(summary .peak_rss_kib)
}
measure 15000
few=$peak
measure 300000
many=$peak
echo "$few KiB for 3 pages, $many KiB for 60"
sanitized || [[ $((many - few)) -le 2048 && $((few - many)) -le 2048 ]] ||
    fail "$few KiB for 3 pages, $many KiB for 60"
