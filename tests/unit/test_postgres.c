/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "postgres_fixture.h"
#include "schema_fixture.h"

#include "base/cleanup.h"
#include "crypto/secret.h"
#include "db/pg.h"
#include "record/columns.h"
#include "sink/postgres.h"
#include "sink/sink.h"

#define STAGE "00112233445566778899aabbccddeeff"

static int start(void **state)
{
    struct error err;
    return secret_init(&err) ? postgres_start(state) : -1;
}

static int clean(void **state)
{
    (void)state;
    if (*postgres_url)
        psql("SET client_min_messages = error; DROP SCHEMA IF EXISTS ads CASCADE");
    return 0;
}

static void __attribute__((noreturn)) give_up(const char *what, const struct error *err)
{
    print_error("%s: %s: %s\n", what, error_kind_name(err->kind), err->text);
    fail();
    abort();
}

/* A load of one stream, as the pipeline does it. */
struct load {
    struct schema *schema;
    struct columns *columns;
    struct sink *sink;
    struct driver_stream stream;
    int64_t seq;
    int64_t rows;
    const char *slice; /* that batches replace; NULL: none */
    int64_t removed; /* rows of it, by the last batch */
};

static struct sink *open_as(const char *user, bool read_only)
{
    char url[256];
    struct sink *s = NULL;
    struct error err;
    snprintf(url, sizeof url, "postgresql://%s%s", user, strchr(postgres_url, '@'));
    const char *const values[] = {url, NULL, NULL, "ads"};
    const struct sink_options options = {.driver = &postgres_driver,
                                         .values = values,
                                         .read_only = read_only,
                                         .wait_ns = CLOCK_SECOND_NS / 2};
    if (!sink_open(&options, &s, &err))
        give_up("open", &err);
    return s;
}

static void load_done(struct load *l)
{
    sink_close(l->sink);
    columns_free(l->columns);
    schema_free(l->schema);
}

static struct load load_open_as(const char *write, const char *columns, const char *key)
{
    need_postgres();
    struct load l = {.schema = schema_fixture("things", write, columns, key)};
    l.columns = columns_new(l.schema);
    l.sink = open_as("postgres", false);
    l.stream = (struct driver_stream){STAGE, "source", "stream", l.schema, NULL};
    return l;
}

static struct load load_open(const char *columns, const char *key)
{
    return load_open_as(*key ? "merge" : "append", columns, key);
}

static void load_prepare(struct load *l)
{
    struct ddl_change change;
    struct error err;
    if (!sink_prepare(l->sink, &l->stream, true, &change, &err))
        give_up("prepare", &err);
}

static struct load load_start(const char *columns, const char *key)
{
    struct load l = load_open(columns, key);
    load_prepare(&l);
    return l;
}

static void load_begin(struct load *l)
{
    struct error err;
    l->rows = 0;
    if (!sink_begin(l->sink, &l->stream, &err) ||
        (l->slice && (!sink_slice(l->sink, "1", l->slice, &err) ||
                      !sink_clear(l->sink, &l->removed, &err))))
        give_up("begin", &err);
}

static void load_write(struct load *l, const char *line)
{
    struct error err;
    const char *refused;
    struct driver_record record = {.line = line, .len = strlen(line)};
    if (!columns_parse(l->columns, line, record.len, &record.values, &err) ||
        !sink_write(l->sink, &record, &refused, &err))
        give_up("write", &err);
    l->rows += !refused;
}

static struct driver_outcome load_finish(struct load *l)
{
    struct driver_outcome outcome;
    struct error err;
    if (!sink_finish(l->sink, &outcome, &err))
        give_up("finish", &err);
    return outcome;
}

static void load_commit(struct load *l)
{
    struct error err;
    l->seq++;
    const struct ledger_entry entry = {
        .first_seq = l->seq, .last_seq = l->seq, .rows = l->rows};
    if (!sink_commit(l->sink, &entry, &err))
        give_up("commit", &err);
}

