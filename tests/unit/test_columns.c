/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "record/columns.h"
#include "schema_fixture.h"

/* Parses one line with a schema of these columns, the first of which is the key. */
struct parsed {
    struct schema *schema;
    struct columns *columns;
    char *line;
    const struct columns_value *values;
    struct error err;
    bool ok;
};

static struct parsed parse_bytes(const char *columns, const char *line, size_t len)
{
    struct parsed p = {0};
    char key[32];
    assert_int_equal(sscanf(columns, "%31[a-z0-9_]", key), 1);
    p.schema = schema_fixture("things", "merge", columns, key);
    p.columns = columns_new(p.schema);
    assert_non_null(p.columns);
    /* an exact copy, so that a sanitizer sees what is read beyond */
    p.line = malloc(len ? len : 1);
    assert_non_null(p.line);
    memcpy(p.line, line, len);
    p.ok = columns_parse(p.columns, p.line, len, &p.values, &p.err);
    return p;
}

static struct parsed parse(const char *columns, const char *line)
{
    return parse_bytes(columns, line, strlen(line));
}

static void parsed_done(struct parsed *p)
{
    columns_free(p->columns);
    schema_free(p->schema);
    free(p->line);
}

static void assert_text(const struct columns_value *v, const char *expected)
{
    assert_int_equal(v->kind, COLUMNS_TEXT);
    if (v->len != strlen(expected) || memcmp(v->text, expected, v->len) != 0)
        fail_msg("\"%.*s\" is not \"%s\"", (int)v->len, v->text, expected);
}

/* The value of column v, given as JSON, is this text, or is refused with NULL. */
static void assert_becomes(const char *type, const char *json, const char *expected)
{
    char columns[128], line[4096];
    snprintf(columns, sizeof columns, "k integer, v %s", type);
    snprintf(line, sizeof line, "{\"k\":1,\"v\":%s}", json);
    AUTO(parsed_done) struct parsed p = parse(columns, line);
    if (!expected) {
        if (p.ok)
            fail_msg("%s: %s was taken", type, json);
        assert_int_equal(p.err.kind, ERROR_DATA);
        return;
    }
    if (!p.ok)
        fail_msg("%s: %s: %s", type, json, p.err.text);
    assert_text(&p.values[1], expected);
}

static void assert_integer(const char *type, const char *json, bool fits, int64_t expected)
{
    char columns[128], line[256];
    snprintf(columns, sizeof columns, "k integer, v %s", type);
    snprintf(line, sizeof line, "{\"k\":1,\"v\":%s}", json);
    AUTO(parsed_done) struct parsed p = parse(columns, line);
    if (p.ok != fits)
        fail_msg("%s: %s", type, json);
    if (!fits)
        return;
    assert_int_equal(p.values[1].kind, COLUMNS_INTEGER);
    assert_true(p.values[1].integer == expected);
}

static void texts_are_unescaped(void **state)
{
    (void)state;
    assert_becomes("text", "\"\"", "");
    assert_becomes("text", "\"plain\"", "plain");
    assert_becomes("text", "\"a\\\"b\\\\c\\/d\\b\\f\\n\\r\\te\"", "a\"b\\c/d\b\f\n\r\te");
    assert_becomes("text", "\"Zo\\u00eb \\u20AC \\ud83d\\ude00\"",
                   "Zo\u00eb \u20ac \U0001f600");
    assert_becomes("text", "\"\u0641\u0627\u0631\u0633\u06cc\u200c\u0647\u0627\"",
                   "\u0641\u0627\u0631\u0633\u06cc\u200c\u0647\u0627");
    assert_becomes("text", "75001", "75001");
    assert_becomes("text", "-1.50e+2", "-1.50e+2");
    assert_becomes("text", "true", "true");
}

static void what_is_no_text_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "\"\\u12\"",
        "\"\\x\"",
        "\"\\\"",
        "\"",
        "\"\x01\"",
        "\"\n\"",
        "\"\xff\"",
        "\"\xc0\x80\"",
        "\"\xed\xa0\x80\"",
        "{\"a\":1}",
        "[1]",
        "1.",
        "01",
        "--1",
        "+1",
        "1e",
        "NaN",
        "nul",
        "nulll",
        "tru",
        "",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_becomes("text", texts[i], NULL);
}

