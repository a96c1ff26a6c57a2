/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/pgledger.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "codec/hex.h"
#include "sink/sink_sql.h"

enum { DIGEST_TEXT_SIZE = HEX_SIZE(DIGEST_SIZE), NUMBER_SIZE = 24 };

static bool read_digest(const struct pg_rows *rows, int column, uint8_t ret_digest[DIGEST_SIZE])
{
    return hex_decode(pg_rows_text(rows, 0, column), ret_digest, DIGEST_SIZE);
}

/* The columns of postgres_ledger_last.sql and postgres_ledger_next.sql. */
static bool read_entry(const struct pgtarget *t, const struct pg_rows *rows, bool *ret_found,
                       struct ledger_entry *ret_entry, struct error *err)
{
    struct ledger_entry entry = {0};
    bool found = pg_rows_count(rows) > 0;
    if (found) {
        entry.first_seq = pg_rows_int(rows, 0, 0);
        entry.last_seq = pg_rows_int(rows, 0, 1);
        entry.rows = pg_rows_int(rows, 0, 2);
        if (!read_digest(rows, 3, entry.digest) || !read_digest(rows, 4, entry.schema_digest) ||
            !read_digest(rows, 5, entry.policy_digest) ||
            !clock_parse_rfc3339(pg_rows_text(rows, 0, 6), &entry.loaded_ns))
            return error_set(err, ERROR_SINK,
                             "%s: table %s.extract_ledger holds what we did not write; restore "
                             "a backup",
                             pg_name(t->db), t->schema);
        *ret_entry = entry;
    }
    *ret_found = found;
    return true;
}

static bool read_last(const struct pgtarget *t, const struct driver_stream *stream,
                      struct ledger_marker *marker, struct error *err)
{
    AUTO(pg_rows_freep) struct pg_rows *rows = NULL;
    const char *const values[] = {stream->stage_id, stream->name};
    return pgtarget_query(t, sink_sql_postgres_ledger_last, values, 2, &rows, err) &&
           read_entry(t, rows, &marker->found, &marker->last, err);
}

/* Whose batch is the table's newest? */
static bool read_newest(const struct pgtarget *t, const struct driver_stream *stream,
                        struct ledger_marker *marker, struct error *err)
{
    AUTO(pg_rows_freep) struct pg_rows *rows = NULL;
    const char *const values[] = {schema_table(stream->schema)};
    if (!pgtarget_query(t, sink_sql_postgres_ledger_newest, values, 1, &rows, err))
        return false;
    if (pg_rows_count(rows) == 0)
        return true;
    const char *stage = pg_rows_text(rows, 0, 0);
    const char *name = pg_rows_text(rows, 0, 1);
    if (strcmp(stage, stream->stage_id) != 0 || strcmp(name, stream->name) != 0) {
        snprintf(marker->other_stage, sizeof marker->other_stage, "%s", stage);
        snprintf(marker->other_stream, sizeof marker->other_stream, "%s", name);
    }
    return true;
}

bool pgledger_position(struct pgtarget *t, const struct driver_stream *stream,
                       struct ledger_marker *ret_marker, struct error *err)
{
    struct ledger_marker marker = {0};
    bool there;
    if (!pgtarget_ledger(t, &there, err) || (there && (!read_last(t, stream, &marker, err) ||
                                                       !read_newest(t, stream, &marker, err))))
        return false;
    *ret_marker = marker;
    return true;
}

bool pgledger_next(struct pgtarget *t, const struct driver_stream *stream, int64_t after_seq,
                   bool *ret_found, struct ledger_entry *ret_entry, struct error *err)
{
    AUTO(pg_rows_freep) struct pg_rows *rows = NULL;
    char after[NUMBER_SIZE];
    bool there;
    if (!pgtarget_ledger(t, &there, err))
        return false;
    if (!there) {
        *ret_found = false;
        return true;
    }
    snprintf(after, sizeof after, "%" PRId64, after_seq);
    const char *const values[] = {stream->stage_id, stream->name, after};
    return pgtarget_query(t, sink_sql_postgres_ledger_next, values, 3, &rows, err) &&
           read_entry(t, rows, ret_found, ret_entry, err);
}

bool pgledger_put(struct pgtarget *t, const struct driver_stream *stream,
                  const struct ledger_entry *entry, struct error *err)
{
    const int64_t numbers[] = {entry->first_seq, entry->last_seq, entry->rows};
    const uint8_t *const digests[] = {entry->digest, entry->schema_digest,
                                      entry->policy_digest};
    char number_texts[3][NUMBER_SIZE];
    char digest_texts[3][DIGEST_TEXT_SIZE];
    char loaded[CLOCK_RFC3339_SIZE];
    for (int i = 0; i < 3; i++) {
        snprintf(number_texts[i], NUMBER_SIZE, "%" PRId64, numbers[i]);
        hex_encode(digests[i], DIGEST_SIZE, digest_texts[i]);
    }
    clock_format_rfc3339(entry->loaded_ns, loaded);
    const char *const values[] = {
        stream->stage_id, stream->name,    schema_table(stream->schema),
        number_texts[0],  number_texts[1], number_texts[2],
        digest_texts[0],  digest_texts[1], digest_texts[2],
        loaded,
    };
    return pgtarget_run(t, sink_sql_postgres_ledger_put, values, sizeof values / sizeof *values,
                        err);
}
