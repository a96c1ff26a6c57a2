/* SPDX-License-Identifier: Apache-2.0 */
/* Several streams followed into one sink, a script, while more of them is staged. */
#include <semaphore.h>

#include "audit/event.h"
#include "pipeline/deliver.h"
#include "schema_fixture.h"
#include "stage/position.h"
#include "stage_fixture.h"

enum { STREAMS = 3, SLOW = STREAMS - 1, PER_SEGMENT = 10, PATIENCE_SECONDS = 60 };

static const char *const names[STREAMS] = {"campaigns", "ads", "insights"};

/* --- A sink in which every stream has a marker ------------------------------------------------ */

/* A batch of the slow stream waits for more, for ever; those of the others do not. */
static struct script {
    int open; /* the stream in hand, while a transaction is open; else -1 */
    int pending; /* records of the open transaction */
    int held[STREAMS];
    struct ledger_marker markers[STREAMS];
    sem_t *slow_waits; /* told when a batch of the slow stream has a segment, once */
} script;

static int number_of(const struct driver_stream *stream)
{
    for (int i = 0; i < STREAMS; i++)
        if (strcmp(stream->name, names[i]) == 0)
            return i;
    return -1;
}

static bool script_open(const struct driver_options *options, void **ret_connection,
                        struct error *err)
{
    (void)options;
    (void)err;
    *ret_connection = &script;
    return true;
}

static void script_close(void *connection)
{
    (void)connection;
}

static struct driver_limits script_limits(const void *connection)
{
    (void)connection;
    const int64_t for_ever = 2 * PATIENCE_SECONDS * CLOCK_SECOND_NS;
    return (struct driver_limits){
        .records = 1000, .bytes = 1 << 20, .age_ns = script.open == SLOW ? for_ever : 0};
}

static bool script_prepare(void *connection, const struct driver_stream *stream,
                           struct ddl_change *ret_change, struct error *err)
{
    (void)connection;
    (void)stream;
    (void)err;
    *ret_change = (struct ddl_change){.creates = false};
    return true;
}

static bool script_plan(void *connection, const struct driver_stream *stream,
                        struct buffer *ret_script, struct ddl_change *ret_change,
                        struct error *err)
{
    (void)ret_script;
    return script_prepare(connection, stream, ret_change, err);
}

static bool script_begin(void *connection, const struct driver_stream *stream,
                         struct error *err)
{
    (void)connection;
    (void)err;
    script.open = number_of(stream);
    script.pending = 0;
    return true;
}

static bool script_position(void *connection, const struct driver_stream *stream,
                            struct ledger_marker *ret_marker, struct error *err)
{
    (void)connection;
    (void)err;
    *ret_marker = script.markers[number_of(stream)];
    return true;
}

static bool script_write(void *connection, const struct driver_stream *stream,
                         const struct driver_record *record, const char **ret_refused,
                         struct error *err)
{
    (void)connection;
    (void)stream;
    (void)record;
    (void)err;
    *ret_refused = NULL;
    if (++script.pending == PER_SEGMENT && script.open == SLOW && script.slow_waits) {
        sem_post(script.slow_waits);
        script.slow_waits = NULL;
    }
    return true;
}

static bool script_finish(void *connection, const struct driver_stream *stream,
                          struct driver_outcome *ret_outcome, struct error *err)
{
    (void)connection;
    (void)stream;
    (void)err;
    *ret_outcome = (struct driver_outcome){.verdict = DRIVER_DONE, .record = -1};
    return true;
}

static bool script_commit(void *connection, const struct driver_stream *stream,
                          const struct ledger_entry *entry, struct error *err)
{
    (void)connection;
    (void)err;
    int number = number_of(stream);
    script.held[number] += script.pending;
    script.markers[number] = (struct ledger_marker){.found = true, .last = *entry};
    script.open = -1;
    return true;
}

static void script_abort(void *connection)
{
    (void)connection;
    script.open = -1;
}

static const struct driver script_driver = {
    .name = "script",
    .sink = "warehouse",
    .open = script_open,
    .close = script_close,
    .limits = script_limits,
    .plan = script_plan,
    .prepare = script_prepare,
    .begin = script_begin,
    .position = script_position,
    .write = script_write,
    .finish = script_finish,
    .commit = script_commit,
    .abort = script_abort,
};

/* --- A deployment around it ------------------------------------------------------------------- */

static struct event_context audit = {.source = "demo", .run = "run", .uid = 1000};
static struct deployment_options settings;
static struct deployment deployment;
static struct result result;
static struct store *store;
static struct writer *writer;

static void on_staged(void *context, const struct writer_page *page)
{
    (void)context;
    (void)page;
}

