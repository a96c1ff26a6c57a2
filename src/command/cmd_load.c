/* SPDX-License-Identifier: Apache-2.0 */
/* extract load: what is staged goes into the warehouse; nothing is fetched. */
#include "command/context.h"
#include "command/progress.h"
#include "command/summary.h"
#include "pipeline/run.h"

bool cmd_load(struct context *c, int *ret_status, struct error *err)
{
    int64_t wait_ns;
    AUTO(deployment_freep) struct deployment *d = NULL;
    if (!options_duration(c->options, TABLE_WAIT, 0, &wait_ns, err) ||
        !deployment_open(&c->deployment, DEPLOYMENT_KEYS | DEPLOYMENT_WRITE, wait_ns, &d, err))
        return false;

    struct result result = {0};
    {
        AUTO(progress_freep)
        struct progress *progress = progress_new(options_has(c->options, TABLE_QUIET));
        if (!progress)
            return error_memory(err);
        const struct run_options options = {
            .watch = progress_watch(progress),
            .accept_warehouse = options_has(c->options, TABLE_ACCEPT_WAREHOUSE),
        };
        if (!run_load(d, &options, &result, err))
            return false;
    }
    *ret_status = result_exit_status(&result);
    return summary_print(c, d, &result, result_failure(&result), *ret_status, err);
}
