/* SPDX-License-Identifier: Apache-2.0 */
/* Batches into a sink that is a script: what it takes, refuses and forgets is said by each test. */
#include "audit/event.h"
#include "pipeline/batch.h"
#include "schema_fixture.h"
#include "stage/position.h"
#include "stage/quarantine.h"
#include "stage/refused.h"
#include "stage_fixture.h"

enum { PER_SEGMENT = 10, ROOM = 2000, PATIENCE_SECONDS = 60 };

/* The records of the sink, by the number that each has in the stage: segment * 100 + index. */
struct script {
    int held[ROOM]; /* how often each is there */
    int pending[ROOM];
    int written;
    int order[ROOM]; /* of what was written since begin */
    bool open;
    struct ledger_marker marker;
    struct ledger_entry entry;
    /* what it does */
    int oversize; /* refused at once; -1: none */
    int bad[8]; /* refused at the end; ends with -1 */
    bool tells_which;
    int pair[2]; /* good alone, not together; -1: none */
    int again; /* so many times another way */
    bool commit_breaks; /* after it was done */
    int begins;
    int commits;
    char slice[64]; /* what the open transaction replaces */
    int clears;
};

static struct script script;

static bool script_open(const struct driver_options *options, void **ret_connection,
                        struct error *err)
{
    (void)options;
    (void)err;
    *ret_connection = &script;
    return true;
}

static void script_abort(void *connection)
{
    (void)connection;
    script.open = false;
}

static struct driver_limits script_limits(const void *connection)
{
    (void)connection;
    return (struct driver_limits){.records = 3 * PER_SEGMENT, .bytes = 1 << 20};
}

static bool script_begin(void *connection, const struct driver_stream *stream,
                         struct error *err)
{
    (void)connection;
    (void)stream;
    (void)err;
    assert_false(script.open);
    memset(script.pending, 0, sizeof script.pending);
    script.written = 0;
    *script.slice = '\0';
    script.open = true;
    script.begins++;
    return true;
}

static bool script_position(void *connection, const struct driver_stream *stream,
                            struct ledger_marker *ret_marker, struct error *err)
{
    (void)connection;
    (void)stream;
    (void)err;
    assert_true(script.open); /* the fence first */
    *ret_marker = script.marker;
    return true;
}

static bool script_slice(void *connection, const struct driver_stream *to, const char *slice,
                         struct error *err)
{
    (void)connection;
    (void)to;
    (void)err;
    snprintf(script.slice, sizeof script.slice, "%s", slice);
    return true;
}

/* What it forgets is told by the test: which records are of which slice, the sink knows not. */
static bool script_clear(void *connection, const struct driver_stream *to, int64_t *ret_rows,
                         struct error *err)
{
    (void)connection;
    (void)to;
    (void)err;
    assert_int_equal(script.written, 0);
    script.clears++;
    *ret_rows = 0;
    return true;
}

static bool script_write(void *connection, const struct driver_stream *stream,
                         const struct driver_record *record, const char **ret_refused,
                         struct error *err)
{
    (void)connection;
    (void)stream;
    (void)err;
    int number = (int)record->segment->seq * 100 + (int)record->index;
    if (number == script.oversize) {
        *ret_refused = "too large";
        return true;
    }
    script.pending[number]++;
    script.order[script.written++] = number;
    return true;
}

static int bad_place(void)
{
    for (int i = 0; i < script.written; i++)
        for (const int *bad = script.bad; *bad >= 0; bad++)
            if (script.order[i] == *bad)
                return i;
    return -1;
}

static bool script_finish(void *connection, const struct driver_stream *stream,
                          struct driver_outcome *ret_outcome, struct error *err)
{
    (void)connection;
    (void)stream;
    (void)err;
    *ret_outcome = (struct driver_outcome){.record = -1};
    if (script.again > 0) {
        script.again--;
        ret_outcome->verdict = DRIVER_AGAIN;
        return true;
    }
    int bad = bad_place();
    bool clash =
        script.pair[0] >= 0 && script.pending[script.pair[0]] && script.pending[script.pair[1]];
    if (bad >= 0 || clash) {
        ret_outcome->verdict = DRIVER_REFUSED;
        ret_outcome->record = script.tells_which && bad >= 0 ? bad : -1;
        snprintf(ret_outcome->reason, sizeof ret_outcome->reason, "a constraint");
    }
    return true;
}

