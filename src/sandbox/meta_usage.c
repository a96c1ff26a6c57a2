/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_usage.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"

enum {
    /* exact to the second where a caller can know the limit; coarse where only percents show */
    CALL_SLOTS = META_USAGE_HOUR_S,
    COARSE_SLOTS = 360,
    MISTAKES_PER_CALL = 1000,
};

#define CALL_SLOT_NS CLOCK_SECOND_NS
#define COARSE_SLOT_NS (META_USAGE_HOUR_S / COARSE_SLOTS * CLOCK_SECOND_NS)
#define MINUTE_NS (60 * CLOCK_SECOND_NS)

struct use {
    struct meta_window calls;
    struct meta_window cpu_ms;
    struct meta_window time_ms;
    bool refused;
    bool seen;
};

struct meta_usage_account {
    bool made;
    struct meta_leak score;
    int64_t blocked_until_ns;
    uint64_t block_calls; /* since the block began */
    struct use uses[META_USAGE_CASE_COUNT];
    struct meta_leak load;
    bool load_refused;
    struct meta_window mistakes;
    uint32_t active_ads; /* as the last call had it */
    uint64_t count;
    uint64_t refused;
    uint64_t during_block;
};

void meta_usage_grant(bool full, struct meta_usage_limits *ret_limits)
{
    *ret_limits = (struct meta_usage_limits){
        .full = full,
        .score = full ? 9000 : 60,
        .score_window_s = 300,
        .block_s = full ? 60 : 300,
        .calls = {[META_USAGE_INSIGHTS] = full ? 190000 : 600,
                  [META_USAGE_MANAGEMENT] = full ? 100000 : 300},
        .calls_per_ad = {[META_USAGE_INSIGHTS] = 400, [META_USAGE_MANAGEMENT] = 40},
        .load_window_s = 60,
    };
}

uint64_t meta_usage_hour(const struct meta_usage_limits *l, enum meta_usage_case use,
                         uint32_t active_ads, uint64_t errors)
{
    uint64_t calls = l->calls[use] + (uint64_t)l->calls_per_ad[use] * active_ads;
    uint64_t less = use == META_USAGE_INSIGHTS ? errors / MISTAKES_PER_CALL : 0;
    return calls > less ? calls - less : 1;
}

/* --- Life --- */

static struct meta_leak new_load(const struct meta_usage_limits *l, uint32_t units)
{
    return (struct meta_leak){
        .capacity = (int64_t)units * l->load_window_s,
        .window_ns = l->load_window_s * CLOCK_SECOND_NS,
    };
}

static bool use_init(struct use *u)
{
    return meta_window_init(&u->calls, CALL_SLOTS, CALL_SLOT_NS) &&
           meta_window_init(&u->cpu_ms, COARSE_SLOTS, COARSE_SLOT_NS) &&
           meta_window_init(&u->time_ms, COARSE_SLOTS, COARSE_SLOT_NS);
}

static void account_done(struct meta_usage_account *a)
{
    for (int i = 0; i < META_USAGE_CASE_COUNT; i++) {
        meta_window_done(&a->uses[i].calls);
        meta_window_done(&a->uses[i].cpu_ms);
        meta_window_done(&a->uses[i].time_ms);
    }
    meta_window_done(&a->mistakes);
    *a = (struct meta_usage_account){0};
}

static bool account_make(struct meta_usage *u, struct meta_usage_account *a)
{
    if (a->made)
        return true;
    a->score = (struct meta_leak){
        .capacity = u->limits.score,
        .window_ns = u->limits.score_window_s * CLOCK_SECOND_NS,
    };
    a->load = new_load(&u->limits, u->limits.account_load);
    a->made = use_init(&a->uses[META_USAGE_INSIGHTS]) &&
              use_init(&a->uses[META_USAGE_MANAGEMENT]) &&
              meta_window_init(&a->mistakes, COARSE_SLOTS, COARSE_SLOT_NS);
    if (!a->made)
        account_done(a);
    return a->made;
}

bool meta_usage_init(struct meta_usage *u, const struct meta_usage_limits *limits)
{
    *u = (struct meta_usage){
        .limits = *limits,
        .accounts = calloc(META_USAGE_ACCOUNTS_MAX, sizeof *u->accounts),
    };
    pthread_mutex_init(&u->mutex, NULL);
    u->app_load = new_load(limits, limits->app_load);
    return u->accounts && meta_window_init(&u->app_calls, CALL_SLOTS, CALL_SLOT_NS) &&
           meta_window_init(&u->app_cpu_ms, COARSE_SLOTS, COARSE_SLOT_NS) &&
           meta_window_init(&u->app_time_ms, COARSE_SLOTS, COARSE_SLOT_NS);
}

