#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The version can be chosen; one that answers instead of it, and one that ends, are told once a run and
# stand in the audit log.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/access.inc"
shop '.accounts = {"kind": "single"}'
days() { expect "$1" "$EXTRACT" --source shop --since 2026-11-01 --until 2026-11-03 --output json --again; }
events() { "$EXTRACT" audit export --source shop 2>"$TMP_CASE/events.err" | grep '"kind":"api.version"' || true; }

days 0
! grep -q api.version "$TMP_CASE/err" || fail "something was said about the version: $(cat "$TMP_CASE/err")"
equal "$(requests .target | cut -d/ -f2 | sort -u)" v3.0 "the version asked for"

orders '{"served": "v3.0"}'
days 0
! grep -q api.version "$TMP_CASE/err" || fail "the right version was warned of"

orders '{"served": "v4.0", "warning": "The call has been auto-upgraded to v4.0"}'
days 0
equal "$(grep -c 'warning api.version_differs asked=v3.0 served="v4.0"' "$TMP_CASE/err")" 1 "warnings of three requests"
equal "$(grep -c 'warning api.version_warning asked=v3.0 says="The call has been auto-upgraded to v4.0"' \
    "$TMP_CASE/err")" 1 "warnings in the service's words"
equal "$(events | wc -l)" 1 "audit events"
events | grep -q '"asked":"v3.0","served":"v4.0"' || fail "the event: $(events)"

# headers are looked at whatever the answer is
orders '{"served": "v5.0", "refuse": "no"}'
days 77
says 'api.version_differs asked=v3.0 served="v5.0"'

# one that is chosen, and one that is over
good
set_up 'api_version = v2.0'
: >"$TMP_CASE/requests.log"
days 0
equal "$(requests .target | cut -d/ -f2 | sort -u)" v2.0 "the version asked for"
! grep -q api.version "$TMP_CASE/err" || fail "a version that lasts was warned of"
set_up 'api_version = v1.0'
for command in "" plan; do
    # shellcheck disable=SC2086
    expect 0 "$EXTRACT" $command --source shop --since 2026-11-01 --until 2026-11-01
    says 'warning api.version_ends version v1.0 ended on 2020-01-01: the service refuses it'
done
expect 0 "$EXTRACT" check --source shop
prints '^note +version +version v1.0 ended on 2020-01-01'
jq --arg day "$(date -u -d '+10 days' +%F)" '.versions.sunset["v2.0"] = $day' "$EXTRACT_DATA/sources/shop.json" \
    >"$TMP_CASE/new" && mv "$TMP_CASE/new" "$EXTRACT_DATA/sources/shop.json"
set_up 'api_version = v2.0'
expect 0 "$EXTRACT" check --source shop
prints '^note +version +version v2.0 ends on .*, in 10 days: set a later api_version before'
set_up 'api_version = latest'
expect 78 "$EXTRACT" check --source shop
says '\[shop\]: api_version: "latest" is not allowed'
