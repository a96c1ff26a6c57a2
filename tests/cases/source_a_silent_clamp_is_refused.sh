#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The service takes a number of users that it does not like for 1, and says nothing.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/source_fault.inc"
begin
breaks clamp 65 data 'the service silently changed the number of users asked for: /info/results should be 10 and is "1"'
