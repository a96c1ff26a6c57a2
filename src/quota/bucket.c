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

static bool capacity_is_valid(const struct bucket_rule *rule)
{
    switch (rule->kind) {
    case BUCKET_TOKEN:
    case BUCKET_WINDOW:
        return rule->capacity >= 1 && rule->capacity <= BUCKET_CAPACITY_MAX;
    case BUCKET_USAGE:
        return rule->capacity == 0;
    }
    return false;
}

bool bucket_rule_is_valid(const struct bucket_rule *rule)
{
    return capacity_is_valid(rule) && rule->window_ns >= BUCKET_WINDOW_MIN_NS &&
           rule->window_ns <= BUCKET_WINDOW_MAX_NS && rule->parallel <= BUCKET_PARALLEL_MAX &&
           rule->reserved <= USAGE_RESERVED_MAX;
}

uint64_t bucket_capacity(const struct bucket_rule *rule)
{
    if (rule->kind == BUCKET_USAGE)
        return 100;
    uint64_t ours = rule->capacity * (100 - rule->reserved) / 100;
    return ours ? ours : 1;
}

struct bucket_rule bucket_rule_in_force(const struct bucket_rule *rule, const struct bucket *b)
{
    struct bucket_rule r = *rule;
    if (r.kind != BUCKET_USAGE && b->said.capacity && b->said.capacity < r.capacity)
        r.capacity = b->said.capacity;
    return r;
}

/* --- Time -------------------------------------------------------------------------------- */

static void shift_back(struct bucket *b, int64_t step_ns)
{
    b->seen_ns -= step_ns;
    if (b->blocked_until_ns)
        b->blocked_until_ns -= step_ns;
    if (b->said.at_ns)
        b->said.at_ns = later(b->said.at_ns - step_ns, 1);
    if (b->said.reset_ns)
        b->said.reset_ns = later(b->said.reset_ns - step_ns, 1);
    for (int i = 0; i < BUCKET_SLOTS; i++)
        if (b->granted[i])
            b->slot_end_ns[i] -= step_ns;
}

void bucket_see(struct bucket *b, int64_t now_ns)
{
    if (now_ns < b->seen_ns - BUCKET_SKEW_MAX_NS)
        shift_back(b, b->seen_ns - now_ns);
}

/* The tokens that there are at a time from seen_ns on. */
static double tokens_of(const struct bucket *b, const struct bucket_rule *rule, int64_t time_ns)
{
    double capacity = (double)bucket_capacity(rule);
    double refill = (double)(time_ns - b->seen_ns) * capacity / (double)rule->window_ns;
    return b->tokens + refill < capacity ? b->tokens + refill : capacity;
}

/* Brings the state to the time of the decision, and answers that time. */
static int64_t advance(struct bucket *b, const struct bucket_rule *rule, int64_t now_ns)
{
    now_ns = later(now_ns, 0);
    bucket_see(b, now_ns);
    int64_t time_ns = later(now_ns, b->seen_ns);

    if (rule->kind == BUCKET_TOKEN)
        b->tokens = tokens_of(b, rule, time_ns);
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
    return time_ns +
           round_up(missing * (double)rule->window_ns / (double)bucket_capacity(rule));
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
    uint64_t most = bucket_capacity(rule) - amount;
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

/* --- What others use ---------------------------------------------------------------------- */

/* What of the last reading was not ours. */
static struct usage_reading others(const struct bucket *b)
{
    struct usage_reading r = b->said;
    r.used = r.used > b->ours ? r.used - b->ours : 0;
    return r;
}

/* Used by others at a time, in the bucket's own measure. */
static double others_used(const struct bucket *b, const struct bucket_rule *rule,
                          int64_t time_ns)
{
    const struct usage_reading r = others(b);
    double measure = rule->kind == BUCKET_USAGE ? 100 : (double)rule->capacity;
    return usage_used(&r, rule->window_ns, time_ns) * measure;
}

/* What we alone would have free at a time from seen_ns on. */
static double own_free(const struct bucket *b, const struct bucket_rule *rule, int64_t time_ns)
{
    if (rule->kind == BUCKET_WINDOW)
        return (double)bucket_capacity(rule) - (double)window_used(b, rule, time_ns);
    return tokens_of(b, rule, time_ns);
}

/* What is left free beside `amount`, as long as there is a reading. */
static double headroom(const struct bucket *b, const struct bucket_rule *rule, uint64_t amount,
                       int64_t time_ns)
{
    double capacity = (double)bucket_capacity(rule);
    double margin = capacity * (1 - USAGE_OURS);
    if (time_ns >= usage_forgotten_ns(&b->said, rule->window_ns))
        return 0;
    return (double)amount + margin <= capacity ? margin : capacity - (double)amount;
}

static double free_beside(const struct bucket *b, const struct bucket_rule *rule,
                          uint64_t amount, int64_t time_ns)
{
    return own_free(b, rule, time_ns) - others_used(b, rule, time_ns) -
           headroom(b, rule, amount, time_ns) + TOKEN_TOLERANCE;
}

static bool fits_beside(const struct bucket *b, const struct bucket_rule *rule, uint64_t amount,
                        int64_t time_ns)
{
    return free_beside(b, rule, amount, time_ns) >= (double)amount;
}

/* The first time from at_ns on, when we alone would have room, at which there is room beside the
 * others as well. Room only grows until something is booked, so halving finds it. */
static int64_t beside_at(const struct bucket *b, const struct bucket_rule *rule,
                         uint64_t amount, int64_t at_ns)
{
    int64_t low = at_ns;
    int64_t high = usage_forgotten_ns(&b->said, rule->window_ns);
    if (high <= low || fits_beside(b, rule, amount, low))
        return low;
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (fits_beside(b, rule, amount, middle))
            high = middle;
        else
            low = middle;
    }
    return high;
}

