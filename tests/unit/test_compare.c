/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "pipeline/compare.h"
#include "schema_fixture.h"
#include "source_fixture.h"

enum { THINGS, TOTALS }; /* the manifest's streams: things add up to totals, within 0.5% */

#define THING_COLUMNS "id text, views bigint, cost numeric(12,2)"
#define TOTAL_COLUMNS "day date, views integer, cost numeric(12,2)"

static struct deployment d;

/* What an earlier run has read of the one stream that it has read: for every slice the same. */
static struct {
    bool read;
    size_t stream;
    struct sums_slice sums;
} earlier;

static struct policy *fixture_policy(const struct schema *schema,
                                     const struct policy_override *overrides, size_t count)
{
    struct policy *policy = NULL;
    struct error err = {0};
    if (!policy_new(schema, overrides, count, &policy, &err))
        fail_msg("%s", err.text);
    return policy;
}

static void deploy(const char *things, const char *totals)
{
    d = (struct deployment){
        .manifest = fixture_manifest("tests/data/manifest/good/reconciled.json"),
        .streams = {{.name = "things",
                     .schema = schema_fixture("things", "merge", things, "id")},
                    {.name = "totals",
                     .schema = schema_fixture("totals", "merge", totals, "day")}},
        .stream_count = 2,
    };
    for (size_t i = 0; i < 2; i++)
        d.streams[i].policy = fixture_policy(d.streams[i].schema, NULL, 0);
}

static int setup(void **state)
{
    (void)state;
    earlier.read = false;
    deploy(THING_COLUMNS, TOTAL_COLUMNS);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        policy_free(d.streams[i].policy);
        schema_free(d.streams[i].schema);
    }
    manifest_free((struct manifest *)d.manifest);
    return 0;
}

static struct compare *compare(void)
{
    struct compare *c = NULL;
    struct error err = {0};
    if (!compare_new(&d, &c, &err))
        fail_msg("%s", err.text);
    return c;
}

/* What was reported: "SLICE ACCOUNT views: …, cost: …" a line. */
struct reports {
    char text[1024];
    struct result_stream result;
    struct event event;
    char event_text[256];
};

static bool note(void *context, const struct compare_outcome *o, struct error *err)
{
    struct reports *r = context;
    (void)err;
    size_t len = strlen(r->text);
    len += (size_t)snprintf(r->text + len, sizeof r->text - len, "%s/%s %s %s%s:", o->stream,
                            o->with, o->slice, o->account, o->differs ? " differs" : "");
    for (size_t i = 0; i < o->count; i++)
        len += (size_t)snprintf(r->text + len, sizeof r->text - len, " %s %s;", o->names[i],
                                o->said[i]);
    snprintf(r->text + len, sizeof r->text - len, "\n");
    compare_count(o, &r->result);
    struct event event;
    compare_event(o, &event);
    len = (size_t)snprintf(r->event_text, sizeof r->event_text, "%s %s",
                           event_kind_name(event.kind), event.object);
    for (size_t i = 0; event.details[i].name; i++)
        len += (size_t)snprintf(r->event_text + len, sizeof r->event_text - len, " %s=%s",
                                event.details[i].name, event.details[i].value);
    for (size_t i = 0; event.counts[i].name; i++)
        len += (size_t)snprintf(r->event_text + len, sizeof r->event_text - len, " %s=%d",
                                event.counts[i].name, (int)event.counts[i].value);
    return true;
}

static struct compare_tally *tally(const struct compare *c, size_t stream)
{
    struct compare_tally *t = NULL;
    struct error err = {0};
    assert_true(compare_tally_new(c, stream, &t, &err));
    return t;
}

static void record(struct compare_tally *t, const char *line)
{
    compare_tally_record(t, line, strlen(line));
}