/* A batch of up to 8 lines, the last one NULL; the verdicts up to the commit. */
static const char *load_batch(struct load *l, const char *const *lines, uint64_t *ret_changed)
{
    static char verdicts[64];
    *verdicts = '\0';
    for (int tries = 0; tries < 3; tries++) {
        load_begin(l);
        for (int i = 0; lines[i]; i++)
            load_write(l, lines[i]);
        struct driver_outcome o = load_finish(l);
        if (o.verdict == DRIVER_DONE) {
            load_commit(l);
            *ret_changed = o.changed;
            strcat(verdicts, "done");
            return verdicts;
        }
        sink_abort(l->sink);
        strcat(verdicts, o.verdict == DRIVER_AGAIN ? "again " : "refused ");
    }
    return verdicts;
}

#define ALL_COLUMNS                                                               \
    "id bigint, i integer, n numeric(38,10), m numeric(8,4), b boolean, d date, " \
    "z timestamptz, t text, j json"

static void every_type_arrives_exactly(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "{\"id\":-9223372036854775808,\"i\":-2147483648,\"n\":-9999999999999999999999999999."
        "9999999999,"
        "\"m\":\"-36.8000\",\"b\":true,\"d\":\"0001-01-01\",\"z\":\"0001-01-01T00:00:00Z\","
        "\"t\":\"\",\"j\":[\"\"]}",
        "{\"id\":9223372036854775807,\"i\":2147483647,\"n\":0.0000000001,\"m\":1e3,\"b\":false,"
        "\"d\":\"9999-12-31\",\"z\":\"9999-12-31T23:59:59.999999Z\","
        "\"t\":\"Zo\\u00eb \\\"\\n\\t\\\\. \\ud83d\\ude00 \xe2\x98\x95\",\"j\":[\"a\\u00eb\"]}",
        "{\"id\":0,\"i\":0,\"n\":0,\"m\":0.0001,\"b\":null,\"d\":\"2000-02-29\","
        "\"z\":\"2000-01-01T00:00:00.001+00:30\",\"t\":\"NULL\",\"j\":[]}",
        "{\"id\":1,\"n\":12345.678,\"m\":5000,\"d\":\"1999-12-31\",\"z\":\"1969-12-31T23:59:59."
        "5Z\"}",
        "{\"id\":2,\"n\":100000000,\"m\":\"0.0000\",\"d\":\"1900-03-01\"}",
        "{\"id\":3,\"n\":-0.00001234,\"m\":-0.5,\"d\":\"2024-02-29\"}",
        NULL};
    AUTO(load_done) struct load l = load_start(ALL_COLUMNS, "id");
    uint64_t changed;
    assert_string_equal(load_batch(&l, lines, &changed), "done");
    assert_int_equal(changed, 6);
    assert_string_equal(
        psql("SELECT id, i, n, m, b, d, extract(epoch from z), to_json(t), j FROM ads.things "
             "ORDER BY id"),
        "-9223372036854775808|-2147483648|-9999999999999999999999999999.9999999999|-36.8000|t|"
        "0001-01-01|-62135596800.000000|\"\"|[\"\"]\n"
        "0|0|0.0000000000|0.0001||2000-02-29|946683000.001000|\"NULL\"|[]\n"
        "1||12345.6780000000|5000.0000||1999-12-31|-0.500000||\n"
        "2||100000000.0000000000|0.0000||1900-03-01|||\n"
        "3||-0.0000123400|-0.5000||2024-02-29|||\n"
        "9223372036854775807|2147483647|0.0000000001|1000.0000|f|9999-12-31|"
        "253402300799.999999|\"Zo\xc3\xab \\\"\\n\\t\\\\. \xf0\x9f\x98\x80 "
        "\xe2\x98\x95\"|[\"a\xc3\xab\"]");
    /* what the server made of our digits is what it makes of the text itself */
    assert_string_equal(psql("SELECT bool_and(numeric_send(n) = "
                             "numeric_send(n::text::numeric)) FROM ads.things"),
                        "t");
}

