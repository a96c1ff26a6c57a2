#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The service tells in a header how much of its limit is used, and until when it is closed. Requests
# stop before they are refused and go on when the service said, in this run and in the next one.
. "$EXTRACT_SRCDIR/tests/lib.sh"
command -v python3 >/dev/null || skip "python3 is missing"
USERS=30 PAGE=10

# says_usage WORDS...: a service whose answers have these headers, one after the other, the last for all
# that follow; a fresh state folder.
server_count=0
says_usage() {
    rm -rf "$TMP_CASE/state"
    fault
    server_count=$((server_count + 1))
    printf '%s\n' "$@" >"$TMP_CASE/words$server_count"
    local port_file="$TMP_CASE/server$server_count.port"
    python3 "$EXTRACT_SRCDIR/tests/cases/quota_server.py" "$port_file" "$TMP_CASE/asked$server_count" "$ORIGIN" \
        "$TMP_CASE/words$server_count" &
    echo $! >"$TMP_CASE/server$server_count.pid"
    local tries
    for tries in $(seq 200); do
        [[ ! -s $port_file ]] || break
        sleep 0.05
    done
    [[ -s $port_file ]] || fail "the server is not ready after $tries tries"
    ASKED="$TMP_CASE/asked$server_count"
    : >"$ASKED"
    SANDBOX="http://127.0.0.1:$(cat "$port_file")" configure "users = $USERS" "page_size = $PAGE" \
        "limit_users = ${LIMIT:-1000/1h}" ${SHARE:+"[quota]" "share = $SHARE"}
}
asked() { equal "$(wc -l <"$ASKED")" "$1" "requests"; }

# resumes FROM TO: the parked run is to be resumed so many seconds after the service's last answer.
resumes() {
    local at later
    at=$(date -d "$(summary .resume_at)" +%s)
    later=$((at - $(tail -n 1 "$ASKED") / 1000))
    [[ $later -ge $1 && $later -le $2 ]] || fail "to be resumed in $later s instead of $1 to $2"
}

impatient '(.errors[].wait | select(.kind == "window")) |= (.kind = "reading")
    | .limits.usage = [{"header": "x-usage", "used": ["/percent"], "bucket": "users",
    "reset": {"at": "/reset", "unit": "seconds"}, "regain": {"at": "/regain", "unit": "minutes"}}]'
sandbox --no-limit
ORIGIN=$SANDBOX

# nearly used up, by others: nothing more is asked until it is forgotten, by nobody on this host
says_usage '{"percent": 10}' '{"percent": 96.5, "reset": 100}'
run 75 --max-wait 1s
asked 2
resumes 100 110
equal "$(summary .staged)" $((2 * PAGE)) "records staged"
resume_at=$(summary .resume_at)
run 75 --max-wait 0s
asked 2
equal "$(summary .resume_at)" "$resume_at" "when to resume"
expect 0 "$EXTRACT" status --source random_user
prints "users"

# closed, in minutes: exactly so long, however much is used
for percent in 3 300; do
    says_usage '{"percent": '$percent', "regain": 7}'
    run 75 --max-wait 1s
    asked 1
    resumes 420 430
done

# closed, said by the refusal itself: the header's word, not the rule's wait
says_usage '' '{"percent": 100, "regain": 2}'
fault 'retry-after=1@2'
run 75 --max-wait 1s
asked 2
resumes 120 130
run 75 --max-wait 0s
asked 2

# a short reset is waited out, and not cut short
says_usage '{"percent": 99, "reset": 3}' '{"percent": 1}'
run 0 --max-wait 30s
asked 3
gap=$(($(sed -n 2p "$ASKED") - $(sed -n 1p "$ASKED")))
[[ $gap -ge 2900 && $gap -le 20000 ]] || fail "$gap ms between the reading and the next request"
says 'quota.wait until='
equal "$(query 'SELECT count(*) FROM random_users')" "$USERS" "rows"

# nonsense is ignored, and said once
for words in 'none' '{"percent": "a lot"}' '{"percent": 99' '{"percent": -1}' '[]garbage'; do
    says_usage "$words"
    run 0 --max-wait 0s
    asked 3
    equal "$(grep -c quota.header_malformed "$TMP_CASE/err")" 1 "warnings about '$words'"
done

# a share is left to other tools: of the capacity, and of what the service says
LIMIT=40/1h SHARE=50% says_usage ''
run 75 --max-wait 1s
asked 2
SHARE=50% says_usage '{"percent": 48, "reset": 100}'
run 75 --max-wait 1s
asked 1
resumes 100 110
says_usage '{"percent": 48, "reset": 100}'
run 0 --max-wait 1s
asked 3