static bool recall(void *context, size_t stream, struct sums_slice *sums, bool *ret_known,
                   struct error *err)
{
    (void)context;
    (void)err;
    *ret_known = earlier.read && stream == earlier.stream;
    for (size_t i = 0; *ret_known && i < sums->count; i++)
        for (size_t j = 0; j < earlier.sums.count; j++)
            if (strcmp(sums->names[i], earlier.sums.names[j]) == 0)
                sums->totals[i] = earlier.sums.totals[j];
    sums->unread = earlier.sums.unread;
    return true;
}

static bool try_complete(struct compare *c, const struct compare_tally *t, const char *account,
                         const char *id, compare_report *report, void *context,
                         struct error *err)
{
    const struct compare_slice slice = {
        .account = account,
        .id = id,
        .recall = recall,
        .report = report,
        .report_context = context,
    };
    return compare_complete(c, t, &slice, err);
}

static void complete(struct compare *c, const struct compare_tally *t, const char *account,
                     const char *slice, struct reports *r)
{
    struct error err = {0};
    assert_true(try_complete(c, t, account, slice, note, r, &err));
}

/* A day of a stream whose rows are these, a page each; lines end with NULL. */
static void read_day(struct compare *c, size_t stream, const char *account, const char *slice,
                     const char *const *lines, struct reports *r)
{
    AUTO(compare_tally_freep) struct compare_tally *t = tally(c, stream);
    for (; *lines; lines++) {
        record(t, *lines);
        compare_tally_commit(t);
    }
    complete(c, t, account, slice, r);
}

#define ROWS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NO_ROWS ((const char *const[]){NULL})

static void rows_that_add_up_are_reconciled(void **state)
{
    (void)state;
    AUTO(compare_freep) struct compare *c = compare();
    struct reports r = {0};
    read_day(c, THINGS, "7", "2026-11-03",
             ROWS("{\"id\":\"a\",\"views\":10,\"cost\":\"0.10\"}\n",
                  "{\"id\":\"b\",\"views\":\"20\",\"cost\":0.2}", "{\"id\":\"c\",\"views\":1}"),
             &r);
    assert_string_equal(r.text, "");
    read_day(c, TOTALS, "7", "2026-11-03",
             ROWS("{\"day\":\"2026-11-03\",\"views\":31,\"cost\":\"0.3\"}"), &r);
    assert_string_equal(r.text, "things/totals 2026-11-03 7: views 31; cost 0.3;\n");
    assert_string_equal(r.event_text, "slice.reconciled things account=7 slice=2026-11-03 "
                                      "with=totals views=31 cost=0.3");
    assert_int_equal(r.result.compared, 1);
    assert_int_equal(r.result.differing, 0);
    assert_string_equal(r.result.difference, "");
}

static void rows_that_do_not_add_up_are_told(void **state)
{
    (void)state;
    AUTO(compare_freep) struct compare *c = compare();
    struct reports r = {0};
    /* whichever side comes first */
    read_day(c, TOTALS, "7", "2026-11-03",
             ROWS("{\"day\":\"2026-11-03\",\"views\":30,\"cost\":\"12.30\"}"), &r);
    read_day(c, THINGS, "7", "2026-11-03", ROWS("{\"id\":\"a\",\"views\":30,\"cost\":\"8\"}"),
             &r);
    assert_string_equal(r.text,
                        "things/totals 2026-11-03 7 differs: views 30; cost 8, not 12.3;\n");
    assert_string_equal(r.event_text, "slice.differs things account=7 slice=2026-11-03 "
                                      "with=totals views=30 cost=8, not 12.3");
    assert_int_equal(r.result.compared, 1);
    assert_int_equal(r.result.differing, 1);
    assert_string_equal(r.result.difference,
                        "2026-11-03 of 7: cost is 8, not 12.3 as in totals");
    assert_int_equal(
        result_exit_status(&(struct result){.streams = {r.result}, .stream_count = 1}), 1);
}

