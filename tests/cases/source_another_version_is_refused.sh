#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The service moves to another version in the middle of a run, with or without other shapes.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/source_fault.inc"
begin
breaks version-jump=1.5 65 data 'the service answers in another version of its API: /info/version should be 1.4 and is "1.5"'
breaks version-jump=1.3 65 data 'the service answers in another version of its API: /info/version should be 1.4 and is "1.3"'
breaks version-jump=1.1 65 data 'the service answers in another version of its API: /info/version should be 1.4 and is "1.1"'
