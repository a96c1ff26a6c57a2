# SPDX-License-Identifier: Apache-2.0
# Each guard against loss and doubling is taken out of a copy of the program: a test notices.
. "$EXTRACT_SRCDIR/tests/kafka/lib.sh"
why=$(kafka ready 2>&1) || skip "$why"
command -v psql >/dev/null || skip "psql is not installed"
chmod o+x "$TMP_CASE"
"$EXTRACT_SRCDIR/tests/planted" "$EXTRACT_BUILDDIR" "$TMP_CASE"
