#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What does not call itself JSON is not taken for it, however it looks.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/source_fault.inc"
begin
breaks content-type 69 remote 'the answer is not JSON \(HTTP 200, text/html\)' 3
breaks content-type=application/octet-stream 69 remote 'the answer is not JSON \(HTTP 200, application/octet-stream\)' 3
survives content-type
# another name that APIs give to JSON
renew
fault content-type=text/javascript@1-
before=$(stats .requests)
run 0
equal $(($(stats .requests) - before)) $((USERS / PAGE)) "requests for text/javascript"
holds
