#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 304 to a request that did not ask whether anything has changed.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/source_fault.inc"
begin
breaks 304 69 remote 'the service says that nothing has changed, which was not the question \(HTTP 304' 3
survives 304
