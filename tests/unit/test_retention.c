/* SPDX-License-Identifier: Apache-2.0 */
#include "stage_fixture.h"

#include "stage/checkpoint.h"
#include "stage/generation.h"
#include "stage/inspect.h"
#include "stage/position.h"
#include "stage/quarantine.h"
#include "stage/retention.h"

static const char *const both_sinks[] = {"kafka", "warehouse", NULL};

static void set_position(struct store *s, const char *sink, int64_t seq)
{
    struct error err;
    fixture_begin(s);
    if (!position_put(s, sink, "users", seq, &err))
        fail_msg("%s", err.text);
    fixture_commit(s);
}

static struct retention_counts purge(struct store *s, const char *const *sinks,
                                     int64_t before_ns)
{
    struct error err;
    struct retention_counts counts;
    const struct retention_rules rules = {
        .segments_before_ns = before_ns, .quarantine_before_ns = before_ns, .sinks = sinks};
    fixture_begin(s);
    if (!retention_purge(s, &rules, &counts, &err))
        fail_msg("%s", err.text);
    fixture_commit(s);
    if (!retention_reclaim(s, &err))
        fail_msg("%s", err.text);
    return counts;
}

/* Segments 1 to 6 of stream users, one a day from the first day on. */
static struct store *make(void)
{
    struct store *s = fixture_open();
    for (uint64_t page = 1; page <= 6; page++) {
        fixture_append(s, "users", page, 3);
        fixture_now_ns += CLOCK_DAY_NS;
    }
    return s;
}

static void only_old_segments_that_every_sink_has_are_purged(void **state)
{
    (void)state;
    struct error err;
    int64_t start = fixture_now_ns;
    struct store *s = make();
    int64_t end = fixture_now_ns;

    struct retention_counts counts = purge(s, both_sinks, end);
    assert_int_equal(counts.segments, 0); /* nobody has anything */
    set_position(s, "warehouse", 6);
    assert_int_equal(purge(s, both_sinks, end).segments, 0); /* kafka has nothing */
    set_position(s, "kafka", 3);
    assert_int_equal(purge(s, NULL, end).segments, 0); /* no sink at all */

    counts = purge(s, both_sinks, start + 2 * CLOCK_DAY_NS);
    assert_int_equal(counts.segments, 2); /* old enough */
    assert_int_equal(counts.records, 6);
    assert_true(counts.bytes > 2 * SEAL_OVERHEAD);
    assert_int_equal(counts.deks, 2);
    assert_false(counts.more);
    counts = purge(s, both_sinks, end);
    assert_int_equal(counts.segments, 1); /* the rest of what kafka has */

    struct read_stream stream;
    assert_true(read_stream_get(s, "users", &stream, &err));
    assert_int_equal(stream.purged_seq, 3);
    assert_int_equal(stream.last_seq, 6);
    for (int64_t seq = 1; seq <= 6; seq++)
        assert_int_equal(fixture_read(s, "users", seq, &err), seq > 3);
    assert_int_equal(fixture_append(s, "users", 7, 3), 7);
    store_close(s);
}

static void purging_leaves_no_hole_when_the_clock_went_back(void **state)
{
    (void)state;
    struct error err;
    struct store *s = fixture_open();
    int64_t start = fixture_now_ns;
    fixture_append(s, "users", 1, 3);
    fixture_now_ns += 10 * CLOCK_DAY_NS;
    fixture_append(s, "users", 2, 3);
    fixture_now_ns = start;
    fixture_append(s, "users", 3, 3);
    set_position(s, "warehouse", 3);
    const char *const sinks[] = {"warehouse", NULL};
    assert_int_equal(purge(s, sinks, start + CLOCK_DAY_NS).segments, 1);
    assert_true(fixture_read(s, "users", 2, &err));
    assert_true(fixture_read(s, "users", 3, &err));
    store_close(s);
}

static void everything_purged_is_no_gap(void **state)
{
    (void)state;
    struct error err;
    struct store *s = make();
    const char *const sinks[] = {"warehouse", NULL};
    set_position(s, "warehouse", 6);
    assert_int_equal(purge(s, sinks, fixture_now_ns).segments, 6);
    assert_int_equal(fixture_number(s, "SELECT count(*) FROM dek"), 0);
    struct inspect *i = NULL;
    struct inspect_finding finding;
    bool found;
    assert_true(inspect_new(s, &i, &err));
    assert_true(inspect_next(i, &finding, &found, &err));
    assert_false(found);
    inspect_free(i);
    assert_int_equal(fixture_append(s, "users", 7, 3), 7); /* with a new data key */
    assert_true(fixture_read(s, "users", 7, &err));
    store_close(s);
}

