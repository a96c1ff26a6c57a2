/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdatomic.h>

#include "audit/event.h"
#include "pipeline/writer.h"
#include "stage/checkpoint.h"
#include "stage/part.h"
#include "stage/position.h"
#include "stage/quarantine.h"
#include "stage_fixture.h"

enum { POOL = 4 /* segments on their way */, PATIENCE_SECONDS = 60 };

static struct setdigest_key key; /* any: all zero */
static struct event_context audit = {.source = "demo", .run = "run", .uid = 1000};
static struct store *store;
static struct writer *writer;
static atomic_int staged_pages;
static atomic_uint_fast64_t last_staged_page;
static atomic_uint_fast64_t unchanged; /* records, since it was last looked at */
static bool claimed; /* a page is open, and ours */
static int slow_ms; /* how long the one who is told takes */

static void on_staged(void *context, const struct writer_page *page)
{
    assert_ptr_equal(context, &staged_pages);
    const struct timespec pause = {.tv_nsec = slow_ms * 1000000L};
    nanosleep(&pause, NULL);
    atomic_store(&last_staged_page, page->origin.page);
    atomic_fetch_add(&unchanged, page->unchanged);
    atomic_fetch_add(&staged_pages, 1);
}

static void start(uint64_t free_space)
{
    struct error err;
    const struct writer_options options = {
        .store = store,
        .audit = &audit,
        .free_space = free_space,
        .fetchers = 1,
        .context = &staged_pages,
        .staged = on_staged,
    };
    if (!writer_new(&options, &writer, &err))
        fail_msg("%s", err.text);
}

static int set_up(void **state)
{
    if (fixture_set_up(state) != 0)
        return -1;
    fixture_options.guest_schema = event_tables();
    store = fixture_open();
    audit.log = store_uuid(store);
    atomic_store(&staged_pages, 0);
    atomic_store(&last_staged_page, 0);
    atomic_store(&unchanged, 0);
    slow_ms = 0;
    claimed = false;
    alarm(PATIENCE_SECONDS); /* a deadlock is a failure */
    start(0);
    return 0;
}

static void finish(void)
{
    writer_free(writer);
    writer = NULL;
    store_close(store);
    store = NULL;
}

static int tear_down(void **state)
{
    finish();
    alarm(0);
    return fixture_tear_down(state);
}

/* --- what a fetching thread does ------------------------------------------------------------- */

static void claim(void)
{
    if (!claimed)
        writer_claim(writer);
    claimed = true;
}

static bool give_segment(const struct append_origin *origin, bool all, struct segment *segment,
                         struct error *err)
{
    claim();
    return writer_segment(writer, origin, all, segment, err);
}

static bool give_quarantine(const struct append_origin *origin, uint64_t position,
                            const char *line, size_t len, const char *reason, struct error *err)
{
    claim();
    return writer_quarantine(writer, origin, position, line, len, reason, err);
}

static bool give_page(const struct writer_page *page, struct error *err)
{
    claim();
    claimed = false;
    return writer_commit(writer, page, err);
}

static bool give_up_page(struct error *err)
{
    claim();
    claimed = false;
    return writer_discard(writer, err);
}

static void fill(struct segment *segment, uint64_t page, int count)
{
    struct error err;
    for (int i = 0; i < count; i++) {
        char line[80];
        int len = snprintf(line, sizeof line, "{\"page\":%llu,\"record\":%d}\n",
                           (unsigned long long)page, i);
        struct setdigest_term term;
        setdigest_term(&key, line, (size_t)len, &term);
        if (!segment_add(segment, line, (size_t)len, &term, &err))
            fail_msg("%s", err.text);
    }
}

static void hand_over_as(const struct append_origin *origin, uint64_t content, bool all)
{
    struct error err;
    struct segment *segment = writer_take(writer);
    assert_non_null(segment);
    assert_int_equal(segment->count, 0);
    assert_int_equal(segment->text.len, 0);
    fill(segment, content, 3);
    if (!give_segment(origin, all, segment, &err))
        fail_msg("%s", err.text);
}

