#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A version that is over, or not there yet, is answered in another: that is told. Where Meta refuses it,
# the run fails and names it.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
quick
days=(--since 2026-11-18 --until 2026-11-19 --stream insights_account)
meta
set_up "api_version = v24.0"
facebook 0 "${days[@]}"
says 'warning api.version_ends version v24.0 ended on 2026-10-06'
equal "$(grep -c 'warning api.version_differs asked=v24.0 served="v25.0"' err)" 1 "warnings of all requests"
says 'warning api.version_warning asked=v24.0 says="The call has been auto-upgraded to v25.0'
equal "$(query 'SELECT DISTINCT api_version FROM facebook_insights_account')" v24.0 "the version that was asked"
truth "${days[@]:0:4}" insights_account
set_up "api_version = v99.0"
facebook 0 "${days[@]}" --again
says 'api.version_differs asked=v99.0 served="v26.0"'

meta expired=refuse
rm -rf state
set_up "api_version = v23.0"
facebook 69 "${days[@]}"
says 'this version of the API is gone: set api_version: "\(#2635\) .*update to the latest version: v26.0'
says 'api.version_ends version v23.0'
equal "$(summary .staged)" 0 "rows"
set_up
facebook 0 "${days[@]}"
! grep -q api.version err || fail "the version that is right was warned of"
truth "${days[@]:0:4}" insights_account

# one that is good still is warned of 60 days before its end, by a run and by check
for end in 2027-01-20: 2027-01-19:60 2026-11-20:ended; do
    quick ".versions.sunset[\"v26.0\"] = \"${end%:*}\""
    facebook 0 "${days[@]}" --again
    case ${end#*:} in
    "") ! grep -q api.version_ends err || fail "it was warned of an end on ${end%:*}" ;;
    ended) says 'warning api.version_ends version v26.0 ended on 2026-11-20' ;;
    *) says "warning api.version_ends version v26.0 ends on ${end%:*}, in 60 days" ;;
    esac
done
quick '.versions.sunset["v26.0"] = "2027-01-19"'
expect 0 "$EXTRACT" check --source facebook_ads
prints '^note +version +version v26.0 ends on 2027-01-19'
