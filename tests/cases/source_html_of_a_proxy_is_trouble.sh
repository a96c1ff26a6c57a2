#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 502, 503, 504 and 520 come as pages of whatever stands before the service.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/source_fault.inc"
begin
for status in 502 503 504 520; do
    breaks "html-$status" 69 remote "the service is in trouble \(HTTP $status, text/html\)" 3
done
survives html-503
