/* SPDX-License-Identifier: Apache-2.0 */
/*
 * extract: fetches advertising and customer data, masks it, stages it sealed, loads it exactly
 * once. A table of commands; everything else is below.
 */
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/clock_init.h"
#include "base/crashpoint.h"
#include "base/log.h"
#include "base/stop.h"
#include "command/context.h"
#include "command/help.h"
#include "crypto/secret.h"

static command_run *const commands[TABLE_COMMAND_COUNT] = {
    [TABLE_RUN] = cmd_run,
    [TABLE_CHECK] = cmd_check,
    [TABLE_PLAN] = cmd_plan,
    [TABLE_STATUS] = cmd_status,
    [TABLE_SHOW] = cmd_show,
    [TABLE_LOAD] = cmd_load,
    [TABLE_PUBLISH] = cmd_publish,
    [TABLE_REPLAY] = cmd_replay,
    [TABLE_DDL] = cmd_ddl,
    [TABLE_PURGE] = cmd_purge,
    [TABLE_VERIFY] = cmd_verify,
    [TABLE_KEYS_INIT] = cmd_keys_init,
    [TABLE_KEYS_LIST] = cmd_keys_list,
    [TABLE_KEYS_VERIFY] = cmd_keys_verify,
    [TABLE_KEYS_ROTATE] = cmd_keys_rotate,
    [TABLE_AUDIT_EXPORT] = cmd_audit_export,
    [TABLE_AUDIT_VERIFY] = cmd_audit_verify,
    [TABLE_CONFIG] = cmd_config,
};

/* The final error is logged once, here; whoever reads JSON gets it as well. */
static int fail(const char *command, bool json, const struct error *err)
{
    log_error("failed", "kind=%s %s", error_kind_name(err->kind), err->text);
    if (json)
        context_print_failure(command, err);
    return error_exit_status(err->kind);
}

static bool flush_stdout(struct error *err)
{
    return (fflush(stdout) == 0 && !ferror(stdout)) ||
           error_set(err, ERROR_IO, "standard output cannot be written");
}

/* What --help and --version print, before anything is looked up. False: neither was asked for. */
static bool explain(const struct options *options)
{
    if (options_has(options, TABLE_HELP))
        help_command(stdout, options->command);
    else if (options_has(options, TABLE_VERSION))
        printf("extract %s\n", EXTRACT_VERSION);
    else
        return false;
    return true;
}

static bool run(const struct options *options, struct context *c, int *ret_status,
                struct error *err)
{
    *ret_status = EXIT_SUCCESS;
    if (explain(options))
        return flush_stdout(err);
    if (options_has(options, TABLE_QUIET))
        log_set_level(LOG_LEVEL_WARNING);
    if (options_has(options, TABLE_VERBOSE))
        log_set_level(LOG_LEVEL_DEBUG);
    const char *clock = getenv(CLOCK_VARIABLE);
    if (clock)
        log_warning("clock.replaced", CLOCK_VARIABLE "=%s", clock);
    return context_init(c, options, err) && commands[options->command](c, ret_status, err) &&
           flush_stdout(err);
}

/* One arena: threads wait more for the network than for each other, and every further arena keeps
 * what its busiest moment took. Large blocks go back to the system as they are freed: buffers
 * of pages and segments are among them, or the heap would keep holes of their size, and tables of
 * which most is never used, and so never there. Packed segments are smaller: asking the system for
 * each of them costs more than the few holes that they leave. */
static void keep_memory_small(void)
{
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_TRIM_THRESHOLD, 128 * 1024);
    mallopt(M_MMAP_THRESHOLD, 64 * 1024);
}

int main(int argc, char *argv[])
{
    struct error err;
    struct options options;
    umask(077);
    keep_memory_small();
    stop_init();
    crashpoint_init();
    if (!clock_init(&err) || !secret_init(&err) || !options_parse(argc, argv, &options, &err))
        return fail(NULL, options_ask_json(argc, argv), &err);

    int status = EXIT_SUCCESS;
    struct context *c = calloc(1, sizeof *c);
    bool ok = c ? run(&options, c, &status, &err) : error_memory(&err);
    if (!ok)
        status = fail(table_commands[options.command].name, options_json(&options), &err);
    if (c)
        context_done(c);
    free(c);
    return status;
}
