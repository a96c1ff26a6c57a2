/* SPDX-License-Identifier: Apache-2.0 */
/* extract --source NAME: the run itself. */
#include "base/clock.h"
#include "base/log.h"
#include "command/context.h"
#include "command/progress.h"
#include "command/summary.h"
#include "pipeline/run.h"

enum { STATUS_NOTHING_NEW = 99 };

static bool read_options(const struct context *c, struct run_options *ret_options,
                         int64_t *ret_wait_ns, struct error *err)
{
    int64_t now = clock_now_ns();
    int64_t max_wait = config_duration_ns(c->config, "extract", "max_wait");
    if (!options_window(c->options, now, &ret_options->window, err) ||
        !window_check(&ret_options->window, now, err) ||
        !options_duration(c->options, TABLE_MAX_WAIT, max_wait, &ret_options->max_wait_ns,
                          err) ||
        !options_duration(c->options, TABLE_WAIT, 0, ret_wait_ns, err))
        return false;
    ret_options->streams = c->options->streams;
    ret_options->again = options_has(c->options, TABLE_AGAIN);
    ret_options->force = options_has(c->options, TABLE_FORCE);
    ret_options->stage_only = options_has(c->options, TABLE_STAGE_ONLY);
    return true;
}

/* With no key configured the first run makes a key file; its owner is told, once. */
static void announce_key(const struct deployment *d)
{
    const char *file = keyring_key_file(d->keyring);
    if (d->keyring_made && file)
        log_warning(
            "key.made",
            "path=%s without this file staged data cannot be read and pseudonyms cannot "
            "be made again: keep a copy off this machine (extract keys init --escrow FILE "
            "writes one)",
            file);
}

static bool nothing_new(const struct result *result)
{
    for (size_t i = 0; i < result->stream_count; i++) {
        if (result_is_new(result, &result->streams[i]))
            return false;
    }
    return true;
}

bool cmd_run(struct context *c, int *ret_status, struct error *err)
{
    struct run_options options = {0};
    int64_t wait_ns;
    if (!read_options(c, &options, &wait_ns, err))
        return false;
    AUTO(deployment_freep) struct deployment *d = NULL;
    if (!deployment_open(&c->deployment, DEPLOYMENT_KEYS | DEPLOYMENT_CREATE | DEPLOYMENT_WRITE,
                         wait_ns, &d, err))
        return false;
    announce_key(d);
    context_warn_of_version(c);

    struct result result = {0};
    struct error fatal;
    bool ok;
    {
        AUTO(progress_freep)
        struct progress *progress = progress_new(options_has(c->options, TABLE_QUIET));
        if (!progress)
            return error_memory(err);
        options.watch = progress_watch(progress);
        ok = run_source(d, &options, &result, &fatal);
    }
    const struct error *failure = ok ? result_failure(&result) : &fatal;
    int status = ok ? result_exit_status(&result) : error_exit_status(fatal.kind);
    if (status == 0 && options_has(c->options, TABLE_SKIP_EXIT_CODE) && nothing_new(&result))
        status = STATUS_NOTHING_NEW;
    if (!summary_print(c, d, &result, failure, status, err))
        return false;
    *ret_status = status;
    return true;
}
