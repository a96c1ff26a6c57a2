#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What breaks on the way is asked for again. What is no accident fails its stream, which says where, and
# the next run asks for what is missing.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
quick '.limits.transfer.body_max = "1MiB" | .limits.transfer.total_timeout = "5s"'
begin
for path in /insights /adcreatives; do
    for rule in html-502 reset truncate short content-type 304; do
        goes "$rule@2~$path" 0
        says 'request.retry attempt=1 wait=[0-9]+ms cause='
        is_whole "$rule~$path"
    done
done
goes drip@2~/adcreatives 0
says 'cause=".*a time limit was reached'
is_whole drip

# fails RULE STATUS REASON: the second page of a day, for good
fails() {
    goes "$1@2~/insights" "$2" --stream insights_ad
    says "facebook_ads insights_ad $(account 1) 2026-11-18: page 2: $3"
    equal "$(stream insights_ad .error_kind)" "$4" "$1: kind of error"
    equal "$(query 'SELECT count(*) FROM facebook_insights_ad WHERE date_start = "2026-11-18"')" 0 "$1: rows of half a day"
    heals
}
fails double-gzip 65 '.* more than one Content-Encoding' data
fails endless 65 '.*the body is longer than its limit' data
fails redirect 69 'the service points elsewhere, and redirects are not followed' remote

# what is whole JSON and has no list says nothing about the day, nor about what there is
answers '{"account_id": "1", "timezone_name": "UTC", "data": []}'
set_up
rm -rf state
facebook 0 --account 1 --since 2026-11-18 --until 2026-11-18 --stream insights_ad --stream campaigns
for data in null '{}' '"x"'; do
    answers '{"account_id": "1", "timezone_name": "UTC", "data": '"$data"'}'
    facebook 65 --account 1 --since 2026-11-18 --until 2026-11-18 --stream insights_ad --stream campaigns --again
    says 'facebook_ads insights_ad 1 2026-11-18: page 1: .*the answer has no list of data'
    says 'facebook_ads campaigns 1 changes: page 1: .*the answer has no list of data'
done
