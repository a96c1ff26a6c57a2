#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The service refuses although our own count says that it need not: nobody on this host asks again
# before the wait is over, in this run or in another.
. "$EXTRACT_SRCDIR/tests/lib.sh"
refused_at_first() {
    local status=$1 window=$2
    rm -rf "$TMP_CASE/state"
    sandbox --limit 50 --window "$window" --limit-status "$status"
    configure "users = 150" "page_size = 25" "limit_users = 1000/$window"
}
impatient '(.errors[].wait | select(.kind == "window")) |= (.minimum = "3s" | .base = "3s" | .cap = "10s")'
for status in 429 503; do
    refused_at_first "$status" 3s
    run 0 --max-wait 20s
    says "quota.wait until=[^ ]+ why=\"the service asks to slow down: .*ease up there cowboy.*\(HTTP $status\)"
    [[ $(stats .refused) -ge 1 ]] || fail "nothing was refused"
    equal "$(stats .during_block)" 0 "requests during a block"
    equal "$(query 'SELECT count(*) FROM random_users')" 150 "rows"
done

# parked by the service's word: the next run knows
impatient '(.errors[].wait | select(.kind == "window")) |= (.minimum = "10s" | .base = "10s" | .cap = "20s")'
refused_at_first 429 10s
run 75 --max-wait 1s
says "page 3: the service asks to slow down: .*ease up there cowboy.*parked"
equal "$(summary .staged)" 50 "records staged"
equal "$(stats .requests)" 3 "requests"
run 75 --max-wait 0s
equal "$(stats .requests)" 3 "requests of the run that came too early"
run 0 --max-wait 30s
equal "$(stats .during_block)" 0 "requests during a block"
equal "$(query 'SELECT count(*) FROM random_users')" 150 "rows"