void meta_usage_done(struct meta_usage *u)
{
    for (size_t i = 0; u->accounts && i < META_USAGE_ACCOUNTS_MAX; i++)
        account_done(&u->accounts[i]);
    free(u->accounts);
    u->accounts = NULL;
    meta_window_done(&u->app_calls);
    meta_window_done(&u->app_cpu_ms);
    meta_window_done(&u->app_time_ms);
    pthread_mutex_destroy(&u->mutex);
}

void meta_usage_reset(struct meta_usage *u)
{
    pthread_mutex_lock(&u->mutex);
    for (size_t i = 0; i < META_USAGE_ACCOUNTS_MAX; i++)
        account_done(&u->accounts[i]);
    u->app_load.empty_ns = 0;
    meta_window_clear(&u->app_calls);
    meta_window_clear(&u->app_cpu_ms);
    meta_window_clear(&u->app_time_ms);
    u->app_refused = u->app_load_refused = false;
    pthread_mutex_unlock(&u->mutex);
}

/* --- May it? --- */

/* A bucket's answer; `refused` is what it remembers. */
static bool refuse(bool now, bool *refused, struct meta_usage_answer *answer,
                   enum meta_usage_refusal why)
{
    if (now && answer->refusal == META_USAGE_ALLOWED) {
        answer->refusal = why;
        answer->during_block = *refused;
    }
    *refused = now;
    return now;
}

static bool hour_is_over(struct meta_usage *u, struct meta_usage_account *a,
                         enum meta_usage_case use, int64_t now_ns)
{
    struct use *c = &a->uses[use];
    const struct meta_usage_limits *l = &u->limits;
    uint64_t calls =
        meta_usage_hour(l, use, a->active_ads, meta_window_sum(&a->mistakes, now_ns));
    return meta_window_sum(&c->calls, now_ns) >= calls ||
           (l->cpu_s > 0 && meta_window_sum(&c->cpu_ms, now_ns) >= l->cpu_s * UINT64_C(1000)) ||
           (l->time_s > 0 &&
            meta_window_sum(&c->time_ms, now_ns) >= l->time_s * UINT64_C(1000));
}

/* 0: it is not blocked. One that is further ahead than a block lasts is of a clock put back. */
static int64_t block_left_ns(const struct meta_usage *u, const struct meta_usage_account *a,
                             int64_t now_ns)
{
    int64_t left_ns = a->blocked_until_ns - now_ns;
    return left_ns > 0 && left_ns <= 2 * u->limits.block_s * CLOCK_SECOND_NS ? left_ns : 0;
}

/* The block is noted and pushed out here. */
static void check_score(struct meta_usage *u, struct meta_usage_account *a, int64_t now_ns,
                        uint32_t points, struct meta_usage_answer *answer)
{
    bool blocked = block_left_ns(u, a, now_ns) > 0;
    bool over = blocked || meta_leak_wait(&a->score, now_ns, points) > 0;
    bool remembered = blocked;
    refuse(over, &remembered, answer, META_USAGE_SCORE);
    a->block_calls = blocked ? a->block_calls + 1 : 0;
    if (over)
        a->blocked_until_ns = now_ns + u->limits.block_s * CLOCK_SECOND_NS;
    if (blocked && u->limits.abuse > 0 && a->block_calls >= u->limits.abuse)
        answer->refusal = META_USAGE_ABUSE;
}

static void check_load(struct meta_leak *load, bool *refused, int64_t now_ns, uint32_t units,
                       struct meta_usage_answer *answer, enum meta_usage_refusal why)
{
    if (load->capacity > 0 && units > 0)
        refuse(meta_leak_wait(load, now_ns, units) > 0, refused, answer, why);
}

static void check_app(struct meta_usage *u, int64_t now_ns, const struct meta_usage_call *call,
                      struct meta_usage_answer *answer)
{
    if (u->limits.app_calls > 0)
        refuse(meta_window_sum(&u->app_calls, now_ns) >= u->limits.app_calls, &u->app_refused,
               answer, META_USAGE_APP);
    check_load(&u->app_load, &u->app_load_refused, now_ns, call->load, answer,
               META_USAGE_APP_LOAD);
}

