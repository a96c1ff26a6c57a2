/* SPDX-License-Identifier: Apache-2.0 */
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/crashpoint.h"
#include "crypto/secret.h"
#include "db/sqlite.h"
#include "record/columns.h"
#include "schema_fixture.h"
#include "sink/embedded.h"
#include "sink/registry.h"
#include "sink/sink.h"

#define STAGE "00112233445566778899aabbccddeeff"
#define OTHER_STAGE "ffeeddccbbaa99887766554433221100"

static char folder[256];
static char path[512];
static pid_t runner;

static int start(void **state)
{
    struct error err;
    (void)state;
    runner = getpid();
    return secret_init(&err) ? 0 : -1;
}

static int make_folder(void **state)
{
    (void)state;
    const char *tmp = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/extract-warehouse-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/warehouse.db", folder);
    return 0;
}

static int remove_one(const char *name, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(name);
}

static int remove_folder(void **state)
{
    (void)state;
    return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Fails the test; in a child of a test only a message, and the child's end. */
static void __attribute__((noreturn)) give_up(const char *what, const struct error *err)
{
    if (getpid() != runner) {
        dprintf(STDERR_FILENO, "%s: %s\n", what, err->text);
        _exit(1);
    }
    print_error("%s: %s\n", what, err->text);
    fail();
    abort();
}

static struct sink *open_at(const char *target, bool read_only)
{
    const char *const values[] = {target};
    const struct sink_options options = {.driver = &embedded_driver,
                                         .values = values,
                                         .read_only = read_only,
                                         .wait_ns = 1000000};
    struct sink *w = NULL;
    struct error err;
    if (!sink_open(&options, &w, &err))
        give_up("warehouse", &err);
    return w;
}

/* A load of one stream, as the pipeline does it. */
struct load {
    struct schema *schema;
    struct columns *columns;
    struct sink *sink;
    struct driver_stream stream;
    struct ddl_change change;
    bool allow_changes;
};

static void load_done(struct load *l)
{
    sink_close(l->sink);
    columns_free(l->columns);
    schema_free(l->schema);
}

static struct load load_open_as(const char *write, const char *columns, const char *key)
{
    struct load l = {.schema = schema_fixture("things", write, columns, key)};
    l.columns = columns_new(l.schema);
    l.sink = open_at(path, false);
    l.stream = (struct driver_stream){STAGE, "source", "stream", l.schema, NULL};
    l.allow_changes = true;
    return l;
}

static struct load load_open(const char *columns, const char *key)
{
    return load_open_as(*key ? "merge" : "append", columns, key);
}

static bool load_prepare(struct load *l, struct error *err)
{
    return sink_prepare(l->sink, &l->stream, l->allow_changes, &l->change, err);
}

static struct load load_start(const char *columns, const char *key)
{
    struct error err;
    struct load l = load_open(columns, key);
    if (!load_prepare(&l, &err))
        give_up("warehouse", &err);
    return l;
}

static void load_begin(struct load *l)
{
    struct error err;
    if (!sink_begin(l->sink, &l->stream, &err))
        give_up("warehouse", &err);
}

/* False: it is refused. */
static bool load_takes(struct load *l, const char *line)
{
    struct error err;
    struct driver_record record = {.line = line, .len = strlen(line)};
    const char *refused;
    if (!columns_parse(l->columns, line, record.len, &record.values, &err) ||
        !sink_write(l->sink, &record, &refused, &err))
        give_up(line, &err);
    return !refused;
}

static void load_write(struct load *l, const char *line)
{
    assert_true(load_takes(l, line));
}

static struct ledger_entry entry_of(int64_t first, int64_t last, int64_t rows)
{
    struct ledger_entry entry = {.first_seq = first, .last_seq = last, .rows = rows};
    memset(entry.digest, (int)last, sizeof entry.digest);
    return entry;
}

static void load_commit(struct load *l, int64_t first, int64_t last, int64_t rows)
{
    struct error err;
    const struct ledger_entry entry = entry_of(first, last, rows);
    struct driver_outcome outcome;
    if (!sink_finish(l->sink, &outcome, &err) || !sink_commit(l->sink, &entry, &err))
        give_up("warehouse", &err);
}

static void load_lines(struct load *l, int64_t seq, const char *const *lines)
{
    int64_t rows = 0;
    load_begin(l);
    for (; *lines; lines++, rows++)
        load_write(l, *lines);
    load_commit(l, seq, seq, rows);
}

/* One value out of the file, as text; "" for NULL, with its type before it. */
static void assert_query(const char *sql, const char *expected)
{
    static const struct sqlite_options options = {.mode = SQLITE_MODE_WRITE,
                                                  .kind = ERROR_SINK};
    AUTO(sqlite_closep) struct sqlite *db = NULL;
    struct error err;
    bool row = false;
    if (!sqlite_open(path, &options, &db, &err))
        give_up("warehouse", &err);
    struct sqlite_statement *s = sqlite_statement(db, sql, &err);
    if (!s || !sqlite_step(s, &row, &err))
        give_up("warehouse", &err);
    const char *text = row ? sqlite_column_text(s, 0, NULL) : "(no row)";
    assert_string_equal(text ? text : "(null)", expected);
}

static void run_script(const char *target, const char *sql)
{
    static const struct sqlite_options options = {.mode = SQLITE_MODE_CREATE,
                                                  .kind = ERROR_SINK};
    AUTO(sqlite_closep) struct sqlite *db = NULL;
    struct error err;
    if (!sqlite_open(target, &options, &db, &err) || !sqlite_script(db, sql, &err))
        give_up("warehouse", &err);
}

/* --- Tables ------------------------------------------------------------------------------- */

static void a_plan_of_a_warehouse_that_is_not_there_makes_nothing(void **state)
{
    (void)state;
    struct error err;
    struct ddl_change change;
    AUTO(schema_freep)
    struct schema *schema = schema_fixture("things", "merge", "id bigint", "id");
    const struct driver_stream stream = {
        .stage_id = STAGE, .source = "source", .name = "stream", .schema = schema};
    AUTO(sink_closep) struct sink *w = open_at(path, true);
    AUTO(buffer_done) struct buffer script;
    buffer_init(&script, 4096);
    struct ledger_marker marker;
    struct ledger_entry entry;
    bool found = true;
    assert_true(sink_plan(w, &stream, &script, &change, &err));
    assert_string_equal(buffer_text(&script),
                        "CREATE TABLE \"things\" (\n    \"id\" BIGINT NOT "
                        "NULL,\n    PRIMARY KEY (\"id\")\n);\n");
    assert_true(change.creates);
    assert_true(sink_position(w, &stream, &marker, &err));
    assert_false(marker.found);
    assert_true(sink_next(w, &stream, 0, &found, &entry, &err));
    assert_false(found);
    assert_false(sink_prepare(w, &stream, true, &change, &err));
    assert_int_equal(access(path, F_OK), -1);
}

static void a_prepared_table_is_left_alone_the_next_time(void **state)
{
    (void)state;
    struct error err;
    AUTO(load_done) struct load l = load_start("id bigint, name text", "id");
    assert_true(l.change.creates);
    assert_true(load_prepare(&l, &err));
    assert_false(l.change.creates);
    assert_int_equal(l.change.adds, 0);
    assert_query("SELECT sql FROM sqlite_schema WHERE name = 'things'",
                 "CREATE TABLE \"things\" (\n    \"id\" BIGINT NOT NULL,\n    \"name\" TEXT,\n"
                 "    PRIMARY KEY (\"id\")\n)");
    assert_query("PRAGMA application_id", "1702393704");
    assert_query("PRAGMA journal_mode", "wal");
}

static void growth_adds_columns_and_keeps_the_rows(void **state)
{
    (void)state;
    {
        AUTO(load_done) struct load l = load_start("id bigint, name text", "id");
        load_lines(&l, 1, (const char *const[]){"{\"id\":1,\"name\":\"a\"}", NULL});
    }
    AUTO(load_done)
    struct load l = load_start("id bigint, tags json, name text, price numeric(8,2)", "id");
    assert_false(l.change.creates);
    assert_int_equal(l.change.adds, 2);
    load_lines(&l, 2,
               (const char *const[]){"{\"id\":2,\"name\":\"b\",\"tags\":[\"x\"],\"price\":1.5}",
                                     NULL});
    assert_query(
        "SELECT group_concat(id || name || ifnull(tags, '-') || ifnull(price, '-'), ' ') "
        "FROM things",
        "1a-- 2b[\"x\"]1.50");
}

static void a_schema_that_shrinks_keeps_the_column(void **state)
{
    (void)state;
    {
        AUTO(load_done) struct load l = load_start("id bigint, name text", "id");
        load_lines(&l, 1, (const char *const[]){"{\"id\":1,\"name\":\"a\"}", NULL});
    }
    AUTO(load_done) struct load l = load_start("id bigint", "id");
    load_lines(&l, 2, (const char *const[]){"{\"id\":1}", "{\"id\":2}", NULL});
    assert_query("SELECT group_concat(id || ifnull(name, '-'), ' ') FROM things", "1a 2-");
}

static void assert_prepare_refused(const char *columns, const char *key, const char *text)
{
    struct error err;
    AUTO(load_done) struct load l = load_open(columns, key);
    assert_false(load_prepare(&l, &err));
    assert_int_equal(err.kind, ERROR_SINK);
    if (!strstr(err.text, text))
        fail_msg("\"%s\" does not say \"%s\"", err.text, text);
}

static void the_statement_of_a_refusal_helps(void **state)
{
    (void)state;
    {
        AUTO(load_done) struct load l = load_start("id bigint, name text", "id");
        load_lines(&l, 1, (const char *const[]){"{\"id\":1,\"name\":\"5\"}", NULL});
    }
    assert_prepare_refused("id bigint, name integer", "id",
                           "ALTER TABLE \"things\" RENAME COLUMN \"name\" TO \"name_before\"");
    assert_prepare_refused("id bigint, name text", "id, name",
                           "ALTER TABLE \"things\" RENAME TO \"things_before\"");
    run_script(path, "ALTER TABLE \"things\" RENAME COLUMN \"name\" TO \"name_before\"");
    AUTO(load_done) struct load l = load_start("id bigint, name integer", "id");
    load_lines(&l, 2, (const char *const[]){"{\"id\":2,\"name\":6}", NULL});
    assert_query("SELECT group_concat(ifnull(name_before, '-') || ifnull(name, '-'), ' ') FROM "
                 "things",
                 "5- -6");
}

static void a_file_of_the_user_keeps_its_own_tables(void **state)
{
    (void)state;
    run_script(path, "CREATE TABLE mine (a); INSERT INTO mine VALUES (1); CREATE VIEW v AS "
                     "SELECT * FROM mine; PRAGMA user_version = 7; PRAGMA application_id = 99");
    AUTO(load_done) struct load l = load_start("id bigint", "id");
    load_lines(&l, 1, (const char *const[]){"{\"id\":1}", NULL});
    assert_query("SELECT count(*) FROM v", "1");
    assert_query("PRAGMA user_version", "7");
    assert_query("PRAGMA application_id", "99");
}

static void a_table_or_view_of_the_user_is_not_touched(void **state)
{
    (void)state;
    run_script(path, "CREATE TABLE Things (id BIGINT NOT NULL PRIMARY KEY)");
    assert_prepare_refused("id bigint", "id", "was not made by extract");
    run_script(path, "DROP TABLE Things; CREATE VIEW things AS SELECT 1 AS id");
    assert_prepare_refused("id bigint", "id", "was not made by extract");
    assert_query("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'extract%'", "0");
}

static void a_table_that_was_dropped_is_noticed(void **state)
{
    (void)state;
    {
        AUTO(load_done) struct load l = load_start("id bigint", "id");
        load_lines(&l, 1, (const char *const[]){"{\"id\":1}", NULL});
    }
    run_script(path, "DROP TABLE things");
    assert_prepare_refused("id bigint", "id", "is gone");
    run_script(path, "DELETE FROM extract_ledger WHERE table_name = 'things'");
    AUTO(load_done) struct load l = load_start("id bigint", "id");
    assert_true(l.change.creates);
}

static void a_stage_is_no_warehouse(void **state)
{
    (void)state;
    run_script(path, "PRAGMA application_id = 0x65787374; CREATE TABLE segment (a)");
    const char *const values[] = {path};
    const struct sink_options options = {.driver = &embedded_driver, .values = values};
    struct sink *w = NULL;
    struct error err;
    assert_false(sink_open(&options, &w, &err));
    assert_int_equal(err.kind, ERROR_SINK);
    assert_non_null(strstr(err.text, "another file"));
}

static void what_is_no_database_is_refused(void **state)
{
    (void)state;
    FILE *f = fopen(path, "w");
    fputs("This is a letter to my aunt, long enough to be taken for a database header......"
          "......................................................................",
          f);
    fclose(f);
    const char *const values[] = {path};
    const struct sink_options options = {.driver = &embedded_driver, .values = values};
    struct sink *w = NULL;
    struct error err;
    assert_false(sink_open(&options, &w, &err));
    assert_int_equal(err.kind, ERROR_SINK);
    assert_non_null(strstr(err.text, path));
}

static void a_driver_is_found_by_sink_and_name(void **state)
{
    (void)state;
    assert_ptr_equal(registry_find("warehouse", "sqlite"), &embedded_driver);
    assert_null(registry_find("warehouse", "sqlit"));
    assert_null(registry_find("kafka", "sqlite"));
}

/* --- Rows -------------------------------------------------------------------------------- */

static void values_are_exact(void **state)
{
    (void)state;
    AUTO(load_done)
    struct load l = load_start("id bigint, small integer, yes boolean, t text, d date, z "
                               "timestamptz, j json, n numeric(18,6), m numeric(38,0)",
                               "id");
    load_lines(
        &l, 1,
        (const char *const[]){
            "{\"id\":9223372036854775807,\"small\":-2147483648,\"yes\":true,\"t\":\"00123.50\","
            "\"d\":\"2026-11-20\",\"z\":\"2005-05-08T01:30:00.500+01:30\",\"j\":[\"1.10\"],"
            "\"n\":1234567.89,\"m\":12345678901234567890123456789012345678}",
            "{\"id\":-9223372036854775808,\"n\":0.1,\"t\":\"1e3\",\"yes\":false}", NULL});
    assert_query("SELECT id || ' ' || typeof(id) FROM things ORDER BY rowid LIMIT 1",
                 "9223372036854775807 integer");
    assert_query("SELECT min(id) FROM things", "-9223372036854775808");
    assert_query("SELECT small || yes || typeof(yes) FROM things LIMIT 1",
                 "-21474836481integer");
    assert_query("SELECT t || ' ' || typeof(t) FROM things LIMIT 1", "00123.50 text");
    assert_query("SELECT t || ' ' || typeof(t) FROM things LIMIT 1 OFFSET 1", "1e3 text");
    assert_query("SELECT d || ' ' || z FROM things LIMIT 1",
                 "2026-11-20 2005-05-08T00:00:00.500Z");
    assert_query("SELECT n || ' ' || typeof(n) FROM things LIMIT 1", "1234567.890000 text");
    assert_query("SELECT n FROM things LIMIT 1 OFFSET 1", "0.100000");
    assert_query("SELECT m FROM things LIMIT 1", "12345678901234567890123456789012345678");
    assert_query("SELECT json_extract(j, '$[0]') FROM things LIMIT 1", "1.10");
    assert_query("SELECT d || '' FROM things LIMIT 1 OFFSET 1", "(null)");
}

static void texts_of_any_script_pass(void **state)
{
    (void)state;
    AUTO(load_done) struct load l = load_start("id text, t text", "id");
    load_lines(&l, 1,
               (const char *const[]){
                   "{\"id\":\"\\u0641\u200c\u0627\",\"t\":\"'; DROP TABLE things; --\"}",
                   "{\"id\":\"\",\"t\":\"\"}",
                   "{\"id\":\"\\ud83d\\ude00\",\"t\":\"a\\tb\\nc\\u0001\"}", NULL});
    assert_query("SELECT count(*) FROM things", "3");
    assert_query("SELECT t FROM things WHERE id = '\u0641\u200c\u0627'",
                 "'; DROP TABLE things; --");
    assert_query("SELECT t || length(t) FROM things WHERE id = ''", "0");
    assert_query("SELECT length(id) || hex(t) FROM things WHERE id = '\U0001f600'",
                 "16109620A6301");
}

static void records_are_merged_by_a_key_of_several_columns(void **state)
{
    (void)state;
    AUTO(load_done)
    struct load l =
        load_start("day date, account bigint, clicks bigint, note text", "account, day");
    load_lines(&l, 1,
               (const char *const[]){
                   "{\"day\":\"2026-11-01\",\"account\":1,\"clicks\":1,\"note\":\"n\"}",
                   "{\"day\":\"2026-11-02\",\"account\":1,\"clicks\":2}",
                   "{\"day\":\"2026-11-01\",\"account\":2,\"clicks\":3}",
                   "{\"day\":\"2026-11-01\",\"account\":1,\"clicks\":4}", NULL});
    assert_query("SELECT group_concat(clicks || ifnull(note, '-'), ' ') FROM (SELECT * FROM "
                 "things ORDER BY clicks)",
                 "2- 3- 4-");
}

static void rows_that_are_the_same_are_not_written_again(void **state)
{
    (void)state;
    AUTO(load_done) struct load l = load_start("id bigint, a text, b integer", "id");
    static const char *const lines[] = {"{\"id\":1,\"a\":\"x\"}", "{\"id\":2,\"b\":7}", NULL};
    run_script(path, "CREATE TABLE writes (id); CREATE TRIGGER t AFTER UPDATE ON things BEGIN "
                     "INSERT INTO writes VALUES (new.id); END");
    load_lines(&l, 1, lines);
    load_lines(&l, 2, lines);
    assert_query("SELECT count(*) FROM writes", "0");
    load_lines(&l, 3, (const char *const[]){"{\"id\":2,\"b\":8}", NULL});
    load_lines(&l, 4, (const char *const[]){"{\"id\":1}", NULL}); /* to null is a change */
    assert_query("SELECT group_concat(id, ' ') FROM writes", "2 1");
    assert_query("SELECT group_concat(id || ifnull(a, '-') || ifnull(b, '-'), ' ') FROM things",
                 "1-- 2-8");
}

static void a_table_of_keys_alone_is_merged(void **state)
{
    (void)state;
    AUTO(load_done) struct load l = load_start("a text, b text", "a, b");
    static const char *const lines[] = {"{\"a\":\"x\",\"b\":\"y\"}",
                                        "{\"a\":\"x\",\"b\":\"y\"}", NULL};
    load_lines(&l, 1, lines);
    load_lines(&l, 2, lines);
    assert_query("SELECT count(*) FROM things", "1");
}

static void appended_records_are_all_kept(void **state)
{
    (void)state;
    AUTO(load_done) struct load l = load_start("a text, b text", "");
    static const char *const lines[] = {"{\"a\":\"x\"}", "{\"a\":\"x\"}", "{}", NULL};
    load_lines(&l, 1, lines);
    assert_query("SELECT count(*) FROM things", "3");
}

/* --- Ledger ------------------------------------------------------------------------------ */

static struct ledger_marker position(struct load *l)
{
    struct ledger_marker marker;
    struct error err;
    if (!sink_position(l->sink, &l->stream, &marker, &err))
        give_up("warehouse", &err);
    return marker;
}

static void rows_and_marker_are_one(void **state)
{
    (void)state;
    AUTO(load_done) struct load l = load_start("id bigint", "id");
    assert_false(position(&l).found);
    load_begin(&l);
    assert_false(position(&l).found);
    load_write(&l, "{\"id\":1}");
    load_write(&l, "{\"id\":2}");
    struct ledger_entry entry = entry_of(1, 3, 2);
    memset(entry.schema_digest, 0xaa, DIGEST_SIZE);
    memset(entry.policy_digest, 0xbb, DIGEST_SIZE);
    struct error err;
    struct driver_outcome outcome;
    assert_true(sink_finish(l.sink, &outcome, &err));
    assert_int_equal(outcome.changed, 2);
    assert_true(sink_commit(l.sink, &entry, &err));

    struct ledger_marker marker = position(&l);
    assert_true(marker.found);
    assert_true(marker.last.loaded_ns > 0);
    entry.loaded_ns = marker.last.loaded_ns;
    assert_memory_equal(&marker.last, &entry, sizeof entry);
    assert_int_equal(*marker.other_stage, 0);

    load_begin(&l);
    load_write(&l, "{\"id\":3}");
    sink_abort(l.sink);
    sink_abort(l.sink);
    assert_int_equal(position(&l).last.last_seq, 3);
    assert_query("SELECT count(*) FROM things", "2");
}

static void the_ledger_can_be_read_in_order(void **state)
{
    (void)state;
    struct error err;
    bool found = true;
    struct ledger_entry entry;
    AUTO(load_done) struct load l = load_start("id bigint", "id");
    int64_t after = 0, expected = 0;
    for (int64_t seq = 1; seq <= 12; seq++)
        load_lines(&l, seq, (const char *const[]){"{\"id\":1}", NULL});
    for (;;) {
        assert_true(sink_next(l.sink, &l.stream, after, &found, &entry, &err));
        if (!found)
            break;
        assert_int_equal(entry.last_seq, ++expected);
        after = entry.last_seq;
    }
    assert_int_equal(expected, 12);
}

static void a_count_that_is_wrong_is_not_committed(void **state)
{
    (void)state;
    struct error err;
    AUTO(load_done) struct load l = load_start("id bigint", "id");
    load_begin(&l);
    load_write(&l, "{\"id\":1}");
    const struct ledger_entry entry = entry_of(1, 1, 2);
    assert_false(sink_commit(l.sink, &entry, &err));
    assert_int_equal(err.kind, ERROR_BUG);
    assert_query("SELECT count(*) FROM things", "0");
    load_begin(&l); /* the transaction is over */
    load_commit(&l, 1, 1, 0);
}

static void the_same_batch_is_not_committed_twice(void **state)
{
    (void)state;
    struct error err;
    AUTO(load_done) struct load l = load_start("id bigint", "id");
    load_lines(&l, 1, (const char *const[]){"{\"id\":1}", NULL});
    load_begin(&l);
    load_write(&l, "{\"id\":2}");
    const struct ledger_entry entry = entry_of(1, 1, 1);
    struct driver_outcome outcome;
    assert_true(sink_finish(l.sink, &outcome, &err));
    assert_false(sink_commit(l.sink, &entry, &err));
    assert_int_equal(err.kind, ERROR_SINK);
    assert_query("SELECT count(*) FROM things", "1");
}

static void another_stage_on_the_same_table_is_seen(void **state)
{
    (void)state;
    AUTO(load_done) struct load l = load_start("id bigint", "id");
    load_lines(&l, 1, (const char *const[]){"{\"id\":1}", NULL});

    struct load other = l;
    other.stream.stage_id = OTHER_STAGE;
    struct ledger_marker marker = position(&other);
    assert_false(marker.found);
    assert_string_equal(marker.other_stage, STAGE);
    assert_string_equal(marker.other_stream, "stream");

    load_lines(&other, 1, (const char *const[]){"{\"id\":2}", NULL});
    assert_int_equal(*position(&other).other_stage, 0);
    marker = position(&l);
    assert_true(marker.found);
    assert_string_equal(marker.other_stage, OTHER_STAGE);
}

static void the_fence_keeps_a_second_load_out(void **state)
{
    (void)state;
    struct error err;
    AUTO(load_done) struct load l = load_start("id bigint", "id");
    AUTO(load_done) struct load second = load_start("id bigint", "id");
    load_begin(&l);
    assert_false(sink_begin(second.sink, &second.stream, &err));
    assert_int_equal(err.kind, ERROR_BUSY);
    load_commit(&l, 1, 1, 0);
    load_begin(&second);
    assert_int_equal(position(&second).last.last_seq, 1);
}

static void a_call_out_of_order_is_a_bug(void **state)
{
    (void)state;
    struct error err;
    struct ddl_change change;
    const struct ledger_entry entry = entry_of(1, 1, 0);
    const struct columns_value values[1] = {{.kind = COLUMNS_INTEGER}};
    const struct driver_record record = {.values = values};
    const char *refused;
    AUTO(load_done) struct load l = load_start("id bigint", "id");
    assert_false(sink_write(l.sink, &record, &refused, &err));
    assert_int_equal(err.kind, ERROR_BUG);
    assert_false(sink_commit(l.sink, &entry, &err));
    assert_int_equal(err.kind, ERROR_BUG);
    load_begin(&l);
    assert_false(sink_begin(l.sink, &l.stream, &err));
    assert_int_equal(err.kind, ERROR_BUG);
    assert_false(sink_prepare(l.sink, &l.stream, true, &change, &err));
    assert_int_equal(err.kind, ERROR_BUG);
}

static void what_others_wrote_into_the_ledger_is_refused(void **state)
{
    (void)state;
    static const char *const scripts[] = {
        "UPDATE extract_ledger SET digest = 'zz'",
        "UPDATE extract_ledger SET loaded_at = 'yesterday'",
        "UPDATE extract_ledger SET schema_digest = ''",
    };
    AUTO(load_done) struct load l = load_start("id bigint", "id");
    load_lines(&l, 1, (const char *const[]){"{\"id\":1}", NULL});
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        struct error err;
        struct ledger_marker marker;
        run_script(path, scripts[i]);
        assert_false(sink_position(l.sink, &l.stream, &marker, &err));
        assert_int_equal(err.kind, ERROR_SINK);
    }
}

