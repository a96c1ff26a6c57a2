#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# {"error":…} with 200 has no rows to give; its words are told.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/source_fault.inc"
begin
words='Uh oh, something has gone wrong. Please tweet us @randomapi about the issue. Thank you.'
breaks error-200 69 remote "the service reports trouble: \"$words\" \(HTTP 200\)" 3
breaks error-500 69 remote "the service reports trouble: \"$words\" \(HTTP 500\)" 3
survives error-200
