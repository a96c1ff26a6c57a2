/* SPDX-License-Identifier: Apache-2.0 */
#include "quota/bucket.h"

#include <assert.h>

/* What rounding may take from a sum of doubles: a wait that was asked for must be enough. */
static const double TOKEN_TOLERANCE = 1e-3;

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* ceil() without libm */
static int64_t round_up(double value)
{
    int64_t whole = (int64_t)value;
    return whole + ((double)whole < value);
}

bool bucket_rule_is_valid(const struct bucket_rule *rule)
{
    return (rule->kind == BUCKET_TOKEN || rule->kind == BUCKET_WINDOW) && rule->capacity >= 1 &&
           rule->capacity <= BUCKET_CAPACITY_MAX && rule->window_ns >= BUCKET_WINDOW_MIN_NS &&
           rule->window_ns <= BUCKET_WINDOW_MAX_NS;
}

/* --- Time -------------------------------------------------------------------------------- */

static void shift_back(struct bucket *b, int64_t step_ns)
{
    b->seen_ns -= step_ns;
    if (b->blocked_until_ns)
        b->blocked_until_ns -= step_ns;
    for (int i = 0; i < BUCKET_SLOTS; i++)
        if (b->granted[i])
            b->slot_end_ns[i] -= step_ns;
}

/* Brings the state to the time of the decision, and answers that time. */
static int64_t advance(struct bucket *b, const struct bucket_rule *rule, int64_t now_ns)
{
    now_ns = later(now_ns, 0);
    if (now_ns < b->seen_ns - BUCKET_SKEW_MAX_NS)
        shift_back(b, b->seen_ns - now_ns);
    int64_t time_ns = later(now_ns, b->seen_ns);

    double capacity = (double)rule->capacity;
    double refill = (double)(time_ns - b->seen_ns) * capacity / (double)rule->window_ns;
    b->tokens = b->tokens + refill < capacity ? b->tokens + refill : capacity;
    b->seen_ns = time_ns;
    return time_ns;
}

/* --- Tokens ------------------------------------------------------------------------------ */

/* When there will be `amount` tokens. */
static int64_t tokens_at(const struct bucket *b, const struct bucket_rule *rule,
                         uint64_t amount, int64_t time_ns)
{
    double missing = (double)amount - b->tokens;
    if (missing <= TOKEN_TOLERANCE)
        return time_ns;
    return time_ns + round_up(missing * (double)rule->window_ns / (double)rule->capacity);
}

/* --- Windows ----------------------------------------------------------------------------- */

/* The slots that matter at one time end within a span of window + slot: with 59 slots to a
 * window these are at most 60, and no two of them share a place. */
static int64_t slot_length(const struct bucket_rule *rule)
{
    return (rule->window_ns + BUCKET_SLOTS - 2) / (BUCKET_SLOTS - 1);
}

static bool slot_holds(const struct bucket *b, const struct bucket_rule *rule, int i,
                       int64_t time_ns)
{
    return b->granted[i] > 0 && b->slot_end_ns[i] + rule->window_ns > time_ns;
}

static uint64_t window_used(const struct bucket *b, const struct bucket_rule *rule,
                            int64_t time_ns)
{
    uint64_t used = 0;
    for (int i = 0; i < BUCKET_SLOTS; i++)
        if (slot_holds(b, rule, i, time_ns))
            used += b->granted[i];
    return used;
}

/* When `amount` will be free: now, or as one of the slots expires. */
static int64_t window_at(const struct bucket *b, const struct bucket_rule *rule,
                         uint64_t amount, int64_t time_ns)
{
    uint64_t most = rule->capacity - amount;
    if (window_used(b, rule, time_ns) <= most)
        return time_ns;

    int64_t best = INT64_MAX;
    for (int i = 0; i < BUCKET_SLOTS; i++) {
        if (!slot_holds(b, rule, i, time_ns))
            continue;
        int64_t expiry = b->slot_end_ns[i] + rule->window_ns;
        if (expiry < best && window_used(b, rule, expiry) <= most)
            best = expiry;
    }
    return best;
}

static void window_book(struct bucket *b, const struct bucket_rule *rule, uint64_t amount,
                        int64_t time_ns)
{
    int64_t length = slot_length(rule);
    int64_t number = time_ns / length;
    int64_t end = (number + 1) * length;
    int i = (int)(number % BUCKET_SLOTS);

    /* after a change of the rule a slot of another length may live here: both are held as long
     * as the later one */
    if (slot_holds(b, rule, i, time_ns)) {
        b->granted[i] += amount;
        b->slot_end_ns[i] = later(b->slot_end_ns[i], end);
    } else {
        b->granted[i] = amount;
        b->slot_end_ns[i] = end;
    }
}

/* --- Both -------------------------------------------------------------------------------- */

void bucket_init(struct bucket *b, const struct bucket_rule *rule, int64_t now_ns)
{
    *b = (struct bucket){.seen_ns = now_ns, .tokens = (double)rule->capacity};
}

/* When `amount` can be granted, for a bucket that was brought to time_ns. */
static int64_t grant_at(const struct bucket *b, const struct bucket_rule *rule, uint64_t amount,
                        int64_t time_ns)
{
    int64_t at = rule->kind == BUCKET_TOKEN ? tokens_at(b, rule, amount, time_ns)
                                            : window_at(b, rule, amount, time_ns);
    return later(at, b->blocked_until_ns);
}

int64_t bucket_take(struct bucket *b, const struct bucket_rule *rule, uint64_t amount,
                    int64_t now_ns)
{
    assert(bucket_rule_is_valid(rule) && amount >= 1 && amount <= rule->capacity);
    int64_t time_ns = advance(b, rule, now_ns);
    int64_t at = grant_at(b, rule, amount, time_ns);
    if (at > time_ns)
        return at - now_ns;

    if (rule->kind == BUCKET_TOKEN)
        b->tokens = b->tokens > (double)amount ? b->tokens - (double)amount : 0;
    else
        window_book(b, rule, amount, time_ns);
    return 0;
}

void bucket_block(struct bucket *b, int64_t until_ns)
{
    b->blocked_until_ns = later(b->blocked_until_ns, until_ns);
}

uint64_t bucket_used(const struct bucket *b, const struct bucket_rule *rule, int64_t now_ns)
{
    struct bucket copy = *b;
    int64_t time_ns = advance(&copy, rule, now_ns);
    if (rule->kind == BUCKET_WINDOW)
        return window_used(&copy, rule, time_ns);
    double missing = (double)rule->capacity - copy.tokens - TOKEN_TOLERANCE;
    return missing > 0 ? (uint64_t)round_up(missing) : 0;
}

int64_t bucket_free_ns(const struct bucket *b, const struct bucket_rule *rule, int64_t now_ns)
{
    struct bucket copy = *b;
    int64_t time_ns = advance(&copy, rule, now_ns);
    int64_t at = grant_at(&copy, rule, rule->capacity, time_ns);
    return at > time_ns ? at : now_ns;
}