static void check_account(struct meta_usage *u, struct meta_usage_account *a, int64_t now_ns,
                          const struct meta_usage_call *call, uint32_t points,
                          struct meta_usage_answer *answer)
{
    check_load(&a->load, &a->load_refused, now_ns, call->load, answer, META_USAGE_ACCOUNT_LOAD);
    check_score(u, a, now_ns, points, answer);
    struct use *use = &a->uses[call->use];
    refuse(hour_is_over(u, a, call->use, now_ns), &use->refused, answer, META_USAGE_CASE);
}

/* --- Counting --- */

/* A refused call counts as one, but cost nothing. */
static void count_app(struct meta_usage *u, int64_t now_ns, const struct meta_usage_call *call,
                      bool allowed)
{
    meta_window_add(&u->app_calls, now_ns, 1);
    if (!allowed)
        return;
    meta_window_add(&u->app_cpu_ms, now_ns, call->cpu_ms);
    meta_window_add(&u->app_time_ms, now_ns, call->time_ms);
    if (u->app_load.capacity > 0)
        meta_leak_add(&u->app_load, now_ns, call->load);
}

static void count_account(struct meta_usage_account *a, int64_t now_ns,
                          const struct meta_usage_call *call, uint32_t points,
                          const struct meta_usage_answer *answer)
{
    struct use *use = &a->uses[call->use];
    use->seen = true;
    a->count++;
    meta_leak_add(&a->score, now_ns, points);
    meta_window_add(&use->calls, now_ns, 1);
    if (answer->refusal != META_USAGE_ALLOWED) {
        a->refused++;
        a->during_block += answer->during_block;
        return;
    }
    meta_window_add(&use->cpu_ms, now_ns, call->cpu_ms);
    meta_window_add(&use->time_ms, now_ns, call->time_ms);
    if (a->load.capacity > 0)
        meta_leak_add(&a->load, now_ns, call->load);
}

/* --- How full? --- */

static double percent(double part, double whole)
{
    double result = whole > 0 ? 100 * part / whole : 0;
    return result < 100 ? result : 100;
}

static double leak_percent(const struct meta_leak *l, int64_t now_ns)
{
    return l->capacity > 0
               ? percent((double)meta_leak_level_ns(l, now_ns), (double)l->window_ns)
               : 0;
}

static int64_t round_up(int64_t ns, int64_t unit_ns)
{
    return (ns + unit_ns - 1) / unit_ns;
}

/* Until a call would be let through. */
static int64_t regain_ns(struct meta_usage *u, struct use *use, int64_t now_ns, uint64_t calls)
{
    const struct meta_usage_limits *l = &u->limits;
    int64_t waits[] = {
        meta_window_wait(&use->calls, now_ns, calls - 1),
        l->cpu_s > 0 ? meta_window_wait(&use->cpu_ms, now_ns, l->cpu_s * UINT64_C(1000) - 1)
                     : 0,
        l->time_s > 0 ? meta_window_wait(&use->time_ms, now_ns, l->time_s * UINT64_C(1000) - 1)
                      : 0,
    };
    int64_t longest = 0;
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++)
        if (waits[i] > longest)
            longest = waits[i];
    return longest;
}

static void describe_account(struct meta_usage *u, struct meta_usage_account *a, int64_t now_ns,
                             struct meta_usage_state *state)
{
    int64_t blocked_ns = block_left_ns(u, a, now_ns);
    int64_t level_ns = meta_leak_level_ns(&a->score, now_ns);
    state->score = blocked_ns > 0 ? 100 : leak_percent(&a->score, now_ns);
    state->score_reset_s =
        round_up(level_ns > blocked_ns ? level_ns : blocked_ns, CLOCK_SECOND_NS);
    state->account_load = leak_percent(&a->load, now_ns);
    uint64_t mistakes = meta_window_sum(&a->mistakes, now_ns);
    for (int i = 0; i < META_USAGE_CASE_COUNT; i++) {
        struct use *use = &a->uses[i];
        uint64_t calls = meta_usage_hour(&u->limits, i, a->active_ads, mistakes);
        state->cases[i].seen = use->seen;
        state->cases[i].calls =
            percent((double)meta_window_sum(&use->calls, now_ns), (double)calls);
        state->cases[i].cpu =
            percent((double)meta_window_sum(&use->cpu_ms, now_ns),
                    (u->limits.cpu_s ? u->limits.cpu_s : META_USAGE_HOUR_S) * 1000.0);
        state->cases[i].time =
            percent((double)meta_window_sum(&use->time_ms, now_ns),
                    (u->limits.time_s ? u->limits.time_s : META_USAGE_HOUR_S) * 1000.0);
        state->cases[i].regain_minutes =
            use->refused ? round_up(regain_ns(u, use, now_ns, calls), MINUTE_NS) : 0;
    }
}

