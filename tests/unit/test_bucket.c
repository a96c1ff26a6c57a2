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

static const struct bucket_rule users = {BUCKET_WINDOW, 20000, 300 * SECOND};
static const struct bucket_rule score = {BUCKET_TOKEN, 60, 300 * SECOND};

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
    return (struct bucket_rule){kind, 1 + below(seed, 50000), windows[below(seed, 6)]};
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
        {{BUCKET_TOKEN, 1, BUCKET_WINDOW_MIN_NS}, true},
        {{BUCKET_WINDOW, BUCKET_CAPACITY_MAX, BUCKET_WINDOW_MAX_NS}, true},
        {{BUCKET_WINDOW, 0, SECOND}, false},
        {{BUCKET_WINDOW, BUCKET_CAPACITY_MAX + 1, SECOND}, false},
        {{BUCKET_WINDOW, 1, BUCKET_WINDOW_MIN_NS - 1}, false},
        {{BUCKET_WINDOW, 1, -SECOND}, false},
        {{BUCKET_WINDOW, 1, BUCKET_WINDOW_MAX_NS + 1}, false},
        {{(enum bucket_kind)7, 1, SECOND}, false},
    };
    for (size_t i = 0; i < LENGTH(cases); i++)
        assert_int_equal(bucket_rule_is_valid(&cases[i].rule), cases[i].valid);
}

static void the_largest_figures_are_exact_enough(void **state)
{
    (void)state;
    static const struct bucket_rule rules[] = {
        {BUCKET_TOKEN, BUCKET_CAPACITY_MAX, BUCKET_WINDOW_MAX_NS},
        {BUCKET_TOKEN, BUCKET_CAPACITY_MAX, BUCKET_WINDOW_MIN_NS},
        {BUCKET_TOKEN, 1, BUCKET_WINDOW_MAX_NS},
        {BUCKET_WINDOW, BUCKET_CAPACITY_MAX, BUCKET_WINDOW_MAX_NS},
        {BUCKET_WINDOW, BUCKET_CAPACITY_MAX, BUCKET_WINDOW_MIN_NS},
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
