/* SPDX-License-Identifier: Apache-2.0 */
#include "stage_fixture.h"

#include "stage/checkpoint.h"
#include "stage/position.h"
#include "stage/sums.h"

static struct checkpoint make(const char *stream, const char *slice, const char *cursor)
{
    struct checkpoint c = {.request_digest = {7}, .pages = 2, .records = 20};
    snprintf(c.stream, sizeof c.stream, "%s", stream);
    snprintf(c.slice, sizeof c.slice, "%s", slice);
    c.cursor = cursor;
    return c;
}

static void put(struct store *s, const struct checkpoint *c)
{
    struct error err;
    fixture_begin(s);
    if (!checkpoint_put(s, c, &err))
        fail_msg("%s", err.text);
    fixture_commit(s);
}

static void a_checkpoint_comes_back_as_it_was_put(void **state)
{
    (void)state;
    struct error err;
    struct store *s = fixture_open();
    char long_one[CHECKPOINT_CURSOR_MAX + 1] = {0};
    memset(long_one, 'c', CHECKPOINT_CURSOR_MAX);
    struct checkpoint c = make("users", "2026-11-20", long_one);
    memset(c.account, 'a', STORE_NAME_SIZE - 1);
    memset(c.mark, 'm', CHECKPOINT_MARK_SIZE - 1);
    put(s, &c);
    store_close(s);

    s = fixture_open_read();
    struct checkpoint got;
    bool found;
    AUTO(cleanup_free) char *cursor = NULL;
    assert_true(
        checkpoint_get(s, "users", c.account, "2026-11-20", &got, &cursor, &found, &err));
    assert_true(found);
    assert_ptr_equal(got.cursor, cursor);
    assert_string_equal(got.stream, "users");
    assert_string_equal(got.account, c.account);
    assert_string_equal(got.cursor, c.cursor);
    assert_string_equal(got.mark, c.mark);
    assert_memory_equal(got.request_digest, c.request_digest, DIGEST_SIZE);
    assert_int_equal(got.pages, 2);
    assert_int_equal(got.records, 20);
    assert_int_equal(got.state, CHECKPOINT_OPEN);
    assert_true(got.updated_ns == fixture_now_ns);
    assert_true(checkpoint_get(s, "users", c.account, "2026-11-20", &got, NULL, &found, &err));
    assert_true(found);
    assert_null(got.cursor); /* nobody wanted it */
    assert_true(checkpoint_get(s, "users", "", "2026-11-20", &got, NULL, &found, &err));
    assert_false(found);
    store_close(s);
}

static void a_checkpoint_replaces_the_one_before(void **state)
{
    (void)state;
    struct error err;
    struct store *s = fixture_open();
    struct checkpoint c = make("users", "2026-11-20", "page 2");
    put(s, &c);
    c = make("users", "2026-11-20", "");
    c.state = CHECKPOINT_COMPLETE;
    snprintf(c.mark, sizeof c.mark, "../then");
    put(s, &c);
    struct checkpoint got;
    bool found;
    AUTO(cleanup_free) char *cursor = NULL;
    assert_true(checkpoint_get(s, "users", "", "2026-11-20", &got, &cursor, &found, &err));
    assert_int_equal(got.state, CHECKPOINT_COMPLETE);
    assert_string_equal(got.cursor, "");
    assert_string_equal(got.mark, "../then");
    assert_int_equal(fixture_number(s, "SELECT count(*) FROM checkpoint"), 1);
    store_close(s);
}

static void checkpoints_are_listed_in_order(void **state)
{
    (void)state;
    static const char *const expected[] = {"events 2026-11-20", "users 2026-11-20",
                                           "users 2026-11-21"};
    struct error err;
    struct store *s = fixture_open();
    struct checkpoint c = make("users", "2026-11-21", "x");
    put(s, &c);
    c = make("users", "2026-11-20", "x");
    put(s, &c);
    c = make("events", "2026-11-20", "x");
    put(s, &c);
    bool found;
    assert_true(checkpoint_next(s, NULL, &c, &found, &err));
    for (size_t i = 0; i < 3; i++) {
        char text[STORE_STREAM_SIZE + STORE_NAME_SIZE];
        assert_true(found);
        snprintf(text, sizeof text, "%s %s", c.stream, c.slice);
        assert_string_equal(text, expected[i]);
        assert_true(checkpoint_next(s, &c, &c, &found, &err));
    }
    assert_false(found);
    store_close(s);
}

