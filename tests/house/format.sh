#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The C code is as clang-format leaves it (96 columns); prose in comments stops at 100.
set -euo pipefail
cd "${EXTRACT_SRCDIR:-.}"
command -v clang-format >/dev/null || { echo "clang-format is not installed" >&2; exit 77; }
mapfile -t files < <(find src tests -name '*.[ch]' | sort)
clang-format --dry-run --Werror "${files[@]}"
perl -CSD -ne 'chomp; if (length > 100) { print "$ARGV:$.: ", length, " columns\n"; $bad = 1 }
    close ARGV if eof; END { exit $bad // 0 }' "${files[@]}"