static bool script_commit(void *connection, const struct driver_stream *stream,
                          const struct ledger_entry *entry, struct error *err)
{
    (void)connection;
    (void)stream;
    script.commits++;
    for (int i = 0; i < ROOM; i++)
        script.held[i] += script.pending[i];
    if (entry) {
        script.marker.found = true;
        script.marker.last = *entry;
    }
    script.open = false;
    return !script.commit_breaks || error_set(err, ERROR_NETWORK, "the line went dead");
}

static void script_close(void *connection)
{
    (void)connection;
}

static const struct driver script_driver = {
    .name = "script",
    .sink = "warehouse",
    .open = script_open,
    .close = script_close,
    .limits = script_limits,
    .begin = script_begin,
    .position = script_position,
    .slice = script_slice,
    .clear = script_clear,
    .write = script_write,
    .finish = script_finish,
    .commit = script_commit,
    .abort = script_abort,
};

/* --- A stage with segments in it ------------------------------------------------------------- */

static struct event_context audit = {.source = "demo", .run = "run", .uid = 1000};
static struct store *store, *reading;
static struct writer *writer;
static struct schema *schema;
static struct sink *sink;
static struct batch *batch;
static struct batch_stream stream;
static struct batch_options options;

static void on_staged(void *context, const struct writer_page *page)
{
    (void)context;
    (void)page;
}

static void stage(int segments)
{
    struct error err;
    assert_true(store_begin(store, &err));
    for (int i = 0; i < segments; i++) {
        int64_t seq;
        struct segment_packed packed;
        segment_packed_init(&packed);
        fixture_pack((uint64_t)i, PER_SEGMENT, &packed);
        const struct append_origin origin = fixture_origin("users", (uint64_t)i);
        if (!append_segment(store, &origin, &packed, &seq, &err))
            fail_msg("%s", err.text);
        segment_packed_done(&packed);
    }
    assert_true(store_commit(store, &err));
}

static int set_up(void **state)
{
    struct error err;
    const char *const *none = NULL;
    if (fixture_set_up(state) != 0)
        return -1;
    script = (struct script){.oversize = -1, .bad = {-1}, .pair = {-1, -1}};
    fixture_options.guest_schema = event_tables();
    store = fixture_open();
    audit.log = store_uuid(store);
    stage(7);
    reading = fixture_open_read();
    schema = schema_fixture("things", "merge", "page bigint, record bigint", "page, record");
    const struct writer_options own = {.store = store, .audit = &audit, .staged = on_staged};
    const struct sink_options to = {.driver = &script_driver, .values = none};
    if (!writer_new(&own, &writer, &err) || !sink_open(&to, &sink, &err))
        fail_msg("%s", err.text);
    batch = batch_new();
    stream = (struct batch_stream){
        .stream = {store_uuid(store), "demo", "users", schema},
        .columns = columns_new(schema),
    };
    options = (struct batch_options){
        .name = "warehouse", .sink = sink, .store = reading, .writer = writer};
    alarm(PATIENCE_SECONDS);
    return 0;
}

static int tear_down(void **state)
{
    alarm(0);
    batch_free(batch);
    columns_free(stream.columns);
    sink_close(sink);
    writer_free(writer);
    writer = NULL;
    store_close(reading);
    store_close(store);
    schema_free(schema);
    return fixture_tear_down(state);
}

static struct batch_result deliver(void)
{
    struct error err;
    struct batch_result result;
    if (!batch_deliver(batch, &options, &stream, &result, &err))
        fail_msg("%s", err.text);
    assert_false(script.open);
    return result;
}

static void deliver_all(void)
{
    while (deliver().last_seq > 0)
        continue;
}

static int64_t position(void)
{
    struct error err;
    struct position p;
    assert_true(position_get(reading, "warehouse", "users", &p, &err));
    return p.seq;
}

/* Everything that was staged is there once, but for the records named. */
static void assert_held_but(const int *missing)
{
    for (int seq = 1; seq <= 7; seq++)
        for (int i = 0; i < PER_SEGMENT; i++) {
            int number = seq * 100 + i, wanted = 1;
            for (const int *m = missing; *m >= 0; m++)
                wanted -= *m == number;
            if (script.held[number] != wanted)
                fail_msg("record %d is there %d times instead of %d", number,
                         script.held[number], wanted);
        }
}

static const int nothing[] = {-1};

static uint64_t quarantined(void)
{
    struct error err;
    uint64_t count;
    assert_true(quarantine_count(reading, "users", &count, &err));
    return count;
}

