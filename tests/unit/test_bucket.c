/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/clock.h"
#include "quota/bucket.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))
#define SECOND CLOCK_SECOND_NS
#define START (INT64_C(1795000000) * SECOND) /* November 2026 */

static const struct bucket_rule users = {BUCKET_WINDOW, 20000, 300 * SECOND, 0, 0};
static const struct bucket_rule score = {BUCKET_TOKEN, 60, 300 * SECOND, 0, 0};

/* The longest a window's wait may exceed what is needed. */
static int64_t slot_of(const struct bucket_rule *rule)
{
    return rule->window_ns / (BUCKET_SLOTS - 1) + 1;
}

/* --- Random schedules ---------------------------------------------------------------------- */

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 16;
}

static uint64_t below(uint64_t *seed, uint64_t limit)
{
    return next_random(seed) % limit;
}

enum { GRANTS_MAX = 4096 };

struct history {
    size_t count;
    int64_t time_ns[GRANTS_MAX];
    uint64_t amount[GRANTS_MAX];
};

static void remember(struct history *h, uint64_t amount, int64_t time_ns)
{
    assert_true(h->count < GRANTS_MAX);
    h->time_ns[h->count] = time_ns;
    h->amount[h->count++] = amount;
}

/* What was granted after from_ns. */
static uint64_t granted_since(const struct history *h, int64_t from_ns)
{
    uint64_t sum = 0;
    for (size_t i = h->count; i-- > 0 && h->time_ns[i] > from_ns;)
        sum += h->amount[i];
    return sum;
}

/* The shortest wait with which no span of the window holds more than the capacity. */
static int64_t ideal_wait(const struct history *h, const struct bucket_rule *rule,
                          uint64_t amount, int64_t now_ns)
{
    if (granted_since(h, now_ns - rule->window_ns) + amount <= rule->capacity)
        return 0;
    for (size_t i = 0; i < h->count; i++) {
        int64_t free_ns = h->time_ns[i] + rule->window_ns;
        if (free_ns > now_ns && granted_since(h, h->time_ns[i]) + amount <= rule->capacity)
            return free_ns - now_ns;
    }
    fail_msg("no wait is long enough");
    return 0;
}

static struct bucket_rule random_rule(uint64_t *seed, enum bucket_kind kind)
{
    static const int64_t windows[] = {BUCKET_WINDOW_MIN_NS, 59 * SECOND,       60 * SECOND,
                                      300 * SECOND,         3600 * SECOND + 1, 86400 * SECOND};
    return (struct bucket_rule){kind, 1 + below(seed, 50000), windows[below(seed, 6)], 0, 0};
}

static void a_window_never_holds_more_than_its_capacity(void **state)
{
    (void)state;
    static struct history h;
    for (uint64_t run = 0; run < 300; run++) {
        uint64_t seed = run;
        struct bucket_rule rule = random_rule(&seed, BUCKET_WINDOW);
        int64_t now_ns = START + (int64_t)below(&seed, (uint64_t)rule.window_ns);
        struct bucket b;
        bucket_init(&b, &rule, now_ns);
        h.count = 0;
        for (int step = 0; step < 300; step++) {
            uint64_t amount =
                1 + below(&seed, below(&seed, 4) ? (rule.capacity + 3) / 4 : rule.capacity);
            int64_t ideal_ns = ideal_wait(&h, &rule, amount, now_ns);
            int64_t wait_ns = bucket_take(&b, &rule, amount, now_ns);
            assert_true(wait_ns >= ideal_ns);
            assert_true(wait_ns <= ideal_ns + slot_of(&rule));
            if (wait_ns == 0) {
                remember(&h, amount, now_ns);
                assert_true(granted_since(&h, now_ns - rule.window_ns) <= rule.capacity);
                assert_true(bucket_used(&b, &rule, now_ns) <= rule.capacity);
            } else if (below(&seed, 2)) {
                /* the wait is enough, and not a nanosecond of it is in vain */
                assert_int_equal(bucket_take(&b, &rule, amount, now_ns + wait_ns - 1), 1);
                now_ns += wait_ns;
                assert_int_equal(bucket_take(&b, &rule, amount, now_ns), 0);
                remember(&h, amount, now_ns);
            }
            now_ns += (int64_t)below(&seed, (uint64_t)rule.window_ns / 16);
        }
    }
}

