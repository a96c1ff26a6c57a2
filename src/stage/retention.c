/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/retention.h"

#include "stage/position.h"
#include "stage/read.h"
#include "stage/stage_sql.h"

enum { VACUUM_PAGES = 1024 };

/* The seq up to which every sink has the stream; 0: nothing. */
static bool acknowledged(struct store *s, const char *stream, const char *const *sinks,
                         int64_t *ret_seq, struct error *err)
{
    int64_t lowest = sinks && *sinks ? INT64_MAX : 0;
    for (; sinks && *sinks; sinks++) {
        struct position p;
        if (!position_get(s, *sinks, stream, &p, err))
            return false;
        if (p.seq < lowest)
            lowest = p.seq;
    }
    *ret_seq = lowest;
    return true;
}

/* What is to be delivered as a whole is kept until all of it is; its segments may stand before
 * those that were delivered. Lowers *seq to in front of the first of them. */
static bool hold_generations(struct store *s, const char *stream, int64_t *seq,
                             struct error *err)
{
    struct sqlite_statement *q = sqlite_statement(store_db(s), stage_sql_generation_held, err);
    bool row = false;
    if (!q)
        return false;
    sqlite_bind_cstring(q, 1, stream);
    sqlite_bind_int(q, 2, *seq);
    if (!sqlite_step(q, &row, err))
        return false;
    if (row && !sqlite_column_is_null(q, 0) && sqlite_column_int(q, 0) <= *seq)
        *seq = sqlite_column_int(q, 0) - 1;
    sqlite_reset(q);
    return true;
}

/* Runs a statement with the parameters stream and number. */
static bool run_up_to(struct store *s, const char *sql, const char *stream, int64_t number,
                      struct error *err)
{
    struct sqlite_statement *q = sqlite_statement(store_db(s), sql, err);
    if (!q)
        return false;
    sqlite_bind_cstring(q, 1, stream);
    sqlite_bind_int(q, 2, number);
    return sqlite_run(q, err);
}

/* Adds what can go now to the counts; *ret_last is the newest seq of it, 0: nothing can. */
static bool measure_segments(struct store *s, const char *stream, int64_t acknowledged_seq,
                             int64_t before_ns, struct retention_counts *counts,
                             int64_t *ret_last, struct error *err)
{
    struct sqlite_statement *q =
        sqlite_statement(store_db(s), stage_sql_segment_purgeable, err);
    if (!q)
        return false;
    sqlite_bind_cstring(q, 1, stream);
    sqlite_bind_int(q, 2, acknowledged_seq);
    sqlite_bind_int(q, 3, before_ns);
    sqlite_bind_int(q, 4, RETENTION_SEGMENTS_MAX);
    bool row = false;
    if (!sqlite_step(q, &row, err))
        return false;
    uint64_t segments = (uint64_t)sqlite_column_int(q, 0);
    counts->segments += segments;
    counts->records += (uint64_t)sqlite_column_int(q, 1);
    counts->bytes += (uint64_t)sqlite_column_int(q, 2);
    counts->more |= segments == RETENTION_SEGMENTS_MAX;
    *ret_last = sqlite_column_int(q, 3);
    sqlite_reset(q);
    return true;
}

/* Days that nobody will ever be able to read any more would hold back all behind them for ever. */
static bool give_up(struct store *s, const char *stream, int64_t before_ns,
                    struct retention_counts *counts, struct error *err)
{
    if (!run_up_to(s, stage_sql_generation_give_up, stream, before_ns, err))
        return false;
    counts->given_up += (uint64_t)sqlite_changes(store_db(s));
    return true;
}

static bool purge_segments(struct store *s, const char *stream,
                           const struct retention_rules *rules, struct retention_counts *counts,
                           struct error *err)
{
    int64_t known;
    int64_t last;
    if (!give_up(s, stream, rules->open_before_ns, counts, err) ||
        !acknowledged(s, stream, rules->sinks, &known, err) ||
        !hold_generations(s, stream, &known, err) ||
        !measure_segments(s, stream, known, rules->segments_before_ns, counts, &last, err))
        return false;
    return last == 0 || (run_up_to(s, stage_sql_segment_purge, stream, last, err) &&
                         run_up_to(s, stage_sql_refused_purge, stream, last, err) &&
                         run_up_to(s, stage_sql_generation_purge, stream, last, err) &&
                         run_up_to(s, stage_sql_stream_purged, stream, last, err));
}

static bool measure_quarantine(struct store *s, const char *stream, int64_t before_ns,
                               struct retention_counts *counts, int64_t *ret_last,
                               struct error *err)
{
    struct sqlite_statement *q =
        sqlite_statement(store_db(s), stage_sql_quarantine_purgeable, err);
    if (!q)
        return false;
    sqlite_bind_cstring(q, 1, stream);
    sqlite_bind_int(q, 2, before_ns);
    sqlite_bind_int(q, 3, RETENTION_QUARANTINE_MAX);
    bool row = false;
    if (!sqlite_step(q, &row, err))
        return false;
    uint64_t records = (uint64_t)sqlite_column_int(q, 0);
    counts->quarantined += records;
    counts->more |= records == RETENTION_QUARANTINE_MAX;
    *ret_last = sqlite_column_int(q, 1);
    sqlite_reset(q);
    return true;
}

static bool purge_quarantine(struct store *s, const char *stream, int64_t before_ns,
                             struct retention_counts *counts, struct error *err)
{
    int64_t last;
    if (!measure_quarantine(s, stream, before_ns, counts, &last, err))
        return false;
    return last == 0 || (run_up_to(s, stage_sql_quarantine_purge, stream, last, err) &&
                         run_up_to(s, stage_sql_stream_quarantine_purged, stream, last, err));
}

static bool purge_streams(struct store *s, const struct retention_rules *rules,
                          struct retention_counts *counts, struct error *err)
{
    struct read_stream stream = {0};
    bool found = true;
    while (read_stream_next(s, stream.name, &stream, &found, err)) {
        if (!found)
            return true;
        if (!purge_segments(s, stream.name, rules, counts, err) ||
            !purge_quarantine(s, stream.name, rules->quarantine_before_ns, counts, err))
            return false;
    }
    return false;
}

static bool purge_deks(struct store *s, struct retention_counts *counts, struct error *err)
{
    struct sqlite_statement *q = sqlite_statement(store_db(s), stage_sql_dek_purge, err);
    if (!q || !sqlite_run(q, err))
        return false;
    counts->deks = (uint64_t)sqlite_changes(store_db(s));
    dek_set_forget(store_deks(s));
    return true;
}

bool retention_purge(struct store *s, const struct retention_rules *rules,
                     struct retention_counts *ret_counts, struct error *err)
{
    struct retention_counts counts = {0};
    if (!store_check_writing(s, err) || !purge_streams(s, rules, &counts, err) ||
        !purge_deks(s, &counts, err))
        return false;
    *ret_counts = counts;
    return true;
}

bool retention_reclaim(struct store *s, struct error *err)
{
    bool more = true;
    while (more)
        if (!sqlite_vacuum_step(store_db(s), VACUUM_PAGES, &more, err))
            return false;
    return sqlite_checkpoint(store_db(s), err);
}
