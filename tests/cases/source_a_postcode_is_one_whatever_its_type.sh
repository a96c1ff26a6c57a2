#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The service sends 75001 for some countries and "75001" for others; both are one postcode.
. "$EXTRACT_SRCDIR/tests/lib.sh"
users= number=0
for postcode in 75001 '"75001"' '" 75001 "' '"0001"' 1 '"J8B 6V2"' '"j8b 6v2"'; do
    users="$users,{\"login\":{\"uuid\":\"user $((++number))\"},\"location\":{\"postcode\":$postcode}}"
done
answers "{\"results\":[${users#,}],\"info\":{\"seed\":\"@SEED@\",\"results\":7,\"page\":1,\"version\":\"1.4\"}}"
configure "users = 7" "page_size = 7"
run 0
hash_of() { query "SELECT postcode_hash FROM random_users WHERE position = $1"; }
equal "$(hash_of 1)" "$(hash_of 0)" '"75001" beside 75001'
equal "$(hash_of 2)" "$(hash_of 0)" '" 75001 " beside 75001'
equal "$(hash_of 6)" "$(hash_of 5)" 'letters in another case'
[[ $(hash_of 3) != "$(hash_of 4)" ]] || fail "\"0001\" and 1 are different postcodes"
equal "$(query 'SELECT count(DISTINCT postcode_hash) FROM random_users')" 4 "different hashes"
equal "$(query 'SELECT count(postcode) FROM random_users')" 0 "postcodes in clear"
if grep -rlaE '75001|J8B 6V2' "$TMP_CASE/state"; then fail "a postcode is on the disk"; fi
