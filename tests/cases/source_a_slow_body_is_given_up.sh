#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A body that drips, one that takes longer than a page may, and no answer at all.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/source_fault.inc"
begin '.limits.retry.attempts = 2 | .limits.transfer.stall_timeout = "1s" | .limits.transfer.total_timeout = "2s"'
breaks drip=100 69 network 'GET http://127.0.0.1:[0-9]+/api/1.4/: a time limit was reached: ' 2
breaks drip=3000 69 network 'GET http://127.0.0.1:[0-9]+/api/1.4/: a time limit was reached: ' 2
breaks hang 69 network 'GET http://127.0.0.1:[0-9]+/api/1.4/: a time limit was reached: ' 2
survives hang

# slow, but within the limits: no fault at all
impatient '.limits.transfer.total_timeout = "20s"'
renew
fault drip=20000
run 0
holds