static void a_tolerance_is_a_share_of_what_the_other_stream_says(void **state)
{
    (void)state;
    AUTO(compare_freep) struct compare *c = compare();
    struct reports r = {0};
    read_day(c, TOTALS, "7", "2026-11-03",
             ROWS("{\"day\":\"2026-11-03\",\"views\":1000,\"cost\":\"100\"}"), &r);
    read_day(c, THINGS, "7", "2026-11-03",
             ROWS("{\"id\":\"a\",\"views\":995,\"cost\":\"100.5\"}"), &r);
    assert_string_equal(
        r.text, "things/totals 2026-11-03 7: views 995, near 1000; cost 100.5, near 100;\n");

    r = (struct reports){0};
    read_day(c, TOTALS, "7", "2026-11-04",
             ROWS("{\"day\":\"2026-11-04\",\"views\":1000,\"cost\":\"100\"}"), &r);
    read_day(c, THINGS, "7", "2026-11-04",
             ROWS("{\"id\":\"a\",\"views\":994,\"cost\":\"100.51\"}"), &r);
    assert_string_equal(
        r.text,
        "things/totals 2026-11-04 7 differs: views 994, not 1000; cost 100.51, not 100;\n");
}

static void no_rows_are_a_sum_of_nothing(void **state)
{
    (void)state;
    AUTO(compare_freep) struct compare *c = compare();
    struct reports r = {0};
    read_day(c, THINGS, "7", "2026-11-03", NO_ROWS, &r);
    read_day(c, TOTALS, "7", "2026-11-03", NO_ROWS, &r);
    read_day(c, THINGS, "7", "2026-11-04", NO_ROWS, &r);
    read_day(c, TOTALS, "7", "2026-11-04", ROWS("{\"day\":\"2026-11-04\",\"views\":1}"), &r);
    assert_string_equal(r.text,
                        "things/totals 2026-11-03 7: views 0; cost 0;\n"
                        "things/totals 2026-11-04 7 differs: views 0, not 1; cost 0;\n");
}

static void accounts_and_days_are_kept_apart(void **state)
{
    (void)state;
    AUTO(compare_freep) struct compare *c = compare();
    struct reports r = {0};
    for (int account = 0; account < 20; account++)
        for (int day = 1; day < 29; day++) {
            char id[16], slice[16], row[64];
            snprintf(id, sizeof id, "%d", account);
            snprintf(slice, sizeof slice, "2026-11-%02d", day);
            snprintf(row, sizeof row, "{\"id\":\"a\",\"views\":%d}", account * 100 + day);
            read_day(c, THINGS, id, slice, ROWS(row), &r);
        }
    read_day(c, TOTALS, "3", "2026-11-04", ROWS("{\"day\":\"2026-11-04\",\"views\":304}"), &r);
    read_day(c, TOTALS, "4", "2026-11-03", ROWS("{\"day\":\"2026-11-03\",\"views\":403}"), &r);
    read_day(c, TOTALS, "4", "2026-11-30", ROWS("{\"day\":\"2026-11-30\",\"views\":1}"), &r);
    assert_string_equal(r.text, "things/totals 2026-11-04 3: views 304; cost 0;\n"
                                "things/totals 2026-11-03 4: views 403; cost 0;\n");
}

static void a_page_counts_once_it_is_whole(void **state)
{
    (void)state;
    AUTO(compare_freep) struct compare *c = compare();
    AUTO(compare_tally_freep) struct compare_tally *t = tally(c, THINGS);
    struct reports r = {0};
    record(t, "{\"id\":\"a\",\"views\":1}");
    compare_tally_commit(t);
    record(t, "{\"id\":\"b\",\"views\":10}");
    record(t, "{\"id\":\"no record");
    compare_tally_discard(t); /* and asked for again */
    record(t, "{\"id\":\"b\",\"views\":10}");
    compare_tally_commit(t);
    record(t, "{\"id\":\"c\",\"views\":100}"); /* never committed */
    complete(c, t, "7", "2026-11-03", &r);
    read_day(c, TOTALS, "7", "2026-11-03", ROWS("{\"day\":\"2026-11-03\",\"views\":11}"), &r);
    assert_string_equal(r.text, "things/totals 2026-11-03 7: views 11; cost 0;\n");
}

