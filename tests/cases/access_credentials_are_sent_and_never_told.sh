#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The token goes into a header at the moment of sending, its proof into the query; neither they nor the
# secret are in anything that is written or said, not even when the service repeats them.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/access.inc"
day() { expect "$1" "$EXTRACT" --source shop --since 2026-11-01 --until 2026-11-01 --output json --verbose "${@:2}"; }
proof=$(printf %s "$TOKEN" | openssl dgst -sha256 -hmac "$APP_SECRET" | sed 's/.*= //')

shop '.accounts = {"kind": "single"}'
day 0 --again
equal "$(summary .loaded)" 2 "rows"
equal "$(requests .headers.Authorization | sort -u)" "Bearer $TOKEN" "the header"
equal "$(requests .target)" "/v3.0/orders?day=2026-11-01" "the URL without a secret of the app"
secretless

set_up "app_secret = file:$TMP_CASE/app_secret" "app_id = 17"
: >"$TMP_CASE/requests.log"
day 0
equal "$(wc -l <"$TMP_CASE/requests.log")" 0 "requests: another token is no other question"
day 0 --again
equal "$(requests .target)" "/v3.0/orders?day=2026-11-01&appsecret_proof=$proof" "the URL with its proof"
equal "$(requests .headers.Authorization)" "Bearer $TOKEN" "the header"
secretless

# a service that repeats what it was sent
orders "{\"refuse\": \"Malformed access token $TOKEN, proof $proof, of $APP_SECRET.\"}"
day 77 --again
says 'the shop refuses the token: "Malformed access token \*+, proof \*+, of \*+\."'
secretless
expect 77 "$EXTRACT" check --source shop --verbose
secretless
orders "{\"token\": {\"is_valid\": false, \"error\": {\"message\": \"What is $APP_SECRET?\"}}}"
expect 77 "$EXTRACT" check --source shop
prints 'the token is not valid: "What is \*+\?"'
secretless
orders "{\"served\": \"v$APP_SECRET\", \"warning\": \"$APP_SECRET uses an old version\"}"
day 0 --again
says 'api.version_differs asked=v3.0 served="v\*+"'
says 'api.version_warning asked=v3.0 says="\*+ uses an old version"'
secretless
expect 0 "$EXTRACT" config --source shop
prints "^access_token = file:$TMP_CASE/token$"
secretless
expect 0 "$EXTRACT" audit export --source shop
prints '"kind":"run.start"'
secretless

# only the question about the token has it in its URL
good
: >"$TMP_CASE/requests.log"
expect 0 "$EXTRACT" check --source shop
equal "$(requests 'select(.target | contains($ENV.TOKEN)) | .target')" "/debug?input_token=$TOKEN" "URLs with the token"
equal "$(requests 'select(.target | startswith("/debug")) | .headers.Authorization')" "Bearer 17|$APP_SECRET" \
    "who asks about the token"
secretless

# what is missing or unusable is named, before anything is sent
: >"$TMP_CASE/requests.log"
printf 'two words\n' >"$TMP_CASE/token"
day 77 --again
says '\[shop\] access_token: byte 4 is no letter, digit or sign of ASCII'
chmod 644 "$TMP_CASE/token"
day 77 --again
says "\\[shop\\] access_token: file:$TMP_CASE/token: .*chmod 600"
sed -i '/^access_token/d' "$TMP_CASE/.config/extract/extract.conf"
day 78 --again
says '\[shop\] access_token is not set: the token of the shop; say where it is'
printf 'access_token = %s\n' "$TOKEN" >>"$TMP_CASE/.config/extract/extract.conf"
day 78 --again
secretless
equal "$(wc -l <"$TMP_CASE/requests.log")" 0 "requests without a token"