/* --- Crashes ----------------------------------------------------------------------------- */

enum { CRASH_BATCHES = 600, CRASH_ROWS = 50, CRASHES = 60, CRASHES_AT_WORK = 15 };

/* Loads what the ledger does not have, a batch of rows each, until killed. Appends, so that a
 * batch that is loaded twice shows. */
static void load_batches(void)
{
    AUTO(load_done) struct load l = load_start("id bigint, batch bigint", "");
    struct ledger_marker marker = position(&l);
    char line[64];
    for (int64_t seq = ledger_position(&marker) + 1; seq <= CRASH_BATCHES; seq++) {
        load_begin(&l);
        for (int i = 0; i < CRASH_ROWS; i++) {
            snprintf(line, sizeof line, "{\"id\":%d,\"batch\":%d}", i, (int)seq);
            load_write(&l, line);
        }
        load_commit(&l, seq, seq, CRASH_ROWS);
    }
}

static void a_load_that_is_killed_goes_on_and_ends_with_every_row_once(void **state)
{
    (void)state;
    int at_work = 0;
    for (int i = 0; i < CRASHES; i++) {
        pid_t child = fork();
        assert_int_not_equal(child, -1);
        if (child == 0) {
            load_batches();
            _exit(0);
        }
        usleep((useconds_t)(random() % 12000));
        kill(child, SIGKILL);
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        at_work += WIFSIGNALED(status);
        if (access(path, F_OK) == 0 && i % 10 == 0)
            assert_query("PRAGMA integrity_check", "ok");
    }
    assert_true(at_work >= CRASHES_AT_WORK);
    load_batches();
    assert_query("SELECT count(*) || ' ' || count(DISTINCT batch * 1000 + id) FROM things",
                 "30000 30000");
    assert_query("SELECT count(*) || ' ' || sum(row_count) FROM extract_ledger", "600 30000");
}

