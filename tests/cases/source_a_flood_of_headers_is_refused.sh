#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/source_fault.inc"
begin
breaks headers=1000 65 data 'GET http://127.0.0.1:[0-9]+/api/1.4/: the answer has more than 100 header lines'
