/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every command gets: the parsed command line and the configuration in force. A command
 * writes its answer to standard output (text, or one JSON line with --output json) and leaves
 * messages to the log on standard error.
 */
#ifndef COMMAND_CONTEXT_H
#define COMMAND_CONTEXT_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/error.h"
#include "codec/json.h"
#include "command/config.h"
#include "command/options.h"
#include "pipeline/deployment.h"

enum { CONTEXT_SOURCES_MAX = 32, CONTEXT_OVERRIDES_MAX = 1024 };

/* A source that the command line or the configuration names. */
struct context_source {
    struct manifest *manifest;
    struct settings *settings;
    struct settings_key keys[SETTINGS_KEYS_MAX];
    size_t key_count;
};

struct context {
    const struct options *options;
    struct config *config;
    struct deployment_options deployment; /* made from the two above */
    char *state;
    struct context_source sources[CONTEXT_SOURCES_MAX];
    size_t source_count;
    struct deployment_override overrides[CONTEXT_OVERRIDES_MAX];
};

/* Loads the configuration and lays the command line over it. */
bool context_init(struct context *c, const struct options *options, struct error *err);
void context_done(struct context *c);

/* --output json was asked for. */
bool context_json(const struct context *c);

/* A version of the API that ends soon or has ended is warned of while there is time. */
void context_warn_of_version(const struct context *c);

/* Prints one line of JSON (compact) on standard output. Takes the value over. */
bool context_print_json(json_t *value, struct error *err);

/* The line for an error that ended the command: {"status":"failed",…}. command: its name, NULL when
 * the command line could not be read. */
void context_print_failure(const char *command, const struct error *failure);

/* When to run again after a failure, what the quota says or else now, rounded up to a second: never
 * too early. False: running again by itself does not help (any status but 75). */
bool context_resume_at(const struct error *failure, char ret_text[CLOCK_RFC3339_SIZE]);

/* A command. *ret_status is the exit status when it returns true; on false the error decides. */
typedef bool command_run(struct context *c, int *ret_status, struct error *err);

command_run cmd_run, cmd_check, cmd_plan, cmd_status, cmd_show, cmd_load, cmd_publish,
    cmd_replay, cmd_ddl, cmd_purge, cmd_verify, cmd_config, cmd_keys_init, cmd_keys_list,
    cmd_keys_verify, cmd_keys_rotate, cmd_audit_export, cmd_audit_verify;

#endif
