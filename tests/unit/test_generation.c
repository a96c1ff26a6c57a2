/* SPDX-License-Identifier: Apache-2.0 */
#include "stage_fixture.h"

#include "stage/generation.h"

static struct append_origin page_of(const char *slice, uint64_t page)
{
    struct append_origin origin = fixture_origin("users", page);
    origin.slice = slice;
    origin.by_slice = true;
    return origin;
}

/* A page with a segment, in a transaction of its own. */
static void put(struct store *s, const char *slice, uint64_t page, bool last)
{
    struct error err;
    const struct append_origin origin = page_of(slice, page);
    struct segment_packed packed;
    int64_t seq;
    segment_packed_init(&packed);
    fixture_pack(page, 1, &packed);
    fixture_begin(s);
    if (!generation_begin(s, &origin, &err) ||
        !append_segment(s, &origin, &packed, &seq, &err) ||
        (last && !generation_end(s, &origin, &err)))
        fail_msg("%s", err.text);
    fixture_commit(s);
    segment_packed_done(&packed);
}

/* The next that ended behind `after` is this one; slice NULL: there is none. */
static void assert_next(struct store *s, int64_t after, const char *slice, int64_t first,
                        int64_t last)
{
    struct error err;
    struct generation g = {.first_seq = -1};
    bool found;
    if (!generation_next(s, "users", after, &g, &found, &err))
        fail_msg("%s", err.text);
    assert_int_equal(found, slice != NULL);
    if (!slice)
        return;
    assert_string_equal(g.account, "account-1");
    assert_string_equal(g.slice, slice);
    assert_int_equal(g.first_seq, first);
    assert_int_equal(g.last_seq, last);
}

/* The first segment of the reading that has not ended; 0: there is none. */
static int64_t open_from(struct store *s, const char *slice)
{
    struct error err;
    struct generation g = {.first_seq = 0};
    const struct append_origin page = page_of(slice, 1);
    const struct seal_segment ours = {.seq = 100, .account = "account-1", .slice = "a"};
    bool found;
    if (!generation_open(s, &page, &g, &found, &err))
        fail_msg("%s", err.text);
    assert_int_equal(generation_has(&g, &ours), found); /* it has no end */
    return found ? g.first_seq : 0;
}

static bool known(struct store *s, const char *slice, bool open)
{
    struct error err;
    bool found;
    assert_true(generation_known(s, "users", "account-1", slice, open, &found, &err));
    return found;
}

static void a_reading_is_there_from_its_last_page_on(void **state)
{
    (void)state;
    struct store *s = fixture_open();
    assert_next(s, 0, NULL, 0, 0);
    put(s, "a", 1, false);
    assert_true(known(s, "a", true));
    assert_false(known(s, "a", false));
    assert_int_equal(open_from(s, "a"), 1);
    put(s, "a", 2, false);
    assert_int_equal(open_from(s, "a"), 1);
    assert_next(s, 0, NULL, 0, 0);
    put(s, "a", 3, true);
    assert_int_equal(open_from(s, "a"), 0);
    assert_next(s, 0, "a", 1, 3);
    assert_next(s, 2, "a", 1, 3);
    assert_next(s, 3, NULL, 0, 0);
    assert_false(known(s, "a", true));
    assert_true(known(s, "a", false));
    assert_false(known(s, "b", false));
    store_close(s);
}

static void slices_that_take_turns_come_in_the_order_of_their_ends(void **state)
{
    (void)state;
    struct error err;
    struct store *s = fixture_open();
    put(s, "a", 1, false); /* 1 */
    put(s, "b", 1, false); /* 2 */
    put(s, "b", 2, true); /* 3 */
    put(s, "a", 2, true); /* 4 */
    assert_next(s, 0, "b", 2, 3);
    assert_next(s, 3, "a", 1, 4);

    struct generation g;
    bool found;
    assert_true(generation_next(s, "users", 3, &g, &found, &err));
    for (int64_t seq = 1; seq <= 4; seq++) {
        struct seal_segment about;
        assert_true(read_about(s, "users", seq, &about, &err));
        assert_int_equal(generation_has(&g, &about), seq == 1 || seq == 4);
    }
    store_close(s);
}

