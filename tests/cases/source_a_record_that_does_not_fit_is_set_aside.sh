#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One bad record of a page does not stop the others, and is not lost: quarantine, with the reason.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/source_fault.inc"
begin
quarantines missing-uuid '/login/uuid: is required, and missing'
quarantines object '/email: expected string, found object'
quarantines postcode-float '/location/postcode: expected integer or string, found number'
quarantines duplicate-key '/email: comes twice'
