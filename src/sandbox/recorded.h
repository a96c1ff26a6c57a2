/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recorded v1.4 responses, replayed: the same users at the same positions, with the ages of
 * today. Found by what their page is made from: seed and page number.
 */
#ifndef SANDBOX_RECORDED_H
#define SANDBOX_RECORDED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "sandbox/person_json.h"

enum { RECORDED_FILES_MAX = 16, RECORDED_USERS_MAX = 5000 };

struct recorded_user {
    struct slice members[PERSON_FIELD_COUNT]; /* "name":{…}; dates are made anew */
    int64_t born_ms;
    int64_t registered_ms;
    char uuid[PERSON_UUID_LENGTH];
};

struct recorded_page {
    uint8_t page[MDHASH_MD5_SIZE]; /* as in person_source */
    size_t count;
    struct recorded_user *users;
};

struct recorded {
    size_t count;
    struct recorded_page pages[RECORDED_FILES_MAX];
};

/* Adds one file. ERROR_CONFIG names what is not as a v1.4 response has it. */
bool recorded_load(struct recorded *r, const char *path, struct error *err);
void recorded_done(struct recorded *r);
/* NULL when the page was not recorded. */
const struct recorded_page *recorded_find(const struct recorded *r,
                                          const uint8_t page[MDHASH_MD5_SIZE]);
bool recorded_append(struct buffer *out, const struct recorded_user *user,
                     const struct person_style *style);

#endif
