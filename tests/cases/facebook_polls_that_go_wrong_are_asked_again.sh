#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Polls of reports are answered late, in part, with errors or not at all, results come later than the report: all is
# asked for again, nothing is made twice that was made, and every row is there, once.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
days=(--since 2026-11-16 --until 2026-11-19)
fast 600
# spoiled OPTION...: a run of two accounts and four days against such a sandbox; then says, then one report a day
spoiled() {
    rm -rf state
    meta accounts=2 ads=12 job_seconds=20 --verbose "$@"
    set_up "app_secret = env:FB_SECRET" # so that batches have a query, and rules find them
    fault "${rules[@]}"
    facebook 0 "${days[@]}" --stream insights_ad
    equal "$(stream insights_ad .slices_complete)" 8 "days ($* ${rules[*]})"
    truth "${days[@]}" insights_ad
    equal "$(stats '"\(.facebook.jobs.created) \(.facebook.jobs.unfinished) \(.facebook.jobs.orphaned)"')" "${made:-8} 0 0" \
        "reports made, left running, made in vain ($* ${rules[*]})"
}
rules=()
spoiled job_race=2
[[ $(stats '.facebook.job_poll') -gt 16 ]] || fail "no report was unknown at first"
spoiled job_late=2
says 'the report is not ready to be read: "Error accessing adreport job'
spoiled job_id=number
spoiled job_polls=3

# entries of batches: one that was forgotten, all that are refused, the batch itself
for rule in fb-batch-null fb-batch-null=2 fb-entry-error=2 fb-entry-error=1/99:500 fb-entry-error=2601/1815107 fb-error=960 \
    fb-error=2 fb-error-200=2 html-502 reset truncate; do
    rules=("$rule@1-2~/v26.0/?")
    : >sandbox.log
    spoiled
    case $rule in
    fb-batch-null*) grep -qE 'method=GET uri=/v26.0/[0-9]+\?' sandbox.log || fail "$rule: no report was asked after alone" ;;
    fb-error=960) equal "$(stats '.statuses["400"]')" 2 "batches that were too much" ;;
    fb-entry-error*) ;;
    *) says 'request.retry attempt=1' ;;
    esac
done

# results: no, then yes
for rule in fb-error=summary fb-error-200=2/1504044 fb-error=2601/1815107 fb-error=2637 html-503; do
    rules=("$rule@6-8~/insights?limit")
    spoiled
    says 'request.retry attempt=1'
done
