#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# x-write replace: a day was changed, its new reading was killed while it was staged, and then the day is as it
# was at first. It is staged once more, for a topic may have the changes already; and nothing of it stays behind.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/replace.inc"
replaced
driver=sqlite
# another server: to it nothing can be gone on with
elsewhere() {
    sandbox
    configure "limit_users = none" "users = 80" "page_size = 2" "[warehouse]" "driver = sqlite"
}

elsewhere
at 2026-11-01 0
old=$(slice_digest 2026-11-01)
fault duplicate@30
EXTRACT_CRASH_AT=page.committed at 2026-11-01 137 --again
segments=$(stage 'SELECT count(*) FROM segment')
[[ $segments -gt 40 && $segments -lt 80 ]] || fail "$segments segments: it was not killed half-way"
equal "$(slice_digest 2026-11-01)" "$old" "the day before"

elsewhere
at 2026-11-01 0
equal "$(summary '"\(.staged) \(.unchanged) \(.loaded)"')" "80 0 80" "staged, unchanged, loaded"
equal "$(slice_digest 2026-11-01)" "$old" "the day"
equal "$(stage 'SELECT count(*) FROM generation WHERE last_seq = 0')" 0 "readings that have not ended"
sound
expect 0 "$EXTRACT" purge --source random_user --older-than 0s
equal "$(stage 'SELECT count(*) FROM segment')" 0 "segments that stay"

at 2026-11-01 0 --again
equal "$(summary '"\(.staged) \(.unchanged) \(.loaded)"')" "0 80 0" "staged, unchanged, loaded the next time"
