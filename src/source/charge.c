/* SPDX-License-Identifier: Apache-2.0 */
#include "source/charge.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/text.h"

enum { DURATION_SIZE = 32, SHARE_SIZE = 32 };

struct keys {
    char text[MANIFEST_BUCKETS_MAX][LIMITER_KEY_MAX + 1];
    size_t bucket[MANIFEST_BUCKETS_MAX];
};

static const char *name_of(const struct charge *c, size_t bucket)
{
    return settings_manifest(c->settings)->buckets[bucket].name;
}

static bool counts(const struct charge *c, size_t bucket)
{
    const struct manifest_bucket *b = &settings_manifest(c->settings)->buckets[bucket];
    return c->limiter && (b->of_app || c->account) && settings_bucket(c->settings, bucket);
}

/* The limiter would refuse it as well, but does not know what the user calls the limit. */
static bool check_amount(const char *name, const struct limiter_charge *charge,
                         struct error *err)
{
    const struct bucket_rule *rule = charge->rule;
    if (rule->kind == BUCKET_USAGE || charge->amount <= bucket_capacity(rule))
        return true;
    return error_set(err, ERROR_CONFIG,
                     "limit_%s: one request costs %" PRIu64 ", and %" PRIu64
                     " are allowed: it could never be sent",
                     name, charge->amount, bucket_capacity(rule));
}

/* The charges of those costs that are limited. */
static bool list_charges(const struct charge *c, const struct cost_of *cost,
                         const struct template_values *values, struct keys *keys,
                         struct limiter_charge charges[MANIFEST_BUCKETS_MAX], size_t *ret_count,
                         struct error *err)
{
    const struct cost *costs[COST_BUCKETS_MAX];
    size_t cost_count = cost_list(cost, costs);
    *ret_count = 0;
    for (size_t i = 0; i < cost_count; i++) {
        if (!counts(c, costs[i]->bucket))
            continue;
        struct limiter_charge *charge = &charges[*ret_count];
        if (!settings_cost(costs[i], values, &charge->amount, err))
            return false;
        charge->amount *= c->requests;
        charge->key = keys->text[*ret_count];
        charge->rule = settings_bucket(c->settings, costs[i]->bucket);
        keys->bucket[*ret_count] = costs[i]->bucket;
        settings_quota_key(c->settings, c->account, costs[i]->bucket, keys->text[*ret_count]);
        if (!check_amount(name_of(c, costs[i]->bucket), charge, err))
            return false;
        ++*ret_count;
    }
    return true;
}

/* "the service says that 48 % of account is used (our share: 50 %)" */
static void explain_reading(const char *name, const struct bucket_rule *rule,
                            const struct usage_reading *said, int64_t now_ns,
                            char ret_why[CHARGE_WHY_SIZE])
{
    char share[SHARE_SIZE] = "";
    if (rule->reserved > 0)
        snprintf(share, sizeof share, " (our share: %u %%)", 100 - rule->reserved);
    snprintf(ret_why, CHARGE_WHY_SIZE, "the service says that %.0f %% of %s is used%s",
             100 * usage_used(said, rule->window_ns, now_ns), name, share);
}

static int64_t round_up_to_second(int64_t ns)
{
    return (ns + CLOCK_SECOND_NS - 1) / CLOCK_SECOND_NS * CLOCK_SECOND_NS;
}

/* What is waited for, in the words of who says so. */
static void explain(const char *name, const struct limiter_charge *charge,
                    const struct limiter_answer *answer, int64_t now_ns,
                    char ret_why[CHARGE_WHY_SIZE])
{
    const struct bucket *b = &answer->bucket;
    const struct bucket_rule rule = bucket_rule_in_force(charge->rule, b);
    char window[DURATION_SIZE], until[CLOCK_RFC3339_SIZE];
    if (answer->crowded) {
        snprintf(ret_why, CHARGE_WHY_SIZE, "as many requests as limit_%s allows are in flight",
                 name);
        return;
    }
    switch (answer->cause) {
    case BUCKET_BLOCKED:
        clock_format_rfc3339(round_up_to_second(b->blocked_until_ns), until);
        snprintf(ret_why, CHARGE_WHY_SIZE, "%s is blocked by the service until %s", name,
                 until);
        return;
    case BUCKET_SAID:
        explain_reading(name, &rule, &b->said, now_ns, ret_why);
        return;
    case BUCKET_SPENT:
        break;
    }
    text_format_duration(rule.window_ns, window, sizeof window);
    snprintf(ret_why, CHARGE_WHY_SIZE, "the limit of %" PRIu64 " %s per %s is used up",
             bucket_capacity(&rule), name, window);
}

