#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 200, no users, and the seed d3adb33f: what an outage answered for days.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/source_fault.inc"
begin
breaks deadbeef 69 remote 'the service is out of order: it answers without users, under the seed d3adb33f \(HTTP 200\)' 3
survives deadbeef