static void a_reading_begun_anew_leaves_out_what_was_there(void **state)
{
    (void)state;
    struct store *s = fixture_open();
    put(s, "a", 1, false);
    put(s, "a", 2, false);
    put(s, "a", 1, false); /* 3: the request has changed */
    assert_int_equal(open_from(s, "a"), 3);
    put(s, "a", 2, true);
    assert_next(s, 0, "a", 3, 4);
    assert_int_equal(fixture_number(s, "SELECT count(*) FROM generation"), 1);
    store_close(s);
}

static void the_newest_of_a_slice_depends_on_how_far_one_looks(void **state)
{
    (void)state;
    struct error err;
    struct store *s = fixture_open();
    struct generation g;
    bool found;
    put(s, "a", 1, true); /* 1 */
    put(s, "b", 1, true); /* 2 */
    put(s, "a", 1, true); /* 3 */
    put(s, "c", 1, false); /* 4 */
    const struct {
        int64_t after, until, found;
    } cases[] = {{0, 1, 1}, {0, 2, 1}, {1, 2, 2}, {0, 3, 2}, {2, 3, 3}, {3, 9, 0}, {0, 9, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(
            generation_newest(s, "users", cases[i].after, cases[i].until, &g, &found, &err));
        assert_int_equal(found, cases[i].found > 0);
        if (found)
            assert_int_equal(g.last_seq, cases[i].found);
    }
    store_close(s);
}

static void only_slices_that_are_delivered_as_a_whole_are_noted(void **state)
{
    (void)state;
    struct error err;
    struct store *s = fixture_open();
    const struct append_origin merged = fixture_origin("users", 1);
    fixture_begin(s);
    assert_true(generation_begin(s, &merged, &err));
    assert_true(generation_end(s, &merged, &err));
    fixture_commit(s);
    assert_int_equal(fixture_number(s, "SELECT count(*) FROM generation"), 0);
    store_close(s);
}

/* Its pages would be counted for none, and the next of the slice that are would pass for all. */
static void a_page_of_another_way_of_writing_gives_an_open_reading_up(void **state)
{
    (void)state;
    struct error err;
    struct store *s = fixture_open();
    put(s, "2026-11-20", 1, true);
    put(s, "2026-11-20", 1, false);
    put(s, "b", 1, false);
    const struct append_origin merged = fixture_origin("users", 2);
    fixture_begin(s);
    assert_true(generation_begin(s, &merged, &err));
    fixture_commit(s);
    assert_false(known(s, "2026-11-20", true));
    assert_true(known(s, "2026-11-20", false));
    assert_true(known(s, "b", true));
    store_close(s);
}

static void an_end_without_a_beginning_is_a_bug(void **state)
{
    (void)state;
    struct error err;
    struct store *s = fixture_open();
    const struct append_origin second = page_of("a", 2);
    assert_false(generation_end(s, &second, &err));
    assert_int_equal(err.kind, ERROR_BUG); /* no transaction */
    fixture_begin(s);
    assert_true(generation_begin(s, &second, &err)); /* not the first page */
    assert_false(generation_end(s, &second, &err));
    assert_int_equal(err.kind, ERROR_BUG);
    store_rollback(s);
    store_close(s);
}

static void what_we_would_not_have_written_is_refused(void **state)
{
    (void)state;
    struct error err;
    struct generation g;
    bool found;
    struct store *s = fixture_open();
    put(s, "a", 1, true);
    fixture_begin(s);
    assert_true(sqlite_script(store_db(s), "UPDATE generation SET first_seq = 7", &err));
    fixture_commit(s);
    assert_false(generation_next(s, "users", 0, &g, &found, &err));
    assert_int_equal(err.kind, ERROR_STORE);
    store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(a_reading_is_there_from_its_last_page_on),
        fixture_test(slices_that_take_turns_come_in_the_order_of_their_ends),
        fixture_test(a_reading_begun_anew_leaves_out_what_was_there),
        fixture_test(the_newest_of_a_slice_depends_on_how_far_one_looks),
        fixture_test(only_slices_that_are_delivered_as_a_whole_are_noted),
        fixture_test(a_page_of_another_way_of_writing_gives_an_open_reading_up),
        fixture_test(an_end_without_a_beginning_is_a_bug),
        fixture_test(what_we_would_not_have_written_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