bool charge_take(const struct charge *c, const struct cost_of *cost,
                 const struct template_values *values, int64_t now_ns,
                 struct charge_answer *ret_answer, struct limiter_lease *ret_lease,
                 struct error *err)
{
    struct keys keys;
    struct limiter_charge charges[MANIFEST_BUCKETS_MAX];
    size_t charge_count;
    struct limiter_answer answer;
    *ret_answer = (struct charge_answer){0};
    *ret_lease = (struct limiter_lease){0};
    if (!list_charges(c, cost, values, &keys, charges, &charge_count, err))
        return false;
    if (charge_count == 0)
        return true;
    if (!limiter_take(c->limiter, charges, charge_count, now_ns, &answer, ret_lease, err))
        return false;
    ret_answer->wait_ns = answer.wait_ns;
    ret_answer->crowded = answer.crowded;
    if (answer.wait_ns > 0)
        explain(name_of(c, keys.bucket[answer.charge]), &charges[answer.charge], &answer,
                now_ns, ret_answer->why);
    return true;
}

bool charge_room(const struct charge *c, const struct cost_of *cost,
                 const struct template_values *values, unsigned most, int64_t now_ns,
                 unsigned *ret_room, struct error *err)
{
    struct keys keys;
    struct limiter_charge charges[MANIFEST_BUCKETS_MAX];
    size_t count;
    if (!list_charges(c, cost, values, &keys, charges, &count, err))
        return false;
    *ret_room = most;
    return count == 0 || limiter_room(c->limiter, charges, count, most, now_ns, ret_room, err);
}

bool charge_block(const struct charge *c, size_t bucket, int64_t until_ns, struct error *err)
{
    char key[LIMITER_KEY_MAX + 1];
    if (!counts(c, bucket))
        return true;
    settings_quota_key(c->settings, c->account, bucket, key);
    return limiter_block(c->limiter, key, until_ns, err);
}

static void read_headers(const struct manifest *m, const struct charge_headers *headers,
                         int64_t now_ns, const struct charge_watch *watch,
                         struct usage_reading readings[MANIFEST_BUCKETS_MAX])
{
    for (size_t i = 0; i < m->usage_count; i++) {
        const struct usage_header *rule = &m->usage[i];
        const char *text = headers->find(headers->context, rule->name);
        struct usage_reading reading;
        struct error why;
        if (!text)
            continue;
        if (usage_header_parse(rule, text, now_ns, &reading, &why))
            usage_merge(&readings[rule->bucket], &reading);
        else if (watch->malformed)
            watch->malformed(watch->context, rule->name, &why);
    }
}

static bool says_anything(const struct usage_reading *r)
{
    return r->at_ns > 0 || r->regain_ns > 0;
}

bool charge_note(const struct charge *c, const struct charge_headers *headers, int64_t now_ns,
                 const struct charge_watch *watch,
                 struct usage_reading ret_readings[MANIFEST_BUCKETS_MAX], struct error *err)
{
    const struct manifest *m = settings_manifest(c->settings);
    struct keys keys;
    struct limiter_note notes[MANIFEST_BUCKETS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < MANIFEST_BUCKETS_MAX; i++)
        ret_readings[i] = (struct usage_reading){0};
    read_headers(m, headers, now_ns, watch, ret_readings);
    for (size_t i = 0; i < m->bucket_count; i++) {
        if (!says_anything(&ret_readings[i]) || !counts(c, i))
            continue;
        settings_quota_key(c->settings, c->account, i, keys.text[count]);
        notes[count] = (struct limiter_note){keys.text[count], settings_bucket(c->settings, i),
                                             ret_readings[i]};
        count++;
    }
    return count == 0 || limiter_note(c->limiter, notes, count, now_ns, err);
}