static void numbers_of_every_length_are_those_of_the_text(void **state)
{
    (void)state;
    AUTO(load_done) struct load l = load_start("id integer, n numeric(38,12), x text", "id");
    uint32_t random = 12345;
    load_begin(&l);
    for (int i = 0; i < 3000; i++) {
        char line[128], number[64];
        int whole = 1 + i % 26, fraction = i / 26 % 13, len = 0;
        if (i % 3 == 0)
            number[len++] = '-';
        for (int k = 0; k < whole + fraction; k++) {
            random = random * 1664525 + 1013904223;
            int digit = (random >> 24) % 4 ? 0 : (int)(random >> 16) % 10; /* many zeros */
            if (k == whole)
                number[len++] = '.';
            number[len++] = (char)('0' + (k == 0 && whole > 1 ? 1 + digit % 9 : digit));
        }
        number[len] = '\0';
        snprintf(line, sizeof line, "{\"id\":%d,\"n\":%s,\"x\":\"%s\"}", i, number, number);
        load_write(&l, line);
    }
    assert_int_equal(load_finish(&l).verdict, DRIVER_DONE);
    load_commit(&l);
    assert_string_equal(
        psql("SELECT count(*) FROM ads.things WHERE n = x::numeric AND numeric_send(n) = "
             "numeric_send(x::numeric(38,12))"),
        "3000");
}

static void a_key_that_is_there_changes_the_way(void **state)
{
    (void)state;
    static const char *const first[] = {"{\"id\":1,\"t\":\"a\"}", "{\"id\":2,\"t\":\"b\"}",
                                        NULL};
    static const char *const second[] = {"{\"id\":2,\"t\":\"b\"}", "{\"id\":3,\"t\":\"x\"}",
                                         "{\"id\":1,\"t\":null}", "{\"id\":3,\"t\":\"c\"}",
                                         NULL};
    AUTO(load_done) struct load l = load_start("id integer, t text", "id");
    uint64_t changed;
    assert_string_equal(load_batch(&l, first, &changed), "done");
    char before[64];
    snprintf(before, sizeof before, "%s", psql("SELECT xmin FROM ads.things WHERE id = 2"));
    assert_string_equal(load_batch(&l, second, &changed), "again done");
    assert_int_equal(changed, 2); /* 1 and 3; 2 is as it was */
    assert_string_equal(psql("SELECT id, t FROM ads.things ORDER BY id"), "1|\n2|b\n3|c");
    assert_string_equal(psql("SELECT xmin FROM ads.things WHERE id = 2"), before);
    assert_string_equal(load_batch(&l, second, &changed), "done");
    assert_int_equal(changed, 0);
    assert_string_equal(psql("SELECT first_seq, last_seq, row_count FROM ads.extract_ledger "
                             "ORDER BY id"),
                        "1|1|2\n2|2|4\n3|3|4");
}

static void a_table_of_keys_alone_can_be_merged(void **state)
{
    (void)state;
    static const char *const lines[] = {"{\"a\":1,\"b\":\"x\"}", "{\"a\":1,\"b\":\"x\"}", NULL};
    AUTO(load_done) struct load l = load_start("a integer, b text", "b, a");
    uint64_t changed;
    assert_string_equal(load_batch(&l, lines, &changed), "again done");
    assert_int_equal(changed, 1);
}

static void appended_records_may_be_equal(void **state)
{
    (void)state;
    static const char *const lines[] = {"{\"id\":1}", "{\"id\":1}", NULL};
    AUTO(load_done) struct load l = load_start("id integer", "");
    uint64_t changed;
    assert_string_equal(load_batch(&l, lines, &changed), "done");
    assert_string_equal(load_batch(&l, lines, &changed), "done");
    assert_string_equal(psql("SELECT count(*) FROM ads.things"), "4");
}

