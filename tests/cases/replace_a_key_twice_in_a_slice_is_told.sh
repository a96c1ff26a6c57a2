#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A key that comes twice in a slice, on two pages or in two parts of it, is never lost without a word: what
# says something else goes to quarantine, what says the same is dropped and counted. Also over a kill.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/report.inc"

other='"twin": ["c2s1a1", "c1s1a1", "77"]' # six rows behind the first, which are two pages
same='"twin": ["c2s1a1", "c1s1a1", null]'

# told STAGED LOADED QUARANTINED REPEATED WHAT: of the run
told() {
    equal "$(summary '[.staged, .loaded, .quarantined, .streams[0].repeated] | join(" ")')" "$1 $2 $3 $4" "$5"
    all_of 1
    expect 0 "$EXTRACT" verify --source example
}
in_quarantine() {
    expect 0 "$EXTRACT" show --source example --quarantine
    equal "$(jq -r '"\(.page) \(.position) \(.reason)"' "$TMP_CASE/out")" "$1" "quarantine"
}
begin_anew() {
    [[ ! -s $TMP_CASE/api.pid ]] || kill "$(cat "$TMP_CASE/api.pid")"
    rm -rf "$TMP_CASE/state" "$TMP_CASE/api.port"
    api replace "${1:-.}"
}

# on two pages
begin_anew
orders "{$other}"
days 1 1
told 8 8 1 0 "two contents of a key on two pages"
in_quarantine '2 2 the record: its key was in this slice already'
orders "{$same}"
days 0 1 --again
told 8 8 0 1 "a row twice on two pages"
orders '{}'
days 0 1 --again
equal "$(summary .loaded)" 0 "rows loaded of a day that is as it was, but for a row that came twice"

# in two parts of a slice, and in parts whose rows come in pieces
for limit in 12 2; do
    begin_anew
    orders "{\"limit\": $limit, $other}"
    days 1 1
    told 8 8 1 0 "two contents of a key in two parts, limit $limit"
    orders "{\"limit\": $limit, $same}"
    days 0 1 --again
    told 8 8 0 1 "a row in two parts, limit $limit"
done

# over a kill behind each page
for twin in "$other" "$same"; do
    begin_anew '.streams[0] |= del(.report, .split) | .streams[0].request.query.filtering = "[]"'
    orders "{$twin, \"pace\": 0.2}" # each page is durable before the next one comes
    wanted=$([[ $twin == "$same" ]] && echo 0 || echo 1) resumed=0
    export EXTRACT_CRASH_TRACE="$TMP_CASE/trace"
    rm -f "$TMP_CASE/trace"
    days "$wanted" 1
    unset EXTRACT_CRASH_TRACE
    while read -r n; do
        rm -rf "$TMP_CASE/state"
        orders "{$twin, \"pace\": 0.2}"
        { EXTRACT_CRASH_AT=$n "$EXTRACT" --source example --since 2026-11-01 --until 2026-11-01; } >/dev/null 2>&1 || true
        orders "{$twin}"
        "$EXTRACT" --source example --since 2026-11-01 --until 2026-11-01 >/dev/null 2>&1 || true
        resumed=$((resumed + ($(asked plain) < 3)))
        all_of 1
        expect 0 "$EXTRACT" show --source example --quarantine
        equal "$(wc -l <"$TMP_CASE/out")" "$wanted" "records in quarantine, killed at point $n"
        expect 0 "$EXTRACT" verify --source example
    done < <(grep -n page.committed "$TMP_CASE/trace" | cut -d: -f1)
    [[ $resumed -gt 0 ]] || fail "no reading was gone on with behind a page"
done