static void a_slice_that_is_read_anew_is_added_up_anew(void **state)
{
    (void)state;
    AUTO(compare_freep) struct compare *c = compare();
    AUTO(compare_tally_freep) struct compare_tally *t = tally(c, THINGS);
    struct reports r = {0};
    record(t, "{\"id\":\"a\",\"views\":1}");
    compare_tally_commit(t);
    compare_tally_restart(t);
    record(t, "{\"id\":\"a\",\"views\":2}");
    compare_tally_commit(t);
    complete(c, t, "7", "2026-11-03", &r);
    /* and the whole of it once more, before the other side is known */
    read_day(c, THINGS, "7", "2026-11-03", ROWS("{\"id\":\"a\",\"views\":3}"), &r);
    read_day(c, TOTALS, "7", "2026-11-03", ROWS("{\"day\":\"2026-11-03\",\"views\":3}"), &r);
    assert_string_equal(r.text, "things/totals 2026-11-03 7: views 3; cost 0;\n");
}

static void what_cannot_be_added_is_no_success(void **state)
{
    (void)state;
    AUTO(compare_freep) struct compare *c = compare();
    struct reports r = {0};
    read_day(c, THINGS, "7", "2026-11-03",
             ROWS("{\"id\":\"a\",\"views\":5}", "{\"id\":\"b\",\"views\":\"many\"}"), &r);
    read_day(c, TOTALS, "7", "2026-11-03", ROWS("{\"day\":\"2026-11-03\",\"views\":5}"), &r);
    assert_string_equal(r.text, "things/totals 2026-11-03 7 differs: views 5; cost 0;\n");
    assert_string_equal(r.event_text, "slice.differs things account=7 slice=2026-11-03 "
                                      "with=totals views=5 cost=0 unread=1");
    assert_string_equal(r.result.difference, "2026-11-03 of 7: 1 values cannot be added");
}

static void what_waits_is_bounded(void **state)
{
    (void)state;
    AUTO(compare_freep) struct compare *c = compare();
    AUTO(compare_tally_freep) struct compare_tally *things = tally(c, THINGS);
    AUTO(compare_tally_freep) struct compare_tally *totals = tally(c, TOTALS);
    struct reports r = {0};
    char account[16];
    for (int i = 0; i <= COMPARE_WAITING_MAX; i++) {
        snprintf(account, sizeof account, "%d", i);
        complete(c, things, account, "2026-11-03", &r);
    }
    complete(c, totals, account, "2026-11-03", &r); /* the one that found no room */
    assert_int_equal(r.result.compared, 0);
    for (int i = 0; i < 3; i++) {
        snprintf(account, sizeof account, "%d", i);
        complete(c, totals, account, "2026-11-03", &r);
    }
    assert_int_equal(r.result.compared, 3);
    /* which made room */
    complete(c, things, "new", "2026-11-03", &r);
    complete(c, totals, "new", "2026-11-03", &r);
    assert_int_equal(r.result.compared, 4);
}

static bool refuse(void *context, const struct compare_outcome *o, struct error *err)
{
    (void)context;
    (void)o;
    return error_set(err, ERROR_STORE, "the disk is full");
}

static void a_report_that_fails_is_the_callers(void **state)
{
    (void)state;
    AUTO(compare_freep) struct compare *c = compare();
    AUTO(compare_tally_freep) struct compare_tally *things = tally(c, THINGS);
    AUTO(compare_tally_freep) struct compare_tally *totals = tally(c, TOTALS);
    struct error err = {0};
    assert_true(try_complete(c, things, "7", "2026-11-03", refuse, NULL, &err));
    assert_false(try_complete(c, totals, "7", "2026-11-03", refuse, NULL, &err));
    assert_string_equal(err.text, "the disk is full");
}

struct lane {
    struct compare *compare;
    size_t stream;
};

static atomic_int outcomes;

static bool count_outcome(void *context, const struct compare_outcome *o, struct error *err)
{
    (void)context;
    (void)err;
    if (!o->differs)
        atomic_fetch_add(&outcomes, 1);
    return true;
}

