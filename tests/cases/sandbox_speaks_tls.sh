#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/sandbox_start.inc"
command -v openssl >/dev/null || skip "openssl (which makes the certificate) is missing"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext 'subjectAltName=IP:127.0.0.1' \
    -keyout "$TMP_CASE/key" -out "$TMP_CASE/certificate" 2>/dev/null
sandbox_start --no-limit --tls "$TMP_CASE/certificate" "$TMP_CASE/key"
size=$(curl -sS --cacert "$TMP_CASE/certificate" "${URL/http/https}/api/1.4/?results=5000" |
    python3 -c 'import json, sys; print(len(json.load(sys.stdin)["results"]))')
[ "$size" = 5000 ] || fail "$size users"
curl -s "${URL/http/https}/api/" >/dev/null && fail "an unknown certificate was trusted"
sandbox_stop
echo nonsense >"$TMP_CASE/key"
status=0
"$EXTRACT_SANDBOX" --tls "$TMP_CASE/certificate" "$TMP_CASE/key" 2>"$TMP_CASE/err" || status=$?
[ "$status" = 78 ] && grep -q -- --tls "$TMP_CASE/err" || fail "a bad key: $status $(cat "$TMP_CASE/err")"
