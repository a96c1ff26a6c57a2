/* SPDX-License-Identifier: Apache-2.0 */
/*
 * extract verify: every segment opens and none is missing, the audit tree is what was written,
 * and the sinks have what was delivered. Looks at everything, then says what it found.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/verify.h"
#include "base/log.h"
#include "command/context.h"
#include "command/inspection.h"
#include "pipeline/reconcile.h"

struct proof {
    struct context *context;
    struct deployment *deployment;
    struct inspection stage;
    struct reconcile_counts sinks;
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

static void on_fault(void *context, const char *text)
{
    fault(context, text);
}

static bool verify_sinks(struct proof *p, struct error *err)
{
    for (size_t i = 0; i < p->deployment->options->sink_count; i++) {
        const struct reconcile_options options = {
            .deployment = p->deployment,
            .sink = i,
            .context = p,
            .fault = on_fault,
        };
        if (!reconcile_sink(&options, &p->sinks, err))
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
        !verify_sinks(&p, err))
        return false;

    uint64_t faults = p.stage.faults + p.faults;
    *ret_status = faults ? error_exit_status(ERROR_DATA) : 0;
    if (context_json(c))
        return context_print_json(
            json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "segments",
                      (json_int_t)p.stage.segments, "records", (json_int_t)p.stage.records,
                      "quarantined", (json_int_t)p.stage.quarantined, "events",
                      (json_int_t)p.events, "batches", (json_int_t)p.sinks.batches, "rows",
                      (json_int_t)p.sinks.rows, "compared", (json_int_t)p.sinks.compared,
                      "expired", (json_int_t)p.sinks.expired, "faults", (json_int_t)faults),
            err);
    printf("%" PRIu64 " segments with %" PRIu64 " records, %" PRIu64 " quarantined records, "
           "%" PRIu64 " audit events, %" PRIu64 " batches with %" PRIu64 " rows, %" PRIu64
           " records compared with what the sinks have: ",
           p.stage.segments, p.stage.records, p.stage.quarantined, p.events, p.sinks.batches,
           p.sinks.rows, p.sinks.compared);
    if (p.sinks.expired)
        printf("%" PRIu64 " of them deleted by the retention of a topic, ", p.sinks.expired);
    if (faults)
        printf("%" PRIu64 " faults\n", faults);
    else
        puts("all sound");
    return true;
}