static void *run_lane(void *context)
{
    struct lane *lane = context;
    struct error err;
    for (int i = 0; i < 2000; i++) {
        AUTO(compare_tally_freep) struct compare_tally *t = NULL;
        char account[16], row[64];
        snprintf(account, sizeof account, "%d", lane->stream == THINGS ? i : 1999 - i);
        snprintf(row, sizeof row, "{\"%s\",\"views\":%s}",
                 lane->stream == THINGS ? "id\":\"a" : "day\":\"2026-11-03", account);
        if (!compare_tally_new(lane->compare, lane->stream, &t, &err))
            return NULL;
        record(t, row);
        compare_tally_commit(t);
        try_complete(lane->compare, t, account, "2026-11-03", count_outcome, NULL, &err);
    }
    return NULL;
}

static void both_sides_may_come_from_different_threads(void **state)
{
    (void)state;
    AUTO(compare_freep) struct compare *c = compare();
    struct lane lanes[] = {{c, THINGS}, {c, TOTALS}};
    pthread_t threads[2];
    atomic_store(&outcomes, 0);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_lane, &lanes[i]), 0);
    for (size_t i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&outcomes), 2000);
}

static void keep(const struct compare *c, size_t stream, const char *row)
{
    AUTO(compare_tally_freep) struct compare_tally *t = tally(c, stream);
    record(t, row);
    earlier.read = true;
    earlier.stream = stream;
    compare_tally_sums(t, &earlier.sums); /* the row's page is open */
}

static void what_an_earlier_run_has_read_is_the_other_side(void **state)
{
    (void)state;
    AUTO(compare_freep) struct compare *c = compare();
    struct reports r = {0};
    keep(c, TOTALS, "{\"day\":\"2026-11-03\",\"views\":30,\"cost\":\"2.50\"}");
    read_day(c, THINGS, "7", "2026-11-03", ROWS("{\"id\":\"a\",\"views\":30,\"cost\":1}"), &r);
    read_day(c, THINGS, "7", "2026-11-04", ROWS("{\"id\":\"a\",\"views\":\"many\"}"), &r);
    keep(c, THINGS, "{\"id\":\"a\",\"views\":9,\"cost\":1}");
    read_day(c, TOTALS, "7", "2026-11-05", ROWS("{\"views\":9,\"cost\":\"1\"}"), &r);
    keep(c, THINGS, "{\"id\":\"a\",\"views\":\"many\"}");
    read_day(c, TOTALS, "7", "2026-11-06", NO_ROWS, &r);
    assert_string_equal(
        r.text, "things/totals 2026-11-03 7 differs: views 30; cost 1, not 2.5;\n"
                "things/totals 2026-11-04 7 differs: views 0, not 30; cost 0, not 2.5;\n"
                "things/totals 2026-11-05 7: views 9; cost 1;\n"
                "things/totals 2026-11-06 7 differs: views 0; cost 0;\n");
}

/* A run that reads both sides anew compares what it reads itself. */
static void what_is_awaited_is_not_recalled(void **state)
{
    (void)state;
    AUTO(compare_freep) struct compare *c = compare();
    struct reports r = {0};
    keep(c, TOTALS, "{\"day\":\"2026-11-03\",\"views\":1}");
    compare_await(c, TOTALS);
    read_day(c, THINGS, "7", "2026-11-03", ROWS("{\"id\":\"a\",\"views\":30}"), &r);
    assert_string_equal(r.text, "");
    read_day(c, TOTALS, "7", "2026-11-03", ROWS("{\"views\":30}"), &r);
    assert_string_equal(r.text, "things/totals 2026-11-03 7: views 30; cost 0;\n");
}

