/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/staged.h"

#include "stage/read.h"
#include "stage/refused.h"

bool staged_init(struct staged *s, struct error *err)
{
    *s = (struct staged){.refused = -1};
    segment_packed_init(&s->packed);
    segment_init(&s->segment);
    s->zstandard = zstandard_new();
    return s->zstandard || error_memory(err);
}

void staged_done(struct staged *s)
{
    segment_done(&s->segment);
    segment_packed_done(&s->packed);
    zstandard_free(s->zstandard);
}

static bool find_refused(struct staged *s, int64_t after, struct error *err)
{
    return refused_next(s->store, s->sink, s->stream, s->about.seq, after, &s->refused, err);
}

bool staged_rewind(struct staged *s, struct error *err)
{
    s->cursor = 0;
    s->index = 0;
    return find_refused(s, -1, err);
}

bool staged_open(struct staged *s, int64_t seq, struct error *err)
{
    segment_clear(&s->segment);
    buffer_clear(&s->packed.frame);
    if (!read_segment(s->store, s->stream, seq, &s->about, &s->packed, err) ||
        !segment_unpack(&s->packed, s->zstandard, &s->segment, err))
        return false;
    s->origin = (struct driver_segment){s->about.seq, s->about.created_ns,
                                        s->about.schema_digest, s->about.policy_digest};
    return staged_rewind(s, err);
}

bool staged_next(struct staged *s, struct driver_record *ret_record, bool *ret_found,
                 struct error *err)
{
    struct driver_record record = {.segment = &s->origin};
    while (segment_next(&s->segment, &s->cursor, &record.line, &record.len)) {
        record.index = s->index++;
        if (record.index != s->refused) {
            *ret_record = record;
            *ret_found = true;
            return true;
        }
        if (!find_refused(s, s->refused, err))
            return false;
    }
    *ret_found = false;
    return true;
}
