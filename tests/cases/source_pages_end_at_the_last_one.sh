#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The service takes page 10001 for page 1: more pages than there are is a matter of configuration.
. "$EXTRACT_SRCDIR/tests/lib.sh"
sandbox --no-limit
configure "users = 10001" "page_size = 1"
run 78
says 'users'
says '10000'
equal "$(stats .requests)" 0 "requests"
