#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The page says how many users it has; it has another number.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/source_fault.inc"
begin
breaks extra 65 data 'the page has not as many users as it says: the number of records should be 10 and is 11'
breaks missing 65 data 'the page has not as many users as it says: the number of records should be 10 and is 9'