static void tokens_never_exceed_capacity_and_refill(void **state)
{
    (void)state;
    for (uint64_t run = 0; run < 300; run++) {
        uint64_t seed = run + 1000;
        struct bucket_rule rule = random_rule(&seed, BUCKET_TOKEN);
        int64_t now_ns = START;
        struct bucket b;
        bucket_init(&b, &rule, now_ns);
        double granted = 0;
        for (int step = 0; step < 1000; step++) {
            uint64_t amount = 1 + below(&seed, rule.capacity);
            int64_t wait_ns = bucket_take(&b, &rule, amount, now_ns);
            if (wait_ns > 0 && below(&seed, 2)) {
                now_ns += wait_ns;
                assert_int_equal(bucket_take(&b, &rule, amount, now_ns), 0);
                wait_ns = 0;
            }
            granted += wait_ns == 0 ? (double)amount : 0;
            double refilled =
                (double)(now_ns - START) * (double)rule.capacity / (double)rule.window_ns;
            assert_true(granted <= ((double)rule.capacity + refilled) * (1 + 1e-9) + 2);
            now_ns += (int64_t)below(&seed, (uint64_t)rule.window_ns / 4);
        }
    }
}

/* --- Single behaviours --------------------------------------------------------------------- */

static void four_pages_of_5000_users_fit_and_the_fifth_waits(void **state)
{
    (void)state;
    struct bucket b;
    bucket_init(&b, &users, START);
    for (int page = 0; page < 4; page++)
        assert_int_equal(bucket_take(&b, &users, 5000, START + page * SECOND), 0);
    assert_int_equal(bucket_used(&b, &users, START + 4 * SECOND), 20000);
    int64_t wait_ns = bucket_take(&b, &users, 5000, START + 4 * SECOND);
    assert_true(wait_ns >= 296 * SECOND && wait_ns <= 296 * SECOND + slot_of(&users));
    assert_int_equal(bucket_take(&b, &users, 5000, START + 4 * SECOND + wait_ns), 0);
}

static void tokens_come_back_evenly(void **state)
{
    (void)state;
    struct bucket b;
    bucket_init(&b, &score, START);
    assert_int_equal(bucket_take(&b, &score, 60, START), 0);
    assert_int_equal(bucket_used(&b, &score, START), 60);
    assert_int_equal(bucket_take(&b, &score, 1, START), 5 * SECOND);
    assert_int_equal(bucket_take(&b, &score, 12, START), 60 * SECOND);
    assert_int_equal(bucket_used(&b, &score, START + 100 * SECOND), 40);
    assert_int_equal(bucket_free_ns(&b, &score, START), START + 300 * SECOND);
    assert_int_equal(bucket_used(&b, &score, START + 3000 * SECOND), 0);
    assert_int_equal(bucket_take(&b, &score, 60, START + 3000 * SECOND), 0);
    assert_int_equal(bucket_take(&b, &score, 1, START + 3000 * SECOND), 5 * SECOND);
}

static void a_state_of_zeros_is_an_unused_bucket(void **state)
{
    (void)state;
    const struct bucket_rule *const rules[] = {&users, &score};
    for (size_t i = 0; i < LENGTH(rules); i++) {
        struct bucket b = {0};
        assert_int_equal(bucket_used(&b, rules[i], START), 0);
        assert_int_equal(bucket_free_ns(&b, rules[i], START), START);
        assert_int_equal(bucket_take(&b, rules[i], rules[i]->capacity, START), 0);
        assert_true(bucket_take(&b, rules[i], 1, START) > 0);
    }
}

static void a_block_holds_and_is_never_shortened(void **state)
{
    (void)state;
    const struct bucket_rule *const rules[] = {&users, &score};
    for (size_t i = 0; i < LENGTH(rules); i++) {
        struct bucket b;
        bucket_init(&b, rules[i], START);
        bucket_block(&b, START + 100 * SECOND);
        bucket_block(&b, START + 10 * SECOND);
        assert_int_equal(bucket_take(&b, rules[i], 1, START), 100 * SECOND);
        assert_int_equal(bucket_used(&b, rules[i], START), 0);
        assert_int_equal(bucket_free_ns(&b, rules[i], START), START + 100 * SECOND);
        assert_int_equal(bucket_take(&b, rules[i], 1, START + 100 * SECOND), 0);
    }
}

