/* SPDX-License-Identifier: Apache-2.0 */
/*
 * KEY=VALUE on the command line, for what only one API has. A module describes its own in a
 * table; an API lines the tables of its modules up as groups:
 *
 *     static const struct setting rows[] = {
 *         {"page_max", NULL, 1, 10000, 500, offsetof(struct x, page_max), "rows in a page"},
 *         {"proof", "optional|required", 0, 0, 0, offsetof(struct x, proof), "…"},
 *     };
 *
 * Every value is an int64_t: a number, or the place of a word in the list of choices.
 */
#ifndef SANDBOX_API_SETTINGS_H
#define SANDBOX_API_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

enum { API_SETTINGS_MAX = 128 }; /* in all groups of an API */

struct setting {
    const char *name;
    const char *choices; /* "limited|full"; NULL: a number */
    int64_t least;
    int64_t most;
    int64_t fallback; /* a number, or which choice */
    size_t offset; /* of the int64_t in the values of the group */
    const char *help;
};

struct settings_group {
    const struct setting *rows;
    size_t count;
    void *values;
};

/* Every value gets its fallback. */
void api_settings_init(const struct settings_group *groups, size_t count);
/* Takes one KEY=VALUE. ERROR_USAGE names what is wrong, and the nearest key. */
bool api_settings_set(const struct settings_group *groups, size_t count, const char *text,
                      struct error *err);
/* The place of a word among those that bars part; -1: it is none of them. */
int64_t api_settings_choice(const char *choices, const char *word);
/* The tables for --help. */
void api_settings_print(const struct settings_group *groups, size_t count, FILE *out);

#endif