static void a_slice_is_replaced_as_a_whole(void **state)
{
    (void)state;
    static const char rows[] =
        "SELECT extract_slice, string_agg(id || t, ' ' ORDER BY id) FROM "
        "ads.things GROUP BY 1 ORDER BY 1";
    static const char *const first[] = {"{\"id\":1,\"t\":\"a\"}", "{\"id\":2,\"t\":\"b\"}",
                                        NULL};
    static const char *const second[] = {"{\"id\":2,\"t\":\"c\"}", "{\"id\":3,\"t\":\"d\"}",
                                         NULL};
    static const char *const twice[] = {"{\"id\":2,\"t\":\"c\"}", "{\"id\":3,\"t\":\"d\"}",
                                        "{\"id\":3,\"t\":\"e\"}", NULL};
    static const char *const none[] = {NULL};
    AUTO(load_done) struct load l = load_open_as("replace", "id integer, t text", "id");
    uint64_t changed;
    load_prepare(&l);
    load_prepare(&l); /* nothing is to be changed */
    l.slice = "mon";
    assert_string_equal(load_batch(&l, first, &changed), "done");
    l.slice = "tue"; /* the same keys, of another slice, and no collision */
    assert_string_equal(load_batch(&l, first, &changed), "done");
    l.slice = "mon";
    assert_string_equal(load_batch(&l, second, &changed), "done"); /* straight again */
    assert_int_equal(l.removed, 2);
    assert_string_equal(psql(rows), "1/mon|2c 3d\n1/tue|1a 2b");
    assert_string_equal(load_batch(&l, twice, &changed), "again done");
    assert_int_equal(l.removed, 2);
    assert_int_equal(changed, 2); /* the second one of the key is refused */
    assert_string_equal(psql(rows), "1/mon|2c 3d\n1/tue|1a 2b");
    assert_string_equal(load_batch(&l, none, &changed), "done");
    assert_string_equal(psql(rows), "1/tue|1a 2b");
}

static void a_slice_needs_the_right_to_delete(void **state)
{
    (void)state;
    static const char *const lines[] = {"{\"id\":1}", NULL};
    static const char *const options[] = {NULL, NULL, NULL, "ads"};
    AUTO(buffer_done) struct buffer script;
    buffer_init(&script, DIALECT_STATEMENT_MAX);
    struct error err;
    AUTO(load_done) struct load l = load_open_as("replace", "id integer", "id");
    const struct sink_options own = {.driver = &postgres_driver, .values = options};
    if (!sink_script(&own, &l.stream, &script, &err))
        give_up("script", &err);
    buffer_append_text(&script, "CREATE ROLE replacer LOGIN; GRANT extract_loader TO replacer");
    psql(buffer_text(&script));
    sink_close(l.sink);
    l.sink = open_as("replacer", false);
    load_prepare(&l);
    uint64_t changed;
    l.slice = "mon";
    assert_string_equal(load_batch(&l, lines, &changed), "done");
    assert_string_equal(load_batch(&l, lines, &changed), "done");
    psql("REVOKE DELETE ON ads.things FROM extract_loader");
    struct ddl_change change;
    assert_false(sink_prepare(l.sink, &l.stream, true, &change, &err));
    assert_non_null(strstr(err.text, "may not select, insert, update and delete there"));
}

static void a_row_that_is_refused_is_named_without_its_values(void **state)
{
    (void)state;
    AUTO(load_done) struct load l = load_start("id integer, t text", "id");
    psql("ALTER TABLE ads.things ADD CONSTRAINT no_secrets CHECK (t <> 'secret')");
    for (int way = 0; way < 2; way++) { /* straight, and by way of the stage */
        load_begin(&l);
        load_write(&l, "{\"id\":1,\"t\":\"fine\"}");
        load_write(&l, "{\"id\":2,\"t\":\"secret\"}");
        load_write(&l, "{\"id\":3,\"t\":\"fine\"}");
        struct driver_outcome o = load_finish(&l);
        assert_int_equal(o.verdict, DRIVER_REFUSED);
        assert_int_equal(o.record, way == 0 ? 1 : -1);
        assert_string_equal(o.reason,
                            "a check constraint is violated (23514, constraint no_secrets)");
        sink_abort(l.sink);
        assert_string_equal(psql("SELECT count(*) FROM ads.things WHERE id < 4"), "0");

        static const char *const twice[] = {"{\"id\":4}", "{\"id\":4}", NULL};
        uint64_t changed;
        load_batch(&l, twice, &changed);
    }
}

