#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Large days of several accounts, read at the same time and held until it is known whether they are anything new, take
# no more than 32 MiB: 2 more here, for another libc and other libraries.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
quick
meta accounts=4 ads=4000 limits=off page_max=5000
set_up "insights_page_size = 5000"
facebook 0 --stage-only --since 2026-11-18 --until 2026-11-19 --stream insights_ad
[[ $(summary .staged) -gt 25000 ]] || fail "only $(summary .staged) rows"
peak=$(summary .peak_rss_kib)
sanitized || [[ $peak -lt $((34 * 1024)) ]] || fail "peak memory of $peak KiB"
[[ -z ${VERBOSE-} ]] || echo "peak memory: $peak KiB"
