/* SPDX-License-Identifier: Apache-2.0 */
/* extract load, publish and replay: what is staged goes into the sinks; nothing is fetched. */
#include <string.h>

#include "base/clock.h"
#include "command/context.h"
#include "command/progress.h"
#include "command/summary.h"
#include "pipeline/run.h"

typedef bool deliver_run(struct deployment *d, const struct run_options *options,
                         struct result *ret_result, struct error *err);

/* Whether the configuration has the sink that the command is about; NULL: any one. */
static bool check_sink(const struct context *c, const char *sink, struct error *err)
{
    const struct deployment_options *d = &c->deployment;
    bool found = !sink && d->sink_count > 0;
    for (size_t i = 0; i < d->sink_count; i++)
        found = found || (sink && strcmp(d->sinks[i].driver->sink, sink) == 0);
    return found || error_set(err, ERROR_CONFIG,
                              "no sink%s%s is configured: docs/configuration.md "
                              "says how to turn one on",
                              sink ? " " : "", sink ? sink : "");
}

static bool deliver(struct context *c, struct run_options *options, deliver_run *run,
                    int *ret_status, struct error *err)
{
    int64_t wait_ns;
    AUTO(deployment_freep) struct deployment *d = NULL;
    options->accept_sink = options_has(c->options, TABLE_ACCEPT_SINK);
    if (!check_sink(c, options->sink, err) ||
        !options_duration(c->options, TABLE_WAIT, 0, &wait_ns, err) ||
        !deployment_open(&c->deployment, DEPLOYMENT_KEYS | DEPLOYMENT_WRITE, wait_ns, &d, err))
        return false;

    struct result result = {0};
    {
        AUTO(progress_freep)
        struct progress *progress = progress_new(options_has(c->options, TABLE_QUIET));
        if (!progress)
            return error_memory(err);
        options->watch = progress_watch(progress);
        if (!run(d, options, &result, err))
            return false;
    }
    *ret_status = result_exit_status(&result);
    return summary_print(c, d, &result, result_failure(&result), *ret_status, err);
}

bool cmd_load(struct context *c, int *ret_status, struct error *err)
{
    struct run_options options = {.sink = "warehouse"};
    return deliver(c, &options, run_deliver, ret_status, err);
}

bool cmd_publish(struct context *c, int *ret_status, struct error *err)
{
    struct run_options options = {.sink = "kafka"};
    return deliver(c, &options, run_deliver, ret_status, err);
}

bool cmd_replay(struct context *c, int *ret_status, struct error *err)
{
    struct run_options options = {
        .sink = c->options->value[TABLE_SINK],
        .streams = c->options->streams,
    };
    return options_window(c->options, clock_now_ns(), &options.window, err) &&
           deliver(c, &options, run_replay, ret_status, err);
}
