#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The same day again: no request, the same rows, and a status that tells, if wished.
. "$EXTRACT_SRCDIR/tests/lib.sh"
sandbox --no-limit
configure "users = 30" "page_size = 10"
run 0
before=$(warehouse_digest)
stamp=$(query "SELECT max(extracted_at) FROM random_users")
equal "$(stats .requests)" 3 "requests"
run 0
equal "$(summary .staged)/$(summary .loaded)" 0/0 "records of the second run"
equal "$(summary .status)" done "word of the summary"
run 99 --skip-exit-code
equal "$(stats .requests)" 3 "requests after two more runs"
equal "$(warehouse_digest)" "$before" "rows"
equal "$(query "SELECT max(extracted_at) FROM random_users")" "$stamp" "time of extraction"
