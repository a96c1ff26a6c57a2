#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Blanks without end instead of the last byte: the limit of a body ends it, in flat memory.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/source_fault.inc"
begin '.limits.transfer.body_max = "8MiB"'
breaks endless 65 data 'GET http://127.0.0.1:[0-9]+/api/1.4/: the body is longer than its limit'