static void on_delivered(void *context, const char *sink, const char *stream, uint64_t rows)
{
    (void)context;
    (void)sink;
    (void)stream;
    (void)rows;
}

static const struct watch watch = {.delivered = on_delivered};

/* The next segment of a stream, through the writer, as a run stages it. */
static void stage(int stream)
{
    struct error err;
    struct segment_packed packed;
    segment_packed_init(&packed);
    fixture_pack(1, PER_SEGMENT, &packed);
    struct writer_page page = {
        .origin = fixture_origin(names[stream], 1),
        .checkpoint = {.account = "account-1",
                       .slice = "2026-11-20",
                       .pages = 1,
                       .records = PER_SEGMENT,
                       .state = CHECKPOINT_COMPLETE},
        .records = PER_SEGMENT,
        .released = PER_SEGMENT,
    };
    snprintf(page.checkpoint.stream, sizeof page.checkpoint.stream, "%s", names[stream]);
    writer_claim(writer);
    if (!writer_packed(writer, &page.origin, &packed, &err) ||
        !writer_commit(writer, &page, &err) || !writer_flush(writer, &err))
        fail_msg("%s", err.text);
    segment_packed_done(&packed);
}

static int set_up(void **state)
{
    struct error err;
    if (fixture_set_up(state) != 0)
        return -1;
    script = (struct script){.open = -1};
    fixture_options.guest_schema = event_tables();
    store = fixture_open();
    audit.log = store_uuid(store);
    settings = (struct deployment_options){
        .state = fixture_folder,
        .source = "demo",
        .sinks = {{.driver = &script_driver}},
        .sink_count = 1,
    };
    deployment = (struct deployment){.options = &settings,
                                     .stream_count = STREAMS,
                                     .keyring = fixture_keyring,
                                     .store = store};
    for (int i = 0; i < STREAMS; i++) {
        deployment.streams[i].name = names[i];
        deployment.streams[i].schema =
            schema_fixture(names[i], "merge", "page bigint, record bigint", "page, record");
    }
    result_init(&result, &deployment);
    const struct writer_options own = {
        .store = store, .audit = &audit, .fetchers = 1, .staged = on_staged};
    if (!writer_new(&own, &writer, &err))
        fail_msg("%s", err.text);
    alarm(PATIENCE_SECONDS);
    return 0;
}

static int tear_down(void **state)
{
    alarm(0);
    writer_free(writer);
    store_close(store);
    for (int i = 0; i < STREAMS; i++)
        schema_free(deployment.streams[i].schema);
    return fixture_tear_down(state);
}

static struct deliver *follow(void)
{
    struct error err;
    struct deliver *deliver = NULL;
    const struct deliver_options options = {
        .deployment = &deployment, .writer = writer, .watch = &watch, .result = &result};
    if (!deliver_new(&options, &deliver, &err))
        fail_msg("%s", err.text);
    return deliver;
}

static void assert_all_delivered(int stream, int segments)
{
    struct error err;
    struct position p;
    assert_int_equal(script.held[stream], segments * PER_SEGMENT);
    assert_int_equal(result.streams[stream].delivered[0], segments * PER_SEGMENT);
    assert_true(position_get(store, "warehouse", names[stream], &p, &err));
    assert_int_equal(p.seq, segments);
}

/* --- What is promised ------------------------------------------------------------------------- */

static void what_earlier_runs_staged_is_delivered(void **state)
{
    (void)state;
    for (int i = 0; i < STREAMS; i++)
        stage(i);
    struct deliver *deliver = follow();
    deliver_finish(deliver);
    deliver_free(deliver);
    assert_false(result.sinks[0].failed);
    for (int i = 0; i < STREAMS; i++)
        assert_all_delivered(i, 1);
}

/* The batch of one stream is woken by each of these segments, and they are none of its own. */
static void what_is_staged_while_another_stream_waits_is_delivered_at_the_end(void **state)
{
    (void)state;
    sem_t slow_waits;
    sem_init(&slow_waits, 0, 0);
    script.slow_waits = &slow_waits;
    for (int i = 0; i < STREAMS; i++)
        stage(i);
    struct deliver *deliver = follow();
    while (sem_wait(&slow_waits) != 0)
        continue;
    for (int i = 0; i < SLOW; i++) {
        stage(i);
        deliver_wake(deliver);
    }
    deliver_finish(deliver);
    deliver_free(deliver);
    sem_destroy(&slow_waits);
    assert_false(result.sinks[0].failed);
    for (int i = 0; i < SLOW; i++)
        assert_all_delivered(i, 2);
    assert_all_delivered(SLOW, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_earlier_runs_staged_is_delivered),
        TEST(what_is_staged_while_another_stream_waits_is_delivered_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