static void the_longer_of_block_and_shortage_is_the_wait(void **state)
{
    (void)state;
    struct bucket b;
    bucket_init(&b, &score, START);
    bucket_take(&b, &score, 60, START);
    bucket_block(&b, START + 20 * SECOND);
    assert_int_equal(bucket_take(&b, &score, 1, START), 20 * SECOND);
    assert_int_equal(bucket_take(&b, &score, 30, START), 150 * SECOND);
}

static void a_small_step_back_stands_still(void **state)
{
    (void)state;
    struct bucket b;
    bucket_init(&b, &score, START);
    bucket_take(&b, &score, 60, START);
    /* the wait counts from the asker's own time: asking when it is over must be enough */
    int64_t wait_ns = bucket_take(&b, &score, 1, START - 30 * SECOND);
    assert_int_equal(wait_ns, 35 * SECOND);
    assert_int_equal(bucket_take(&b, &score, 1, START - 30 * SECOND + wait_ns), 0);

    bucket_init(&b, &users, START);
    bucket_take(&b, &users, 20000, START);
    wait_ns = bucket_take(&b, &users, 1, START - 30 * SECOND);
    assert_true(wait_ns > 330 * SECOND && wait_ns <= 330 * SECOND + slot_of(&users));
    assert_true(bucket_take(&b, &users, 1, START + 299 * SECOND) > 0);
    assert_int_equal(bucket_take(&b, &users, 1, START - 30 * SECOND + wait_ns), 0);
}

static void a_clock_set_back_neither_frees_nor_blocks_for_ever(void **state)
{
    (void)state;
    const int64_t year = 365 * CLOCK_DAY_NS;
    const struct bucket_rule *const rules[] = {&users, &score};
    for (size_t i = 0; i < LENGTH(rules); i++) {
        struct bucket b;
        bucket_init(&b, rules[i], START + year);
        assert_int_equal(bucket_take(&b, rules[i], rules[i]->capacity, START + year), 0);
        bucket_block(&b, START + year + 10 * SECOND);
        int64_t wait_ns = bucket_take(&b, rules[i], rules[i]->capacity, START);
        assert_true(wait_ns >= 300 * SECOND);
        assert_true(wait_ns <= 300 * SECOND + slot_of(rules[i]));
        assert_true(bucket_take(&b, rules[i], rules[i]->capacity, START + 299 * SECOND) > 0);
        assert_int_equal(bucket_take(&b, rules[i], rules[i]->capacity, START + wait_ns), 0);
    }
}

static void a_clock_before_1970_does_no_harm(void **state)
{
    (void)state;
    const struct bucket_rule *const rules[] = {&users, &score};
    for (size_t i = 0; i < LENGTH(rules); i++) {
        struct bucket b;
        bucket_init(&b, rules[i], 0);
        assert_int_equal(bucket_take(&b, rules[i], rules[i]->capacity, -5 * SECOND), 0);
        assert_true(bucket_take(&b, rules[i], 1, -3600 * SECOND) > 0);
    }
}

/* A changed configuration meets the state of the old one. */
static void a_changed_rule_never_grants_more_than_the_new_one(void **state)
{
    (void)state;
    static struct history h;
    for (uint64_t run = 0; run < 300; run++) {
        uint64_t seed = run + 5000;
        struct bucket_rule rule = random_rule(&seed, BUCKET_WINDOW);
        int64_t now_ns = START;
        struct bucket b;
        bucket_init(&b, &rule, now_ns);
        h.count = 0;
        for (int step = 0; step < 300; step++) {
            if (step % 30 == 0)
                rule.window_ns -= (int64_t)below(&seed, (uint64_t)rule.window_ns / 3);
            if (step % 50 == 0)
                rule.capacity = 1 + below(&seed, 50000);
            if (rule.window_ns < BUCKET_WINDOW_MIN_NS)
                break;
            uint64_t amount = 1 + below(&seed, rule.capacity);
            if (bucket_take(&b, &rule, amount, now_ns) == 0) {
                remember(&h, amount, now_ns);
                assert_true(granted_since(&h, now_ns - rule.window_ns) <= rule.capacity);
            }
            now_ns += (int64_t)below(&seed, (uint64_t)rule.window_ns / 16 + 1);
        }
    }
}