/* --- All --------------------------------------------------------------------------------- */

void bucket_init(struct bucket *b, const struct bucket_rule *rule, int64_t now_ns)
{
    *b = (struct bucket){.seen_ns = now_ns, .tokens = (double)bucket_capacity(rule)};
}

/* More than there can be is all that there can be. */
static uint64_t most_of(const struct bucket_rule *rule, uint64_t amount)
{
    uint64_t capacity = bucket_capacity(rule);
    return rule->kind == BUCKET_USAGE || amount <= capacity ? amount : capacity;
}

/* When we alone would have room for `amount`. */
static int64_t own_at(const struct bucket *b, const struct bucket_rule *rule, uint64_t amount,
                      int64_t time_ns)
{
    switch (rule->kind) {
    case BUCKET_TOKEN:
        return tokens_at(b, rule, amount, time_ns);
    case BUCKET_WINDOW:
        return window_at(b, rule, amount, time_ns);
    case BUCKET_USAGE:
        break;
    }
    return time_ns;
}

/* When `amount` can be granted, for a bucket that was brought to time_ns, and what it has to wait
 * for until then. */
static int64_t grant_at(const struct bucket *b, const struct bucket_rule *rule, uint64_t amount,
                        int64_t time_ns, enum bucket_cause *ret_cause)
{
    amount = most_of(rule, amount);
    int64_t own = own_at(b, rule, amount, time_ns);
    int64_t beside = rule->kind == BUCKET_USAGE ? own : beside_at(b, rule, amount, own);
    int64_t paced =
        usage_pace(&b->said, rule->window_ns, rule->reserved, time_ns).not_before_ns;
    int64_t said = later(beside, paced);
    *ret_cause = b->blocked_until_ns >= said        ? BUCKET_BLOCKED
                 : paced > beside || own <= time_ns ? BUCKET_SAID
                                                    : BUCKET_SPENT;
    return later(said, b->blocked_until_ns);
}

int64_t bucket_wait(struct bucket *b, const struct bucket_rule *rule, uint64_t amount,
                    int64_t now_ns)
{
    assert(bucket_rule_is_valid(rule) && amount >= 1);
    assert(rule->kind == BUCKET_USAGE || amount <= bucket_capacity(rule));
    const struct bucket_rule force = bucket_rule_in_force(rule, b);
    enum bucket_cause ignored;
    int64_t time_ns = advance(b, &force, now_ns);
    int64_t at = grant_at(b, &force, amount, time_ns, &ignored);
    return at > time_ns ? at - now_ns : 0;
}

enum bucket_cause bucket_cause(const struct bucket *b, const struct bucket_rule *rule,
                               uint64_t amount, int64_t now_ns)
{
    const struct bucket_rule force = bucket_rule_in_force(rule, b);
    struct bucket copy = *b;
    enum bucket_cause cause;
    grant_at(&copy, &force, amount, advance(&copy, &force, now_ns), &cause);
    return cause;
}