/* 80 MB behind the row: more than any socket holds, so that a client that does not listen while it
 * sends would wait for ever. */
static void a_refusal_is_noticed_while_rows_are_sent(void **state)
{
    (void)state;
    enum { ROWS = 20000, BAD = 40, TEXT = 4096 };
    char text[TEXT + 1], line[TEXT + 64];
    AUTO(load_done) struct load l = load_start("id integer, t text", "id");
    psql("ALTER TABLE ads.things ADD CHECK (id <> 40)");
    memset(text, 'x', TEXT);
    text[TEXT] = '\0';
    load_begin(&l);
    for (int i = 0; i < ROWS; i++) {
        snprintf(line, sizeof line, "{\"id\":%d,\"t\":\"%s\"}", i, text);
        load_write(&l, line);
    }
    struct driver_outcome o = load_finish(&l);
    assert_int_equal(o.verdict, DRIVER_REFUSED);
    assert_int_equal(o.record, BAD);
}

static void deferred_constraints_refuse_before_the_commit(void **state)
{
    (void)state;
    AUTO(load_done) struct load l = load_start("id integer, t text", "id");
    psql("CREATE TABLE ads.other (t text PRIMARY KEY); ALTER TABLE ads.things ADD CONSTRAINT "
         "known FOREIGN KEY (t) REFERENCES ads.other DEFERRABLE INITIALLY DEFERRED");
    load_begin(&l);
    load_write(&l, "{\"id\":1,\"t\":\"a\"}");
    struct driver_outcome o = load_finish(&l);
    assert_int_equal(o.verdict, DRIVER_REFUSED);
    assert_int_equal(o.record, -1);
    assert_non_null(strstr(o.reason, "23503, constraint known"));
}

static void the_second_writer_waits_and_sees_the_ledger(void **state)
{
    (void)state;
    AUTO(load_done) struct load a = load_start("id integer", "id");
    AUTO(load_done) struct load b = load_open("id integer", "id");
    struct ledger_marker marker;
    struct error err;
    load_begin(&a);
    assert_false(sink_begin(b.sink, &b.stream, &err));
    assert_int_equal(err.kind, ERROR_BUSY);
    assert_non_null(strstr(err.text, "somebody else loads ads.things"));
    load_write(&a, "{\"id\":1}");
    load_finish(&a);
    load_commit(&a);
    load_begin(&b);
    assert_true(sink_position(b.sink, &b.stream, &marker, &err));
    assert_true(marker.found);
    assert_int_equal(marker.last.last_seq, 1);
}

static void assert_prepare_fails(struct load *l, const char *why)
{
    struct ddl_change change;
    struct error err;
    assert_false(sink_prepare(l->sink, &l->stream, true, &change, &err));
    assert_int_equal(err.kind, ERROR_SINK);
    if (!strstr(err.text, why))
        fail_msg("%s", err.text);
}