/* --- What is promised ------------------------------------------------------------------------ */

static void batches_end_at_the_limits_and_nothing_is_left(void **state)
{
    (void)state;
    struct batch_result first = deliver();
    assert_int_equal(first.last_seq, 3);
    assert_int_equal(first.rows, 30);
    assert_int_equal(position(), 3);
    deliver_all();
    assert_int_equal(position(), 7);
    assert_int_equal(script.commits, 3);
    assert_held_but(nothing);
}

static void a_commit_that_nobody_heard_of_is_found_by_its_marker(void **state)
{
    (void)state;
    struct error err;
    struct batch_result result;
    script.commit_breaks = true;
    assert_false(batch_deliver(batch, &options, &stream, &result, &err));
    assert_int_equal(err.kind, ERROR_NETWORK);
    assert_int_equal(position(), 0);
    script.commit_breaks = false;
    assert_int_equal(deliver().last_seq, 6);
    deliver_all();
    assert_held_but(nothing);
}

static void another_way_of_the_driver_doubles_nothing(void **state)
{
    (void)state;
    script.again = 2;
    assert_int_equal(deliver().rows, 30);
    assert_int_equal(script.begins, 3);
    deliver_all();
    assert_held_but(nothing);
}

static void a_record_refused_at_once_is_left_out_and_kept(void **state)
{
    (void)state;
    script.oversize = 204;
    struct batch_result result = deliver();
    assert_int_equal(result.rows, 29);
    assert_int_equal(result.refused, 1);
    assert_int_equal(script.begins, 1);
    deliver_all();
    assert_held_but((const int[]){204, -1});
    assert_int_equal(quarantined(), 1);
}

static void refused_records_that_are_named_are_left_out_and_kept(void **state)
{
    (void)state;
    const int bad[] = {100, 209, 505, -1};
    memcpy(script.bad, bad, sizeof bad);
    script.tells_which = true;
    deliver_all();
    assert_held_but(bad);
    assert_int_equal(quarantined(), 3);
    struct error err;
    struct buffer text;
    struct quarantine_record record;
    buffer_init(&text, QUARANTINE_TEXT_MAX);
    assert_true(quarantine_get(reading, "users", 1, &text, &record, &err));
    assert_string_equal(record.reason, "sink warehouse does not take it: a constraint");
    assert_memory_equal(record.line, "{\"page\":0,\"record\":0}", record.len);
    buffer_done(&text);
}

static void refused_records_that_are_not_named_are_found(void **state)
{
    (void)state;
    const int bad[] = {100, 309, 700, -1};
    memcpy(script.bad, bad, sizeof bad);
    deliver_all();
    assert_held_but(bad);
    assert_int_equal(quarantined(), 3);
}

static void of_two_that_clash_the_later_one_is_left_out(void **state)
{
    (void)state;
    script.pair[0] = 105;
    script.pair[1] = 303;
    deliver_all();
    assert_held_but((const int[]){303, -1});
    assert_int_equal(quarantined(), 1);
}

static void what_was_refused_stays_refused(void **state)
{
    (void)state;
    struct error err;
    const int bad[] = {204, -1};
    memcpy(script.bad, bad, sizeof bad);
    script.tells_which = true;
    struct batch_result result;
    script.commit_breaks = true;
    assert_false(batch_deliver(batch, &options, &stream, &result, &err));
    /* the sink lost it: the same batch is delivered anew */
    script.commit_breaks = false;
    script.marker.found = false;
    memset(script.held, 0, sizeof script.held);
    int begins = script.begins;
    assert_int_equal(deliver().rows, 39); /* four segments, but for one */
    assert_int_equal(script.begins, begins + 1); /* known from the stage */
    assert_int_equal(quarantined(), 1);
    deliver_all();
    assert_held_but(bad);
}

static void a_sink_that_refuses_everything_is_given_up(void **state)
{
    (void)state;
    struct error err;
    struct batch_result result;
    stage(20);
    for (int i = 0; i < 7; i++)
        script.bad[i] = 100 + i;
    script.bad[7] = -1;
    script.again = 1000000;
    assert_false(batch_deliver(batch, &options, &stream, &result, &err));
    assert_int_equal(err.kind, ERROR_SINK);
    assert_int_equal(script.commits, 0);
    assert_int_equal(position(), 0);
}

