/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "crypto/secret.h"
#include "sink/ledger.h"

static int start(void **state)
{
    struct error err;
    (void)state;
    return secret_init(&err) ? 0 : -1;
}

static const struct ledger_local local = {
    .stage_id = "00112233445566778899aabbccddeeff",
    .stream = "users",
    .table = "random_users",
    .position = 5,
    .newest = 9,
};

static struct ledger_marker marker_at(int64_t seq)
{
    return (struct ledger_marker){.found = true,
                                  .last = {.first_seq = seq, .last_seq = seq, .rows = 1}};
}

static enum ledger_verdict compare(const struct ledger_local *l, const struct ledger_marker *m)
{
    struct error err = {0};
    enum ledger_verdict verdict = ledger_compare(l, m, &err);
    assert_int_equal(err.kind, verdict == LEDGER_CONTINUE ? ERROR_NONE : ERROR_SINK);
    if (verdict != LEDGER_CONTINUE)
        assert_non_null(strstr(err.text, "users"));
    return verdict;
}

static void a_first_load_begins_at_the_first_segment(void **state)
{
    (void)state;
    struct ledger_local l = local;
    l.position = 0;
    const struct ledger_marker none = {0};
    assert_int_equal(compare(&l, &none), LEDGER_CONTINUE);
    assert_int_equal(ledger_position(&none), 0);
}

static void a_marker_at_or_ahead_of_the_position_is_gone_on_from(void **state)
{
    (void)state;
    for (int64_t seq = 5; seq <= 9; seq++) {
        const struct ledger_marker m = marker_at(seq);
        assert_int_equal(compare(&local, &m), LEDGER_CONTINUE);
        assert_int_equal(ledger_position(&m), seq);
    }
}

static void a_marker_behind_the_position_is_an_alarm(void **state)
{
    (void)state;
    const struct ledger_marker m = marker_at(4);
    const struct ledger_marker none = {0};
    assert_int_equal(compare(&local, &m), LEDGER_BEHIND);
    assert_int_equal(compare(&local, &none), LEDGER_BEHIND);

    struct ledger_local told = local;
    told.accept = true;
    assert_int_equal(compare(&told, &m), LEDGER_CONTINUE);
}

static void a_marker_ahead_of_the_newest_segment_is_an_alarm(void **state)
{
    (void)state;
    const struct ledger_marker m = marker_at(10);
    struct ledger_local told = local;
    told.accept = true;
    assert_int_equal(compare(&local, &m), LEDGER_AHEAD);
    assert_int_equal(compare(&told, &m), LEDGER_AHEAD); /* nobody can accept that */
}

static void a_table_of_another_stage_is_an_alarm(void **state)
{
    (void)state;
    struct ledger_local l = local;
    l.position = 0;
    struct ledger_marker m = {.other_stage = "ffff", .other_stream = "users"};
    assert_int_equal(compare(&l, &m), LEDGER_FOREIGN);
    l.accept = true;
    assert_int_equal(compare(&l, &m), LEDGER_CONTINUE);

    /* also when we were there before it */
    m.found = true;
    m.last.last_seq = 5;
    assert_int_equal(compare(&local, &m), LEDGER_FOREIGN);
}

static void a_batch_with_other_content_is_an_alarm(void **state)
{
    (void)state;
    uint8_t digest[DIGEST_SIZE] = {0};
    struct ledger_local l = local;
    struct ledger_marker m = marker_at(6);
    l.digest = digest;
    assert_int_equal(compare(&l, &m), LEDGER_CONTINUE);
    digest[31] = 1;
    assert_int_equal(compare(&l, &m), LEDGER_DIFFERENT);
    l.accept = true;
    assert_int_equal(compare(&l, &m), LEDGER_DIFFERENT);
}

static void the_digest_of_a_batch_depends_on_each_segment_and_their_order(void **state)
{
    (void)state;
    uint8_t a[DIGEST_SIZE], b[DIGEST_SIZE];
    memset(a, 1, sizeof a);
    memset(b, 2, sizeof b);
    uint8_t ab[DIGEST_SIZE] = {0}, ba[DIGEST_SIZE] = {0}, just_a[DIGEST_SIZE] = {0};
    ledger_fold(ab, a);
    ledger_fold(ab, b);
    ledger_fold(ba, b);
    ledger_fold(ba, a);
    ledger_fold(just_a, a);
    assert_memory_not_equal(ab, ba, sizeof ab);
    assert_memory_not_equal(ab, just_a, sizeof ab);
    assert_memory_not_equal(just_a, a, sizeof a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_first_load_begins_at_the_first_segment),
        cmocka_unit_test(a_marker_at_or_ahead_of_the_position_is_gone_on_from),
        cmocka_unit_test(a_marker_behind_the_position_is_an_alarm),
        cmocka_unit_test(a_marker_ahead_of_the_newest_segment_is_an_alarm),
        cmocka_unit_test(a_table_of_another_stage_is_an_alarm),
        cmocka_unit_test(a_batch_with_other_content_is_an_alarm),
        cmocka_unit_test(the_digest_of_a_batch_depends_on_each_segment_and_their_order),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
