#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Accounts come from --account, else from the configuration, else they are all that the token sees; what
# was not chosen is not asked for.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
quick
meta accounts=3
days=(--since 2026-11-18 --until 2026-11-19)
ids=("$(account 1)" "$(account 2)" "$(account 3)")
read_so_far() { query "SELECT group_concat(DISTINCT account_id) FROM facebook_insights_ad"; }

set_up "accounts = ${ids[1]}"
facebook 0 "${days[@]}" --stream insights_ad
equal "$(read_so_far)" "${ids[1]}" "the account of the configuration"
equal "$(query 'SELECT count(*) FROM facebook_insights_account')" 0 "rows of a stream that was not chosen"
equal "$(stats .facebook.edge)" 3 "requests for lists: those of this scenario alone"
truth "${days[@]}" --except "${ids[0]}" --except "${ids[2]}" insights_ad

facebook 0 "${days[@]}" --stream insights_ad --account "${ids[2]}"
equal "$(stream insights_ad .slices_complete)" 2 "days of the account of the command line"
truth "${days[@]}" --except "${ids[0]}" insights_ad

# one that was left out has nothing to be caught up on but its own days
set_up
facebook 0 "${days[@]}" --stream insights_ad
equal "$(stream insights_ad .slices_complete)" 2 "days of the account that was missing"
truth "${days[@]}" insights_ad
sound

# where none is named, one that is not seen any more is missed, for a while
FB_TOKEN=EAASANDBOX_HIDDEN facebook 1 "${days[@]}" --stream insights_ad --again
says "account.failed account=${ids[2]} facebook_ads lists it no more, and it was read on 2026-11-20; "
equal "$(stream insights_ad .slices_complete)" 4 "days of the others"
FB_TOKEN=EAASANDBOX_HIDDEN expect 0 "$EXTRACT" plan --source facebook_ads --stream insights_ad
says "account.failed account=${ids[2]} facebook_ads lists it no more"
FB_TOKEN=EAASANDBOX_HIDDEN facebook 0 "${days[@]}" --stream insights_ad --again --account "${ids[0]}"
cp -R state kept
at 2026-12-20T12:00:00Z
FB_TOKEN=EAASANDBOX_HIDDEN facebook 0 --since yesterday --stream insights_ad
at 2026-11-20T12:00:00Z
rm -rf state && mv kept state

facebook 64 --stream insights_adz
says 'insights_adz'
facebook 64 --account act_1
says 'no account'
set_up "accounts = all of them"
facebook 78
says 'accounts: ".*" is no account'
