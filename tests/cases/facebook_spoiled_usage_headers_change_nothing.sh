#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Headers that tell of limits and are missing, no JSON, or tell the same account twice: every row is there all the
# same, nothing is waited for, and what cannot be read is said once.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
quick
meta ads=6 score=60 buc_insights=60
expect 0 "$EXTRACT" keys init --no-escrow
mv state keys
for spoiled in absent malformed duplicate zero; do
    rm -rf state
    cp -R keys state
    fault "fb-usage=$spoiled"
    facebook 0 --since 2026-11-16 --until 2026-11-19 --stream insights_ad --max-wait 0s
    truth --since 2026-11-16 --until 2026-11-19 insights_ad
    wanted=0
    [[ $spoiled != malformed ]] || wanted=1
    equal "$(grep -c "quota.header_malformed header=x-ad-account-usage" err || :)" $wanted "warnings ($spoiled)"
    equal "$(grep -c quota.header_malformed err || :)" $wanted "warnings of any header ($spoiled)"
done