unsigned bucket_room(const struct bucket *b, const struct bucket_rule *rule, uint64_t amount,
                     unsigned most, int64_t now_ns)
{
    const struct bucket_rule force = bucket_rule_in_force(rule, b);
    struct bucket copy = *b;
    enum bucket_cause ignored;
    int64_t time_ns = advance(&copy, &force, now_ns);
    if (most == 0 || grant_at(&copy, &force, amount, time_ns, &ignored) > time_ns)
        return 0;
    const struct usage_pace pace =
        usage_pace(&copy.said, force.window_ns, force.reserved, time_ns);
    most = usage_parallel(&pace, most);
    if (force.kind == BUCKET_USAGE)
        return most;
    double fit = free_beside(&copy, &force, amount, time_ns) / (double)amount;
    return fit >= (double)most ? most : fit > 1 ? (unsigned)fit : 1;
}

int64_t bucket_take(struct bucket *b, const struct bucket_rule *rule, uint64_t amount,
                    int64_t now_ns)
{
    int64_t wait_ns = bucket_wait(b, rule, amount, now_ns);
    if (wait_ns > 0)
        return wait_ns;
    const struct bucket_rule force = bucket_rule_in_force(rule, b);
    amount = most_of(&force, amount);
    if (rule->kind == BUCKET_TOKEN)
        b->tokens = b->tokens > (double)amount ? b->tokens - (double)amount : 0;
    if (rule->kind == BUCKET_WINDOW)
        window_book(b, &force, amount, b->seen_ns);
    return 0;
}

void bucket_block(struct bucket *b, int64_t until_ns)
{
    b->blocked_until_ns = later(b->blocked_until_ns, until_ns);
}

/* What we have used ourselves, for a bucket that was brought to time_ns. */
static double own_used(const struct bucket *b, const struct bucket_rule *rule, int64_t time_ns)
{
    if (rule->kind == BUCKET_USAGE)
        return 0;
    return (double)bucket_capacity(rule) - own_free(b, rule, time_ns);
}

/* Remembers the reading, of a bucket that was brought to the time. A capacity holds until the API
 * says another one; what was used of the one before stays used. */
static void note_reading(struct bucket *b, const struct bucket_rule *rule,
                         const struct usage_reading *reading)
{
    const struct bucket_rule before = bucket_rule_in_force(rule, b);
    uint64_t capacity = reading->capacity ? reading->capacity : b->said.capacity;
    b->said = *reading;
    b->said.capacity = capacity;
    b->said.regain_ns = 0; /* is a block */
    /* once the API is open again by its own word, what it counted until then is no reason to
     * stay away */
    if (reading->regain_ns && !reading->reset_ns)
        b->said.reset_ns = reading->regain_ns;
    const struct bucket_rule force = bucket_rule_in_force(rule, b);
    double left =
        b->tokens + (double)bucket_capacity(&force) - (double)bucket_capacity(&before);
    b->tokens = left > 0 ? left : 0;
}

void bucket_note(struct bucket *b, const struct bucket_rule *rule,
                 const struct usage_reading *reading, int64_t now_ns)
{
    const struct bucket_rule before = bucket_rule_in_force(rule, b);
    int64_t time_ns = advance(b, &before, now_ns);
    bucket_block(b, reading->regain_ns);
    if (reading->at_ns <= 0)
        return;
    note_reading(b, rule, reading);
    const struct bucket_rule force = bucket_rule_in_force(rule, b);
    double share =
        force.kind == BUCKET_USAGE ? 0 : own_used(b, &force, time_ns) / (double)force.capacity;
    b->ours = share < 1 ? share : 1;
}

unsigned bucket_parallel(const struct bucket *b, const struct bucket_rule *rule, int64_t now_ns)
{
    const struct usage_pace pace =
        usage_pace(&b->said, rule->window_ns, rule->reserved, now_ns);
    return rule->parallel ? usage_parallel(&pace, rule->parallel) : 0;
}

uint64_t bucket_used(const struct bucket *b, const struct bucket_rule *rule, int64_t now_ns)
{
    const struct bucket_rule force = bucket_rule_in_force(rule, b);
    struct bucket copy = *b;
    int64_t time_ns = advance(&copy, &force, now_ns);
    double used = own_used(&copy, &force, time_ns) + others_used(&copy, &force, time_ns) -
                  TOKEN_TOLERANCE;
    return used > 0 ? (uint64_t)round_up(used) : 0;
}

int64_t bucket_free_ns(const struct bucket *b, const struct bucket_rule *rule, int64_t now_ns)
{
    const struct bucket_rule force = bucket_rule_in_force(rule, b);
    struct bucket copy = *b;
    enum bucket_cause ignored;
    int64_t time_ns = advance(&copy, &force, now_ns);
    int64_t at = grant_at(&copy, &force, bucket_capacity(&force), time_ns, &ignored);
    at = later(at, usage_forgotten_ns(&copy.said, force.window_ns));
    return at > time_ns ? at : now_ns;
}
