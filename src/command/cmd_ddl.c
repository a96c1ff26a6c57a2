/* SPDX-License-Identifier: Apache-2.0 */
/*
 * extract ddl: what the sinks of a source need, in full, for somebody to review and run; then what
 * of it is not there yet. With --apply the additions among it are run.
 */
#include <stdio.h>
#include <string.h>

#include "command/context.h"

enum { SCRIPT_MAX = 4 * 1024 * 1024 };

struct ddl {
    const struct context *context;
    const struct deployment *deployment;
    size_t sink; /* its place in the deployment's options */
    bool apply;
    json_t *answers;
};

static bool wants_sink(const struct context *c, const struct driver *driver)
{
    const char *only = c->options->value[TABLE_SINK];
    return !only || strcmp(only, driver->sink) == 0;
}

static const char *sink_name(const struct ddl *d)
{
    return d->deployment->options->sinks[d->sink].driver->sink;
}

/* difference NULL: the sink did not let us look. */
static void answer(const struct ddl *d, const char *stream, const char *script,
                   const char *difference, bool applied)
{
    json_array_append_new(d->answers,
                          json_pack("{s:s, s:s, s:s, s:s?, s:b}", "sink", sink_name(d),
                                    "stream", stream, "script", script, "difference",
                                    difference, "applied", applied));
    if (context_json(d->context))
        return;
    printf("-- %s, stream %s: all that it needs\n%s", sink_name(d), stream, script);
    if (!difference)
        printf("-- %s, stream %s: what is missing cannot be told\n", sink_name(d), stream);
    else if (*difference)
        printf("-- %s, stream %s: %s\n%s", sink_name(d), stream,
               applied ? "this was missing and is there now" : "this is missing", difference);
    else
        printf("-- %s, stream %s: nothing is missing\n", sink_name(d), stream);
}

/* Said before it is done: the sink and the stage have no transaction in common. */
static bool announce(const struct ddl *d, const struct driver_stream *stream,
                     const struct ddl_change *change, struct error *err)
{
    struct store *s = d->deployment->store;
    const struct event changed = {
        .kind = EVENT_TABLE_CHANGED,
        .object = schema_table(stream->schema),
        .details = {{"sink", sink_name(d)},
                    {"change", change->creates ? "created" : "added to"}},
        .counts = {{"columns", (int64_t)change->adds}},
    };
    return (!change->creates && !change->alters) ||
           (store_begin(s, err) &&
            event_append(store_db(s), &d->deployment->audit, &changed, err) &&
            store_commit(s, err));
}

static bool apply(const struct ddl *d, struct sink *sink, const struct driver_stream *stream,
                  const struct ddl_change *change, struct error *err)
{
    struct ddl_change ignored;
    return announce(d, stream, change, err) && sink_prepare(sink, stream, true, &ignored, err);
}

static bool show_stream(const struct ddl *d, struct sink *sink, size_t i, struct error *err)
{
    const struct driver_stream stream = deployment_stream(d->deployment, i);
    const struct sink_options options = deployment_sink(d->deployment, d->sink, !d->apply);
    struct ddl_change change;
    AUTO(buffer_done) struct buffer script;
    AUTO(buffer_done) struct buffer difference;
    buffer_init(&script, SCRIPT_MAX);
    buffer_init(&difference, SCRIPT_MAX);
    if (!sink_script(&options, &stream, &script, err))
        return false;
    if (!sink_plan(sink, &stream, &difference, &change, err)) {
        /* who may not look yet needs the script all the more */
        const char *text = buffer_text(&script);
        if (text)
            answer(d, stream.name, text, NULL, false);
        return false;
    }
    if (d->apply && !apply(d, sink, &stream, &change, err))
        return false;
    const char *texts[] = {buffer_text(&script), buffer_text(&difference)};
    if (!texts[0] || !texts[1])
        return error_memory(err);
    answer(d, stream.name, texts[0], texts[1], d->apply);
    return true;
}

static bool show_sink(const struct ddl *d, struct error *err)
{
    const struct sink_options options = deployment_sink(d->deployment, d->sink, !d->apply);
    AUTO(sink_closep) struct sink *sink = NULL;
    if (!sink_open(&options, &sink, err))
        return false;
    for (size_t i = 0; i < d->deployment->stream_count; i++) {
        if (options_want_stream(d->context->options, d->deployment->streams[i].name) &&
            !show_stream(d, sink, i, err))
            return false;
    }
    return true;
}

bool cmd_ddl(struct context *c, int *ret_status, struct error *err)
{
    AUTO(deployment_freep) struct deployment *deployment = NULL;
    AUTO(json_decrefp) json_t *answers = json_array();
    bool apply = options_has(c->options, TABLE_APPLY);
    unsigned parts = apply ? DEPLOYMENT_KEYS | DEPLOYMENT_CREATE | DEPLOYMENT_WRITE : 0;
    if (!deployment_open(&c->deployment, parts, 0, &deployment, err))
        return false;
    for (size_t i = 0; i < c->deployment.sink_count; i++) {
        const struct ddl d = {
            .context = c,
            .deployment = deployment,
            .sink = i,
            .apply = apply,
            .answers = answers,
        };
        if (wants_sink(c, c->deployment.sinks[i].driver) && !show_sink(&d, err))
            return false;
    }
    *ret_status = 0;
    return !context_json(c) || context_print_json(json_pack("{s:O}", "sinks", answers), err);
}
