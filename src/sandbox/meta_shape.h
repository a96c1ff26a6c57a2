/* SPDX-License-Identifier: Apache-2.0 */
/* Records that are not as they were yesterday: faults that change one record of a page. */
#ifndef SANDBOX_META_SHAPE_H
#define SANDBOX_META_SHAPE_H

#include "sandbox/fault.h"

enum { META_SHAPE_MORE = 64 }; /* bytes that a record may grow by */

struct meta_shape {
    bool extra;
    const char *missing; /* the field; NULL: none */
    const char *list;
    const char *other;
    char names[3][FAULT_ARGUMENT_SIZE];
};

void meta_shape_choose(struct meta_shape *shape, const struct fault_set *faults);
/* Edits the JSON object between record and end in place; returns its new end. */
char *meta_shape_edit(const struct meta_shape *shape, char *record, char *end);

#endif
