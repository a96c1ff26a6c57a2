#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In seconds and as a date; what is absurd is clamped, what is no time is passed over.
. "$EXTRACT_SRCDIR/tests/lib.sh"
impatient '(.errors[].wait | select(.kind == "window")) |= (.base = "10ms" | .cap = "3s")'
sandbox --no-limit
waits() {
    local when=$1 least=$2 most=$3
    rm -rf "$TMP_CASE/state"
    fault "retry-after=$when@2"
    configure "users = 20" "page_size = 10" "limit_users = 1000/50ms"
    run 0 --max-wait 10s
    equal "$(query 'SELECT count(*) FROM random_users')" 20 "rows with Retry-After: $when"
    local took
    took=$(summary .milliseconds)
    [[ $took -ge $least ]] || fail "Retry-After: $when was waited for $took ms"
    if [[ $most -gt 0 && $took -gt $most ]]; then fail "Retry-After: $when was waited for $took ms"; fi
}
waits 2 2000 0
waits +3 1500 0
waits 999999999 3000 60000
waits 99999999999999999999999999 0 60000
waits -5 0 60000
waits +-100 0 60000
waits soon 0 60000
waits '' 0 60000

# the clamp is the manifest's: below it, an hour is an hour
impatient '(.errors[].wait | select(.kind == "window")) |= (.base = "10ms" | .cap = "2h")'
rm -rf "$TMP_CASE/state"
fault retry-after=3600@2
now=$(date +%s)
run 75 --max-wait 1s
later=$(($(date -d "$(summary .resume_at)" +%s) - now))
[[ $later -ge 3600 && $later -le 3720 ]] || fail "to be resumed in $later s"
