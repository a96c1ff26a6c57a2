/* SPDX-License-Identifier: Apache-2.0 */
#include "source/wait.h"

#include "base/clock.h"
#include "net/backoff.h"

static const int64_t longest_ns = CLOCK_DAY_NS;

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t backoff(const struct wait_rule *rule, unsigned count, uint64_t random)
{
    const struct backoff_rule jitter = {.base_ns = rule->base_ns, .cap_ns = rule->cap_ns};
    return larger(rule->minimum_ns, backoff_wait(&jitter, count - 1, random));
}

static int64_t after_backoff(const struct wait_rule *rule, const struct wait_facts *facts)
{
    return backoff(rule, facts->count, facts->random);
}

static int64_t after_window(const struct wait_rule *rule, const struct wait_facts *facts)
{
    if (facts->count > 1 || facts->window_ns <= 0)
        return backoff(rule, facts->count, facts->random);
    int64_t to_mark = facts->window_ns - facts->now_ns % facts->window_ns;
    return larger(rule->minimum_ns, to_mark);
}

static int64_t after_reading(const struct wait_rule *rule, const struct wait_facts *facts)
{
    if (facts->until_ns <= facts->now_ns)
        return backoff(rule, facts->count, facts->random);
    return facts->until_ns - facts->now_ns + (int64_t)(facts->random % WAIT_JITTER_NS);
}

static const struct {
    const char *name;
    int64_t (*wait)(const struct wait_rule *rule, const struct wait_facts *facts);
} kinds[] = {
    [WAIT_BACKOFF] = {"backoff", after_backoff},
    [WAIT_WINDOW] = {"window", after_window},
    [WAIT_READING] = {"reading", after_reading},
    {NULL, NULL},
};

static const struct place_key keys[] = {
    {"kind", true}, {"minimum", false}, {"base", true}, {"cap", true},
    {"at", false},  {"unit", false},    {NULL, false},
};

/* Where the body of an answer may name a span. */
static bool read_at(struct place *p, const json_t *value, struct facts_wanted *wanted,
                    struct wait_rule *rule, struct error *err)
{
    const char *at = NULL;
    if (!place_text(p, value, "at", POINTER_TEXT_MAX, &at, err) ||
        !unit_read(p, value, &rule->unit, err))
        return false;
    rule->has_at = at;
    if (rule->has_at != !!json_object_get(value, "unit") ||
        (rule->has_at && rule->kind != WAIT_READING))
        return place_fail(p, err, "only a reading has \"at\" and \"unit\", both or neither");
    if (!at)
        return true;
    pointer_push(&p->path, "at");
    if (!facts_want(p, at, wanted, &rule->at, err))
        return false;
    pointer_pop(&p->path);
    return true;
}

bool wait_read(struct place *p, const json_t *value, struct facts_wanted *wanted,
               struct wait_rule *ret_rule, struct error *err)
{
    const int64_t millisecond_ns = CLOCK_SECOND_NS / 1000;
    struct wait_rule rule = {0};
    size_t kind = 0;
    if (!place_keys(p, value, keys, err) ||
        !place_row(p, value, "kind", kinds, sizeof *kinds, &kind, err) ||
        !place_duration(p, value, "base", millisecond_ns, longest_ns, &rule.base_ns, err) ||
        !place_duration(p, value, "cap", rule.base_ns, longest_ns, &rule.cap_ns, err) ||
        !place_duration(p, value, "minimum", 0, rule.cap_ns, &rule.minimum_ns, err))
        return false;
    rule.kind = (enum wait_kind)kind;
    if (!read_at(p, value, wanted, &rule, err))
        return false;
    *ret_rule = rule;
    return true;
}

int64_t wait_until(const struct wait_rule *rule, const struct facts *facts, int64_t now_ns)
{
    int64_t span_ns;
    const char *text = rule->has_at ? facts->text[rule->at] : NULL;
    return text && unit_span(rule->unit, text, &span_ns) && span_ns > 0 ? now_ns + span_ns : 0;
}

int64_t wait_ns(const struct wait_rule *rule, const struct wait_facts *facts)
{
    int64_t own = kinds[rule->kind].wait(rule, facts);
    if (facts->retry_after_ns < 0)
        return own;
    return larger(own, backoff_clamp(facts->retry_after_ns, rule->cap_ns));
}