static void describe(struct meta_usage *u, struct meta_usage_account *a, int64_t now_ns,
                     struct meta_usage_state *state)
{
    state->full = u->limits.full;
    state->app_load = leak_percent(&u->app_load, now_ns);
    state->app_calls =
        percent((double)meta_window_sum(&u->app_calls, now_ns), u->limits.app_calls);
    state->app_cpu =
        percent((double)meta_window_sum(&u->app_cpu_ms, now_ns), META_USAGE_HOUR_S * 1000.0);
    state->app_time =
        percent((double)meta_window_sum(&u->app_time_ms, now_ns), META_USAGE_HOUR_S * 1000.0);
    if (a)
        describe_account(u, a, now_ns, state);
}

/* --- Calls --- */

static struct meta_usage_account *account_at(struct meta_usage *u, int32_t account)
{
    return account >= 0 && account < META_USAGE_ACCOUNTS_MAX ? &u->accounts[account] : NULL;
}

static void take(struct meta_usage *u, struct meta_usage_account *a, int64_t now_ns,
                 const struct meta_usage_call *call, struct meta_usage_answer *answer)
{
    uint32_t points = call->write ? META_USAGE_WRITE_POINTS : META_USAGE_READ_POINTS;
    if (a)
        a->active_ads = call->active_ads;
    if (!u->limits.off) {
        check_app(u, now_ns, call, answer);
        if (a)
            check_account(u, a, now_ns, call, points, answer);
    }
    count_app(u, now_ns, call, answer->refusal == META_USAGE_ALLOWED);
    if (a)
        count_account(a, now_ns, call, points, answer);
    describe(u, a, now_ns, &answer->state);
}

bool meta_usage_take(struct meta_usage *u, int64_t now_ns, const struct meta_usage_call *call,
                     struct meta_usage_answer *ret_answer)
{
    struct meta_usage_answer answer = {.state.account = call->account};
    pthread_mutex_lock(&u->mutex);
    struct meta_usage_account *a = account_at(u, call->account);
    bool made = !a || account_make(u, a);
    if (made)
        take(u, a, now_ns, call, &answer);
    pthread_mutex_unlock(&u->mutex);
    if (made)
        *ret_answer = answer;
    return made;
}

void meta_usage_mistake(struct meta_usage *u, int64_t now_ns, int32_t account)
{
    pthread_mutex_lock(&u->mutex);
    struct meta_usage_account *a = account_at(u, account);
    if (a && a->made)
        meta_window_add(&a->mistakes, now_ns, 1);
    pthread_mutex_unlock(&u->mutex);
}

static bool format_account(const struct meta_usage *u, struct meta_usage_account *a,
                           uint64_t id, int64_t now_ns, const char *comma, struct buffer *out)
{
    int64_t blocked_ns = block_left_ns(u, a, now_ns);
    return buffer_printf(
        out,
        "%s{\"account\":\"%" PRIu64 "\",\"calls\":%" PRIu64 ",\"refused\":%" PRIu64
        ",\"during_block\":%" PRIu64 ",\"mistakes\":%" PRIu64 ",\"score\":%.2f"
        ",\"blocked_s\":%" PRId64 ",\"insights\":%" PRIu64 ",\"management\":%" PRIu64 "}",
        comma, id, a->count, a->refused, a->during_block, meta_window_sum(&a->mistakes, now_ns),
        leak_percent(&a->score, now_ns), round_up(blocked_ns, CLOCK_SECOND_NS),
        meta_window_sum(&a->uses[META_USAGE_INSIGHTS].calls, now_ns),
        meta_window_sum(&a->uses[META_USAGE_MANAGEMENT].calls, now_ns));
}

bool meta_usage_format(struct meta_usage *u, int64_t now_ns,
                       const uint64_t ids[META_USAGE_ACCOUNTS_MAX], struct buffer *out)
{
    const char *comma = "";
    pthread_mutex_lock(&u->mutex);
    bool fits = buffer_append_byte(out, '[');
    for (size_t i = 0; fits && i < META_USAGE_ACCOUNTS_MAX; i++) {
        if (!u->accounts[i].made)
            continue;
        fits = format_account(u, &u->accounts[i], ids[i], now_ns, comma, out);
        comma = ",";
    }
    pthread_mutex_unlock(&u->mutex);
    return fits && buffer_append_byte(out, ']');
}