static void rules_have_a_range(void **state)
{
    (void)state;
    static const struct {
        struct bucket_rule rule;
        bool valid;
    } cases[] = {
        {{BUCKET_TOKEN, 1, BUCKET_WINDOW_MIN_NS, 0, 0}, true},
        {{BUCKET_WINDOW, BUCKET_CAPACITY_MAX, BUCKET_WINDOW_MAX_NS, 0, 0}, true},
        {{BUCKET_WINDOW, 0, SECOND, 0, 0}, false},
        {{BUCKET_WINDOW, BUCKET_CAPACITY_MAX + 1, SECOND, 0, 0}, false},
        {{BUCKET_WINDOW, 1, BUCKET_WINDOW_MIN_NS - 1, 0, 0}, false},
        {{BUCKET_WINDOW, 1, -SECOND, 0, 0}, false},
        {{BUCKET_WINDOW, 1, BUCKET_WINDOW_MAX_NS + 1, 0, 0}, false},
        {{(enum bucket_kind)7, 1, SECOND, 0, 0}, false},
        {{BUCKET_USAGE, 0, SECOND, BUCKET_PARALLEL_MAX, USAGE_RESERVED_MAX}, true},
        {{BUCKET_USAGE, 1, SECOND, 0, 0}, false},
        {{BUCKET_WINDOW, 1, SECOND, BUCKET_PARALLEL_MAX + 1, 0}, false},
        {{BUCKET_WINDOW, 1, SECOND, 0, USAGE_RESERVED_MAX + 1}, false},
    };
    for (size_t i = 0; i < LENGTH(cases); i++)
        assert_int_equal(bucket_rule_is_valid(&cases[i].rule), cases[i].valid);
}

static void the_largest_figures_are_exact_enough(void **state)
{
    (void)state;
    static const struct bucket_rule rules[] = {
        {BUCKET_TOKEN, BUCKET_CAPACITY_MAX, BUCKET_WINDOW_MAX_NS, 0, 0},
        {BUCKET_TOKEN, BUCKET_CAPACITY_MAX, BUCKET_WINDOW_MIN_NS, 0, 0},
        {BUCKET_TOKEN, 1, BUCKET_WINDOW_MAX_NS, 0, 0},
        {BUCKET_WINDOW, BUCKET_CAPACITY_MAX, BUCKET_WINDOW_MAX_NS, 0, 0},
        {BUCKET_WINDOW, BUCKET_CAPACITY_MAX, BUCKET_WINDOW_MIN_NS, 0, 0},
    };
    for (size_t i = 0; i < LENGTH(rules); i++) {
        const struct bucket_rule *rule = &rules[i];
        struct bucket b;
        bucket_init(&b, rule, START);
        assert_int_equal(bucket_take(&b, rule, rule->capacity, START), 0);
        int64_t wait_ns = bucket_take(&b, rule, rule->capacity, START);
        assert_true(wait_ns > 0 && wait_ns <= rule->window_ns + slot_of(rule));
        assert_int_equal(bucket_take(&b, rule, rule->capacity, START + wait_ns), 0);
    }
}

/* --- What the API says ----------------------------------------------------------------------- */

static const struct bucket_rule insights = {.kind = BUCKET_USAGE, .window_ns = 3600 * SECOND};

static void note(struct bucket *b, const struct bucket_rule *rule, double used, int64_t now_ns)
{
    const struct usage_reading r = {.used = used, .at_ns = now_ns};
    bucket_note(b, rule, &r, now_ns);
}

/* 80 % are used, of which we know nothing: 13 % are left before a reading would have to stop us,
 * until it has aged. */
