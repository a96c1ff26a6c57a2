#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A stream that was merged is replaced by slice from now on: its new table gets whole days only, those that
# were read before as soon as they are asked for; the old table is neither changed nor taken for the new one.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/replace.inc"
sandbox
impatient
schema="$EXTRACT_DATA/schemas/random_user/users.json"
on sqlite "users = 20"
at 2026-11-01 0
fault reset@3-
at 2026-11-02 69
fault
equal "$(query 'SELECT count(*) FROM random_users')" 30 "rows that were merged"

# the same table cannot hold both
jq '.["x-write"] = "replace"' "$EXTRACT_SRCDIR/schemas/random_user/users.json" >"$schema"
expect 69 "$EXTRACT" load --source random_user
says 'table random_users: its primary key is not .*extract_slice'

jq '.["x-write"] = "replace" | .["x-table"] = "whole"' "$EXTRACT_SRCDIR/schemas/random_user/users.json" >"$schema"
at 2026-11-02 0
says 'slice.restarted .*slice=2026-11-02 .*replaced as a whole'
equal "$(query 'SELECT extract_slice, count(*) FROM whole')" "default/2026-11-02|20" "days in the new table"
at 2026-11-01 0
says 'slice.restarted .*slice=2026-11-01'
at 2026-11-01 0
equal "$(summary .staged)" 0 "records of a day that is there"
equal "$(query 'SELECT count(*) FROM whole')" 40 "rows in the new table"
equal "$(query 'SELECT count(*) FROM random_users')" 30 "rows in the old one"
sound
expect 0 "$EXTRACT" purge --source random_user --older-than 0
at 2026-11-02 0
equal "$(summary .staged)" 0 "records of a day that was purged"
