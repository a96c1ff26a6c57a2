/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything that stands around one source of one state folder, opened in the order it depends on
 * each other: manifest, schemas and policies; keyring; stage. What commands and runs work with.
 *
 *     <data>/sources/NAME.json  <data>/schemas/NAME/STREAM.json          what the source is
 *     <state>/keyring.json  NAME.stage  quota.db  warehouse.db           what we have of it
 */
#ifndef PIPELINE_DEPLOYMENT_H
#define PIPELINE_DEPLOYMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/event.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "crypto/digest.h"
#include "crypto/keyring.h"
#include "record/policy.h"
#include "record/schema.h"
#include "sink/sink.h"
#include "source/manifest.h"
#include "source/settings.h"
#include "stage/store.h"

enum { DEPLOYMENT_STREAMS_MAX = 64, DEPLOYMENT_SINKS_MAX = 4, DEPLOYMENT_RUN_SIZE = 33 };

/* [policy SOURCE/STREAM] COLUMN = ACTION */
struct deployment_override {
    const char *stream;
    const char *column;
    const char *action;
    int line; /* of overrides_file */
};

/* A sink that is turned on. */
struct deployment_sink {
    const struct driver *driver;
    const char *values[DRIVER_SETTINGS_MAX]; /* by the driver's settings; NULL: unset */
};

/* What the configuration says. Borrowed; must outlive the deployment. */
struct deployment_options {
    const char *state;
    const char *data;
    const char *source; /* NULL: none, for commands about keys alone */
    const char *kek; /* references; NULL: the default key file */
    const char *passphrase;
    const struct settings *settings; /* of the source, with its manifest; NULL with it */
    const char *const *accounts; /* ids, NULL-terminated; NULL or empty: all */
    const struct deployment_override *overrides;
    size_t override_count;
    const char *overrides_file; /* where they stand, for errors; NULL without any */
    const char *ca_file; /* NULL: the system's certificates only */
    struct deployment_sink sinks[DEPLOYMENT_SINKS_MAX];
    size_t sink_count;
    int64_t sink_retry_ns; /* how long a sink that is out of order is tried again */
    uint64_t free_space;
    uint64_t stage_budget; /* bytes that the stage may take; 0: no limit */
    const char *actor; /* NULL: nobody said */
    uint8_t config_digest[DIGEST_SIZE]; /* of every setting in force */
};

enum deployment_parts {
    DEPLOYMENT_KEYS = 1 << 0, /* the keyring, which must be there */
    DEPLOYMENT_CREATE = 1 << 1, /* … or is made */
    DEPLOYMENT_READ = 1 << 2, /* the stage, for reading */
    DEPLOYMENT_WRITE = 1 << 3, /* the stage, under its lock; made when missing */
};

struct deployment_stream {
    const char *name;
    struct schema *schema;
    struct policy *policy;
};

struct deployment {
    const struct deployment_options *options;
    const struct manifest *manifest;
    struct deployment_stream streams[DEPLOYMENT_STREAMS_MAX]; /* as in the manifest */
    size_t stream_count;
    struct keyring *keyring;
    bool keyring_made; /* by this open: somebody must be told */
    struct store *store;
    struct event_context audit;
    char run[DEPLOYMENT_RUN_SIZE]; /* this process, as hex */
    char *user;
};

/* wait_ns: how long to wait for another run's lock. */
bool deployment_open(const struct deployment_options *options, unsigned parts, int64_t wait_ns,
                     struct deployment **ret_deployment, struct error *err);
void deployment_free(struct deployment *d);
CLEANUP_DEFINE(struct deployment, deployment_free)

/* How the stage of a source, this one's or another's, is opened in the state folder. Without a
 * keyring only what is not sealed can be read. */
struct store_options deployment_stage(const struct deployment_options *options,
                                      const char *source, const struct keyring *keyring);

/* Opens the stage of a source, this one's or another's, for writing. Another run that holds it is
 * waited for, up to wait_ns, and it is told for which. ERROR_BUSY: it is still held. */
bool deployment_open_stage(const struct deployment *d, const char *source, int64_t wait_ns,
                           struct store **ret_store, struct error *err);

/* A file of the state folder, for the caller to free; NULL when memory is out. */
char *deployment_path(const struct deployment *d, const char *name);

/* The options of a sink, by its place in the options; what they point to is the deployment's. */
struct sink_options deployment_sink(const struct deployment *d, size_t sink, bool read_only);
/* What a stream of this stage is to a sink; stage_id "" while no stage is open. */
struct driver_stream deployment_stream(const struct deployment *d, size_t stream);
/* A further connection to the stage, for reading on another thread. */
bool deployment_read(const struct deployment *d, struct store **ret_store, struct error *err);

#endif