static void what_others_used_is_not_granted(void **state)
{
    (void)state;
    const struct bucket_rule *const rules[] = {&users, &score};
    for (size_t i = 0; i < LENGTH(rules); i++) {
        const struct bucket_rule *rule = rules[i];
        struct bucket b;
        bucket_init(&b, rule, START);
        note(&b, rule, 0.8, START);
        uint64_t left = rule->capacity * 13 / 100;
        assert_int_equal(bucket_used(&b, rule, START), rule->capacity * 8 / 10);
        assert_true(bucket_wait(&b, rule, left + 1, START) > 0);
        assert_int_equal(bucket_take(&b, rule, left, START), 0);
        assert_true(bucket_wait(&b, rule, 1, START) > 0);
        assert_int_equal(bucket_used(&b, rule, START + 150 * SECOND),
                         i == 0 ? rule->capacity * 4 / 10 + left : rule->capacity * 4 / 10);
        /* an amount that is all there is waits for all of it, and no longer */
        int64_t all_ns = bucket_free_ns(&b, rule, START);
        assert_int_equal(bucket_take(&b, rule, rule->capacity, all_ns), 0);
    }
}

/* What the reading tells beyond our own is others'; what it repeats is not counted twice. */
static void what_we_used_ourselves_is_not_counted_twice(void **state)
{
    (void)state;
    struct bucket b;
    bucket_init(&b, &users, START);
    assert_int_equal(bucket_take(&b, &users, 10000, START), 0);
    note(&b, &users, 0.5, START);
    assert_int_equal(bucket_used(&b, &users, START), 10000);
    note(&b, &users, 0.6, START);
    assert_int_equal(bucket_used(&b, &users, START), 12000);
    note(&b, &users, 0.1, START); /* the API may count less than we; we go on counting */
    assert_int_equal(bucket_used(&b, &users, START), 10000);
}

/* The wait is the shortest one: a nanosecond earlier there was no room. */
static void the_wait_beside_others_is_exact(void **state)
{
    (void)state;
    const struct bucket_rule *const rules[] = {&users, &score};
    for (size_t i = 0; i < LENGTH(rules); i++) {
        struct bucket b;
        bucket_init(&b, rules[i], START);
        assert_int_equal(bucket_take(&b, rules[i], rules[i]->capacity / 2, START), 0);
        note(&b, rules[i], 0.9, START);
        uint64_t amount = rules[i]->capacity / 4;
        int64_t wait_ns = bucket_wait(&b, rules[i], amount, START);
        assert_true(wait_ns > SECOND && wait_ns < 300 * SECOND);
        assert_true(bucket_wait(&b, rules[i], amount, START + wait_ns - 1) > 0);
        assert_int_equal(bucket_take(&b, rules[i], amount, START + wait_ns), 0);
    }
}

static void every_bucket_stops_before_the_block(void **state)
{
    (void)state;
    const struct bucket_rule *const rules[] = {&users, &score, &insights};
    for (size_t i = 0; i < LENGTH(rules); i++) {
        struct bucket b;
        bucket_init(&b, rules[i], START);
        note(&b, rules[i], 0.96, START);
        int64_t wait_ns = bucket_wait(&b, rules[i], 1, START);
        assert_true(wait_ns > 0 && wait_ns < rules[i]->window_ns / 10);
        const struct usage_reading reset = {
            .used = 0.96, .at_ns = START, .reset_ns = START + 42 * SECOND};
        bucket_note(&b, rules[i], &reset, START);
        assert_int_equal(bucket_wait(&b, rules[i], 1, START), 42 * SECOND);
        assert_int_equal(bucket_wait(&b, rules[i], 1, START + 42 * SECOND), 0);
        const struct usage_reading regain = {.regain_ns = START + 77 * SECOND};
        bucket_note(&b, rules[i], &regain, START);
        assert_int_equal(bucket_wait(&b, rules[i], 1, START), 77 * SECOND);
    }
}

/* Used up far beyond what is allowed, and open again in a minute: a minute it is. */
static void what_led_to_a_block_does_not_outlast_it(void **state)
{
    (void)state;
    const struct bucket_rule *const rules[] = {&users, &score, &insights};
    for (size_t i = 0; i < LENGTH(rules); i++) {
        struct bucket b;
        bucket_init(&b, rules[i], START);
        const struct usage_reading blocked = {
            .used = 3, .at_ns = START, .regain_ns = START + 60 * SECOND};
        bucket_note(&b, rules[i], &blocked, START);
        assert_int_equal(bucket_wait(&b, rules[i], 1, START), 60 * SECOND);
        assert_int_equal(bucket_take(&b, rules[i], 1, START + 60 * SECOND), 0);
    }
}

