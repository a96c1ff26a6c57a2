/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/deployment.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/tree.h"
#include "base/crashpoint.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "codec/hex.h"
#include "crypto/secret.h"

enum { RUN_ID_BYTES = 16, USER_BUFFER = 4096 };

char *deployment_path(const struct deployment *d, const char *name)
{
    return file_join(d->options->state, name);
}

/* Each override is right or wrong on its own: says where the first wrong one stands. */
static bool place_override(const struct deployment *d, const struct deployment_stream *stream,
                           struct error *err)
{
    const struct deployment_options *o = d->options;
    for (size_t i = 0; i < o->override_count; i++) {
        const struct deployment_override *from = &o->overrides[i];
        const struct policy_override alone = {from->column, from->action};
        AUTO(policy_freep) struct policy *policy = NULL;
        if (strcmp(from->stream, stream->name) == 0 &&
            !policy_new(stream->schema, &alone, 1, &policy, err))
            return error_prefix(err, "%s:%d: [policy %s/%s]", o->overrides_file, from->line,
                                o->source, stream->name);
    }
    return false;
}

static bool open_stream(struct deployment *d, const char *name, struct error *err)
{
    const struct deployment_options *o = d->options;
    AUTO(cleanup_free)
    char *path = text_format("%s/schemas/%s/%s.json", o->data, o->source, name);
    if (!path)
        return error_memory(err);
    struct deployment_stream *stream = &d->streams[d->stream_count++];
    stream->name = name;
    if (!schema_load(path, &stream->schema, err))
        return false;

    struct policy_override overrides[SCHEMA_COLUMNS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < o->override_count && count < SCHEMA_COLUMNS_MAX; i++) {
        const struct deployment_override *from = &o->overrides[i];
        if (strcmp(from->stream, name) == 0)
            overrides[count++] = (struct policy_override){from->column, from->action};
    }
    return policy_new(stream->schema, overrides, count, &stream->policy, err) ||
           place_override(d, stream, err);
}

/* A slice of changes is no whole that could take the place of the one before. */
static bool check_write(const struct deployment *d, size_t i, struct error *err)
{
    return d->manifest->streams[i].slice.kind != SLICE_CHANGES ||
           schema_write(d->streams[i].schema) != SCHEMA_REPLACE ||
           error_set(err, ERROR_MANIFEST,
                     "stream %s: x-write replace would leave only what changed last, for its "
                     "slices are changes: choose merge",
                     d->streams[i].name);
}

static bool open_source(struct deployment *d, struct error *err)
{
    const struct deployment_options *o = d->options;
    d->manifest = settings_manifest(o->settings);
    for (size_t i = 0; i < d->manifest->stream_count; i++) {
        if (!open_stream(d, d->manifest->streams[i].name, err) || !check_write(d, i, err))
            return false;
    }
    return true;
}

static bool open_keyring(struct deployment *d, bool create, struct error *err)
{
    const struct keyring_options options = {
        .state_folder = d->options->state,
        .kek = d->options->kek,
        .passphrase = d->options->passphrase,
        .create = create,
    };
    return keyring_open(&options, &d->keyring, &d->keyring_made, err);
}

/* The first events of a stage tell who made it, and under which key: also when whoever made the
 * file was killed before he could say so. */
static bool audit_creation(struct deployment *d, struct error *err)
{
    struct sqlite *db = store_db(d->store);
    uint64_t nodes;
    if (!tree_count(db, &nodes, err))
        return false;
    if (nodes > 0)
        return true;
    const struct event created = {
        .kind = EVENT_STORE_CREATED,
        .object = d->options->source,
    };
    const struct event key = {
        .kind = EVENT_KEY_CREATED,
        .object = keyring_kek_id(d->keyring),
        .details = {{"source", keyring_source(d->keyring)},
                    {"made", d->keyring_made ? "by this run" : "before"}},
    };
    if (!store_begin(d->store, err) || !event_append(db, &d->audit, &created, err) ||
        !event_append(db, &d->audit, &key, err))
        return false;
    crashpoint("creation.commit");
    return store_commit(d->store, err);
}

