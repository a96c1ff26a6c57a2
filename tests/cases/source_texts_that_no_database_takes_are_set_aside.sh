#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# U+0000, half a surrogate pair, and a text of 2 MiB.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/source_fault.inc"
begin
quarantines nul '/name/first: the character U+0000'
quarantines lone-surrogate '/name/first: a lone surrogate'
quarantines huge '/name/first: a value that is too long'