static bool note_account(void *context, const char *account, int64_t updated_ns,
                         struct error *err)
{
    (void)err;
    assert_true(updated_ns == fixture_now_ns);
    strcat(strcat(context, account), " ");
    return true;
}

static void complete_ones_of_one_account_are_found_in_order(void **state)
{
    (void)state;
    struct error err;
    struct store *s = fixture_open();
    static const struct {
        const char *stream, *account, *slice;
        enum checkpoint_state state;
    } rows[] = {
        {"users", "7", "2026-11-19", CHECKPOINT_COMPLETE},
        {"users", "7", "2026-11-20", CHECKPOINT_OPEN},
        {"users", "7", "2026-11-21", CHECKPOINT_COMPLETE},
        {"users", "7", "2026-11-22", CHECKPOINT_COMPLETE},
        {"users", "8", "2026-11-20", CHECKPOINT_COMPLETE},
        {"events", "7", "2026-11-20", CHECKPOINT_COMPLETE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct checkpoint c = make(rows[i].stream, rows[i].slice, "");
        snprintf(c.account, sizeof c.account, "%s", rows[i].account);
        c.state = rows[i].state;
        put(s, &c);
    }
    struct checkpoint c = {0};
    bool found;
    static const char *const expected[] = {"2026-11-19", "2026-11-21"};
    for (size_t i = 0; i < 2; i++) {
        assert_true(
            checkpoint_next_complete(s, "users", "7", c.slice, "2026-11-22", &c, &found, &err));
        assert_true(found);
        assert_string_equal(c.slice, expected[i]);
        assert_true(c.updated_ns == fixture_now_ns);
    }
    assert_true(
        checkpoint_next_complete(s, "users", "7", c.slice, "2026-11-22", &c, &found, &err));
    assert_false(found);

    char accounts[16] = "";
    assert_true(checkpoint_accounts(s, fixture_now_ns, note_account, accounts, &err));
    assert_string_equal(accounts, "7 8 ");
    *accounts = '\0';
    assert_true(checkpoint_accounts(s, fixture_now_ns + 1, note_account, accounts, &err));
    assert_string_equal(accounts, "");
    store_close(s);
}

static void a_checkpoint_dies_with_its_transaction(void **state)
{
    (void)state;
    struct error err;
    struct store *s = fixture_open();
    struct checkpoint c = make("users", "2026-11-20", "page 2");
    assert_false(checkpoint_put(s, &c, &err));
    assert_int_equal(err.kind, ERROR_BUG);
    fixture_begin(s);
    assert_true(checkpoint_put(s, &c, &err));
    fixture_put(s, "users", 1, 3);
    store_rollback(s);
    bool found;
    assert_true(checkpoint_get(s, "users", "", "2026-11-20", &c, NULL, &found, &err));
    assert_false(found);
    store_close(s);
}

static void a_damaged_checkpoint_is_refused_by_name(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "UPDATE checkpoint SET pages = -1",
        "UPDATE checkpoint SET pages = pages + 1",
        "UPDATE checkpoint SET records = -1",
        "UPDATE checkpoint SET records = records + 1",
        "UPDATE checkpoint SET request_digest = x'00'",
        "UPDATE checkpoint SET request_digest = zeroblob(32)",
        "UPDATE checkpoint SET cursor = 'page 3'",
        "UPDATE checkpoint SET updated = updated + 1",
        "UPDATE checkpoint SET mark = mark || '1'",
        "UPDATE checkpoint SET state = 'complete'",
        "UPDATE checkpoint SET digest = zeroblob(32)",
        "UPDATE checkpoint SET cursor = hex(zeroblob(16384))",
        "UPDATE checkpoint SET cursor = 'a' || char(0) || 'b'",
        "UPDATE checkpoint SET mark = hex(zeroblob(64))",
        "PRAGMA ignore_check_constraints = ON; UPDATE checkpoint SET state = 'half'",
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct error err;
        struct store *s = fixture_open();
        struct checkpoint c = make("users", "2026-11-20", "page 2");
        put(s, &c);
        store_close(s);
        fixture_tamper(fixture_path, changes[i]);
        s = fixture_open_read();
        bool found;
        AUTO(cleanup_free) char *cursor = NULL;
        assert_false(checkpoint_get(s, "users", "", "2026-11-20", &c, &cursor, &found, &err));
        assert_null(cursor);
        assert_int_equal(err.kind, ERROR_STORE);
        assert_non_null(strstr(err.text, "checkpoint of stream users"));
        assert_false(checkpoint_next(s, NULL, &c, &found, &err));
        store_close(s);
        assert_int_equal(unlink(fixture_path), 0);
    }
}

