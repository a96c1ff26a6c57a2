/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which masking action each column gets: the schema's own x-pii, with what the configuration
 * overrides ([policy random_user/users] postcode = truncate:2). A leaf without x-column is
 * dropped for good: it cannot be named here. A json column made of an object or array can be
 * dropped or kept; what is done to the leaves within it is the schema's alone.
 *
 * Immutable; shared by all threads.
 */
#ifndef RECORD_POLICY_H
#define RECORD_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "record/mask.h"
#include "record/schema.h"

struct policy_override {
    const char *column;
    const char *action; /* in the words of x-pii */
};

struct policy;

/* ERROR_CONFIG for an unknown column or action (with the nearest name), an action that the
 * column cannot hold, a column that is named twice. Keeps a pointer to the schema, which must
 * live longer. */
bool policy_new(const struct schema *schema, const struct policy_override *overrides,
                size_t count, struct policy **ret_policy, struct error *err);
void policy_free(struct policy *p);
CLEANUP_DEFINE(struct policy, policy_free)

const struct schema *policy_schema(const struct policy *p);
/* The action of a column, by its position in schema_columns. */
const struct mask *policy_mask(const struct policy *p, int column);

/* BLAKE2b-256 over the action of every column and inner leaf, with the versions of the
 * normalisers: enters each segment's seal and each audit event. */
const uint8_t *policy_digest(const struct policy *p);

#endif