/* The policy of one stream may make its sums others than those of the API. */
static void what_a_policy_changes_is_not_compared(void **state)
{
    (void)state;
    static const struct policy_override dropped[] = {{"cost", "drop"}, {"views", "drop"}};
    for (size_t count = 1; count <= 2; count++) {
        struct reports r = {.text = ""};
        policy_free(d.streams[THINGS].policy);
        d.streams[THINGS].policy = fixture_policy(d.streams[THINGS].schema, dropped, count);
        AUTO(compare_freep) struct compare *c = compare();
        read_day(c, THINGS, "7", "2026-11-03", ROWS("{\"id\":\"1\",\"views\":5}"), &r);
        read_day(c, TOTALS, "7", "2026-11-03",
                 ROWS("{\"day\":\"2026-11-03\",\"views\":5,\"cost\":\"2.50\"}"), &r);
        assert_string_equal(r.text, count == 1 ? "things/totals 2026-11-03 7: views 5;\n" : "");
    }
}

static void assert_refused(const char *things, const char *totals, const char *text)
{
    struct compare *c = NULL;
    struct error err = {0};
    teardown(NULL);
    deploy(things, totals);
    assert_false(compare_new(&d, &c, &err));
    assert_int_equal(err.kind, ERROR_MANIFEST);
    if (!strstr(err.text, text))
        fail_msg("%s", err.text);
}

static void columns_that_cannot_be_summed_are_refused(void **state)
{
    (void)state;
    assert_refused("id text, views bigint", TOTAL_COLUMNS,
                   "the column cost of things, which its schema does not have");
    assert_refused(THING_COLUMNS, "day date, cost numeric(12,2)",
                   "the column views of totals, which its schema does not have");
    assert_refused("id text, views text, cost numeric(12,2)", TOTAL_COLUMNS,
                   "the column views of things, which holds no numbers");
}

/* What a manifest sums, its schemas have. */
static void facebook_ads_can_be_compared(void **state)
{
    (void)state;
    const char *folder = getenv("EXTRACT_SRCDIR");
    struct deployment facebook = {.manifest = fixture_manifest("sources/facebook_ads.json")};
    const struct manifest *m = facebook.manifest;
    struct compare *c = NULL;
    struct error err = {0};
    size_t comparisons = 0;
    for (size_t i = 0; i < m->stream_count; i++) {
        AUTO(cleanup_free)
        char *path = text_format("%s/schemas/facebook_ads/%s.json", folder ? folder : ".",
                                 m->streams[i].name);
        facebook.streams[i].name = m->streams[i].name;
        comparisons += m->streams[i].has_comparison;
        if (!schema_load(path, &facebook.streams[i].schema, &err))
            fail_msg("%s", err.text);
        facebook.streams[i].policy = fixture_policy(facebook.streams[i].schema, NULL, 0);
    }
    facebook.stream_count = m->stream_count;
    assert_int_equal(comparisons, 3);
    if (!compare_new(&facebook, &c, &err))
        fail_msg("%s", err.text);
    compare_free(c);
    for (size_t i = 0; i < m->stream_count; i++) {
        policy_free(facebook.streams[i].policy);
        schema_free(facebook.streams[i].schema);
    }
    manifest_free((struct manifest *)m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rows_that_add_up_are_reconciled, setup, teardown),
        cmocka_unit_test_setup_teardown(rows_that_do_not_add_up_are_told, setup, teardown),
        cmocka_unit_test_setup_teardown(a_tolerance_is_a_share_of_what_the_other_stream_says,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(no_rows_are_a_sum_of_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(accounts_and_days_are_kept_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(a_page_counts_once_it_is_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(a_slice_that_is_read_anew_is_added_up_anew, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_added_is_no_success, setup, teardown),
        cmocka_unit_test_setup_teardown(what_waits_is_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(a_report_that_fails_is_the_callers, setup, teardown),
        cmocka_unit_test_setup_teardown(both_sides_may_come_from_different_threads, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_an_earlier_run_has_read_is_the_other_side, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_is_awaited_is_not_recalled, setup, teardown),
        cmocka_unit_test_setup_teardown(what_a_policy_changes_is_not_compared, setup, teardown),
        cmocka_unit_test_setup_teardown(columns_that_cannot_be_summed_are_refused, setup,
                                        teardown),
        cmocka_unit_test(facebook_ads_can_be_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