static void hand_over(uint64_t page)
{
    const struct append_origin origin = fixture_origin("users", page);
    hand_over_as(&origin, page, false);
}

static struct writer_page page_of(uint64_t page, enum checkpoint_state state)
{
    return (struct writer_page){
        .origin = fixture_origin("users", page),
        .checkpoint = {.stream = "users",
                       .account = "account-1",
                       .slice = "2026-11-20",
                       .pages = page,
                       .records = page * 3,
                       .state = state,
                       .cursor = "next"},
        .records = 3,
        .released = 3,
    };
}

static void commit(uint64_t page, enum checkpoint_state state)
{
    struct error err;
    const struct writer_page whole = page_of(page, state);
    if (!give_page(&whole, &err))
        fail_msg("%s", err.text);
}

static void flush(void)
{
    struct error err;
    if (!writer_flush(writer, &err))
        fail_msg("%s", err.text);
}

/* --- what a reader sees ---------------------------------------------------------------------- */

static int64_t seen(const char *sql)
{
    AUTO(store_closep) struct store *s = fixture_open_read();
    return fixture_number(s, sql);
}

static const char segments[] = "SELECT count(*) FROM segment";
static const char events[] = "SELECT count(*) FROM audit_event";
static const char position_seq[] = "SELECT coalesce(max(seq), 0) FROM position";

static int64_t events_of(const char *kind)
{
    char sql[200];
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM audit_event WHERE entry LIKE '%%\"kind\":\"%s\"%%'", kind);
    return seen(sql);
}

static void nothing_is_staged(void)
{
    assert_int_equal(seen(segments), 0);
    assert_int_equal(seen("SELECT count(*) FROM quarantine"), 0);
    assert_int_equal(seen("SELECT count(*) FROM checkpoint"), 0);
    assert_int_equal(seen(events), 0);
    assert_int_equal(atomic_load(&staged_pages), 0);
}

/* --- pages ----------------------------------------------------------------------------------- */

static void a_page_becomes_durable_as_a_whole(void **state)
{
    (void)state;
    struct error err;
    const struct append_origin origin = fixture_origin("users", 1);
    hand_over(1);
    hand_over(1);
    assert_true(give_quarantine(&origin, 7, "{}", 2, "does not fit", &err));
    flush();
    nothing_is_staged();

    struct writer_page whole = page_of(1, CHECKPOINT_COMPLETE);
    snprintf(whole.drift, sizeof whole.drift, "/new");
    assert_true(give_page(&whole, &err));
    flush();
    assert_int_equal(seen(segments), 2);
    assert_int_equal(seen("SELECT count(*) FROM quarantine"), 1);
    assert_int_equal(events_of("page.staged"), 1);
    assert_int_equal(events_of("schema.drift"), 1);
    assert_int_equal(events_of("slice.completed"), 1);
    assert_int_equal(seen(events), 3);
    assert_int_equal(atomic_load(&staged_pages), 1);

    AUTO(store_closep) struct store *s = fixture_open_read();
    for (int64_t seq = 1; seq <= 2; seq++) {
        if (!fixture_read(s, "users", seq, &err))
            fail_msg("%s", err.text);
    }
    struct checkpoint c;
    bool found;
    AUTO(cleanup_free) char *cursor = NULL;
    assert_true(
        checkpoint_get(s, "users", "account-1", "2026-11-20", &c, &cursor, &found, &err));
    assert_true(found);
    assert_int_equal(c.pages, 1);
    assert_int_equal(c.state, CHECKPOINT_COMPLETE);
    assert_string_equal(c.cursor, "next");
}

