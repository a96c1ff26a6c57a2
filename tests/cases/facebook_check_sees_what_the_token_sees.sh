#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `check` against Meta's API as the sandbox plays it: proof, kinds of tokens, accounts one by one, versions.
. "$EXTRACT_SRCDIR/tests/lib.sh"
sandbox --clock 2026-11-20T12:00:00Z --facebook accounts=3 --facebook proof=required
export EXTRACT_FACEBOOK_ADS_BASE_URL=$SANDBOX EXTRACT_FACEBOOK_ADS_APP_ID=1234567890
export EXTRACT_FACEBOOK_ADS_ACCESS_TOKEN=file:$TMP_CASE/token EXTRACT_FACEBOOK_ADS_APP_SECRET=file:$TMP_CASE/secret
umask 077
printf sandbox-secret >secret
token() { printf %s "$1" >token; }
check() { expect "$1" "$EXTRACT" check --source facebook_ads "${@:2}"; }

token EAASANDBOX
check 0
prints '^ok +credentials +access_token, app_secret: requests carry a proof$'
prints '^ok +token +user, the token expires on 20..-..-.., in [0-9]+ days.*scopes: ads_read'
prints '^ok +account +[0-9]+: America/Los_Angeles, '
prints '^ok +account +[0-9]+: Asia/Kolkata, '
prints '^ok +accounts +3 of 3 can be read$'
mapfile -t ids < <(sed -nE 's/^ok +account +([0-9]+): .*/\1/p' out)

# without the app's number and secret nobody can look the token up
(unset EXTRACT_FACEBOOK_ADS_APP_ID; check 0)
prints '^note +token +the service does not say what it is good for without \[facebook_ads\] app_id$'
prints '^ok +accounts +3 of 3 can be read$'

# the API wants a proof, and ours is Meta's
EXTRACT_FACEBOOK_ADS_APP_SECRET='' expect 78 "$EXTRACT" check --source facebook_ads
printf wrong-secret >secret
check 77
prints '^FAILED +accounts +.*set app_secret: "Invalid appsecret_proof'
prints '^1 FAILED, first: accounts$'
printf sandbox-secret >secret

# tokens that are good for nothing
for kind in EXPIRED PASSWORD LOGGEDOUT NOAPP; do
    token "EAASANDBOX_$kind"
    check 77
    prints '^FAILED +token +user, the token is not valid'
done
token EAASANDBOX_NOSCOPE
check 77
prints '^FAILED +token .* it lacks the scope ads_read'
token EAAnonsense
check 77
prints '^FAILED +token +the token is not valid: "Invalid OAuth access token'

# one account that this token does not see fails alone
token EAASANDBOX_HIDDEN
check 0
prints '^ok +accounts +2 of 2 can be read$'
EXTRACT_FACEBOOK_ADS_ACCOUNTS=$(IFS=,; echo "${ids[*]}") check 77
prints "^ok +account +${ids[0]}: "
prints "^FAILED +account +${ids[2]}: .*\"Unsupported get request"
prints '^note +accounts +2 of 3 can be read$'

# versions: one that is over is answered in another, one that is not there yet as well
token EAASANDBOX
EXTRACT_FACEBOOK_ADS_API_VERSION=v24.0 check 0
prints '^note +version +version v24.0 ended on 2026-10-06'
says 'api.version_differs asked=v24.0 served="v25.0"'
says 'api.version_warning asked=v24.0 says="The call has been auto-upgraded to v25.0'
EXTRACT_FACEBOOK_ADS_API_VERSION=v99.0 check 0
says 'api.version_differs asked=v99.0 served="v26.0"'
! grep -rq -e EAASANDBOX -e sandbox-secret out err sandbox.log || fail "a secret was told"