static void a_bucket_without_a_capacity_is_steered_by_readings(void **state)
{
    (void)state;
    struct bucket b = {0};
    for (int i = 0; i < 1000; i++)
        assert_int_equal(bucket_take(&b, &insights, 1000000, START), 0);
    assert_int_equal(bucket_used(&b, &insights, START), 0);
    assert_int_equal(bucket_capacity(&insights), 100);
    note(&b, &insights, 0.5, START);
    assert_int_equal(bucket_used(&b, &insights, START), 50);
    assert_int_equal(bucket_used(&b, &insights, START + 1800 * SECOND), 25);
    assert_int_equal(bucket_free_ns(&b, &insights, START), START + 3600 * SECOND);
}

/* Told 9000, granted 60: 60 it is, and what was taken before is not forgotten. */
static void what_the_api_grants_is_the_capacity(void **state)
{
    (void)state;
    const struct bucket_rule full = {BUCKET_TOKEN, 9000, 300 * SECOND, 0, 0};
    struct bucket b;
    bucket_init(&b, &full, START);
    assert_int_equal(bucket_take(&b, &full, 12, START), 0);
    const struct usage_reading basic = {.used = 0.2, .at_ns = START, .capacity = 60};
    bucket_note(&b, &full, &basic, START);
    assert_int_equal(bucket_used(&b, &full, START), 12);
    const struct bucket_rule force = bucket_rule_in_force(&full, &b);
    assert_int_equal(bucket_capacity(&force), 60);
    /* one that is not told again holds, as does the smaller one of a rule */
    note(&b, &full, 0.2, START);
    assert_int_equal(bucket_take(&b, &full, 43, START), 0);
    assert_true(bucket_wait(&b, &full, 1, START) > 0);
    assert_true(bucket_wait(&b, &full, 1, START) <= 10 * SECOND);
    const struct usage_reading more = {.used = 0.2, .at_ns = START, .capacity = 100000};
    bucket_note(&b, &full, &more, START);
    const struct bucket_rule own = bucket_rule_in_force(&full, &b);
    assert_int_equal(bucket_capacity(&own), 9000);
    /* more than is granted is all of it: it has its time, too */
    bucket_init(&b, &full, START);
    bucket_note(&b, &full, &basic, START);
    int64_t wait_ns = bucket_wait(&b, &full, 500, START);
    assert_true(wait_ns > 0 && wait_ns <= 300 * SECOND);
    assert_int_equal(bucket_take(&b, &full, 500, START + wait_ns), 0);
}

/* What is sent together is no more than is left, and less of it as usage rises. */
static void together_go_as_many_as_there_is_room_for(void **state)
{
    (void)state;
    struct bucket b;
    bucket_init(&b, &score, START);
    assert_int_equal(bucket_room(&b, &score, 1, 50, START), 50);
    assert_int_equal(bucket_room(&b, &score, 3, 50, START), 20);
    note(&b, &score, 0.5, START); /* 25.8 until 93 % */
    assert_int_equal(bucket_room(&b, &score, 1, 50, START), 25);
    assert_int_equal(bucket_room(&b, &score, 3, 50, START), 8);
    assert_int_equal(bucket_take(&b, &score, 25, START), 0);
    assert_int_equal(bucket_room(&b, &score, 1, 50, START), 0);
    assert_int_equal(bucket_room(&b, &score, 1, 50, START + 150 * SECOND), 40);

    struct bucket u = {0};
    static const double used[] = {0.5, 0.6, 0.725, 0.85, 0.94, 0.96};
    static const unsigned room[] = {50, 50, 25, 1, 1, 0};
    for (size_t i = 0; i < LENGTH(used); i++) {
        note(&u, &insights, used[i], START);
        assert_int_equal(bucket_room(&u, &insights, 1, 50, START), room[i]);
    }
    bucket_block(&b, START + 400 * SECOND);
    assert_int_equal(bucket_room(&b, &score, 1, 50, START + 399 * SECOND), 0);
    assert_int_equal(bucket_room(&b, &score, 1, 50, START + 400 * SECOND), 50);
}

