#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The service reads a nationality out of a seed of 18 characters, and never answers: no setting
# leads there.
. "$EXTRACT_SRCDIR/tests/lib.sh"
journal="$TMP_CASE/journal"
sandbox --no-limit --journal "$journal"
for seed in abcde abcdef abcdefg abcdefghijklmnopqr; do
    configure "users = 1" "seed = $seed"
    if [[ ${#seed} -lt 6 ]]; then
        run 78
        says '\[random_user\]: seed: "abcde" is not allowed'
    else
        run 0
    fi
done
equal "$(awk '{print length($1)}' "$journal" | sort -n | head -n 1)" 19 "the shortest seed asked for"
equal "$(wc -l <"$journal")" 3 "users served"