static void a_marker_that_does_not_fit_stops_before_anything_is_written(void **state)
{
    (void)state;
    struct error err;
    struct batch_result result;
    struct ledger_marker ahead = {.found = true, .last = {.first_seq = 90, .last_seq = 99}};
    struct ledger_marker different = {
        .found = true, .last = {.first_seq = 1, .last_seq = 2, .rows = 20, .digest = {1}}};
    struct ledger_marker foreign = {.other_stage = "ffff", .other_stream = "users"};
    const struct ledger_marker *const markers[] = {&ahead, &different, &foreign};
    const char *const words[] = {"an old copy of the stage", "with other content",
                                 "another stage"};
    for (size_t i = 0; i < 3; i++) {
        script.marker = *markers[i];
        assert_false(batch_deliver(batch, &options, &stream, &result, &err));
        assert_int_equal(err.kind, ERROR_SINK);
        assert_non_null(strstr(err.text, words[i]));
        assert_int_equal(script.written, 0);
    }
    script.marker = (struct ledger_marker){.found = false};
    deliver_all();
    script.marker.found = false;
    assert_false(batch_deliver(batch, &options, &stream, &result, &err));
    assert_non_null(strstr(err.text, "has lost what was delivered"));
    options.accept = true;
    memset(script.held, 0, sizeof script.held);
    deliver_all();
    assert_held_but(nothing);
}

static bool odd(void *context, int64_t seq, uint32_t index)
{
    (void)context;
    return seq % 2 == 1 && index == 0;
}

static void a_replay_writes_again_and_moves_no_marker(void **state)
{
    (void)state;
    struct error err;
    struct batch_result result;
    script.oversize = 204;
    deliver_all();
    int commits = script.commits;
    memset(script.held, 0, sizeof script.held);
    if (!batch_replay(batch, &options, &stream, 1, 7, NULL, NULL, &result, &err))
        fail_msg("%s", err.text);
    assert_int_equal(result.rows, 69);
    assert_int_equal(script.commits, commits + 2);
    assert_held_but((const int[]){204, -1});
    assert_int_equal(position(), 7);
    assert_int_equal(script.marker.last.last_seq, 7);
    memset(script.held, 0, sizeof script.held);
    assert_true(batch_replay(batch, &options, &stream, 2, 6, odd, NULL, &result, &err));
    assert_int_equal(result.rows, 2);
    assert_int_equal(script.held[300] + script.held[500], 2);
}

/* --- Slices that are replaced ----------------------------------------------------------------- */

static struct schema *replaced;

/* The stream's slices are replaced from now on: its segments 1 to 7 are of none. */
static void replace_slices(void)
{
    replaced =
        schema_fixture("things", "replace", "page bigint, record bigint", "page, record");
    stream.stream.schema = replaced;
}

static int tear_down_replaced(void **state)
{
    schema_free(replaced);
    replaced = NULL;
    return tear_down(state);
}

/* A page of a slice with a segment of so many records. */
static void put_page(const char *slice, uint64_t page, int records, bool last)
{
    struct error err;
    struct append_origin origin = fixture_origin("users", page);
    struct segment_packed packed;
    int64_t seq;
    origin.slice = slice;
    origin.by_slice = true;
    segment_packed_init(&packed);
    fixture_pack(page, records, &packed);
    assert_true(store_begin(store, &err));
    if (!generation_begin(store, &origin, &err) ||
        !append_segment(store, &origin, &packed, &seq, &err) ||
        (last && !generation_end(store, &origin, &err)))
        fail_msg("%s", err.text);
    assert_true(store_commit(store, &err));
    segment_packed_done(&packed);
}

static void assert_entry(int64_t first, int64_t last, int64_t rows)
{
    assert_int_equal(script.marker.last.first_seq, first);
    assert_int_equal(script.marker.last.last_seq, last);
    assert_int_equal(script.marker.last.rows, rows);
    uint8_t digest[DIGEST_SIZE] = {0};
    for (int64_t seq = first; seq <= last; seq++) {
        struct error err;
        struct seal_segment about;
        assert_true(read_about(reading, "users", seq, &about, &err));
        ledger_fold(digest, about.digest);
    }
    assert_memory_equal(script.marker.last.digest, digest, DIGEST_SIZE);
}

/* How many records of a segment the sink was given. */
static int held(int seq)
{
    int count = 0;
    for (int i = 0; i < 100; i++)
        count += script.held[seq * 100 + i];
    return count;
}

