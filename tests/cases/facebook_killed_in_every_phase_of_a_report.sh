#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 while a report is asked for, waits, runs, is done and not read, is read page by page, or gives way to smaller
# ones: the next run goes on with the reports there are. The rows are the truth, and no more than one was made in vain.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
days=(--since 2026-11-18 --until 2026-11-19)
run=(--source facebook_ads "${days[@]}" --stream insights_ad --output json)
fast 60
jobs() { curl -fsS "$SANDBOX/_sandbox/facebook/jobs" | jq -e "$1" >/dev/null; }
# starts FAULT SETTING...: "" no fault
starts() {
    begun=("$@")
    rm -rf state
    meta accounts=1 limits=off job_seconds=40 "${@:2}"
    set_up "insights_page_size = 50"
    [[ -z $1 ]] || fault "$1"
}
# caught CONDITION...: killed as soon as it holds; false when the run ended before anybody saw that
caught() {
    local pid status=0
    "$EXTRACT" "${run[@]}" >out 2>err & pid=$!
    for _ in $(seq 3000); do
        if "$@"; then
            kill -KILL $pid 2>/dev/null || true
            wait $pid 2>/dev/null || status=$?
            [[ $status -eq 137 ]] || return 1
            return 0
        fi
        kill -0 $pid 2>/dev/null || return 1
        sleep 0.01
    done
    fail "it did not come: $(cat err)"
}
# killed PHASE UNDISTURBED CONDITION...: UNDISTURBED reports are made without. A busy machine may look away while the
# phase is there: it is begun again then.
killed() {
    local phase=$1 whole=$2 tries
    shift 2
    for tries in $(seq 20); do
        ! caught "$@" || break
        starts "${begun[@]}"
    done
    [[ $tries -lt 20 ]] || fail "$phase: it ended before: $(cat err)"
    fault
    before=$(stats .facebook.jobs.created)
    facebook 0 "${days[@]}" --stream insights_ad
    truth "${days[@]}" insights_ad
    made=$(stats .facebook.jobs.created)
    [[ $made -ge $whole && $made -le $((whole + 1)) ]] || fail "$phase: $made reports instead of $whole"
    [[ $(stats .facebook.jobs.orphaned) -le $((made - whole)) ]] || fail "$phase: reports that nobody read: $(stats .facebook.jobs)"
    echo "$phase: $before reports before, $made in the end"
    sound
}

asked() { [[ $(stats .requests) -ge 1 ]] && sleep 0.2; } # behind the list of accounts, and nothing answers
starts 'hang~/insights?level=ad' ads=24
killed "asked for, not made" 2 asked
equal "$before" 0 "reports that were made"
starts 'drip=1@1~/insights?level=ad' ads=24
killed "made, not answered" 2 jobs 'length == 1'
equal "$made" 3 "reports, one of which nobody knows"

starts '' ads=24
killed "made, not asked after" 2 jobs 'length == 2 and all(.polls == 0)'
starts '' ads=24 job_seconds=400
killed "waiting" 2 jobs 'length == 2 and all(.polls > 0 and .status == "Job Not Started")'
starts '' ads=24 job_seconds=400
killed "running" 2 jobs 'length == 2 and all(.polls > 0 and .status == "Job Running")'
starts '' ads=24
killed "done, not read" 2 jobs 'any(.status == "Job Completed") and all(.pages == 0)'
starts 'drip=20000@3~/insights?limit' ads=240
killed "read in part" 2 jobs 'any(.pages >= 3)'
equal "$(stats '.facebook.job_result > 9')" true "several pages a report"

# in parts, some of which are read
asked_in_vain() { [[ $(grep -c slice.cut err) -ge 1 ]]; }
starts '' ads=24 async_rows=60
facebook 0 "${days[@]}" --stream insights_ad
whole=$(stats .facebook.jobs.created)
[[ $whole -gt 6 ]] || fail "only $whole reports of parts"
starts '' ads=24 async_rows=60
killed "cut" "$whole" asked_in_vain
starts '' ads=24 async_rows=60
killed "parts that are made" "$whole" jobs "length >= $((whole / 2))"
starts '' ads=24 async_rows=60
killed "parts that are read" "$whole" jobs 'map(select(.pages > 0)) | length >= 2'
