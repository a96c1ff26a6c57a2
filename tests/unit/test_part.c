/* SPDX-License-Identifier: Apache-2.0 */
#include "stage_fixture.h"

#include "stage/part.h"

static const struct part_slice day = {"insights", "act_1", "2026-11-20"};
static char work[PART_WORK_MAX + 1];

static struct part make(const char *path, uint64_t parts, const char *report)
{
    struct part p = {
        .request_digest = {9}, .parts = parts, .created_ns = fixture_now_ns, .work = "{}"};
    snprintf(p.path, sizeof p.path, "%s", path);
    snprintf(p.report, sizeof p.report, "%s", report);
    return p;
}

static void put(struct store *s, const struct part_slice *slice, const struct part *p)
{
    struct error err;
    fixture_begin(s);
    if (!part_put(s, slice, p, &err))
        fail_msg("%s", err.text);
    fixture_commit(s);
}

static void forget(struct store *s, const struct part_slice *slice)
{
    struct error err;
    fixture_begin(s);
    assert_true(part_forget(s, slice, &err));
    fixture_commit(s);
}

static bool next(struct store *s, const struct part_slice *slice, const char *after,
                 struct part *ret_part)
{
    struct error err;
    bool found;
    if (!part_next(s, slice, after, work, ret_part, &found, &err))
        fail_msg("%s", err.text);
    return found;
}

static void a_part_comes_back_as_it_was_put(void **state)
{
    (void)state;
    static char long_work[PART_WORK_MAX + 1];
    struct store *s = fixture_open();
    struct part p = make("0001", 0, "6044775548468"), got;
    memset(long_work, 'w', PART_WORK_MAX);
    p.work = long_work;
    put(s, &day, &p);
    store_close(s);

    s = fixture_open_read();
    assert_true(next(s, &day, NULL, &got));
    assert_string_equal(got.path, "0001");
    assert_string_equal(got.report, "6044775548468");
    assert_int_equal(got.parts, 0);
    assert_true(got.created_ns == fixture_now_ns);
    assert_memory_equal(got.request_digest, p.request_digest, DIGEST_SIZE);
    assert_string_equal(got.work, long_work);
    assert_false(next(s, &day, "0001", &got));
    store_close(s);
}

static void parts_of_a_slice_come_in_the_order_of_their_paths(void **state)
{
    (void)state;
    static const char *const paths[] = {"", "0000", "0000.0000", "0000.0001", "0001"};
    static const int order[] = {4, 1, 3, 0, 2};
    const struct part_slice other = {"insights", "act_2", "2026-11-20"};
    struct store *s = fixture_open();
    struct part p;
    for (size_t i = 0; i < 5; i++) {
        p = make(paths[order[i]], 0, "");
        put(s, &day, &p);
    }
    put(s, &other, &p);
    p = make("", 2, "");
    put(s, &day, &p); /* in place of the one that is there */

    const char *after = NULL;
    for (size_t i = 0; i < 5; i++) {
        struct part got;
        assert_true(next(s, &day, after, &got));
        assert_string_equal(got.path, paths[i]);
        assert_int_equal(got.parts, i == 0 ? 2 : 0);
        after = paths[i];
    }
    assert_false(next(s, &day, after, &p));

    forget(s, &day);
    assert_false(next(s, &day, NULL, &p));
    assert_true(next(s, &other, NULL, &p));
    store_close(s);
}

static void parts_are_written_in_a_transaction_only(void **state)
{
    (void)state;
    struct store *s = fixture_open();
    struct part p = make("", 0, "");
    struct error err;
    assert_false(part_put(s, &day, &p, &err));
    assert_int_equal(err.kind, ERROR_BUG);
    assert_false(part_forget(s, &day, &err));
    assert_int_equal(err.kind, ERROR_BUG);
    store_close(s);
}

static void a_damaged_part_is_refused_by_name(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "UPDATE part SET parts = -1",
        "UPDATE part SET request_digest = x'00'",
        "UPDATE part SET work = work || char(0)",
        "UPDATE part SET work = hex(zeroblob(65536))",
        "UPDATE part SET report = hex(zeroblob(65))",
        "UPDATE part SET path = path || char(0)",
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct store *s = fixture_open();
        struct part p = make("", 0, "1");
        struct error err;
        bool found;
        put(s, &day, &p);
        store_close(s);
        fixture_tamper(fixture_path, changes[i]);
        s = fixture_open_read();
        if (part_next(s, &day, NULL, work, &p, &found, &err))
            fail_msg("taken: %s", changes[i]);
        assert_int_equal(err.kind, ERROR_STORE);
        assert_non_null(strstr(err.text, "insights"));
        store_close(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(a_part_comes_back_as_it_was_put),
        fixture_test(parts_of_a_slice_come_in_the_order_of_their_paths),
        fixture_test(parts_are_written_in_a_transaction_only),
        fixture_test(a_damaged_part_is_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
