/* SPDX-License-Identifier: Apache-2.0 */
/*
 * extract verify: every segment opens and none is missing, the audit tree is what was written,
 * and the warehouse's ledger fits the stage. Looks at everything, then says what it found.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/verify.h"
#include "base/log.h"
#include "command/context.h"
#include "command/inspection.h"
#include "pipeline/load.h"
#include "stage/position.h"
#include "stage/read.h"

struct proof {
    struct context *context;
    struct deployment *deployment;
    struct inspection stage;
    uint64_t batches;
    uint64_t rows;
    uint64_t events;
    uint64_t faults; /* besides those of the stage */
};

static const char fault_event[] = "verify.fault";

static void fault(struct proof *p, const char *text)
{
    p->faults++;
    log_error(fault_event, "%s", text);
}

static bool verify_audit(struct proof *p, struct error *err)
{
    struct verify_report report;
    struct store *s = p->deployment->store;
    if (!verify_table(store_db(s), store_uuid(s), &report, err))
        return false;
    p->events = report.size;
    if (report.verdict != VERIFY_INTACT) {
        char text[VERIFY_REASON_SIZE + 64];
        snprintf(text, sizeof text, "audit log, event %" PRIu64 ": %s", report.bad_index,
                 report.reason);
        fault(p, text);
    }
    return true;
}

/* Rows and digest of a batch against the segments that it was made of; those that were purged
 * cannot be compared any more. */
static bool verify_batch(struct proof *p, const char *stream, const struct ledger_entry *entry,
                         struct error *err)
{
    struct store *s = p->deployment->store;
    struct read_stream state;
    char text[256];
    if (!read_stream_get(s, stream, &state, err))
        return false;
    if (entry->first_seq <= state.purged_seq)
        return true;
    uint8_t digest[DIGEST_SIZE] = {0};
    int64_t rows = 0;
    for (int64_t seq = entry->first_seq; seq <= entry->last_seq; seq++) {
        struct seal_segment about;
        struct error missing;
        if (!read_about(s, stream, seq, &about, &missing))
            return true; /* the inspection has told */
        ledger_fold(digest, about.digest);
        rows += about.count;
    }
    if (rows != entry->rows || memcmp(digest, entry->digest, DIGEST_SIZE) != 0) {
        snprintf(text, sizeof text,
                 "stream %s: segments %" PRId64 " to %" PRId64
                 " were loaded with other content than the stage has",
                 stream, entry->first_seq, entry->last_seq);
        fault(p, text);
    }
    return true;
}

static bool verify_ledger(struct proof *p, struct warehouse *w, size_t i, struct error *err)
{
    const struct warehouse_stream stream = deployment_stream(p->deployment, i);
    struct ledger_entry entry;
    struct position position;
    char text[256];
    int64_t last = 0;
    for (bool found;;) {
        if (!warehouse_next(w, &stream, last, &found, &entry, err))
            return false;
        if (!found)
            break;
        if (entry.first_seq != last + 1) {
            snprintf(text, sizeof text,
                     "stream %s: the ledger goes from segment %" PRId64 " to %" PRId64,
                     stream.name, last, entry.first_seq);
            fault(p, text);
        }
        if (!verify_batch(p, stream.name, &entry, err))
            return false;
        p->batches++;
        p->rows += (uint64_t)entry.rows;
        last = entry.last_seq;
    }
    if (!position_get(p->deployment->store, LOAD_SINK, stream.name, &position, err))
        return false;
    if (position.seq > last) {
        snprintf(text, sizeof text,
                 "stream %s: the ledger ends at segment %" PRId64 ", %" PRId64
                 " were known to be loaded",
                 stream.name, last, position.seq);
        fault(p, text);
    }
    return true;
}

static bool verify_warehouse(struct proof *p, struct error *err)
{
    AUTO(warehouse_closep) struct warehouse *w = NULL;
    if (!deployment_warehouse(p->deployment, true, &w, err))
        return false;
    for (size_t i = 0; i < p->deployment->stream_count; i++) {
        if (!verify_ledger(p, w, i, err))
            return false;
    }
    return true;
}

bool cmd_verify(struct context *c, int *ret_status, struct error *err)
{
    AUTO(deployment_freep) struct deployment *d = NULL;
    if (!deployment_open(&c->deployment, DEPLOYMENT_KEYS | DEPLOYMENT_READ, 0, &d, err))
        return false;
    struct proof p = {.context = c, .deployment = d};
    if (!inspection_run(d->store, fault_event, &p.stage, err) || !verify_audit(&p, err) ||
        !verify_warehouse(&p, err))
        return false;

    uint64_t faults = p.stage.faults + p.faults;
    *ret_status = faults ? error_exit_status(ERROR_DATA) : 0;
    if (context_json(c))
        return context_print_json(
            json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "segments",
                      (json_int_t)p.stage.segments, "records", (json_int_t)p.stage.records,
                      "quarantined", (json_int_t)p.stage.quarantined, "events",
                      (json_int_t)p.events, "batches", (json_int_t)p.batches, "rows",
                      (json_int_t)p.rows, "faults", (json_int_t)faults),
            err);
    printf("%" PRIu64 " segments with %" PRIu64 " records, %" PRIu64 " quarantined records, "
           "%" PRIu64 " audit events, %" PRIu64 " batches with %" PRIu64 " rows: ",
           p.stage.segments, p.stage.records, p.stage.quarantined, p.events, p.batches, p.rows);
    if (faults)
        printf("%" PRIu64 " faults\n", faults);
    else
        puts("all sound");
    return true;
}