static void a_page_without_records_moves_the_checkpoint(void **state)
{
    (void)state;
    commit(1, CHECKPOINT_OPEN);
    flush();
    assert_int_equal(seen(segments), 0);
    assert_int_equal(seen("SELECT pages FROM checkpoint"), 1);
    assert_int_equal(events_of("page.staged"), 1);
    assert_int_equal(events_of("slice.completed"), 0);
}

/* Parts of this slice and of another one. */
static void put_parts(const char *slice, bool anew, const char *const *paths)
{
    const struct part_slice day = {"users", "account-1", slice};
    const struct event cut = {.kind = EVENT_SLICE_CUT, .object = "users"};
    struct part list[4];
    struct writer_parts parts = {&day, list, 0, anew};
    struct error err;
    for (; paths[parts.count]; parts.count++) {
        list[parts.count] = (struct part){.work = "{}"};
        snprintf(list[parts.count].path, sizeof list->path, "%s", paths[parts.count]);
    }
    if (!writer_parts(writer, &parts, &cut, &err))
        fail_msg("%s", err.text);
}

static void parts_of_a_slice_go_with_its_last_page(void **state)
{
    (void)state;
    static const char of_all[] = "SELECT count(*) FROM part";
    put_parts("2026-11-20", false, (const char *const[]){"", "0000", "0001", NULL});
    put_parts("2026-11-21", false, (const char *const[]){"", NULL});
    assert_int_equal(seen(of_all), 4);
    assert_int_equal(events_of("slice.cut"), 2);
    put_parts("2026-11-20", false, (const char *const[]){"0001", NULL}); /* in place of it */
    assert_int_equal(seen(of_all), 4);
    put_parts("2026-11-20", true, (const char *const[]){"", "0000", NULL});
    assert_int_equal(seen(of_all), 3);

    commit(1, CHECKPOINT_OPEN);
    flush();
    assert_int_equal(seen(of_all), 3);
    commit(2, CHECKPOINT_COMPLETE);
    flush();
    assert_int_equal(seen(of_all), 1);
    assert_int_equal(seen("SELECT count(*) FROM part WHERE slice = '2026-11-21'"), 1);
}

/* --- slices that are delivered as a whole ----------------------------------------------------- */

static void put_page(uint64_t page, bool with_records, enum checkpoint_state state)
{
    struct error err;
    struct writer_page whole = page_of(page, state);
    whole.origin.by_slice = true;
    if (with_records)
        hand_over_as(&whole.origin, page, true);
    if (!give_page(&whole, &err))
        fail_msg("%s", err.text);
}

static void a_slice_ends_with_a_segment_and_with_its_last_page(void **state)
{
    (void)state;
    static const char ended[] = "SELECT coalesce(max(first_seq * 100 + last_seq), 0) "
                                "FROM generation";
    put_page(1, true, CHECKPOINT_OPEN);
    flush();
    assert_int_equal(seen(ended), 100);
    put_page(2, true, CHECKPOINT_COMPLETE);
    flush();
    assert_int_equal(seen(ended), 102);
    put_page(1, true, CHECKPOINT_OPEN);
    put_page(2, false, CHECKPOINT_OPEN); /* brought nothing, and is not the last */
    put_page(3, false, CHECKPOINT_COMPLETE);
    flush();
    assert_int_equal(seen(ended), 304);
    put_page(1, false, CHECKPOINT_COMPLETE);
    flush();
    assert_int_equal(seen(ended), 505);
    assert_int_equal(seen("SELECT count(*) FROM segment WHERE count = 0"), 2);
    assert_int_equal(seen("SELECT count(*) FROM generation"), 3);
}

static void a_slice_that_is_broken_off_has_not_ended(void **state)
{
    (void)state;
    put_page(1, true, CHECKPOINT_OPEN);
    struct append_origin second = fixture_origin("users", 2);
    second.by_slice = true;
    hand_over_as(&second, 2, true);
    finish();
    assert_int_equal(seen("SELECT first_seq * 100 + last_seq FROM generation"), 100);
}