/* --- Positions --------------------------------------------------------------------------- */

static void a_position_moves_and_remembers_why_it_did_not(void **state)
{
    (void)state;
    struct error err;
    struct position p;
    fixture_make(3);
    struct store *s = fixture_open();
    assert_true(position_get(s, "warehouse", "users", &p, &err));
    assert_int_equal(p.seq, 0);
    assert_string_equal(p.sink, "warehouse");
    fixture_begin(s);
    assert_true(position_fail(s, "warehouse", "users", "no disk", &err));
    assert_true(position_put(s, "kafka", "users", 1, &err));
    fixture_commit(s);
    assert_true(position_get(s, "warehouse", "users", &p, &err));
    assert_int_equal(p.seq, 0);
    assert_string_equal(p.error, "no disk");

    fixture_begin(s);
    assert_true(position_put(s, "warehouse", "users", 3, &err));
    fixture_commit(s);
    assert_true(position_get(s, "warehouse", "users", &p, &err));
    assert_int_equal(p.seq, 3);
    assert_string_equal(p.error, "");
    assert_true(p.updated_ns == fixture_now_ns);

    fixture_begin(s);
    assert_true(position_fail(s, "warehouse", "users", "again", &err));
    fixture_commit(s);
    assert_true(position_get(s, "warehouse", "users", &p, &err));
    assert_int_equal(p.seq, 3);

    bool found;
    assert_true(position_next(s, NULL, &p, &found, &err));
    assert_string_equal(p.sink, "kafka");
    assert_true(position_next(s, &p, &p, &found, &err));
    assert_string_equal(p.sink, "warehouse");
    assert_true(position_next(s, &p, &p, &found, &err));
    assert_false(found);
    store_close(s);
}

static void a_position_beyond_the_stream_is_a_bug(void **state)
{
    (void)state;
    struct error err;
    fixture_make(3);
    struct store *s = fixture_open();
    assert_false(position_put(s, "warehouse", "users", 1, &err));
    assert_int_equal(err.kind, ERROR_BUG);
    fixture_begin(s);
    assert_false(position_put(s, "warehouse", "users", 4, &err));
    assert_int_equal(err.kind, ERROR_BUG);
    assert_false(position_put(s, "warehouse", "users", -1, &err));
    assert_false(position_put(s, "Ware House", "users", 1, &err));
    store_rollback(s);
    store_close(s);
}

static void a_long_reason_is_cut_at_a_character(void **state)
{
    (void)state;
    struct error err;
    struct position p;
    char why[2 * POSITION_ERROR_SIZE];
    for (size_t i = 0; i + 2 < sizeof why; i += 2)
        memcpy(why + i, "\xc3\xa9", 3);
    fixture_make(1);
    struct store *s = fixture_open();
    fixture_begin(s);
    assert_true(position_fail(s, "warehouse", "users", why, &err));
    fixture_commit(s);
    assert_true(position_get(s, "warehouse", "users", &p, &err));
    assert_int_equal(strlen(p.error), POSITION_ERROR_SIZE - 2);
    store_close(s);
}

