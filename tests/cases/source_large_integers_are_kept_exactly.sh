#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 2^63 fits no signed 64-bit integer, and a double would round it.
. "$EXTRACT_SRCDIR/tests/lib.sh"
sandbox --no-limit --hostile postcode-2^63@3
configure "users = 20" "page_size = 10" "[policy random_user/users]" "postcode = keep"
run 0
equal "$(query "SELECT group_concat(postcode) FROM random_users WHERE position = 3")" \
    9223372036854775808,9223372036854775808 "postcodes"
equal "$(query "SELECT count(DISTINCT postcode_hash) FROM random_users WHERE position = 3")" 1 "hashes"
equal "$(query "SELECT DISTINCT typeof(postcode) FROM random_users")" text "type"
