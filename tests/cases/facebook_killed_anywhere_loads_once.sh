#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A run that is killed anywhere and run again ends in what an undisturbed run ends in.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
quick '.limits.concurrency = 1'
meta accounts=1 ads=120
set_up "insights_page_size = 50"
of=(--since 2026-11-18 --until 2026-11-18 --stream insights_ad --stream ads)
expect 0 "$EXTRACT" keys init --no-escrow
cp -R state keys
EXTRACT_CRASH_TRACE=$TMP_CASE/trace facebook 0 "${of[@]}"
points=$(wc -l <trace)
[[ $points -gt 20 ]] || fail "only $points crash points"
truth --since 2026-11-18 --until 2026-11-18 insights_ad
mv state undisturbed
wanted=$(digest undisturbed)

# each place by its name, and every fifteenth point in its turn
killed=0
for point in $(sort -u trace) $(seq 15 15 "$points"); do
    cp -R keys state
    { EXTRACT_CRASH_AT=$point "$EXTRACT" --source facebook_ads --quiet "${of[@]}" && echo whole >state/whole; } >/dev/null 2>&1 || :
    [[ -e state/whole ]] || killed=$((killed + 1))
    facebook 0 "${of[@]}"
    equal "$(digest state)" "$wanted" "killed at $point"
    expect 0 "$EXTRACT" verify --source facebook_ads
    rm -rf state
done
[[ $killed -ge $(sort -u trace | wc -l) ]] || fail "killed only $killed times"
echo "killed $killed times, at $(sort -u trace | wc -l) places"