static void tables_grow_and_are_never_changed_with_loss(void **state)
{
    (void)state;
    uint64_t changed;
    static const char *const wide[] = {"{\"id\":1,\"n\":12345.67890,\"x\":5000000000}", NULL};
    static const char *const old[] = {"{\"id\":2,\"n\":1.5,\"x\":7}", NULL};
    {
        AUTO(load_done) struct load l = load_start("id integer, n numeric(8,4)", "id");
    }
    {
        AUTO(load_done)
        struct load l = load_start("id integer, n numeric(12,5), x bigint", "id");
        assert_string_equal(load_batch(&l, wide, &changed), "done");
    }
    {
        /* an older schema: its columns are narrower than the table's, on the wire too */
        AUTO(load_done)
        struct load l = load_start("id integer, n numeric(8,4), x integer", "id");
        l.seq = 1;
        assert_string_equal(load_batch(&l, old, &changed), "done");
    }
    assert_string_equal(psql("SELECT id, n, x FROM ads.things ORDER BY id"),
                        "1|12345.67890|5000000000\n2|1.50000|7");
    AUTO(load_done) struct load l = load_open("id integer, n text", "id");
    assert_prepare_fails(&l,
                         "column n is numeric(12,5), and the schema says text. To begin a new "
                         "column and keep the values of the old one, run: ALTER TABLE "
                         "\"ads\".\"things\" RENAME COLUMN \"n\" TO \"n_before\"");
}

static void what_is_not_ours_is_left_alone(void **state)
{
    (void)state;
    AUTO(load_done) struct load l = load_open("id integer", "id");
    psql("CREATE SCHEMA ads; CREATE TABLE ads.things (id integer PRIMARY KEY)");
    assert_prepare_fails(&l, "ads.things is there and was not made by extract");
    psql("DROP TABLE ads.things");
    struct ddl_change change;
    struct error err;
    assert_true(sink_prepare(l.sink, &l.stream, true, &change, &err));
    psql("ALTER TABLE ads.things ADD COLUMN must integer NOT NULL");
    assert_prepare_fails(&l, "every row must have must");
}

static void a_role_without_rights_is_told_what_to_do(void **state)
{
    (void)state;
    AUTO(load_done) struct load l = load_start("id integer", "id");
    psql("CREATE ROLE stranger LOGIN");
    sink_close(l.sink);
    l.sink = open_as("stranger", false);
    assert_prepare_fails(&l, "role stranger may not use schema ads");
    psql("GRANT USAGE ON SCHEMA ads TO stranger; GRANT SELECT ON ALL TABLES IN SCHEMA ads TO "
         "stranger");
    assert_prepare_fails(&l, "table ads.things belongs to role postgres, and stranger may not "
                             "select, insert and update there");
}

static void the_script_is_enough_for_a_role_that_may_only_load(void **state)
{
    (void)state;
    static const char *const lines[] = {"{\"id\":1,\"t\":\"a\"}", NULL};
    static const char *const options[] = {NULL, NULL, NULL, "ads"};
    AUTO(buffer_done) struct buffer script;
    buffer_init(&script, DIALECT_STATEMENT_MAX);
    struct error err;
    AUTO(load_done) struct load l = load_open("id integer, t text, d date", "id");
    const struct sink_options own = {.driver = &postgres_driver, .values = options};
    if (!sink_script(&own, &l.stream, &script, &err))
        give_up("script", &err);
    buffer_append_text(&script, "CREATE ROLE loader LOGIN; GRANT "
                                "extract_loader TO loader");
    psql(buffer_text(&script));
    sink_close(l.sink);
    l.sink = open_as("loader", false);
    struct ddl_change change;
    if (!sink_prepare(l.sink, &l.stream, false, &change, &err))
        give_up("prepare", &err);
    uint64_t changed;
    assert_string_equal(load_batch(&l, lines, &changed), "done");
    assert_string_equal(load_batch(&l, lines, &changed), "again done");
    assert_string_equal(psql("SELECT has_table_privilege('extract_reader', 'ads.things', "
                             "'SELECT'), has_table_privilege('extract_loader', 'ads.things', "
                             "'DELETE')"),
                        "t|f");
}