static void a_load_killed_at_a_crash_point_leaves_nothing_or_all(void **state)
{
    (void)state;
    static const struct {
        int point;
        const char *rows;
    } cases[] = {{1, "no table"}, {2, "0"}, {3, "0"}, {4, "1"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pid_t child = fork();
        assert_int_not_equal(child, -1);
        if (child == 0) {
            char number[8];
            snprintf(number, sizeof number, "%d", cases[i].point);
            setenv("EXTRACT_CRASH_AT", number, 1);
            crashpoint_init();
            AUTO(load_done) struct load l = load_start("id bigint", "id");
            load_lines(&l, 1, (const char *const[]){"{\"id\":1}", NULL});
            _exit(0);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGKILL);
        if (cases[i].point == 1)
            assert_query("SELECT count(*) FROM sqlite_schema", "0");
        else
            assert_query("SELECT count(*) || '' FROM things", cases[i].rows);
        remove_folder(NULL);
        assert_int_equal(mkdir(folder, 0700), 0);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

/* --- Slices ------------------------------------------------------------------------------- */

static int64_t load_slice(struct load *l, int64_t seq, const char *slice,
                          const char *const *lines)
{
    struct error err;
    int64_t removed, rows = 0;
    load_begin(l);
    if (!sink_slice(l->sink, "1", slice, &err) || !sink_clear(l->sink, &removed, &err))
        give_up(slice, &err);
    for (; *lines; lines++)
        rows += load_takes(l, *lines);
    load_commit(l, seq, seq, rows);
    return removed;
}

#define ROWS_OF(slice)                                                  \
    "SELECT group_concat(id || t, ' ') FROM (SELECT id, t FROM things " \
    "WHERE extract_slice = '1/" slice "' ORDER BY id)"

static void a_slice_is_replaced_as_a_whole(void **state)
{
    (void)state;
    static const char *const first[] = {"{\"id\":1,\"t\":\"a\"}", "{\"id\":2,\"t\":\"b\"}",
                                        NULL};
    static const char *const second[] = {"{\"id\":2,\"t\":\"c\"}", "{\"id\":3,\"t\":\"d\"}",
                                         "{\"id\":3,\"t\":\"e\"}", NULL};
    static const char *const none[] = {NULL};
    struct error err;
    AUTO(load_done) struct load l = load_open_as("replace", "id integer, t text", "id");
    if (!load_prepare(&l, &err))
        give_up("warehouse", &err);
    assert_int_equal(load_slice(&l, 1, "mon", first), 0);
    assert_int_equal(load_slice(&l, 2, "tue", first), 0); /* the same keys, of another slice */
    assert_int_equal(load_slice(&l, 3, "mon", second), 2);
    assert_query(ROWS_OF("mon"), "2c 3d"); /* a key that comes twice is refused */
    assert_query(ROWS_OF("tue"), "1a 2b");
    assert_int_equal(load_slice(&l, 4, "mon", none), 2);
    assert_query("SELECT count(*) FROM things", "2");
    assert_query("SELECT sum(row_count) FROM extract_ledger", "6");

    /* what is not committed was not cleared */
    int64_t removed;
    load_begin(&l);
    assert_true(sink_slice(l.sink, "1", "tue", &err));
    assert_true(sink_clear(l.sink, &removed, &err));
    assert_int_equal(removed, 2);
    sink_abort(l.sink);
    assert_query(ROWS_OF("tue"), "1a 2b");
}

static void a_row_of_no_slice_is_a_bug(void **state)
{
    (void)state;
    struct error err;
    int64_t removed;
    const char *refused;
    struct driver_record record = {.line = "{\"id\":1}", .len = 8};
    AUTO(load_done) struct load l = load_open_as("replace", "id integer", "id");
    assert_true(load_prepare(&l, &err));
    load_begin(&l);
    assert_true(columns_parse(l.columns, record.line, record.len, &record.values, &err));
    assert_false(sink_write(l.sink, &record, &refused, &err));
    assert_int_equal(err.kind, ERROR_BUG);
    assert_false(sink_clear(l.sink, &removed, &err));
    assert_int_equal(err.kind, ERROR_BUG);
    assert_true(sink_slice(l.sink, "1", "mon", &err));
    assert_false(sink_slice(l.sink, "1", "tue", &err));
    sink_abort(l.sink);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_plan_of_a_warehouse_that_is_not_there_makes_nothing),
        TEST(a_prepared_table_is_left_alone_the_next_time),
        TEST(growth_adds_columns_and_keeps_the_rows),
        TEST(a_schema_that_shrinks_keeps_the_column),
        TEST(the_statement_of_a_refusal_helps),
        TEST(a_file_of_the_user_keeps_its_own_tables),
        TEST(a_table_or_view_of_the_user_is_not_touched),
        TEST(a_table_that_was_dropped_is_noticed),
        TEST(a_stage_is_no_warehouse),
        TEST(what_is_no_database_is_refused),
        TEST(a_driver_is_found_by_sink_and_name),
        TEST(values_are_exact),
        TEST(texts_of_any_script_pass),
        TEST(records_are_merged_by_a_key_of_several_columns),
        TEST(rows_that_are_the_same_are_not_written_again),
        TEST(a_table_of_keys_alone_is_merged),
        TEST(appended_records_are_all_kept),
        TEST(a_slice_is_replaced_as_a_whole),
        TEST(a_row_of_no_slice_is_a_bug),
        TEST(rows_and_marker_are_one),
        TEST(the_ledger_can_be_read_in_order),
        TEST(a_count_that_is_wrong_is_not_committed),
        TEST(the_same_batch_is_not_committed_twice),
        TEST(another_stage_on_the_same_table_is_seen),
        TEST(the_fence_keeps_a_second_load_out),
        TEST(a_call_out_of_order_is_a_bug),
        TEST(what_others_wrote_into_the_ledger_is_refused),
        TEST(a_load_that_is_killed_goes_on_and_ends_with_every_row_once),
        TEST(a_load_killed_at_a_crash_point_leaves_nothing_or_all),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