static void purging_goes_in_steps_and_gives_the_space_back(void **state)
{
    (void)state;
    enum { COUNT = RETENTION_SEGMENTS_MAX + 10 };
    struct error err;
    struct store *s = fixture_open();
    struct stat empty;
    assert_true(sqlite_checkpoint(store_db(s), &err));
    assert_int_equal(stat(fixture_path, &empty), 0);
    fixture_begin(s);
    for (uint64_t page = 1; page <= COUNT; page++)
        fixture_put(s, "users", page, 1000);
    fixture_commit(s);
    assert_true(sqlite_checkpoint(store_db(s), &err));
    struct stat before;
    struct stat after;
    assert_int_equal(stat(fixture_path, &before), 0);
    fixture_now_ns += CLOCK_DAY_NS;
    const char *const sinks[] = {"warehouse", NULL};
    set_position(s, "warehouse", COUNT);
    struct retention_counts counts = purge(s, sinks, fixture_now_ns);
    assert_int_equal(counts.segments, RETENTION_SEGMENTS_MAX);
    assert_true(counts.more);
    assert_int_equal(counts.deks, 0);
    counts = purge(s, sinks, fixture_now_ns);
    assert_int_equal(counts.segments, 10);
    assert_false(counts.more);
    assert_int_equal(counts.deks, 1);
    assert_int_equal(stat(fixture_path, &after), 0);
    assert_true(after.st_size - empty.st_size < (before.st_size - empty.st_size) / 2);
    assert_int_equal(fixture_number(s, "PRAGMA freelist_count"), 0);
    char wal[320];
    snprintf(wal, sizeof wal, "%s-wal", fixture_path);
    assert_int_equal(stat(wal, &after), 0);
    assert_int_equal(after.st_size, 0);
    store_close(s);
}

static void old_quarantined_records_are_purged(void **state)
{
    (void)state;
    struct error err;
    struct store *s = fixture_open();
    const struct quarantine_origin origin = {.stream = "users", .account = "", .slice = ""};
    int64_t number;
    for (int i = 0; i < 3; i++) {
        fixture_begin(s);
        assert_true(quarantine_put(s, &origin, "{}", 2, "why", &number, &err));
        fixture_commit(s);
        fixture_now_ns += CLOCK_DAY_NS;
    }
    struct retention_counts counts = purge(s, NULL, fixture_now_ns - CLOCK_DAY_NS);
    assert_int_equal(counts.quarantined, 2);
    assert_int_equal(counts.deks, 2);
    assert_true(quarantine_next(s, "users", 0, &number, &err));
    assert_int_equal(number, 3);
    fixture_begin(s);
    assert_true(quarantine_put(s, &origin, "{}", 2, "why", &number, &err));
    fixture_commit(s);
    assert_int_equal(number, 4);
    store_close(s);
}

static void a_purge_that_is_rolled_back_purged_nothing(void **state)
{
    (void)state;
    struct error err;
    struct retention_counts counts;
    struct store *s = make();
    set_position(s, "warehouse", 6);
    const char *const sinks[] = {"warehouse", NULL};
    const struct retention_rules rules = {.segments_before_ns = fixture_now_ns, .sinks = sinks};
    assert_false(retention_purge(s, &rules, &counts, &err));
    assert_int_equal(err.kind, ERROR_BUG);
    fixture_begin(s);
    assert_true(retention_purge(s, &rules, &counts, &err));
    assert_int_equal(counts.segments, 6);
    store_rollback(s);
    for (int64_t seq = 1; seq <= 6; seq++)
        assert_true(fixture_read(s, "users", seq, &err));
    store_close(s);
}

/* A page of two records of a slice that is delivered as a whole. */
static void put_page(struct store *s, const char *slice, uint64_t page, bool last)
{
    struct error err;
    struct append_origin origin = fixture_origin("users", page);
    struct segment_packed packed;
    int64_t seq;
    origin.slice = slice;
    origin.by_slice = true;
    segment_packed_init(&packed);
    fixture_pack(page, 2, &packed);
    fixture_begin(s);
    if (!generation_begin(s, &origin, &err) ||
        !append_segment(s, &origin, &packed, &seq, &err) ||
        (last && !generation_end(s, &origin, &err)))
        fail_msg("%s", err.text);
    fixture_commit(s);
    segment_packed_done(&packed);
}