static void integers_keep_to_their_range(void **state)
{
    (void)state;
    assert_integer("integer", "2147483647", true, INT32_MAX);
    assert_integer("integer", "-2147483648", true, INT32_MIN);
    assert_integer("integer", "2147483648", false, 0);
    assert_integer("integer", "-2147483649", false, 0);
    assert_integer("bigint", "9223372036854775807", true, INT64_MAX);
    assert_integer("bigint", "-9223372036854775808", true, INT64_MIN);
    assert_integer("bigint", "9223372036854775808", false, 0);
    assert_integer("bigint", "\"9223372036854775807\"", true, INT64_MAX);
    assert_integer("bigint", "\"\\u0031\\u0032\"", true, 12);
    assert_integer("bigint", "-0", true, 0);
    assert_integer("bigint", "1.0", false, 0);
    assert_integer("bigint", "1e3", false, 0);
    assert_integer("bigint", "\"\"", false, 0);
    assert_integer("bigint", "\" 1\"", false, 0);
    assert_integer("bigint", "true", false, 0);
    assert_integer("boolean", "true", true, 1);
    assert_integer("boolean", "false", true, 0);
    assert_integer("boolean", "1", false, 0);
    assert_integer("boolean", "\"true\"", false, 0);
}

static void decimals_are_exact_with_all_their_places(void **state)
{
    (void)state;
    assert_becomes("numeric(18,6)", "1234567.89", "1234567.890000");
    assert_becomes("numeric(8,1)", "0.1", "0.1");
    assert_becomes("numeric(8,4)", "-86.4", "-86.4000");
    assert_becomes("numeric(8,4)", "\"-98.2420\"", "-98.2420");
    assert_becomes("numeric(8,4)", "-0", "0.0000");
    assert_becomes("numeric(8,4)", "-0.00001e1", "-0.0001");
    assert_becomes("numeric(8,4)", "1.5e2", "150.0000");
    assert_becomes("numeric(8,4)", "1.50000000", "1.5000");
    assert_becomes("numeric(8,4)", "9999.9999", "9999.9999");
    assert_becomes("numeric(38,0)", "12345678901234567890123456789012345678",
                   "12345678901234567890123456789012345678");
    assert_becomes("numeric(38,38)", "-0.12345678901234567890123456789012345678",
                   "-0.12345678901234567890123456789012345678");
    assert_becomes("numeric(8,4)", "10000", NULL);
    assert_becomes("numeric(8,4)", "1.00001", NULL);
    assert_becomes("numeric(8,4)", "1e300", NULL);
    assert_becomes("numeric(8,4)", "\"NaN\"", NULL);
    assert_becomes("numeric(8,4)", "\"Infinity\"", NULL);
    assert_becomes("numeric(8,4)", "\"\"", NULL);
    assert_becomes("numeric(8,4)", "true", NULL);
}

static void dates_and_times_have_one_form(void **state)
{
    (void)state;
    assert_becomes("date", "\"2026-11-20\"", "2026-11-20");
    assert_becomes("date", "\"2026-02-29\"", NULL);
    assert_becomes("date", "\"2026-11-20T00:00:00Z\"", NULL);
    assert_becomes("date", "20261120", NULL);
    assert_becomes("timestamptz", "\"2005-05-08T00:00:00.000Z\"", "2005-05-08T00:00:00Z");
    assert_becomes("timestamptz", "\"2005-05-08T01:00:00.5+01:00\"",
                   "2005-05-08T00:00:00.500Z");
    assert_becomes("timestamptz", "\"9999-12-31T23:59:59Z\"", "9999-12-31T23:59:59Z");
    assert_becomes("timestamptz", "\"2005-05-08\"", NULL);
    assert_becomes("timestamptz", "1115510400", NULL);
}

static void json_is_kept_as_it_stands(void **state)
{
    (void)state;
    assert_becomes("json", "[\"a\",{\"b\":[1.50,null,\"]}\\\"\"]}]",
                   "[\"a\",{\"b\":[1.50,null,\"]}\\\"\"]}]");
    assert_becomes("json", "{}", "{}");
    assert_becomes("json", "\"te\\u0078t\"", "\"te\\u0078t\"");
    assert_becomes("json", "1.10", "1.10");
    assert_becomes("json", "[}", NULL);
    assert_becomes("json", "[1", NULL);
    assert_becomes("json", "[\"a]", NULL);

    char deep[2 * COLUMNS_DEPTH_MAX + 3];
    memset(deep, '[', COLUMNS_DEPTH_MAX);
    memset(deep + COLUMNS_DEPTH_MAX, ']', COLUMNS_DEPTH_MAX);
    deep[2 * COLUMNS_DEPTH_MAX] = '\0';
    assert_becomes("json", deep, deep);
    memset(deep, '[', COLUMNS_DEPTH_MAX + 1);
    memset(deep + COLUMNS_DEPTH_MAX + 1, ']', COLUMNS_DEPTH_MAX + 1);
    deep[2 * COLUMNS_DEPTH_MAX + 2] = '\0';
    assert_becomes("json", deep, NULL);
}

