#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Half a document, a body shorter than its Content-Length, a connection that breaks: the rows that
# came before the cut are not taken.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/source_fault.inc"
begin
breaks truncate 65 data 'the answer is not whole, valid JSON: byte [0-9]+: the document ends within' 3
breaks short 69 network 'GET http://127.0.0.1:[0-9]+/api/1.4/: the answer ended too early' 3
breaks reset 69 network 'GET http://127.0.0.1:[0-9]+/api/1.4/: the connection broke' 3
survives truncate
survives short
survives reset