static void a_slice_is_kept_until_all_of_it_is_delivered(void **state)
{
    (void)state;
    static const char *const sinks[] = {"warehouse", NULL};
    static const char count[] = "SELECT count(*) FROM generation";
    struct store *s = fixture_open();
    put_page(s, "a", 1, false); /* 1, and broken off */
    put_page(s, "b", 1, true); /* 2 */
    put_page(s, "b", 1, true); /* 3 */
    int64_t end = ++fixture_now_ns;
    set_position(s, "warehouse", 3);
    assert_int_equal(purge(s, sinks, end).segments, 0); /* a may still be gone on with */
    put_page(s, "a", 2, true); /* 4 */
    end = ++fixture_now_ns;
    assert_int_equal(purge(s, sinks, end).segments, 0); /* a is not delivered */
    assert_int_equal(fixture_number(s, count), 3);
    set_position(s, "warehouse", 4);
    assert_int_equal(purge(s, sinks, end).segments, 4);
    assert_int_equal(fixture_number(s, count), 2); /* the newest of each slice */

    put_page(s, "b", 1, true); /* 5 */
    put_page(s, "a", 1, false); /* 6 */
    set_position(s, "warehouse", 5);
    end = ++fixture_now_ns;
    assert_int_equal(purge(s, sinks, end).segments, 1);
    put_page(s, "a", 1, true); /* 7: begun anew, so 6 is nobody's */
    end = ++fixture_now_ns;
    assert_int_equal(purge(s, sinks, end).segments, 0);
    set_position(s, "warehouse", 7);
    assert_int_equal(purge(s, sinks, end).segments, 2);
    store_close(s);
}

static void put_checkpoint(struct store *s, const char *slice, enum checkpoint_state state)
{
    struct error err;
    struct checkpoint c = {.pages = 1, .records = 2, .state = state};
    snprintf(c.stream, sizeof c.stream, "users");
    snprintf(c.account, sizeof c.account, "%s", fixture_origin("users", 1).account);
    snprintf(c.slice, sizeof c.slice, "%s", slice);
    fixture_begin(s);
    if (!checkpoint_put(s, &c, &err))
        fail_msg("%s", err.text);
    fixture_commit(s);
}

static struct retention_counts purge_open(struct store *s, int64_t open_before_ns)
{
    static const char *const sinks[] = {"warehouse", NULL};
    struct error err;
    struct retention_counts counts;
    const struct retention_rules rules = {.segments_before_ns = ++fixture_now_ns,
                                          .open_before_ns = open_before_ns,
                                          .sinks = sinks};
    fixture_begin(s);
    if (!retention_purge(s, &rules, &counts, &err))
        fail_msg("%s", err.text);
    fixture_commit(s);
    return counts;
}

static void a_reading_that_nobody_goes_on_with_is_given_up(void **state)
{
    (void)state;
    struct store *s = fixture_open();
    put_page(s, "a", 1, true); /* 1: what the warehouse has of a */
    put_page(s, "a", 1, false); /* 2: read again, and broken off */
    put_checkpoint(s, "a", CHECKPOINT_OPEN);
    put_page(s, "b", 1, false); /* 3 */
    fixture_now_ns += CLOCK_DAY_NS;
    put_checkpoint(s, "b", CHECKPOINT_OPEN); /* a day later */
    put_page(s, "c", 1, true); /* 4 */
    put_checkpoint(s, "c", CHECKPOINT_COMPLETE);
    set_position(s, "warehouse", 4);
    struct retention_counts counts = purge_open(s, fixture_now_ns - CLOCK_DAY_NS);
    assert_int_equal(counts.given_up, 0);
    assert_int_equal(counts.segments, 1); /* what stands before both */
    counts = purge_open(s, fixture_now_ns - CLOCK_DAY_NS / 2);
    assert_int_equal(counts.given_up, 1);
    assert_int_equal(counts.segments, 1); /* of a, up to b */
    assert_int_equal(fixture_number(s, "SELECT count(*) FROM generation WHERE slice = 'a'"), 1);
    counts = purge_open(s, fixture_now_ns + 1);
    assert_int_equal(counts.given_up, 1);
    assert_int_equal(counts.segments, 2);
    assert_int_equal(fixture_number(s, "SELECT count(*) FROM generation WHERE last_seq = 0"),
                     0);
    store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(only_old_segments_that_every_sink_has_are_purged),
        fixture_test(purging_leaves_no_hole_when_the_clock_went_back),
        fixture_test(everything_purged_is_no_gap),
        fixture_test(purging_goes_in_steps_and_gives_the_space_back),
        fixture_test(old_quarantined_records_are_purged),
        fixture_test(a_slice_is_kept_until_all_of_it_is_delivered),
        fixture_test(a_reading_that_nobody_goes_on_with_is_given_up),
        fixture_test(a_purge_that_is_rolled_back_purged_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
