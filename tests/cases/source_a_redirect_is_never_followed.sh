#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Whoever answers for the service must not lead us to another host.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/source_fault.inc"
sandbox --no-limit
elsewhere=$SANDBOX
begin
breaks "redirect=$elsewhere/api/1.4/?results=10" 69 remote 'the service points elsewhere, and redirects are not followed; check base_url \(HTTP 302'
equal "$(SANDBOX=$elsewhere stats .requests)" 0 "requests to the other host"
