/* SPDX-License-Identifier: Apache-2.0 */
#include "schema_fixture.h"
#include "sink/ddl.h"
#include "sink/merge.h"

/* A dialect of the tests' own: sink/ddl and sink/merge know templates only. */
static const struct dialect dialect = {
    .types = {"TEXT", "INTEGER", "BIGINT", "DEC({precision},{scale})", "BOOL", "DATE", "TSTZ",
              "JSON"},
    .create = "create {table}: {columns}",
    .column = "{name} {type}",
    .key_column = "{name} {type} key",
    .primary_key = "primary {key}",
    .add_column = "add {table}.{name} {type}",
    .widen_column = "widen {table}.{name} {type}",
    .set_column_aside = "aside {table}.{name}",
    .set_table_aside = "aside {table}",
    .merge = "merge {table} ({columns}) ({values}) on {key} set {assignments} if {differences}",
    .merge_key = "merge {table} ({columns}) ({values}) on {key}",
    .append = "append {table} ({columns}) ({values})",
    .name = "{name}",
    .parameter = "${number}",
    .assignment = "{name}:=new",
    .difference = "{name}!=new",
};

/* What a plan says: its script, or why not. */
struct outcome {
    struct buffer text;
    struct ddl_change change;
    struct error err;
    bool ok;
};

static void outcome_done(struct outcome *o)
{
    buffer_done(&o->text);
}

static struct outcome plan(const struct schema *schema, const struct ddl_column *columns,
                           size_t count)
{
    const struct ddl_table present = {count, columns};
    struct outcome o = {0};
    buffer_init(&o.text, DIALECT_STATEMENT_MAX);
    o.ok = ddl_check(schema, &o.err) &&
           ddl_plan(&dialect, schema, &present, &o.text, &o.change, &o.err);
    return o;
}

static void assert_script(struct outcome *o, const char *expected)
{
    if (!o->ok)
        fail_msg("%s", o->err.text);
    assert_string_equal(buffer_text(&o->text), expected);
}

static void assert_refused(const struct outcome *o, const char *why, const char *statement)
{
    assert_false(o->ok);
    assert_int_equal(o->err.kind, ERROR_SINK);
    assert_int_equal(o->text.len, 0);
    if (!strstr(o->err.text, why) || !strstr(o->err.text, statement))
        fail_msg("\"%s\" does not say \"%s\" and \"%s\"", o->err.text, why, statement);
}

static void a_new_table_has_all_columns_and_the_key(void **state)
{
    (void)state;
    AUTO(schema_freep)
    struct schema *s = schema_fixture(
        "t", "merge",
        "a text, b integer, c bigint, d numeric(8,4), e boolean, f date, g timestamptz, h json",
        "c, a");
    AUTO(outcome_done) struct outcome o = plan(s, NULL, 0);
    assert_script(&o, "create t: a TEXT key,\n    b INTEGER,\n    c BIGINT key,\n    d "
                      "DEC(8,4),\n    e BOOL,\n    f DATE,\n    g TSTZ,\n    h JSON,\n    "
                      "primary c, a;\n");
    assert_true(o.change.creates);
    assert_int_equal(o.change.adds, 0);
}

static void an_appended_table_has_no_key(void **state)
{
    (void)state;
    AUTO(schema_freep) struct schema *s = schema_fixture("t", "append", "a text, b text", "a");
    AUTO(outcome_done) struct outcome o = plan(s, NULL, 0);
    assert_script(&o, "create t: a TEXT,\n    b TEXT;\n");
}

static void a_table_that_is_right_needs_nothing(void **state)
{
    (void)state;
    static const struct ddl_column columns[] = {{"b", "INTEGER", false}, {"a", "TEXT", true}};
    AUTO(schema_freep)
    struct schema *s = schema_fixture("t", "merge", "a text, b integer", "a");
    AUTO(outcome_done) struct outcome o = plan(s, columns, 2);
    assert_script(&o, "");
    assert_false(o.change.creates);
}

static void growth_adds_columns(void **state)
{
    (void)state;
    static const struct ddl_column columns[] = {{"a", "TEXT", true}};
    AUTO(schema_freep)
    struct schema *s = schema_fixture("t", "merge", "a text, b integer, c json", "a");
    AUTO(outcome_done) struct outcome o = plan(s, columns, 1);
    assert_script(&o, "add t.b INTEGER;\nadd t.c JSON;\n");
    assert_int_equal(o.change.adds, 2);
}