static void a_damaged_position_is_refused_by_name(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "UPDATE position SET seq = -1",
        "UPDATE position SET error = hex(zeroblob(300))",
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct error err;
        struct position p;
        fixture_make(1);
        struct store *s = fixture_open();
        fixture_begin(s);
        assert_true(position_put(s, "warehouse", "users", 1, &err));
        fixture_commit(s);
        store_close(s);
        fixture_tamper(fixture_path, changes[i]);
        s = fixture_open_read();
        assert_false(position_get(s, "warehouse", "users", &p, &err));
        assert_int_equal(err.kind, ERROR_STORE);
        assert_non_null(strstr(err.text, "sink warehouse in stream users"));
        store_close(s);
        assert_int_equal(unlink(fixture_path), 0);
    }
}

/* --- what slices add up to --- */

static const struct append_origin summed = {
    .stream = "users", .account = "", .slice = "2026-11-20"};

static void put_sums(struct store *s, const struct sums_slice *sums)
{
    struct error err;
    fixture_begin(s);
    if (!sums_put(s, &summed, "first", sums, &err))
        fail_msg("%s", err.text);
    fixture_commit(s);
}

/* Of the columns spend and clicks, for another run than the first. */
static bool know(struct store *s, const char *run, struct sums_slice *ret_sums)
{
    struct error err;
    bool known;
    *ret_sums = (struct sums_slice){.count = 2, .names = {"spend", "clicks"}};
    assert_true(sums_get(s, &summed, run, ret_sums, &known, &err));
    return known;
}

static void sums_come_back_exact_for_another_run(void **state)
{
    (void)state;
    struct error err;
    struct store *s = fixture_open();
    struct sums_slice got;
    struct sums_slice sums = {.count = 3, .names = {"clicks", "views", "spend"}, .unread = 7};
    assert_true(total_add(&sums.totals[0], "-170141183460469231731.687303715884105728", 41));
    assert_true(total_add(&sums.totals[2], "0.000000000000000001", 20));
    assert_false(sums_put(s, &summed, "first", &sums, &err)); /* outside of a transaction */
    assert_int_equal(err.kind, ERROR_BUG);
    assert_false(know(s, "second", &got));
    put_sums(s, &sums);
    assert_false(know(s, "first", &got));
    assert_true(know(s, "second", &got));
    assert_true(got.totals[0].units == sums.totals[2].units);
    assert_true(got.totals[1].units == sums.totals[0].units);
    assert_int_equal(got.unread, 7);

    sums.count = 2; /* spend is no longer among them */
    put_sums(s, &sums);
    assert_false(know(s, "second", &got));
    put_sums(s, &(struct sums_slice){0});
    got = (struct sums_slice){.count = 1, .names = {"clicks"}};
    bool known;
    assert_true(sums_get(s, &summed, "second", &got, &known, &err));
    assert_false(known);
    store_close(s);
}

static void damaged_sums_are_none(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "UPDATE sums SET total = ''",     "UPDATE sums SET total = '1 ' WHERE name = 'clicks'",
        "UPDATE sums SET total = '1e99'", "UPDATE sums SET total = hex(zeroblob(64))",
        "UPDATE sums SET unread = -1",
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct store *s = fixture_open();
        struct sums_slice got;
        put_sums(s, &(struct sums_slice){.count = 2, .names = {"clicks", "spend"}});
        assert_true(know(s, "second", &got));
        store_close(s);
        fixture_tamper(fixture_path, changes[i]);
        s = fixture_open();
        if (know(s, "second", &got))
            fail_msg("taken: %s", changes[i]);
        store_close(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(a_checkpoint_comes_back_as_it_was_put),
        fixture_test(a_checkpoint_replaces_the_one_before),
        fixture_test(checkpoints_are_listed_in_order),
        fixture_test(complete_ones_of_one_account_are_found_in_order),
        fixture_test(a_checkpoint_dies_with_its_transaction),
        fixture_test(a_damaged_checkpoint_is_refused_by_name),
        fixture_test(a_position_moves_and_remembers_why_it_did_not),
        fixture_test(a_position_beyond_the_stream_is_a_bug),
        fixture_test(a_long_reason_is_cut_at_a_character),
        fixture_test(a_damaged_position_is_refused_by_name),
        fixture_test(sums_come_back_exact_for_another_run),
        fixture_test(damaged_sums_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
