/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/numbers.h"

#include "stage/quarantine.h"
#include "stage/read.h"

static bool take(struct store *s, const char *stream, enum numbers_kind kind, int64_t after,
                 struct read_stream *ret_stream, int64_t *ret_next, struct error *err)
{
    return read_stream_get(s, stream, ret_stream, err) &&
           (kind == NUMBERS_SEGMENT ? read_next(s, stream, after, ret_next, err)
                                    : quarantine_next(s, stream, after, ret_next, err));
}

bool numbers_next(struct store *s, const char *stream, enum numbers_kind kind, int64_t after,
                  struct numbers_step *ret_step, struct error *err)
{
    struct read_stream counters;
    int64_t next;
    bool ours = !sqlite_in_transaction(store_db(s));
    if (ours && !sqlite_begin_read(store_db(s), err))
        return false;
    bool ok = take(s, stream, kind, after, &counters, &next, err);
    if (ours)
        sqlite_rollback(store_db(s));
    if (!ok)
        return false;
    bool segments = kind == NUMBERS_SEGMENT;
    int64_t purged = segments ? counters.purged_seq : counters.purged_quarantine;
    int64_t last = segments ? counters.last_seq : counters.last_quarantine;
    int64_t done = after > purged ? after : purged;
    int64_t end = next != 0 && next <= last ? next - 1 : last;
    *ret_step = (struct numbers_step){.next = next,
                                      .stray = next > last || (next != 0 && next <= purged)};
    if (done < end) {
        ret_step->missing_first = done + 1;
        ret_step->missing_last = end;
    }
    return true;
}

bool numbers_check(const struct store *s, const char *stream, enum numbers_kind kind,
                   const struct numbers_step *step, struct error *err)
{
    static const char *const names[] = {"segment", "quarantined record"};
    static const char restore[] = "restore a backup of the state folder, then run again";
    if (step->missing_first != 0 && step->missing_first == step->missing_last)
        return error_set(err, ERROR_STORE, "%s: stream %s, %s %lld is missing; %s",
                         store_path(s), stream, names[kind], (long long)step->missing_first,
                         restore);
    if (step->missing_first != 0)
        return error_set(err, ERROR_STORE, "%s: stream %s, %ss %lld to %lld are missing; %s",
                         store_path(s), stream, names[kind], (long long)step->missing_first,
                         (long long)step->missing_last, restore);
    return !step->stray ||
           error_set(err, ERROR_STORE,
                     "%s: stream %s, %s %lld was purged, or never put there; %s", store_path(s),
                     stream, names[kind], (long long)step->next, restore);
}
