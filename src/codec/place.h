/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a check of a JSON document (a manifest, a schema) stands, and how a member of it is read:
 * one call per member, each of which names the file and the JSON Pointer when the member is not
 * what it should be.
 *
 *     place_keys(p, object, keys)      no key but these, none missing
 *     place_text(p, object, "path", …) the member's value, when it is there
 *
 * All of them return false with ERROR_MANIFEST. A member that is absent is no error here and
 * leaves the output as it was: place_keys has seen to the required ones.
 */
#ifndef CODEC_PLACE_H
#define CODEC_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "codec/json.h"
#include "codec/pointer.h"

enum {
    PLACE_NAMES_MAX = 64, /* rows of a closed table */
    PLACE_DESCRIPTION_MAX = 2000, /* bytes of a description */
};

struct place {
    const char *file; /* what errors call the document */
    struct pointer_path path;
};

/* A key that an object may have. Tables end with a NULL name. */
struct place_key {
    const char *name;
    bool required;
};

/* "FILE#POINTER: …" of the place where p stands. */
bool place_fail(const struct place *p, struct error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same of a member below it. */
bool place_fail_at(const struct place *p, const char *key, struct error *err,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Whether value is an object with no other keys than these and with all the required ones. */
bool place_keys(struct place *p, const json_t *value, const struct place_key *keys,
                struct error *err);

/* Any string; borrowed from the document. */
bool place_string(struct place *p, const json_t *object, const char *key, const char **ret_text,
                  struct error *err);
/* Text of 1 to max bytes without control characters; borrowed from the document. */
bool place_text(struct place *p, const json_t *object, const char *key, size_t max,
                const char **ret_text, struct error *err);
bool place_integer(struct place *p, const json_t *object, const char *key, int64_t minimum,
                   int64_t maximum, int64_t *ret_value, struct error *err);
/* "90s", "5m", … within minimum_ns to maximum_ns. */
bool place_duration(struct place *p, const json_t *object, const char *key, int64_t minimum_ns,
                    int64_t maximum_ns, int64_t *ret_ns, struct error *err);
/* Whether name, the member's, is an identifier. */
bool place_identifier(const struct place *p, const char *key, const char *name,
                      struct error *err);
/* An array of 1 to max elements; borrowed. */
bool place_array(struct place *p, const json_t *object, const char *key, size_t max,
                 const json_t **ret_array, struct error *err);
/* A word of a closed table whose rows of row_size bytes start with `const char *name` and end
 * with a NULL name: the row's index. An unknown word is answered with the nearest one. */
bool place_row(struct place *p, const json_t *object, const char *key, const void *rows,
               size_t row_size, size_t *ret_index, struct error *err);
/* The same of an object that is one of several sorts: the member that says which is there. */
bool place_sort(struct place *p, const json_t *value, const char *key, const void *rows,
                size_t row_size, size_t *ret_index, struct error *err);

/* " (did you mean …?)" for an error text, or "". The result is in ret_text. */
enum { PLACE_HINT_SIZE = 128 };
const char *place_hint(const char *unknown, const char *const *names,
                       char ret_text[PLACE_HINT_SIZE]);

#endif
