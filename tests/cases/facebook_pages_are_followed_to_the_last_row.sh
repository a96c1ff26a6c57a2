#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A page may be empty or short, lack cursors or point elsewhere: all rows come, once each. Where pages
# would never end, the stream fails and says where.
. "$EXTRACT_SRCDIR/tests/lib.sh"
. "$EXTRACT_SRCDIR/tests/cases/facebook.inc"
quick
begin

for path in /insights /ads; do
    for rule in fb-empty-page@1-2 fb-empty-page@2 fb-short-page fb-no-cursors fb-next-elsewhere; do
        goes "$rule~$path" 0
        is_whole "$rule~$path"
    done
done

# a cursor that is dead: from the first page on again, and no row twice
goes fb-cursor-dead@3~/ads 0 --stream ads
says 'slice.restarted stream=ads slice=changes pages=2 the service no longer knows the cursor'
heals
goes fb-cursor-dead~/ads 1
says 'stream=ads .*facebook_ads ads [0-9]+ changes: page 2: the cursor is not known any more: "\(#2642\)'
equal "$(stream ads .slices_complete)" 0 "slices of ads that are complete"
equal "$(stream insights_ad .slices_complete)" 2 "those of another stream"
heals

for path in /insights:insights_ad:2026-11-18 /ads:ads:changes; do
    IFS=: read -r path name slice <<<"$path"
    goes "fb-same-cursor~$path" 1
    says "facebook_ads $name [0-9]+ $slice: page 2: the answer gives a cursor that came before, so the pages would never end"
    equal "$(stream "$name" .error_kind)" data "kind of error"
    heals
done