static void a_page_that_is_open_at_the_end_never_was(void **state)
{
    (void)state;
    hand_over(1);
    commit(1, CHECKPOINT_OPEN);
    hand_over(2);
    hand_over(2);
    finish();
    assert_int_equal(seen(segments), 1);
    assert_int_equal(seen("SELECT pages FROM checkpoint"), 1);
    assert_int_equal(atomic_load(&staged_pages), 1);
}

static void what_was_handed_over_whole_is_written_even_at_the_end(void **state)
{
    (void)state;
    slow_ms = 2;
    for (uint64_t page = 1; page <= 10; page++) {
        hand_over(page);
        commit(page, CHECKPOINT_OPEN);
    }
    finish();
    assert_int_equal(seen(segments), 10);
    assert_int_equal(seen("SELECT pages FROM checkpoint"), 10);
}

/* The queue is never empty; now and then a page is broken off and asked for again. */
static void pages_that_wait_together_are_as_good_as_alone(void **state)
{
    (void)state;
    struct error err;
    slow_ms = 1;
    for (uint64_t page = 1; page <= 60; page++) {
        if (page % 4 == 0) {
            hand_over(page + 1000);
            assert_true(give_up_page(&err));
        }
        if (page % 5 != 0)
            hand_over(page);
        commit(page, CHECKPOINT_OPEN);
    }
    flush();
    assert_int_equal(seen(segments), 48);
    assert_int_equal(seen("SELECT max(page) FROM segment"), 59);
    assert_int_equal(seen("SELECT max(seq) FROM segment"), 48);
    assert_int_equal(seen("SELECT pages FROM checkpoint"), 60);
    assert_int_equal(events_of("page.staged"), 60);
    assert_int_equal(atomic_load(&staged_pages), 60);
}

static void a_discarded_page_leaves_nothing_and_its_numbers_are_given_again(void **state)
{
    (void)state;
    struct error err;
    const struct append_origin origin = fixture_origin("users", 1);
    hand_over(1);
    hand_over(1);
    assert_true(give_quarantine(&origin, 0, "{}", 2, "does not fit", &err));
    assert_true(give_up_page(&err));
    flush();
    nothing_is_staged();
    assert_true(give_up_page(&err)); /* of no page: nothing happens */
    flush();

    hand_over(2);
    commit(2, CHECKPOINT_OPEN);
    flush();
    assert_int_equal(seen("SELECT min(seq) FROM segment"), 1);
    AUTO(store_closep) struct store *s = fixture_open_read();
    assert_true(fixture_read(s, "users", 1, &err));
    assert_int_equal(fixture_number(s, "SELECT page FROM segment"), 2);
}

static void a_segment_comes_back_empty(void **state)
{
    (void)state;
    struct segment *all[POOL];
    for (size_t i = 0; i < POOL; i++) {
        all[i] = writer_take(writer);
        assert_non_null(all[i]);
    }
    struct error err;
    const struct append_origin origin = fixture_origin("users", 1);
    fill(all[0], 1, 5);
    assert_true(give_segment(&origin, false, all[0], &err));
    struct segment *again = writer_take(writer); /* waits for the one */
    assert_ptr_equal(again, all[0]);
    assert_int_equal(again->count, 0);
    fill(all[1], 1, 5);
    writer_return(writer, all[1]);
    struct segment *returned = writer_take(writer);
    assert_ptr_equal(returned, all[1]);
    assert_int_equal(returned->count, 0);
}

/* --- pages that are read again --------------------------------------------------------------- */

static int64_t segments_before;

/* A page of one part, or of two. */
static void page_holds(uint64_t page, uint64_t first, uint64_t second,
                       enum checkpoint_state state)
{
    const struct append_origin origin = fixture_origin("users", page);
    hand_over_as(&origin, first, false);
    if (second)
        hand_over_as(&origin, second, false);
    commit(page, state);
}