static void nothing_of_a_slice_is_delivered_before_it_is_complete(void **state)
{
    (void)state;
    replace_slices();
    put_page("a", 1, 5, false); /* 8 */
    assert_int_equal(deliver().last_seq, 0);
    int begins = script.begins;
    assert_int_equal(deliver().last_seq, 0);
    assert_int_equal(script.begins, begins); /* once compared, the sink is not asked in vain */
    put_page("a", 2, 40, true); /* 9: more records than the limit */
    struct batch_result result = deliver();
    assert_int_equal(result.last_seq, 9);
    assert_int_equal(result.rows, 45);
    assert_string_equal(script.slice, "account-1/a");
    assert_entry(1, 9, 45);
    for (int seq = 1; seq <= 7; seq++)
        assert_int_equal(held(seq), 0); /* of no slice */
    assert_int_equal(script.clears, 1);
    assert_int_equal(deliver().last_seq, 0);
}

static void change(const char *sql)
{
    struct error err;
    assert_true(store_begin(store, &err));
    if (!sqlite_script(store_db(store), sql, &err))
        fail_msg("%s", err.text);
    assert_true(store_commit(store, &err));
}

static void a_slice_that_is_not_what_was_read_is_not_delivered(void **state)
{
    (void)state;
    replace_slices();
    put_page("a", 1, 5, false); /* 8 */
    change("UPDATE segment SET slice = 'b' WHERE seq = 8"); /* before the last page, too */
    put_page("a", 2, 4, true); /* 9 */
    static const char *const changes[][2] = {
        {"SELECT 1", "UPDATE segment SET slice = 'a' WHERE seq = 8"},
        {"UPDATE segment SET slice = 'b' WHERE seq = 8",
         "UPDATE segment SET slice = 'a' WHERE seq = 8"},
        {"UPDATE generation SET first_seq = 9", "UPDATE generation SET first_seq = 8"},
        {"UPDATE generation SET slice = 'b'", "UPDATE generation SET slice = 'a'"},
        {"UPDATE newest_generation SET last_seq = 8",
         "UPDATE newest_generation SET last_seq = 9"},
        /* what is said to be purged would be passed over */
        {"UPDATE stream SET purged_seq = 8 WHERE name = 'users'",
         "UPDATE stream SET purged_seq = 0 WHERE name = 'users'"},
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct error err;
        struct batch_result result;
        stream.compared = false; /* another run */
        change(changes[i][0]);
        assert_false(batch_deliver(batch, &options, &stream, &result, &err));
        assert_int_equal(err.kind, ERROR_STORE);
        assert_int_equal(script.commits, 0);
        change(changes[i][1]);
    }
    assert_int_equal(deliver().rows, 9);
}

static void slices_that_take_turns_are_delivered_whole(void **state)
{
    (void)state;
    replace_slices();
    put_page("a", 1, 5, false); /* 8 */
    put_page("b", 1, 4, false); /* 9 */
    put_page("b", 2, 3, true); /* 10 */
    put_page("a", 2, 2, true); /* 11 */
    put_page("c", 1, 0, true); /* 12: empty */
    assert_int_equal(deliver().rows, 7);
    assert_string_equal(script.slice, "account-1/b");
    assert_entry(1, 10, 7);
    assert_int_equal(deliver().rows, 7);
    assert_string_equal(script.slice, "account-1/a");
    assert_entry(11, 11, 7); /* with what stands before the marker */
    assert_int_equal(held(8), 5);
    assert_int_equal(deliver().rows, 0);
    assert_string_equal(script.slice, "account-1/c");
    assert_entry(12, 12, 0);
    assert_int_equal(position(), 12);
    assert_int_equal(deliver().last_seq, 0);
    assert_int_equal(deliver().last_seq, 0); /* the marker's digest is right */
}

static void a_reading_that_was_broken_off_is_never_delivered(void **state)
{
    (void)state;
    replace_slices();
    put_page("a", 1, 5, false); /* 8 */
    put_page("a", 2, 5, false); /* 9 */
    put_page("a", 1, 3, true); /* 10 */
    assert_int_equal(deliver().rows, 3);
    assert_entry(1, 10, 3);
    assert_int_equal(held(8) + held(9), 0);
    assert_int_equal(held(10), 3);
}

