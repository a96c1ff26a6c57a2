#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Meta's own SDK reads the sandbox as it reads Meta, and its shapes are the recorded ones.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/sandbox_start.inc"
recorded=$EXTRACT_SHARED/data/facebook_ads
if [[ -e $recorded ]]; then
    sandbox_start --clock 2026-11-20T09:30:00Z --facebook ads=60 --facebook sync_rows=2000 --facebook too_many_rows=8000 \
        --facebook poison=3 --facebook page_max=500
    python3 "$EXTRACT_SRCDIR/tests/facebook/recorded.py" "$URL" "$recorded"
fi
"$EXTRACT_SRCDIR/tests/facebook/sdk" fetch 2>sdk.log || :
if ! interpreter=$("$EXTRACT_SRCDIR/tests/facebook/sdk" python 2>>sdk.log); then
    [[ ${CI-} != true ]] || fail "$(tail -n 3 sdk.log)"
    skip "$(tail -n 1 sdk.log)"
fi
sandbox_start --clock 2026-11-20T09:30:00Z --facebook ads=60 --facebook accounts=3 --facebook page_max=200 \
    --facebook job_polls=3
"$interpreter" "$EXTRACT_SRCDIR/tests/facebook/sdk_check.py" "$URL"
sandbox_stop