/* A slice of two pages, the first of two parts, is read as a whole. */
static void reading(uint64_t a, uint64_t b, uint64_t c)
{
    page_holds(1, a, b, CHECKPOINT_OPEN);
    page_holds(2, c, 0, CHECKPOINT_COMPLETE);
    flush();
}

/* Since it was last asked. */
static void stages(int64_t new_segments, uint64_t unchanged_records)
{
    flush();
    int64_t now = seen(segments);
    assert_int_equal(now - segments_before, new_segments);
    assert_int_equal(atomic_exchange(&unchanged, 0), unchanged_records);
    segments_before = now;
}

static void what_is_as_it_was_is_not_staged_again(void **state)
{
    (void)state;
    reading(10, 20, 30);
    stages(3, 0);
    reading(10, 20, 30);
    stages(0, 9);
    assert_int_equal(seen("SELECT pages FROM checkpoint WHERE state = 'complete'"), 2);
    assert_int_equal(seen("SELECT count(*) FROM audit_event WHERE entry LIKE "
                          "'%\"released\":3,%' AND entry LIKE '%\"unchanged\":3%'"),
                     1); /* the second page; the first has two parts of three */
    reading(10, 21, 30);
    stages(1, 6);
    reading(10, 20, 30); /* as it was once, which does not count */
    stages(1, 6);
    reading(20, 10, 30); /* elsewhere */
    stages(2, 3);
}

static void another_schema_or_policy_or_all_is_staged(void **state)
{
    (void)state;
    static const uint8_t other[DIGEST_SIZE] = {7};
    struct append_origin origin = fixture_origin("users", 1);
    page_holds(1, 10, 0, CHECKPOINT_COMPLETE);
    stages(1, 0);
    hand_over_as(&origin, 10, true);
    commit(1, CHECKPOINT_COMPLETE);
    stages(1, 0);
    origin.schema_digest = other;
    hand_over_as(&origin, 10, false);
    commit(1, CHECKPOINT_COMPLETE);
    stages(1, 0);
    origin.policy_digest = other;
    hand_over_as(&origin, 10, false);
    commit(1, CHECKPOINT_COMPLETE);
    stages(1, 0);
    hand_over_as(&origin, 10, false);
    commit(1, CHECKPOINT_COMPLETE);
    stages(0, 3);
}

static void what_was_not_committed_was_not_read(void **state)
{
    (void)state;
    struct error err;
    reading(10, 20, 30);
    stages(3, 0);
    const struct append_origin origin = fixture_origin("users", 1);
    hand_over_as(&origin, 11, false);
    assert_true(give_up_page(&err));
    reading(10, 20, 30);
    stages(0, 9);
    hand_over_as(&origin, 11, false);
    writer_free(writer); /* in the middle of the page */
    start(0);
    reading(10, 20, 30);
    stages(0, 9);
}

static void a_reading_that_was_broken_off_and_begun_anew_is_forgotten(void **state)
{
    (void)state;
    reading(10, 20, 30);
    stages(3, 0);
    page_holds(1, 10, 21, CHECKPOINT_OPEN);
    stages(1, 3);
    page_holds(2, 30, 0, CHECKPOINT_COMPLETE); /* gone on with: it is one reading */
    stages(0, 3);
    page_holds(1, 10, 22, CHECKPOINT_OPEN);
    stages(1, 3);
    reading(10, 22, 30); /* begun anew: a key may have been elsewhere in between */
    stages(3, 0);
    reading(10, 22, 30);
    stages(0, 9);
}

static void parts_and_pages_that_are_gone_are_forgotten(void **state)
{
    (void)state;
    reading(10, 20, 30);
    page_holds(3, 40, 0, CHECKPOINT_COMPLETE);
    stages(4, 0);
    assert_int_equal(seen("SELECT count(*) FROM content"), 4);
    page_holds(1, 10, 0, CHECKPOINT_COMPLETE);
    stages(0, 3);
    assert_int_equal(seen("SELECT count(*) FROM content"), 1);
    reading(10, 20, 30);
    stages(2, 3);
    commit(1, CHECKPOINT_COMPLETE); /* no record any more */
    flush();
    assert_int_equal(seen("SELECT count(*) FROM content"), 0);
}