static void absent_and_null_columns_are_null(void **state)
{
    (void)state;
    static const char columns[] = "k integer, a text, b json, c bigint";
    AUTO(parsed_done) struct parsed p = parse(columns, "{\"b\":null,\"k\":7}");
    assert_true(p.ok);
    assert_int_equal(p.values[0].integer, 7);
    for (int i = 1; i < 4; i++)
        assert_int_equal(p.values[i].kind, COLUMNS_NULL);
}

static void columns_come_in_any_order_and_the_next_line_is_a_new_one(void **state)
{
    (void)state;
    struct error err;
    const struct columns_value *values;
    AUTO(schema_freep)
    struct schema *schema = schema_fixture("t", "merge", "a text, b text, c text", "a");
    AUTO(columns_freep) struct columns *c = columns_new(schema);
    static const char *const lines[] = {
        "{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"}",
        "{\"c\":\"3\",\"b\":\"2\",\"a\":\"1\"}",
        "{\"b\":\"2\",\"a\":\"1\",\"c\":\"3\"}",
        "{\"a\":\"1\",\"b\":\"2\",\"c\":\"\\u0033\"}",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_true(columns_parse(c, lines[i], strlen(lines[i]), &values, &err));
        assert_text(&values[0], "1");
        assert_text(&values[1], "2");
        assert_text(&values[2], "3");
    }
    assert_true(columns_parse(c, "{\"a\":\"x\"}", 9, &values, &err));
    assert_text(&values[0], "x");
    assert_int_equal(values[1].kind, COLUMNS_NULL);
    assert_int_equal(values[2].kind, COLUMNS_NULL);
}

static void what_is_not_wanted_is_not_looked_at(void **state)
{
    (void)state;
    struct error err;
    const struct columns_value *values;
    AUTO(schema_freep)
    struct schema *schema =
        schema_fixture("t", "merge", "k integer, a integer, b numeric(8,2), c json", "k");
    AUTO(columns_freep) struct columns *c = columns_new(schema);
    columns_want(c, (const int[]){2, 1}, 2);
    static const char *const lines[] = {
        "{\"a\":1,\"k\":7,\"b\":2.5,\"c\":[1]}", "{\"b\":2.5,\"a\":1,\"c\":[1,\"broken",
        "{\"c\":{\"b\":3},\"b\":2.5,\"k\":\"no number\",\"a\":1}"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (!columns_parse(c, lines[i], strlen(lines[i]), &values, &err))
            fail_msg("%s", err.text);
        assert_int_equal(values[0].kind, COLUMNS_NULL);
        assert_int_equal(values[1].integer, 1);
        assert_text(&values[2], "2.50");
        assert_int_equal(values[3].kind, COLUMNS_NULL);
    }
    static const char absent[] = "{\"c\":[],\"a\":4}";
    assert_true(columns_parse(c, absent, strlen(absent), &values, &err));
    assert_int_equal(values[1].integer, 4);
    assert_int_equal(values[2].kind, COLUMNS_NULL);
    /* texts that are passed over, in the order of the line before: one of them a wanted one's key
     * and value, one with an escape; and wanted ones that are texts */
    static const char *const texts[] = {"{\"k\":\"1\",\"c\":\"\\\"a\\\":9\",\"a\":1,\"b\":2.5}",
                                        "{\"k\":\",\",\"c\":\"{\",\"a\":1,\"b\":2.5}",
                                        "{\"k\":\"\",\"a\":1,\"b\":2.5}",
                                        "{\"k\":\"\",\"a\":1,\"c\":\"\",\"b\":2.5}",
                                        "{\"k\":\"\",\"a\":\"1\",\"c\":\"\",\"b\":\"2.5\"}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (!columns_parse(c, texts[i], strlen(texts[i]), &values, &err))
            fail_msg("%s", err.text);
        assert_int_equal(values[1].integer, 1);
        assert_text(&values[2], "2.50");
    }
    static const char *const twice[] = {
        "{\"k\":\"1\",\"k\":\"1\",\"a\":1,\"b\":1}",
        "{\"k\":\"1\",\"c\":\"\",\"k\":\"1\",\"a\":1,\"b\":1}",
        "{\"k\":\"1\",\"k\":\"\",\"k\":\"\",\"k\":\"\",\"k\":\"\"}"};
    for (size_t i = 0; i < sizeof twice / sizeof *twice; i++) {
        assert_false(columns_parse(c, twice[i], strlen(twice[i]), &values, &err));
        assert_non_null(strstr(err.text, "twice"));
        /* with no line before it, whose order could tell */
        AUTO(columns_freep) struct columns *first = columns_new(schema);
        columns_want(first, (const int[]){2, 1}, 2);
        assert_false(columns_parse(first, twice[i], strlen(twice[i]), &values, &err));
        assert_non_null(strstr(err.text, "twice"));
    }
    static const char *const bad[] = {"{\"b\":1,\"a\":\"x\"}", "{\"b\":1,\"b\":1,\"a\":1}",
                                      "{\"b\":1}}", "{\"b\":1", "{\"b\":1,\"k\":[}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(columns_parse(c, bad[i], strlen(bad[i]), &values, &err));
}

static void a_key_that_is_null_is_refused(void **state)
{
    (void)state;
    static const char *const lines[] = {"{}", "{\"b\":1}", "{\"k\":null,\"b\":1}"};
    for (size_t i = 0; i < 3; i++) {
        AUTO(parsed_done) struct parsed p = parse("k integer, b integer", lines[i]);
        assert_false(p.ok);
        assert_int_equal(p.err.kind, ERROR_DATA);
        assert_non_null(strstr(p.err.text, "column k"));
    }
}

static void errors_name_the_column_and_never_the_value(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "{\"k\":1,\"b\":\"jane@example.com\"}",
        "{\"k\":1,\"b\":\"99999999999999999999999\"}",
        "{\"k\":1,\"b\":1,\"b\":1}",
    };
    for (size_t i = 0; i < 3; i++) {
        AUTO(parsed_done) struct parsed p = parse("k integer, b bigint", lines[i]);
        assert_false(p.ok);
        assert_non_null(strstr(p.err.text, "column b"));
        assert_null(strstr(p.err.text, "jane"));
        assert_null(strstr(p.err.text, "999"));
    }
    AUTO(parsed_done) struct parsed p = parse("k integer, b bigint", "{\"k\":1,\"jane\":1}");
    assert_false(p.ok);
    assert_null(strstr(p.err.text, "jane"));
    assert_non_null(strstr(p.err.text, "key 2"));
}

