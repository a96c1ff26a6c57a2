/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration: what may be set (rows), what was set, and by whom.
 *
 *     option  >  environment EXTRACT_SECTION_KEY (or …_FILE)  >  extract.conf  >  default
 *
 * The fixed rows stand in config.c; a source's own rows are declared from its manifest. Sections
 * named "policy SOURCE/STREAM" hold masking actions by column and are checked by record/policy.
 * A secret is always a reference (crypto/reference), so every value may be shown.
 */
#ifndef COMMAND_CONFIG_H
#define COMMAND_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "command/config_type.h"

enum {
    CONFIG_FILE_MAX = 1024 * 1024,
    CONFIG_ENTRIES_MAX = 2000,
    CONFIG_ROWS_MAX = 1000,
    CONFIG_SECTION_MAX = 48, /* inih cuts longer names */
    CONFIG_WHERE_MAX = 512,
};

struct config;

/* Reads the file: path, or EXTRACT_CONFIG, or the first of $XDG_CONFIG_HOME/extract/extract.conf,
 * ~/.config/extract/extract.conf, /etc/extract/extract.conf that exists; none is fine. It must be
 * ours or root's and not writable by others. ERROR_CONFIG names file and line. */
bool config_load(const char *path, struct config **ret_config, struct error *err);
void config_free(struct config *c);
CLEANUP_DEFINE(struct config, config_free)

/* Adds a row, whose value can be asked for from then on. The row is copied, its strings are not.
 * ERROR_BUG when there are too many; ERROR_CONFIG when the environment contradicts itself. */
bool config_declare(struct config *c, const struct config_row *row, struct error *err);
/* Sets a value from the command line; origin is shown ("--state"). Strings are borrowed. */
bool config_override(struct config *c, const char *section, const char *key, const char *value,
                     const char *origin, struct error *err);
/* All rows are declared: refuses unknown sections and keys (with the nearest name), wrong types and
 * units, literals where references belong. */
bool config_finish(const struct config *c, struct error *err);

/* Sections of the file that no fixed row and no policy belongs to: names of sources, to be
 * declared before config_finish. Returns how many; pointers are the configuration's. */
size_t config_foreign_sections(const struct config *c, const char **ret_names, size_t max);

/* Values; the row must have been declared. text is NULL when unset and without default; the others
 * are for rows with a default or after config_is_set. */
const char *config_text(const struct config *c, const char *section, const char *key);
bool config_is_set(const struct config *c, const char *section, const char *key);
int64_t config_integer(const struct config *c, const char *section, const char *key);
int64_t config_duration_ns(const struct config *c, const char *section, const char *key);
uint64_t config_size(const struct config *c, const char *section, const char *key);
unsigned config_percent(const struct config *c, const char *section, const char *key);
bool config_boolean(const struct config *c, const char *section, const char *key);

/* Where the value came from: "FILE:LINE", "environment EXTRACT_…", "--state", "default". */
void config_where(const struct config *c, const char *section, const char *key,
                  char ret_where[CONFIG_WHERE_MAX]);

/* One masking action of the file: [policy SOURCE/STREAM] COLUMN = ACTION. */
struct config_policy {
    const char *section;
    const char *target; /* SOURCE/STREAM, as it was written */
    const char *column;
    const char *action;
    int line;
};
/* All of them in the order of the file: start with *cursor = 0; false at the end. What they name is
 * for the caller to check. */
bool config_policy_next(const struct config *c, size_t *cursor,
                        struct config_policy *ret_policy);

/* The file that was read, or NULL. */
const char *config_path(const struct config *c);

/* Every row in order of declaration, for `extract config` and the digest of what is in force. */
size_t config_rows(const struct config *c);
const struct config_row *config_row_at(const struct config *c, size_t i);

/* The folder that is used when nothing is set: $XDG_STATE_HOME/extract, ~/.local/state/extract, or
 * /var/lib/extract for root. The caller frees. */
char *config_default_state(void);

#endif