static void a_slice_without_a_refused_record_is_whole(void **state)
{
    (void)state;
    replace_slices();
    put_page("a", 1, 5, false); /* 8 */
    put_page("b", 1, 1, true); /* 9 */
    put_page("a", 2, 5, true); /* 10 */
    script.bad[0] = 1003;
    script.bad[1] = -1;
    assert_int_equal(deliver().rows, 1);
    struct batch_result result = deliver();
    assert_int_equal(result.rows, 9);
    assert_int_equal(result.refused, 1);
    assert_entry(10, 10, 9);
    assert_int_equal(script.held[1003], 0);
    assert_int_equal(held(8), 5);
    assert_int_equal(quarantined(), 1);
}

static void a_slice_with_a_damaged_segment_is_not_delivered(void **state)
{
    (void)state;
    struct error err;
    struct batch_result result;
    replace_slices();
    put_page("a", 1, 5, false); /* 8 */
    put_page("a", 2, 5, true); /* 9 */
    assert_true(store_begin(store, &err));
    assert_true(sqlite_script(store_db(store),
                              "UPDATE segment SET sealed = zeroblob(80) WHERE seq = 9", &err));
    assert_true(store_commit(store, &err));
    assert_false(batch_deliver(batch, &options, &stream, &result, &err));
    assert_int_equal(err.kind, ERROR_STORE);
    assert_int_equal(script.commits, 0);
    assert_int_equal(position(), 0);
}

static void a_commit_of_a_slice_that_nobody_heard_of_is_found(void **state)
{
    (void)state;
    struct error err;
    struct batch_result result;
    replace_slices();
    put_page("a", 1, 5, true); /* 8 */
    put_page("a", 1, 4, true); /* 9 */
    script.commit_breaks = true;
    assert_false(batch_deliver(batch, &options, &stream, &result, &err));
    script.commit_breaks = false;
    assert_int_equal(deliver().last_seq, 9);
    assert_entry(9, 9, 4);
    assert_int_equal(held(8), 5);
    assert_int_equal(held(9), 4);
}

static void a_slice_is_replayed_with_what_it_had(void **state)
{
    (void)state;
    struct error err;
    struct batch_result result;
    struct generation g;
    bool found;
    replace_slices();
    put_page("a", 1, 5, false); /* 8 */
    put_page("b", 1, 0, true); /* 9 */
    put_page("a", 2, 2, true); /* 10 */
    deliver_all();
    int commits = script.commits, clears = script.clears;
    memset(script.held, 0, sizeof script.held);
    assert_true(generation_next(reading, "users", 9, &g, &found, &err));
    if (!batch_replay_slice(batch, &options, &stream, &g, &result, &err))
        fail_msg("%s", err.text);
    assert_int_equal(result.rows, 7);
    assert_int_equal(held(8), 5);
    assert_true(generation_next(reading, "users", 0, &g, &found, &err));
    assert_true(batch_replay_slice(batch, &options, &stream, &g, &result, &err));
    assert_int_equal(result.rows, 0);
    assert_int_equal(script.commits, commits + 2); /* to clear is to do something */
    assert_int_equal(script.clears, clears + 2);
    assert_int_equal(position(), 10);
    assert_entry(10, 10, 7);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#define REPLACED(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down_replaced)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(batches_end_at_the_limits_and_nothing_is_left),
        TEST(a_commit_that_nobody_heard_of_is_found_by_its_marker),
        TEST(another_way_of_the_driver_doubles_nothing),
        TEST(a_record_refused_at_once_is_left_out_and_kept),
        TEST(refused_records_that_are_named_are_left_out_and_kept),
        TEST(refused_records_that_are_not_named_are_found),
        TEST(of_two_that_clash_the_later_one_is_left_out),
        TEST(what_was_refused_stays_refused),
        TEST(a_sink_that_refuses_everything_is_given_up),
        TEST(a_marker_that_does_not_fit_stops_before_anything_is_written),
        TEST(a_replay_writes_again_and_moves_no_marker),
        REPLACED(nothing_of_a_slice_is_delivered_before_it_is_complete),
        REPLACED(a_slice_that_is_not_what_was_read_is_not_delivered),
        REPLACED(slices_that_take_turns_are_delivered_whole),
        REPLACED(a_reading_that_was_broken_off_is_never_delivered),
        REPLACED(a_slice_without_a_refused_record_is_whole),
        REPLACED(a_slice_with_a_damaged_segment_is_not_delivered),
        REPLACED(a_commit_of_a_slice_that_nobody_heard_of_is_found),
        REPLACED(a_slice_is_replayed_with_what_it_had),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
