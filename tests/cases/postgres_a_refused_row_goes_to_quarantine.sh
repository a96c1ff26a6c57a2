#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Rows that a constraint of the database refuses are set aside with the reason, without their values;
# all others are loaded.
. "$EXTRACT_SRCDIR/tests/lib.sh"
postgres_start
sandbox
configure "users = 2000" "page_size = 500" "limit_users = 1000000/5m" "[warehouse]" "driver = postgres" "url = $PG_URL"
run 0
pg "ALTER TABLE random_users ADD CONSTRAINT not_everybody CHECK (position NOT IN (7, 77)) NOT VALID"
pg "DELETE FROM random_users"
run 1 --again --force
equal "$(pg "SELECT count(*) FROM random_users")" 1992 "rows: two of each of four pages are refused"
equal "$(pg "SELECT count(*) FROM random_users WHERE position IN (7, 77)")" 0 "refused rows in the table"
expect 0 "$EXTRACT" show --source random_user --quarantine
prints "not_everybody"
