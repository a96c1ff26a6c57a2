#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A gibibyte of blanks in a megabyte of gzip, and gzip within gzip: neither is unpacked.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/source_fault.inc"
begin
breaks bomb=1GiB 65 data 'GET http://127.0.0.1:[0-9]+/api/1.4/: the body unpacks to more than 200 times what was sent: a decompression bomb'
breaks double-gzip 65 data 'GET http://127.0.0.1:[0-9]+/api/1.4/: the answer has more than one Content-Encoding'
