/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A setting that a manifest declares for its users: what [random_user] users = … may be. The
 * types are a closed table:
 *
 *     integer   minimum, maximum
 *     string    pattern (POSIX extended regular expression, the whole value)
 *     list      values: a choice of words, separated by commas; case and blanks do not matter
 *
 * Values are kept as their canonical text.
 */
#ifndef SOURCE_SETTING_H
#define SOURCE_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "codec/json.h"
#include "codec/place.h"

enum {
    SETTING_COUNT_MAX = 20, /* of one manifest */
    SETTING_NAME_MAX = 63,
    SETTING_VALUE_MAX = 256,
    SETTING_CHOICES_MAX = 64,
};

enum setting_type { SETTING_INTEGER, SETTING_STRING, SETTING_LIST };

struct setting {
    const char *name;
    enum setting_type type;
    const char *description;
    char *fallback; /* the default, canonical; NULL: none, the setting may be unset */
    int64_t minimum; /* integer */
    int64_t maximum;
    struct setting_pattern *pattern; /* string */
    const char *choices[SETTING_CHOICES_MAX + 1]; /* list; NULL-terminated */
};

/* Reads the declaration that stands at p under its name. Borrows from the document. */
bool setting_read(struct place *p, const char *name, const json_t *value,
                  struct setting *ret_setting, struct error *err);
/* A string setting of our own making, whose pattern is the member "pattern" of object. */
bool setting_of_pattern(struct place *p, const json_t *object, const char *name,
                        const char *description, struct setting *ret_setting,
                        struct error *err);
void setting_done(struct setting *s);

/* The canonical text of a value that a user gave, for the caller to free. ERROR_CONFIG says
 * what was expected; the caller adds file and line. */
bool setting_accept(const struct setting *s, const char *value, char **ret_text,
                    struct error *err);

/* "integer", "string", "list". */
const char *setting_type_name(enum setting_type type);

#endif