struct store_options deployment_stage(const struct deployment_options *options,
                                      const char *source, const struct keyring *keyring)
{
    return (struct store_options){
        .folder = options->state,
        .source = source,
        .keyring = keyring,
        .guest_schema = event_tables(),
    };
}

bool deployment_open_stage(const struct deployment *d, const char *source, int64_t wait_ns,
                           struct store **ret_store, struct error *err)
{
    struct store_options options = deployment_stage(d->options, source, d->keyring);
    if (store_open_write(&options, ret_store, err))
        return true;
    if (err->kind != ERROR_BUSY || wait_ns <= 0)
        return false;
    log_info("run.wait", "why=\"%s\"", err->text);
    options.wait_ns = wait_ns;
    return store_open_write(&options, ret_store, err);
}

static bool open_store(struct deployment *d, bool write, int64_t wait_ns, struct error *err)
{
    const char *source = d->options->source;
    const struct store_options options = deployment_stage(d->options, source, d->keyring);
    if (!(write ? deployment_open_stage(d, source, wait_ns, &d->store, err)
                : store_open_read(&options, &d->store, err)))
        return false;
    d->audit.log = store_uuid(d->store);
    return !write || audit_creation(d, err);
}

static char *user_name(void)
{
    char buffer[USER_BUFFER];
    struct passwd entry, *found = NULL;
    if (getpwuid_r(geteuid(), &entry, buffer, sizeof buffer, &found) != 0 || !found)
        return NULL;
    return strdup(found->pw_name);
}

bool deployment_open(const struct deployment_options *options, unsigned parts, int64_t wait_ns,
                     struct deployment **ret_deployment, struct error *err)
{
    AUTO(deployment_freep) struct deployment *d = calloc(1, sizeof *d);
    if (!d)
        return error_memory(err);
    d->options = options;
    uint8_t run[RUN_ID_BYTES];
    secret_fill_random(run, sizeof run);
    hex_encode(run, sizeof run, d->run);
    d->user = user_name();
    d->audit = (struct event_context){
        .source = options->source,
        .run = d->run,
        .uid = (int64_t)geteuid(),
        .user = d->user,
        .actor = options->actor,
    };

    if (options->source && !open_source(d, err))
        return false;
    if ((parts & DEPLOYMENT_CREATE) && !file_make_private_folder(options->state, err))
        return false;
    if ((parts & DEPLOYMENT_KEYS) && !open_keyring(d, parts & DEPLOYMENT_CREATE, err))
        return false;
    if ((parts & (DEPLOYMENT_READ | DEPLOYMENT_WRITE)) &&
        !open_store(d, parts & DEPLOYMENT_WRITE, wait_ns, err))
        return false;
    *ret_deployment = steal(&d);
    return true;
}

void deployment_free(struct deployment *d)
{
    if (!d)
        return;
    store_close(d->store);
    keyring_free(d->keyring);
    for (size_t i = 0; i < d->stream_count; i++) {
        policy_free(d->streams[i].policy);
        schema_free(d->streams[i].schema);
    }
    free(d->user);
    free(d);
}

struct sink_options deployment_sink(const struct deployment *d, size_t sink, bool read_only)
{
    return (struct sink_options){
        .driver = d->options->sinks[sink].driver,
        .values = d->options->sinks[sink].values,
        .state = d->options->state,
        .read_only = read_only,
    };
}

struct driver_stream deployment_stream(const struct deployment *d, size_t stream)
{
    return (struct driver_stream){
        .stage_id = d->store ? store_uuid(d->store) : "",
        .source = d->options->source,
        .name = d->streams[stream].name,
        .schema = d->streams[stream].schema,
        .run = d->run,
    };
}

bool deployment_read(const struct deployment *d, struct store **ret_store, struct error *err)
{
    const struct store_options options =
        deployment_stage(d->options, d->options->source, d->keyring);
    return store_open_read(&options, ret_store, err);
}