static void what_follows_the_record_is_refused(void **state)
{
    (void)state;
    static const char *const lines[] = {"{\"k\":1,\"b\":1}x", "{\"k\":1}}"};
    for (size_t i = 0; i < 2; i++) {
        AUTO(parsed_done) struct parsed p = parse("k integer, b integer", lines[i]);
        assert_false(p.ok);
    }
}

static void more_keys_than_columns_are_refused(void **state)
{
    (void)state;
    AUTO(parsed_done)
    struct parsed p =
        parse("k integer, b integer", "{\"k\":1,\"b\":1,\"k\":1,\"b\":1,\"x\":1}");
    assert_false(p.ok);
}

/* Every prefix of a line, and the line with any byte replaced, is refused or read within it. */
static void damaged_lines_are_refused_or_read_within_bounds(void **state)
{
    (void)state;
    static const char columns[] =
        "k integer, t text, n numeric(8,4), d date, z timestamptz, b boolean, j json";
    static const char line[] =
        "{\"k\":12,\"t\":\"a\\u00e9\\n\u20ac\",\"n\":-1.50,\"d\":\"2026-11-20\","
        "\"z\":\"2026-11-20T09:30:00+01:00\",\"b\":true,\"j\":[{\"a\":\"x\"}]}";
    static const char bytes[] = "\"\\{}[],:0a\x01\xff";
    char copy[sizeof line];
    for (size_t len = 0; len < sizeof line - 1; len++) {
        AUTO(parsed_done) struct parsed p = parse_bytes(columns, line, len);
        assert_false(p.ok);
    }
    for (size_t i = 0; i < sizeof line - 1; i++)
        for (size_t j = 0; j < sizeof bytes - 1; j++) {
            memcpy(copy, line, sizeof line);
            copy[i] = bytes[j];
            AUTO(parsed_done) struct parsed p = parse_bytes(columns, copy, sizeof line - 1);
            if (!p.ok)
                assert_int_equal(p.err.kind, ERROR_DATA);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_unescaped),
        cmocka_unit_test(what_is_no_text_is_refused),
        cmocka_unit_test(integers_keep_to_their_range),
        cmocka_unit_test(decimals_are_exact_with_all_their_places),
        cmocka_unit_test(dates_and_times_have_one_form),
        cmocka_unit_test(json_is_kept_as_it_stands),
        cmocka_unit_test(absent_and_null_columns_are_null),
        cmocka_unit_test(columns_come_in_any_order_and_the_next_line_is_a_new_one),
        cmocka_unit_test(what_is_not_wanted_is_not_looked_at),
        cmocka_unit_test(a_key_that_is_null_is_refused),
        cmocka_unit_test(errors_name_the_column_and_never_the_value),
        cmocka_unit_test(what_follows_the_record_is_refused),
        cmocka_unit_test(more_keys_than_columns_are_refused),
        cmocka_unit_test(damaged_lines_are_refused_or_read_within_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