/* --- notes of other threads ------------------------------------------------------------------ */

struct note {
    pthread_t thread;
    int64_t seq; /* 0: an event only */
    const char *why;
    atomic_bool done;
    bool ok;
    struct error err;
};

static void *put_note(void *arg)
{
    struct note *n = arg;
    const struct event event = {.kind = EVENT_BATCH_DELIVERED, .object = "users"};
    n->ok = n->why   ? writer_sink_failed(writer, "warehouse", "users", n->why, &n->err)
            : n->seq ? writer_position(writer, "warehouse", "users", n->seq, &event, &n->err)
                     : writer_event(writer, &event, &n->err);
    atomic_store(&n->done, true);
    return NULL;
}

static void begin_note(struct note *n)
{
    assert_int_equal(pthread_create(&n->thread, NULL, put_note, n), 0);
}

/* Long enough for a note that does not wait to be done, by far. */
static void is_waiting(struct note *n)
{
    const struct timespec pause = {.tv_nsec = 100000000L};
    nanosleep(&pause, NULL);
    flush();
    assert_false(atomic_load(&n->done));
}

static void end_note(struct note *n)
{
    pthread_join(n->thread, NULL);
    if (!n->ok)
        fail_msg("%s", n->err.text);
}

static void a_note_is_durable_when_its_call_returns(void **state)
{
    (void)state;
    hand_over(1);
    commit(1, CHECKPOINT_OPEN);
    struct note position = {.seq = 1}, event = {0}, failure = {.why = "the disk is full"};
    put_note(&position);
    assert_true(position.ok);
    assert_int_equal(seen(position_seq), 1);
    assert_int_equal(events_of("batch.delivered"), 1);
    put_note(&event);
    assert_true(event.ok);
    assert_int_equal(events_of("batch.delivered"), 2);
    put_note(&failure);
    assert_true(failure.ok);
    AUTO(store_closep) struct store *s = fixture_open_read();
    struct position p;
    struct error err;
    assert_true(position_get(s, "warehouse", "users", &p, &err));
    assert_int_equal(p.seq, 1);
    assert_string_equal(p.error, "the disk is full");
}

static void a_note_waits_for_the_open_page_and_lands_behind_it(void **state)
{
    (void)state;
    hand_over(1);
    commit(1, CHECKPOINT_OPEN);
    hand_over(2);
    struct note position = {.seq = 1}, event = {0};
    begin_note(&position);
    begin_note(&event);
    is_waiting(&position);
    is_waiting(&event);
    assert_int_equal(seen(position_seq), 0);
    assert_int_equal(seen(segments), 1);
    commit(2, CHECKPOINT_OPEN);
    end_note(&position);
    end_note(&event);
    assert_int_equal(seen(position_seq), 1);
    assert_int_equal(seen(segments), 2);
    assert_int_equal(events_of("batch.delivered"), 2);
}

static void a_note_outlives_the_discarding_of_the_page_it_waited_for(void **state)
{
    (void)state;
    hand_over(1);
    commit(1, CHECKPOINT_OPEN);
    hand_over(2);
    struct note position = {.seq = 1};
    begin_note(&position);
    is_waiting(&position);
    struct error err;
    assert_true(give_up_page(&err));
    end_note(&position);
    assert_int_equal(seen(position_seq), 1);
    assert_int_equal(seen(segments), 1);
    assert_int_equal(events_of("page.staged"), 1);
}

/* --- failure --------------------------------------------------------------------------------- */

static void failed_with(const char *wanted, const char *call, bool ok, const struct error *err)
{
    if (ok)
        fail_msg("succeeded: %s", call);
    if (!strstr(err->text, wanted))
        fail_msg("%s: no '%s' in: %s", call, wanted, err->text);
}