static void a_session_that_is_ended_is_told_from_a_refusal(void **state)
{
    (void)state;
    AUTO(load_done) struct load l = load_start("id integer", "id");
    struct driver_outcome outcome;
    struct error err;
    load_begin(&l);
    load_write(&l, "{\"id\":1}");
    psql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name "
         "= "
         "'extract'");
    assert_false(sink_finish(l.sink, &outcome, &err));
    assert_int_equal(err.kind, ERROR_NETWORK);
    sink_abort(l.sink);
    assert_false(sink_begin(l.sink, &l.stream, &err));
    assert_int_equal(err.kind, ERROR_NETWORK);
}

static void looking_makes_nothing(void **state)
{
    (void)state;
    AUTO(load_done) struct load l = load_open("id integer, t text", "id");
    AUTO(buffer_done) struct buffer script;
    buffer_init(&script, DIALECT_STATEMENT_MAX);
    struct ledger_marker marker;
    struct ledger_entry entry;
    struct ddl_change change;
    struct error err;
    bool found;
    sink_close(l.sink);
    l.sink = open_as("postgres", true);
    assert_true(sink_position(l.sink, &l.stream, &marker, &err));
    assert_false(marker.found);
    assert_true(sink_next(l.sink, &l.stream, 0, &found, &entry, &err));
    assert_false(found);
    assert_true(sink_plan(l.sink, &l.stream, &script, &change, &err));
    assert_non_null(strstr(buffer_text(&script), "CREATE SCHEMA \"ads\";\n"));
    assert_non_null(strstr(buffer_text(&script), "CREATE TABLE \"ads\".\"things\" (\n"));
    assert_string_equal(psql("SELECT count(*) FROM pg_namespace WHERE nspname = 'ads'"), "0");
    psql(buffer_text(&script));
    buffer_clear(&script);
    assert_true(sink_plan(l.sink, &l.stream, &script, &change, &err));
    assert_int_equal(script.len, 0);
}

static void urls_hold_no_secret_and_nothing_hidden(void **state)
{
    static const struct {
        const char *url, *why;
    } cases[] = {
        {"postgresql://u:hunter2@h/d", "there is a password in it; put it in a reference"},
        {"postgresql://u@h/d?password=hunter2", "there is a password in it"},
        {"postgresql://u@h/d?sslmode=disable", "sslmode cannot be set there"},
        {"host=h password=hunter2", "not of the form"},
        {"postgresql://u@h:port:hunter2/d?%zz", "not of the form"},
    };
    (void)state;
    struct error err;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_false(pg_check_url(cases[i].url, &err));
        assert_int_equal(err.kind, ERROR_CONFIG);
        assert_non_null(strstr(err.text, cases[i].why));
        assert_null(strstr(err.text, "hunter2"));
    }
    assert_true(pg_check_url("postgresql://u@h:5432/d", &err));
    assert_true(pg_check_url("postgresql://u@%2Fvar%2Frun%2Fpostgresql/d", &err));
}

#define TEST(name) cmocka_unit_test_setup(name, clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_type_arrives_exactly),
        TEST(numbers_of_every_length_are_those_of_the_text),
        TEST(a_key_that_is_there_changes_the_way),
        TEST(a_table_of_keys_alone_can_be_merged),
        TEST(appended_records_may_be_equal),
        TEST(a_slice_is_replaced_as_a_whole),
        TEST(a_slice_needs_the_right_to_delete),
        TEST(a_row_that_is_refused_is_named_without_its_values),
        TEST(a_refusal_is_noticed_while_rows_are_sent),
        TEST(deferred_constraints_refuse_before_the_commit),
        TEST(the_second_writer_waits_and_sees_the_ledger),
        TEST(tables_grow_and_are_never_changed_with_loss),
        TEST(what_is_not_ours_is_left_alone),
        TEST(a_role_without_rights_is_told_what_to_do),
        TEST(the_script_is_enough_for_a_role_that_may_only_load),
        TEST(a_session_that_is_ended_is_told_from_a_refusal),
        TEST(looking_makes_nothing),
        cmocka_unit_test(urls_hold_no_secret_and_nothing_hidden),
    };
    return cmocka_run_group_tests(tests, start, postgres_stop);
}
