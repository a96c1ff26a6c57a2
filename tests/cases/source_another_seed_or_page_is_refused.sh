#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Users of another seed or page are other users.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/source_fault.inc"
begin
breaks wrong-seed 65 data "the service answers for another seed: /info/seed should be extract-$DAY-u and is "
breaks wrong-page 65 data 'the service answers with another page: /info/page should be 2 and is "3"'
