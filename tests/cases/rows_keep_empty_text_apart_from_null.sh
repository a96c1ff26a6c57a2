#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Countries without an identity document: its name is empty, its number is null.
. "$EXTRACT_SRCDIR/tests/lib.sh"
sandbox --no-limit
configure "users = 200" "page_size = 200" "nationalities = IR, NZ, FR" "[policy random_user/users]" "id_value = keep"
run 0
equal "$(query "SELECT group_concat(nat) FROM (SELECT DISTINCT nat FROM random_users ORDER BY nat)")" FR,IR,NZ "countries"
equal "$(query "SELECT group_concat(DISTINCT nat) FROM (SELECT nat FROM random_users
    WHERE id_name = '' AND id_name IS NOT NULL AND id_value IS NULL ORDER BY nat)")" IR,NZ "countries without"
equal "$(query "SELECT group_concat(DISTINCT nat) FROM random_users WHERE id_name = 'INSEE'
    AND id_value <> ''")" FR "countries with"
equal "$(query "SELECT count(*) FROM random_users WHERE (id_name = '') <> (id_value IS NULL)")" 0 "mixed rows"
expect 0 "$EXTRACT" show --source random_user --limit 0
equal "$(jq -r 'select(.id_name == "") | .nat' "$TMP_CASE/out" | sort -u | tr '\n' ,)" IR,NZ, "staged as well"