static void the_cause_of_a_wait_is_told_apart(void **state)
{
    (void)state;
    struct bucket b;
    bucket_init(&b, &score, START);
    assert_int_equal(bucket_take(&b, &score, 60, START), 0);
    assert_int_equal(bucket_cause(&b, &score, 1, START), BUCKET_SPENT);
    bucket_block(&b, START + SECOND); /* over before there is a token */
    assert_int_equal(bucket_cause(&b, &score, 1, START), BUCKET_SPENT);
    bucket_block(&b, START + 400 * SECOND);
    assert_int_equal(bucket_cause(&b, &score, 1, START), BUCKET_BLOCKED);

    bucket_init(&b, &score, START);
    note(&b, &score, 0.97, START);
    assert_int_equal(bucket_cause(&b, &score, 1, START), BUCKET_SAID);
    note(&b, &score, 0.8, START); /* by others: what is left is too little */
    assert_int_equal(bucket_cause(&b, &score, 20, START), BUCKET_SAID);
}

static void what_is_reserved_is_left_to_others(void **state)
{
    (void)state;
    struct bucket_rule rules[] = {users, score, {BUCKET_WINDOW, 1, 300 * SECOND, 0, 0}};
    for (size_t i = 0; i < LENGTH(rules); i++) {
        struct bucket_rule *rule = &rules[i];
        rule->reserved = 30;
        uint64_t ours = rule->capacity > 1 ? rule->capacity * 7 / 10 : 1;
        struct bucket b;
        bucket_init(&b, rule, START);
        assert_int_equal(bucket_capacity(rule), ours);
        assert_int_equal(bucket_take(&b, rule, ours, START), 0);
        assert_true(bucket_wait(&b, rule, 1, START) > 0);
    }
    /* others use what is theirs and more: 80 % of 20000 are beyond our 70 % */
    struct bucket b;
    bucket_init(&b, &rules[0], START);
    note(&b, &rules[0], 0.6, START);
    assert_int_equal(bucket_take(&b, &rules[0], 1020, START), 0);
    assert_true(bucket_wait(&b, &rules[0], 1, START) > 0);
    note(&b, &rules[0], 0.8, START);
    assert_true(bucket_wait(&b, &rules[0], 1, START) > 0);
}

static void a_reading_moves_back_with_the_clock(void **state)
{
    (void)state;
    struct bucket b;
    bucket_init(&b, &insights, START);
    const struct usage_reading r = {
        .used = 1, .at_ns = START, .reset_ns = START + 100 * SECOND};
    bucket_note(&b, &insights, &r, START);
    assert_int_equal(bucket_wait(&b, &insights, 1, START - 86400 * SECOND), 100 * SECOND);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_window_never_holds_more_than_its_capacity),
        cmocka_unit_test(tokens_never_exceed_capacity_and_refill),
        cmocka_unit_test(four_pages_of_5000_users_fit_and_the_fifth_waits),
        cmocka_unit_test(tokens_come_back_evenly),
        cmocka_unit_test(a_state_of_zeros_is_an_unused_bucket),
        cmocka_unit_test(a_block_holds_and_is_never_shortened),
        cmocka_unit_test(the_longer_of_block_and_shortage_is_the_wait),
        cmocka_unit_test(a_small_step_back_stands_still),
        cmocka_unit_test(a_clock_set_back_neither_frees_nor_blocks_for_ever),
        cmocka_unit_test(a_clock_before_1970_does_no_harm),
        cmocka_unit_test(a_changed_rule_never_grants_more_than_the_new_one),
        cmocka_unit_test(rules_have_a_range),
        cmocka_unit_test(the_largest_figures_are_exact_enough),
        cmocka_unit_test(what_others_used_is_not_granted),
        cmocka_unit_test(what_we_used_ourselves_is_not_counted_twice),
        cmocka_unit_test(the_wait_beside_others_is_exact),
        cmocka_unit_test(every_bucket_stops_before_the_block),
        cmocka_unit_test(what_led_to_a_block_does_not_outlast_it),
        cmocka_unit_test(a_bucket_without_a_capacity_is_steered_by_readings),
        cmocka_unit_test(what_the_api_grants_is_the_capacity),
        cmocka_unit_test(together_go_as_many_as_there_is_room_for),
        cmocka_unit_test(the_cause_of_a_wait_is_told_apart),
        cmocka_unit_test(what_is_reserved_is_left_to_others),
        cmocka_unit_test(a_reading_moves_back_with_the_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