static void a_column_that_the_schema_has_no_more_stays(void **state)
{
    (void)state;
    static const struct ddl_column columns[] = {{"a", "TEXT", true}, {"old", "BLOB", false}};
    AUTO(schema_freep) struct schema *s = schema_fixture("t", "merge", "a text", "a");
    AUTO(outcome_done) struct outcome o = plan(s, columns, 2);
    assert_script(&o, "");
}

static void numbers_that_grow_are_widened_and_never_narrowed(void **state)
{
    (void)state;
    static const struct {
        const char *present, *schema, *script;
    } cases[] = {
        {"INTEGER", "bigint", "widen t.b BIGINT;\n"},
        {"BIGINT", "integer", ""},
        {"DEC(8,4)", "numeric(10,4)", "widen t.b DEC(10,4);\n"},
        {"DEC(8,4)", "numeric(10,6)", "widen t.b DEC(10,6);\n"},
        {"DEC(38,10)", "numeric(8,4)", ""},
        {"DEC(8,4)", "numeric(8,4)", ""},
        {"DEC(8,4)", "numeric(8,5)", NULL}, /* more places, fewer digits before them */
        {"DEC(8,4)", "numeric(9,2)", NULL},
        {"BIGINT", "numeric(38,0)", NULL},
        {"TEXT", "json", NULL},
        {"INTEGER", "text", NULL},
        {"TSTZ", "date", NULL},
        {"DEC(39,4)", "numeric(8,4)", NULL}, /* none of ours */
        {"", "text", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char columns[64];
        snprintf(columns, sizeof columns, "a text, b %s", cases[i].schema);
        struct ddl_column present[2] = {{"a", "TEXT", true}, {"b", "", false}};
        snprintf(present[1].type, sizeof present[1].type, "%s", cases[i].present);
        AUTO(schema_freep) struct schema *s = schema_fixture("t", "merge", columns, "a");
        AUTO(outcome_done) struct outcome o = plan(s, present, 2);
        if (cases[i].script)
            assert_script(&o, cases[i].script);
        else
            assert_refused(&o, "column b", "run: aside t.b");
    }
}

static void another_key_is_refused(void **state)
{
    (void)state;
    static const struct ddl_column columns[] = {{"a", "TEXT", true}, {"b", "TEXT", false}};
    static const struct ddl_column both[] = {{"a", "TEXT", true}, {"b", "TEXT", true}};
    static const struct ddl_column none[] = {{"a", "TEXT", false}, {"b", "TEXT", false}};
    static const struct ddl_column lost[] = {{"a", "TEXT", true}, {"gone", "TEXT", true}};
    static const struct {
        const char *write, *key;
        const struct ddl_column *present;
    } cases[] = {
        {"merge", "b", columns}, {"merge", "a, b", columns}, {"merge", "a", both},
        {"merge", "a", none},    {"append", "a", columns},   {"merge", "a", lost},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO(schema_freep)
        struct schema *s = schema_fixture("t", cases[i].write, "a text, b text", cases[i].key);
        AUTO(outcome_done) struct outcome o = plan(s, cases[i].present, 2);
        assert_refused(&o, "primary key", "run: aside t");
    }
}

static void a_new_key_column_is_refused(void **state)
{
    (void)state;
    static const struct ddl_column columns[] = {{"a", "TEXT", true}};
    AUTO(schema_freep)
    struct schema *s = schema_fixture("t", "merge", "a text, b text", "a, b");
    AUTO(outcome_done) struct outcome o = plan(s, columns, 1);
    assert_refused(&o, "primary key", "run: aside t");
}

static void names_of_ours_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *table, *write, *columns, *why;
    } cases[] = {
        {"extract_ledger", "merge", "a text", "extract_"},
        {"sqlite_sequence", "merge", "a text", "sqlite_"},
        {"pg_class", "append", "a text", "pg_"},
        {"things", "merge", "a text, extract_slice text", "extract_slice is ours"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO(schema_freep)
        struct schema *s =
            schema_fixture(cases[i].table, cases[i].write, cases[i].columns, "a");
        AUTO(outcome_done) struct outcome o = plan(s, NULL, 0);
        assert_refused(&o, cases[i].why, "");
    }
}

