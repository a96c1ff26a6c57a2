/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What proves that a slice without any record is right: some APIs answer a question that they do
 * not like with nothing instead of an error. So another, coarser question is asked then.
 *
 *     "when_empty": {"request": {…}, "zero": ["/data/0/impressions", "/data/0/spend"],
 *                    "because": "the account has spent on that day"}
 *
 * Every value of `zero` must be a number that is zero, or nothing (absent, null) in a list that is
 * there; otherwise the slice is missing its records: ERROR_DATA. An answer without that list is
 * about something else, and proves nothing.
 */
#ifndef SOURCE_EMPTINESS_H
#define SOURCE_EMPTINESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "codec/place.h"
#include "codec/pointer.h"
#include "source/request.h"

enum { EMPTINESS_VALUES_MAX = 8 };

struct emptiness_rule {
    struct request_rule request;
    const char *at[EMPTINESS_VALUES_MAX]; /* as the manifest has them */
    struct pointer *zero[EMPTINESS_VALUES_MAX];
    size_t count;
    const char *because;
};

/* Reads the rule at p. */
bool emptiness_read(struct place *p, const json_t *value, const struct template_scope *scope,
                    struct emptiness_rule *ret_rule, struct error *err);
void emptiness_done(struct emptiness_rule *rule);

/* What the other question's answer says. */
bool emptiness_judge(const struct emptiness_rule *rule, const json_t *answer,
                     struct error *err);

#endif
