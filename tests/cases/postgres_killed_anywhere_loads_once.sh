#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Killed at each of its crash points while it loads into PostgreSQL, straight and by way of the merge, and
# run again: the same rows and the same ledger as without.
. "$EXTRACT_SRCDIR/tests/lib.sh"
postgres_start
sandbox
settings=("users = 60" "page_size = 10" "limit_users = 1000000/5m" "[warehouse]" "driver = postgres" "url = $PG_URL")
configure "${settings[@]}"
run 0 --stage-only
run 0 --stage-only --again --force
cp -a "$TMP_CASE/state" "$TMP_CASE/before"

# content SCHEMA: what is there, without the times at which it was loaded.
content() {
    pg "SELECT md5(string_agg(t::text, '' ORDER BY user_key)) FROM $1.random_users AS t"
    # one transaction or several, the ledger has each segment once
    pg "SELECT sum(row_count), sum(last_seq - first_seq + 1), max(last_seq) FROM $1.extract_ledger"
}
load() { configure "${settings[@]}" "schema = $1"; "$EXTRACT" load --source random_user >"$TMP_CASE/out" 2>"$TMP_CASE/err"; }

export EXTRACT_CRASH_TRACE="$TMP_CASE/trace"
load whole || fail "$(cat "$TMP_CASE/err")"
unset EXTRACT_CRASH_TRACE
points=$(wc -l <"$TMP_CASE/trace")
expected=$(content whole)
equal "$(pg "SELECT count(*) FROM whole.random_users")" 60 "rows"
for place in warehouse.prepare warehouse.prepared sink.merge sink.commit sink.committed batch.positioned; do
    grep -qxF "$place" "$TMP_CASE/trace" || fail "never at $place: $(sort "$TMP_CASE/trace" | uniq -c)"
done
for n in $(seq "$points"); do
    rm -rf "$TMP_CASE/state"
    cp -a "$TMP_CASE/before" "$TMP_CASE/state"
    status=0
    EXTRACT_CRASH_AT=$n load "killed$n" || status=$?
    equal "$status" 137 "point $n: status"
    load "killed$n" || fail "point $n ($(sed -n "${n}p" "$TMP_CASE/trace")): $(cat "$TMP_CASE/err")"
    equal "$(content "killed$n")" "$expected" "point $n ($(sed -n "${n}p" "$TMP_CASE/trace"))"
done
echo "$points crash points: $(sort -u "$TMP_CASE/trace" | tr '\n' ' ')"