static void a_table_whose_slices_are_replaced_has_them_in_its_key(void **state)
{
    (void)state;
    AUTO(schema_freep)
    struct schema *s = schema_fixture("t", "replace", "a text, b text", "b, a");
    AUTO(schema_freep) struct schema *merged = schema_fixture("t", "merge", "a text", "a");
    AUTO(outcome_done) struct outcome o = plan(s, NULL, 0);
    assert_script(&o, "create t: a TEXT key,\n    b TEXT key,\n    extract_slice TEXT key,\n"
                      "    primary extract_slice, b, a;\n");
    static const struct ddl_column present[] = {
        {"a", "TEXT", true}, {"b", "TEXT", true}, {"extract_slice", "TEXT", true}};
    AUTO(outcome_done) struct outcome same = plan(s, present, 3);
    assert_script(&same, "");
    /* neither becomes the other: rows that are there have no slice, or one too many */
    AUTO(outcome_done) struct outcome to = plan(s, present, 2);
    assert_refused(&to, "primary key", "run: aside t");
    static const struct ddl_column replaced[] = {{"a", "TEXT", true},
                                                 {"extract_slice", "TEXT", true}};
    AUTO(outcome_done) struct outcome from = plan(merged, replaced, 2);
    assert_refused(&from, "primary key", "run: aside t");
}

static void assert_merge(const char *write, const char *columns, const char *key,
                         const char *expected)
{
    struct error err;
    AUTO(schema_freep) struct schema *s = schema_fixture("t", write, columns, key);
    AUTO(buffer_done) struct buffer text;
    buffer_init(&text, DIALECT_STATEMENT_MAX);
    assert_true(merge_statement(&dialect, s, &text, &err));
    assert_string_equal(buffer_text(&text), expected);
}

static void rows_are_merged_by_key_or_appended(void **state)
{
    (void)state;
    assert_merge("merge", "a text, b text, c text", "a",
                 "merge t (a, b, c) ($1, $2, $3) on a set b:=new,\n    c:=new if b!=new\n    "
                 "OR c!=new");
    assert_merge("merge", "a text, b text", "b, a", "merge t (a, b) ($1, $2) on a, b");
    assert_merge("replace", "a text, b text", "a",
                 "merge t (a, b, extract_slice) ($1, $2, $3) on a, extract_slice set b:=new if "
                 "b!=new");
    assert_merge("append", "a text, b text", "a", "append t (a, b) ($1, $2)");
}

static void a_template_with_an_unknown_name_is_a_bug(void **state)
{
    (void)state;
    struct error err;
    static const struct dialect_value values[] = {{"a", "x"}, {NULL, NULL}};
    static const char *const bad[] = {"{b}", "{a", "{", "{}", "{aa}"};
    AUTO(buffer_done) struct buffer out;
    buffer_init(&out, 8);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(dialect_render(&out, bad[i], values, &err));
        assert_int_equal(err.kind, ERROR_BUG);
    }
    assert_true(dialect_render(&out, "{a}-{a}", values, &err));
    assert_string_equal(buffer_text(&out), "x-x");
    assert_false(dialect_render(&out, "{a}{a}{a}{a}{a}{a}", values, &err)); /* no room */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_table_has_all_columns_and_the_key),
        cmocka_unit_test(an_appended_table_has_no_key),
        cmocka_unit_test(a_table_that_is_right_needs_nothing),
        cmocka_unit_test(growth_adds_columns),
        cmocka_unit_test(a_column_that_the_schema_has_no_more_stays),
        cmocka_unit_test(numbers_that_grow_are_widened_and_never_narrowed),
        cmocka_unit_test(another_key_is_refused),
        cmocka_unit_test(a_new_key_column_is_refused),
        cmocka_unit_test(names_of_ours_are_refused),
        cmocka_unit_test(a_table_whose_slices_are_replaced_has_them_in_its_key),
        cmocka_unit_test(rows_are_merged_by_key_or_appended),
        cmocka_unit_test(a_template_with_an_unknown_name_is_a_bug),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