#define fails_with(wanted, call)              \
    do {                                      \
        bool ok = call;                       \
        failed_with(wanted, #call, ok, &err); \
    } while (0)

/* Every call fails as the first one did; none waits for ever. */
static void everything_fails_with(const char *wanted)
{
    struct error err;
    const struct append_origin origin = fixture_origin("users", 9);
    const struct writer_page page = page_of(9, CHECKPOINT_OPEN);
    const struct event event = {.kind = EVENT_RUN_END, .object = "demo"};
    fails_with(wanted, writer_flush(writer, &err));
    fails_with(wanted, give_page(&page, &err));
    fails_with(wanted, give_up_page(&err));
    fails_with(wanted, give_quarantine(&origin, 0, "{}", 2, "why", &err));
    fails_with(wanted, writer_event(writer, &event, &err));
    fails_with(wanted, writer_position(writer, "warehouse", "users", 1, NULL, &err));
    fails_with(wanted, writer_sink_failed(writer, "warehouse", "users", "why", &err));
    /* segments that were out may still be taken in, but never more than there are */
    for (int i = 0; i <= POOL; i++) {
        struct segment *segment = writer_take(writer);
        if (!segment)
            return;
        fill(segment, 9, 1);
        fails_with(wanted, give_segment(&origin, false, segment, &err));
    }
    fail_msg("segments without end");
}

static void the_first_failure_reaches_every_caller(void **state)
{
    (void)state;
    struct error err;
    hand_over(1);
    commit(1, CHECKPOINT_OPEN);
    assert_false(writer_position(writer, "warehouse", "users", 99, NULL, &err));
    assert_int_equal(err.kind, ERROR_BUG); /* the stage never gave that number */
    char first[ERROR_TEXT_MAX];
    snprintf(first, sizeof first, "%s", err.text);
    everything_fails_with(first);
    finish();
    assert_int_equal(seen(segments), 1); /* what was durable before is still there */
    assert_int_equal(seen(position_seq), 0);
}

static void a_failing_page_takes_those_who_waited_for_it_along(void **state)
{
    (void)state;
    struct error err;
    hand_over(1);
    commit(1, CHECKPOINT_OPEN);
    hand_over(2);
    struct note position = {.seq = 1}, event = {0};
    begin_note(&position);
    begin_note(&event);
    is_waiting(&position);
    is_waiting(&event);
    /* a text that is no UTF-8 cannot become an audit event: no event, no page */
    struct writer_page page = page_of(2, CHECKPOINT_OPEN);
    snprintf(page.drift, sizeof page.drift, "/\xff");
    assert_true(give_page(&page, &err)); /* the call itself returns before */
    pthread_join(position.thread, NULL);
    pthread_join(event.thread, NULL);
    assert_false(position.ok);
    assert_false(event.ok);
    assert_string_equal(position.err.text, event.err.text);
    everything_fails_with(position.err.text);
    finish();
    assert_int_equal(seen(segments), 1);
    assert_int_equal(seen(position_seq), 0);
    assert_int_equal(seen("SELECT pages FROM checkpoint"), 1);
    assert_int_equal(events_of("batch.delivered"), 0);
    assert_int_equal(atomic_load(&staged_pages), 1);
}

static void a_full_disk_is_found_before_a_page_is_begun(void **state)
{
    (void)state;
    writer_free(writer);
    start(UINT64_MAX);
    const struct append_origin origin = fixture_origin("users", 1);
    struct error err;
    struct segment *segment = writer_take(writer);
    assert_non_null(segment);
    fill(segment, 1, 3);
    (void)give_segment(&origin, false, segment, &err);
    assert_false(writer_flush(writer, &err));
    assert_int_equal(err.kind, ERROR_STORE);
    assert_non_null(strstr(err.text, "the disk has less than"));
    assert_non_null(strstr(err.text, "extract purge"));
    everything_fails_with("the disk has less than");
    finish();
    nothing_is_staged();
}

/* --- all at once ----------------------------------------------------------------------------- */

enum { PAGES = 120, NOTES = 40, NOTERS = 3 };

static void *put_notes(void *arg)
{
    (void)arg;
    for (int i = 0; i < NOTES; i++) {
        struct note n = {.seq = i % 2};
        put_note(&n);
        if (!n.ok)
            return n.err.text[0] ? (void *)"a note failed" : (void *)"?";
    }
    return NULL;
}

static void back_pressure_and_notes_do_not_lock_each_other_out(void **state)
{
    (void)state;
    slow_ms = 1; /* the queue is full most of the time */
    hand_over(1);
    commit(1, CHECKPOINT_OPEN);
    flush();
    pthread_t noters[NOTERS];
    for (size_t i = 0; i < NOTERS; i++)
        assert_int_equal(pthread_create(&noters[i], NULL, put_notes, NULL), 0);
    struct error err;
    uint64_t wanted = 1;
    for (uint64_t page = 2; page <= PAGES; page++) {
        for (uint64_t i = 0; i < page % 7; i++)
            hand_over(page);
        if (page % 11 == 0) {
            assert_true(give_up_page(&err));
            continue;
        }
        wanted += page % 7;
        commit(page, page == PAGES ? CHECKPOINT_COMPLETE : CHECKPOINT_OPEN);
    }
    for (size_t i = 0; i < NOTERS; i++) {
        void *trouble = NULL;
        pthread_join(noters[i], &trouble);
        assert_null(trouble);
    }
    flush();
    assert_int_equal(seen(segments), wanted);
    assert_int_equal(seen("SELECT max(seq) FROM segment"), wanted);
    assert_int_equal(atomic_load(&last_staged_page), PAGES);
    assert_int_equal(atomic_load(&staged_pages), PAGES - PAGES / 11);
    assert_int_equal(events_of("page.staged"), PAGES - PAGES / 11);
    assert_int_equal(events_of("batch.delivered"), NOTERS * NOTES);
    assert_int_equal(events_of("slice.completed"), 1);
}

static int set_up_again(void **state)
{
    segments_before = 0;
    return set_up(state);
}

#define again_test(name) cmocka_unit_test_setup_teardown(name, set_up_again, tear_down)
#define writer_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        writer_test(a_page_becomes_durable_as_a_whole),
        writer_test(a_page_without_records_moves_the_checkpoint),
        writer_test(parts_of_a_slice_go_with_its_last_page),
        writer_test(a_slice_ends_with_a_segment_and_with_its_last_page),
        writer_test(a_slice_that_is_broken_off_has_not_ended),
        writer_test(a_page_that_is_open_at_the_end_never_was),
        writer_test(what_was_handed_over_whole_is_written_even_at_the_end),
        writer_test(pages_that_wait_together_are_as_good_as_alone),
        writer_test(a_discarded_page_leaves_nothing_and_its_numbers_are_given_again),
        writer_test(a_segment_comes_back_empty),
        again_test(what_is_as_it_was_is_not_staged_again),
        again_test(another_schema_or_policy_or_all_is_staged),
        again_test(what_was_not_committed_was_not_read),
        again_test(a_reading_that_was_broken_off_and_begun_anew_is_forgotten),
        again_test(parts_and_pages_that_are_gone_are_forgotten),
        writer_test(a_note_is_durable_when_its_call_returns),
        writer_test(a_note_waits_for_the_open_page_and_lands_behind_it),
        writer_test(a_note_outlives_the_discarding_of_the_page_it_waited_for),
        writer_test(the_first_failure_reaches_every_caller),
        writer_test(a_failing_page_takes_those_who_waited_for_it_along),
        writer_test(a_full_disk_is_found_before_a_page_is_begun),
        writer_test(back_pressure_and_notes_do_not_lock_each_other_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
