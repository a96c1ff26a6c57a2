/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which fields a request names, for an API that answers with nothing but what it was asked for:
 * {fields} is what the schema names at its top level, so that one list says what is asked for,
 * what is taken and how it lands. What the policy drops is not asked for.
 *
 *     "fields": {"except": ["age", "gender"], "gated": ["owner"]}
 *
 * `except` is what the API adds by itself and refuses to be asked for. `gated` is what some
 * credentials may not see: where one such field makes the API refuse the whole answer, the rest
 * can still be asked for without them.
 */
#ifndef SOURCE_SELECTION_H
#define SOURCE_SELECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"
#include "codec/place.h"
#include "record/policy.h"

enum { SELECTION_EXCEPT_MAX = 64, SELECTION_NAME_MAX = 128, SELECTION_TEXT_MAX = 16 * 1024 };

struct selection {
    const char *except[SELECTION_EXCEPT_MAX + 1]; /* NULL-terminated; borrowed */
    const char *gated[SELECTION_EXCEPT_MAX + 1]; /* the same */
};

/* Reads the rule at p. */
bool selection_read(struct place *p, const json_t *value, struct selection *ret_selection,
                    struct error *err);

/* Appends the names of fields of which something lands, or that are required or used by a derived
 * column, in the schema's order, with commas between; those that are gated only when asked to.
 * ERROR_MANIFEST when none is left, the schema has not what is excepted or gated, or a name cannot
 * stand in such a list. */
bool selection_render(const struct selection *selection, const struct policy *policy,
                      bool gated, struct buffer *out, struct error *err);
/* Of these, the names of those that no record may lack: required ones, those of the key, and what
 * derived columns are made of. There may be none. */
bool selection_render_always(const struct selection *selection, const struct policy *policy,
                             struct buffer *out, struct error *err);
/* Whether there are gated fields. */
bool selection_is_gated(const struct selection *selection);

#endif
