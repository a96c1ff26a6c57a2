/* SPDX-License-Identifier: Apache-2.0 */
#include "source/complete.h"

static const struct {
    const char *name;
    bool retry;
} words[] = {{"fail", false}, {"retry", true}, {NULL, false}};

static const struct place_key keys[] = {
    CONDITION_KEYS,
    {"else", false},
    {"because", true},
    {NULL, false},
};

bool complete_read(struct place *p, const json_t *value, const struct template_scope *scope,
                   struct facts_wanted *wanted, struct complete_rule *ret_rule,
                   struct error *err)
{
    AUTO(complete_done) struct complete_rule rule = {0};
    size_t word = 0;
    if (!place_keys(p, value, keys, err) ||
        !condition_read(p, value, scope, wanted, &rule.condition, err) ||
        !place_row(p, value, "else", words, sizeof *words, &word, err) ||
        !place_text(p, value, "because", 256, &rule.because, err))
        return false;
    rule.retry = words[word].retry;
    *ret_rule = rule;
    rule = (struct complete_rule){0};
    return true;
}

void complete_done(struct complete_rule *rule)
{
    condition_done(&rule->condition);
}

const struct complete_rule *complete_broken(const struct complete_rule *rules, size_t count,
                                            const struct facts *facts,
                                            const struct template_values *values)
{
    for (size_t i = 0; i < count; i++) {
        if (!condition_holds(&rules[i].condition, facts, values))
            return &rules[i];
    }
    return NULL;
}
