/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/ledger.h"

#include <inttypes.h>
#include <string.h>

void ledger_fold(uint8_t digest[DIGEST_SIZE], const uint8_t segment[DIGEST_SIZE])
{
    uint8_t both[2 * DIGEST_SIZE];
    memcpy(both, digest, DIGEST_SIZE);
    memcpy(both + DIGEST_SIZE, segment, DIGEST_SIZE);
    digest_blake2b(both, sizeof both, digest);
}

int64_t ledger_position(const struct ledger_marker *marker)
{
    return marker->found ? marker->last.last_seq : 0;
}

static enum ledger_verdict judge(const struct ledger_local *local,
                                 const struct ledger_marker *marker)
{
    int64_t position = ledger_position(marker);
    if (position > local->newest)
        return LEDGER_AHEAD;
    if (marker->found && local->digest &&
        memcmp(marker->last.digest, local->digest, DIGEST_SIZE) != 0)
        return LEDGER_DIFFERENT;
    if (*marker->other_stage && !local->accept)
        return LEDGER_FOREIGN;
    if (position < local->position && !local->accept)
        return LEDGER_BEHIND;
    return LEDGER_CONTINUE;
}

enum ledger_verdict ledger_compare(const struct ledger_local *local,
                                   const struct ledger_marker *marker, struct error *err)
{
    enum ledger_verdict verdict = judge(local, marker);
    int64_t position = ledger_position(marker);
    switch (verdict) {
    case LEDGER_CONTINUE:
        break;
    case LEDGER_BEHIND:
        error_set(err, ERROR_SINK,
                  "stream %s: sink %s has lost what was delivered: its marker is at segment "
                  "%" PRId64 ", ours at %" PRId64
                  ". Is it another one, or one restored from a backup? Put the right one back, "
                  "or deliver again from segment %" PRId64 " with --accept-sink",
                  local->stream, local->sink, position, local->position, position + 1);
        break;
    case LEDGER_AHEAD:
        error_set(err, ERROR_SINK,
                  "stream %s: sink %s has segment %" PRId64 ", the stage ends at %" PRId64
                  ": an old copy of the stage was restored. Its next segments would bear "
                  "numbers that are taken: put the newest stage back, or begin a new one",
                  local->stream, local->sink, position, local->newest);
        break;
    case LEDGER_FOREIGN:
        error_set(
            err, ERROR_SINK,
            "stream %s: in sink %s, %s was last written by stream %s of another stage (%s; "
            "this is %s). Two stages must not share it: name another one, or, when the "
            "other stage is gone for good, deliver with --accept-sink",
            local->stream, local->sink, local->table, marker->other_stream, marker->other_stage,
            local->stage_id);
        break;
    case LEDGER_DIFFERENT:
        error_set(
            err, ERROR_SINK,
            "stream %s: segments %" PRId64 " to %" PRId64
            " were delivered to sink %s with other content than the stage has under these "
            "numbers: the stage is not the one that was delivered. Put the right one "
            "back, or begin a new one",
            local->stream, marker->last.first_seq, marker->last.last_seq, local->sink);
        break;
    }
    return verdict;
}
