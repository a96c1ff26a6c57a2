/* SPDX-License-Identifier: Apache-2.0 */
/* extract purge: what is old and in every sink goes. */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/stop.h"
#include "command/context.h"
#include "stage/retention.h"

static bool purge(struct deployment *d, const struct retention_rules *rules,
                  struct retention_counts *ret_total, struct error *err)
{
    struct retention_counts counts = {.more = true};
    while (counts.more) {
        if (stop_requested())
            return error_set(err, ERROR_STOPPED,
                             "asked to stop; what is deleted is deleted, run the same command "
                             "again for the rest");
        if (!store_begin(d->store, err))
            return false;
        if (!retention_purge(d->store, rules, &counts, err))
            return false;
        const struct event purged = {
            .kind = EVENT_RETENTION_PURGED,
            .object = d->options->source,
            .counts = {{"segments", (int64_t)counts.segments},
                       {"records", (int64_t)counts.records},
                       {"bytes", (int64_t)counts.bytes},
                       {"quarantined", (int64_t)counts.quarantined},
                       {"given_up", (int64_t)counts.given_up},
                       {"keys", (int64_t)counts.deks}},
        };
        if (!event_append(store_db(d->store), &d->audit, &purged, err))
            return false;
        crashpoint("purge.commit");
        if (!store_commit(d->store, err))
            return false;
        crashpoint("purge.committed");
        ret_total->segments += counts.segments;
        ret_total->records += counts.records;
        ret_total->bytes += counts.bytes;
        ret_total->quarantined += counts.quarantined;
        ret_total->given_up += counts.given_up;
        ret_total->deks += counts.deks;
    }
    return retention_reclaim(d->store, err);
}

bool cmd_purge(struct context *c, int *ret_status, struct error *err)
{
    int64_t wait_ns, age_ns;
    int64_t segments_ns = config_duration_ns(c->config, "stage", "retention");
    int64_t quarantine_ns = config_duration_ns(c->config, "stage", "quarantine_retention");
    if (!options_duration(c->options, TABLE_WAIT, 0, &wait_ns, err) ||
        !options_duration(c->options, TABLE_OLDER_THAN, -1, &age_ns, err))
        return false;
    /* not --older-than alone: it speaks of what is done with, and a day that is gone on with
     * tomorrow is not */
    int64_t open_ns = age_ns > segments_ns ? age_ns : segments_ns;
    if (age_ns >= 0)
        segments_ns = quarantine_ns = age_ns;

    AUTO(deployment_freep) struct deployment *d = NULL;
    if (!deployment_open(&c->deployment, DEPLOYMENT_KEYS | DEPLOYMENT_WRITE, wait_ns, &d, err))
        return false;
    int64_t now = clock_now_ns();
    const char *sinks[DEPLOYMENT_SINKS_MAX + 1] = {NULL};
    for (size_t i = 0; i < c->deployment.sink_count; i++)
        sinks[i] = c->deployment.sinks[i].driver->sink;
    const struct retention_rules rules = {
        .segments_before_ns = now - segments_ns,
        .quarantine_before_ns = now - quarantine_ns,
        .open_before_ns = now - open_ns,
        .sinks = sinks,
    };
    struct retention_counts total = {0};
    if (!purge(d, &rules, &total, err))
        return false;

    *ret_status = 0;
    if (context_json(c))
        return context_print_json(
            json_pack("{s:I, s:I, s:I, s:I, s:I}", "segments", (json_int_t)total.segments,
                      "records", (json_int_t)total.records, "bytes", (json_int_t)total.bytes,
                      "quarantined", (json_int_t)total.quarantined, "given_up",
                      (json_int_t)total.given_up),
            err);
    if (options_has(c->options, TABLE_QUIET))
        return true;
    printf("%" PRIu64 " segments with %" PRIu64 " records (%" PRIu64 " bytes) and %" PRIu64
           " quarantined records deleted\n",
           total.segments, total.records, total.bytes, total.quarantined);
    if (total.given_up > 0)
        printf("%" PRIu64 " days given up that were begun and not gone on with; a run that can "
               "read them begins anew\n",
               total.given_up);
    return true;
}
