/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an answer means, decided purely: the manifest's rules in their order, the first that
 * fits counts, then the built-in ones (5xx, 429, 408: retry; 401, 403: reauth; other 4xx and
 * redirects: fail; a 2xx that is not whole JSON: retry; a 2xx that is: ok).
 *
 *     {"status": [429], "verdict": "quota", "bucket": "users", "wait": {…},
 *      "say": "the service asks to slow down", "quote": "/error"}
 *
 * `quote` is where the API's own words are, or a list of such places: those that the answer has
 * are quoted.
 */
#ifndef SOURCE_VERDICT_H
#define SOURCE_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "codec/place.h"
#include "source/condition.h"
#include "source/facts.h"
#include "source/wait.h"

enum {
    VERDICT_RULES_MAX = 64,
    VERDICT_STATUSES_MAX = 16,
    VERDICT_CONDITIONS_MAX = 8,
    VERDICT_QUOTES_MAX = 4
};

enum verdict_kind {
    VERDICT_OK,
    VERDICT_RETRY, /* back off and ask again */
    VERDICT_QUOTA, /* the API's limit: block the bucket, wait or park */
    VERDICT_REAUTH, /* credentials refused: renew once, then stop */
    VERDICT_SPLIT, /* too much was asked for: the caller makes smaller parts */
    VERDICT_SHRINK, /* the page is too big: a smaller one at the same cursor */
    VERDICT_SKIP, /* this account cannot be read: the others can */
    VERDICT_RESTART, /* the cursor is dead: from the first page again */
    VERDICT_FAIL, /* asking again would not help */
};

/* What the body must be for a built-in rule. */
enum verdict_body { VERDICT_ANY, VERDICT_NOT_JSON, VERDICT_BROKEN };

struct verdict_status {
    int low, high;
};

struct verdict_rule {
    struct verdict_status statuses[VERDICT_STATUSES_MAX]; /* any of them; none: all */
    size_t status_count;
    enum verdict_body body;
    struct condition *conditions; /* all of them */
    size_t condition_count;
    enum verdict_kind kind;
    enum error_kind error; /* what it is to the user when it is final */
    bool has_bucket;
    size_t bucket; /* quota: by position in the manifest's buckets */
    bool has_wait; /* else the manifest's `retry` decides */
    struct wait_rule wait;
    const char *say; /* what happened, in our words */
    size_t quotes[VERDICT_QUOTES_MAX]; /* the captures with the API's own words */
    size_t quote_count;
};

/* Reads the rule at p. buckets is the NULL-terminated list of the manifest's. */
bool verdict_read(struct place *p, const json_t *value, const struct template_scope *scope,
                  const char *const *buckets, struct facts_wanted *wanted,
                  struct verdict_rule *ret_rule, struct error *err);
void verdict_done(struct verdict_rule *rule);

/* The rule that fits; never NULL. */
const struct verdict_rule *verdict_of(const struct verdict_rule *rules, size_t count,
                                      const struct facts *facts,
                                      const struct template_values *values);

#endif
