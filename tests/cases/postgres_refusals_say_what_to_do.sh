#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A server that does not let us in, or is not the one that was meant: each has its own text and status,
# nothing is lost, and the next run goes on.
. "$EXTRACT_SRCDIR/tests/lib.sh"
postgres_start tls
sandbox
ca="$TMP_CASE/postgres/ca.pem"
export PGSSLMODE=require
pg "CREATE ROLE guarded LOGIN PASSWORD 'right'; CREATE ROLE stranger LOGIN; CREATE SCHEMA ads AUTHORIZATION guarded"
secret() { (umask 077; printf '%s' "$1" >"$TMP_CASE/password"); }
# load STATUS PATTERN SETTING...: one run into the warehouse, with these settings.
load() {
    local wanted=$1 pattern=$2
    shift 2
    configure "[warehouse]" "driver = postgres" "schema = ads" "$@"
    expect "$wanted" "$EXTRACT" load --source random_user
    says "$pattern"
    ! grep -rq "right\|wrong-one" "$TMP_CASE/out" "$TMP_CASE/err" || fail "a password is shown"
}
configure
run 0 --stage-only

at=localhost:$PG_PORT
secret wrong-one
load 77 "as user guarded: the credentials are refused: check user and password.*\(28P01\)" \
    "url = postgresql://guarded@$at/test" "ca_file = $ca" "password = file:$TMP_CASE/password"
load 77 "the server wants a password: set password to a reference" \
    "url = postgresql://guarded@$at/test" "ca_file = $ca"
secret right
pg "ALTER ROLE guarded VALID UNTIL '2000-01-01'"
load 77 "the credentials are refused: check user and password, and whether it has expired \(28P01\)" \
    "url = postgresql://guarded@$at/test" "ca_file = $ca" "password = file:$TMP_CASE/password"
pg "ALTER ROLE guarded VALID UNTIL 'infinity'"
load 69 "there is no such database: make it with CREATE DATABASE.*\(3D000\)" \
    "url = postgresql://guarded@$at/nowhere" "ca_file = $ca" "password = file:$TMP_CASE/password"
load 69 "cannot prove who it is.*server certificate for \"localhost\".*does not match host name \"127.0.0.1\"" \
    "url = postgresql://guarded@127.0.0.1:$PG_PORT/test" "ca_file = $ca" "password = file:$TMP_CASE/password"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=somebody else" -keyout "$TMP_CASE/other.key" \
    -out "$TMP_CASE/other.pem" 2>/dev/null
load 69 "cannot prove who it is.*certificate verify failed" \
    "url = postgresql://guarded@$at/test" "ca_file = $TMP_CASE/other.pem" "password = file:$TMP_CASE/password"
load 78 "there is a password in it; put it in a reference" "url = postgresql://guarded:wrong-one@$at/test"
load 78 "sslmode cannot be set there" "url = postgresql://guarded@$at/test?sslmode=disable"
load 78 "url is missing" "ca_file = $ca"
load 69 "role stranger may not make tables in schema ads; let its owner run what .extract ddl. prints" \
    "url = postgresql://stranger@$at/test" "ca_file = $ca"

# what is right at last takes all that waited
load 0 "" "url = postgresql://guarded@$at/test" "ca_file = $ca" "password = file:$TMP_CASE/password"
equal "$(pg "SELECT count(*) FROM ads.random_users")" 5000 "rows"
equal "$(pg "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'extract'")" "" \
    "sessions that are left"

# a table of somebody else
pg "GRANT USAGE ON SCHEMA ads TO stranger; GRANT SELECT ON ALL TABLES IN SCHEMA ads TO stranger"
load 69 "table ads.random_users belongs to role guarded, and stranger may not select, insert and update there" \
    "url = postgresql://stranger@$at/test" "ca_file = $ca"

# a table that was changed by hand
pg "ALTER TABLE ads.random_users ALTER COLUMN position TYPE text"
load 69 "column position is text, and the schema says integer.*ALTER TABLE .ads.\..random_users. RENAME COLUMN .position." \
    "url = postgresql://guarded@$at/test" "ca_file = $ca" "password = file:$TMP_CASE/password"
