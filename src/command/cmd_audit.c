/* SPDX-License-Identifier: Apache-2.0 */
/* extract audit export | verify */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/export.h"
#include "audit/verify.h"
#include "base/crashpoint.h"
#include "base/file.h"
#include "base/log.h"
#include "codec/hex.h"
#include "command/context.h"

static void closep(FILE **file)
{
    if (*file && *file != stdout && *file != stdin)
        fclose(*file);
}

/* --- export --------------------------------------------------------------------------------- */

/* The export is an event of the log that it exports. */
static bool audit_export(struct deployment *d, const char *target, struct error *err)
{
    const struct event exported = {
        .kind = EVENT_AUDIT_EXPORTED,
        .object = target ? target : "standard output",
    };
    if (!store_begin(d->store, err) ||
        !event_append(store_db(d->store), &d->audit, &exported, err))
        return false;
    crashpoint("export.commit");
    return store_commit(d->store, err);
}

/* An existing file is evidence and is not overwritten. */
static bool open_target(const char *target, FILE **ret_file, struct error *err)
{
    if (!target) {
        *ret_file = stdout;
        return true;
    }
    AUTO(cleanup_close) int fd = -1;
    if (!file_open_new(target, &fd, err))
        return false;
    FILE *file = fdopen(fd, "w");
    if (!file)
        return error_errno(err, ERROR_IO, errno, "%s", target);
    fd = -1;
    *ret_file = file;
    return true;
}

bool cmd_audit_export(struct context *c, int *ret_status, struct error *err)
{
    const char *target = c->options->value[TABLE_FILE];
    if (!target && context_json(c))
        return error_set(err, ERROR_USAGE,
                         "with --output json the log needs a file of its own: --file FILE");
    int64_t wait_ns;
    AUTO(deployment_freep) struct deployment *d = NULL;
    AUTO(closep) FILE *out = NULL;
    struct export_head head;
    if (!options_duration(c->options, TABLE_WAIT, 0, &wait_ns, err) ||
        !deployment_open(&c->deployment, DEPLOYMENT_KEYS | DEPLOYMENT_WRITE, wait_ns, &d,
                         err) ||
        !open_target(target, &out, err) || !audit_export(d, target, err) ||
        !export_bundle(store_db(d->store), store_uuid(d->store), out,
                       target ? target : "standard output", &head, err))
        return false;
    if (target && !file_keep_new(target, err))
        return false;

    char root[HEX_SIZE(sizeof head.root)];
    hex_encode(head.root, sizeof head.root, root);
    *ret_status = 0;
    if (context_json(c))
        return context_print_json(json_pack("{s:s, s:I, s:s}", "file", target, "size",
                                            (json_int_t)head.size, "root", root),
                                  err);
    log_info("audit.exported", "events=%" PRIu64 " root=%s", head.size, root);
    return true;
}

/* --- verify --------------------------------------------------------------------------------- */

static bool verify_file(const char *path, struct verify_report *ret_report, struct error *err)
{
    AUTO(closep) FILE *in = fopen(path, "re");
    if (!in)
        return error_errno(err, ERROR_IO, errno, "%s", path);
    return verify_bundle(in, path, ret_report, err);
}

static bool verify_source(struct context *c, struct verify_report *ret_report,
                          struct error *err)
{
    AUTO(deployment_freep) struct deployment *d = NULL;
    return deployment_open(&c->deployment, DEPLOYMENT_READ, 0, &d, err) &&
           verify_table(store_db(d->store), store_uuid(d->store), ret_report, err);
}

bool cmd_audit_verify(struct context *c, int *ret_status, struct error *err)
{
    const char *path = c->options->value[TABLE_FILE];
    if (!path == !options_has(c->options, TABLE_SOURCE))
        return error_set(
            err, ERROR_USAGE,
            "say which log: --file FILE (an exported one) or --source NAME (the one "
            "in its stage)");
    struct verify_report report;
    if (!(path ? verify_file(path, &report, err) : verify_source(c, &report, err)))
        return false;

    bool intact = report.verdict == VERIFY_INTACT;
    char root[HEX_SIZE(sizeof report.root)];
    hex_encode(report.root, sizeof report.root, root);
    *ret_status = intact ? 0 : error_exit_status(ERROR_DATA);
    if (context_json(c))
        return context_print_json(json_pack("{s:s, s:I, s:s, s:s?}", "verdict",
                                            verify_verdict_name(report.verdict), "events",
                                            (json_int_t)report.size, "root", root, "reason",
                                            intact ? NULL : report.reason),
                                  err);
    printf("%s: %" PRIu64 " events, root %s\n", verify_verdict_name(report.verdict),
           report.size, root);
    if (!intact)
        log_error("audit.unsound", "event=%" PRIu64 " %s", report.bad_index, report.reason);
    return true;
}
