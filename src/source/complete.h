/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What proves that a page is whole: conditions that all must hold once an answer was read to
 * its end and is no error.
 *
 *     {"at": "records", "equals": "{page.size}", "else": "fail", "because": "…"}
 *
 * `else` is a closed table: fail at once (the API changed its mind about the contract) or retry
 * (the next answer may be whole). Either way it ends as ERROR_DATA.
 */
#ifndef SOURCE_COMPLETE_H
#define SOURCE_COMPLETE_H

#include <stdbool.h>
#include <stddef.h>

#include "source/condition.h"

enum { COMPLETE_RULES_MAX = 16 };

struct complete_rule {
    struct condition condition;
    bool retry;
    const char *because;
};

/* Reads the rule at p. */
bool complete_read(struct place *p, const json_t *value, const struct template_scope *scope,
                   struct facts_wanted *wanted, struct complete_rule *ret_rule,
                   struct error *err);
void complete_done(struct complete_rule *rule);

/* The first rule that does not hold; NULL: the page is whole. */
const struct complete_rule *complete_broken(const struct complete_rule *rules, size_t count,
                                            const struct facts *facts,
                                            const struct template_values *values);

#endif
