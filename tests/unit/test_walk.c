/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "codec/json.h"
#include "crypto/pseudonym.h"
#include "crypto/secret.h"
#include "record/normalise.h"
#include "record/policy.h"
#include "record/schema.h"
#include "record/walk.h"
#include "walk_fixture.h"

static void expect(const char *schema_text, const char *record, const char *line,
                   const char *misfit)
{
    AUTO(cleanup_free) char *document = text_format("{\"results\":[%s]}", record);
    AUTO(outcome_done) struct outcome o = run(schema_text, document);
    if (!o.ok)
        fail_msg("%s", o.err.text);
    assert_string_equal(buffer_text(&o.lines), line);
    assert_string_equal(buffer_text(&o.misfits), misfit);
}

#define released(schema, record, line) expect(schema, record, line "\n", "")
#define quarantined(schema, record, misfit) expect(schema, record, "", "0 " misfit "\n")

/* A schema of these fields, appended, each landing in a column of its name. */
#define SCHEMA(fields) \
    "{\"type\":\"object\",\"x-table\":\"t\",\"x-write\":\"append\",\"properties\":{" fields "}}"
#define FIELD(name, json_type, action, column_type)            \
    "\"" name "\":{\"type\":" json_type ",\"x-pii\":\"" action \
    "\",\"x-column\":{\"type\":\"" column_type "\"}}"

static const char texts[] = SCHEMA(FIELD("a", "\"string\"", "keep", "text") "," FIELD(
    "b", "[\"string\",\"null\"]", "keep", "text"));

/* --- values --- */

static void kept_values_are_the_bytes_that_came(void **state)
{
    (void)state;
    released(texts, "{\"a\":\"\\u00e9\\/ \\ud83d\\ude00 \xd9\x83\",\"b\":\"x\\\"\\\\\"}",
             "{\"a\":\"\\u00e9\\/ \\ud83d\\ude00 \xd9\x83\",\"b\":\"x\\\"\\\\\"}");
    released(SCHEMA(FIELD("n", "\"number\"", "keep", "numeric(38,10)")),
             "{\"n\":-9007199254740993.10}", "{\"n\":-9007199254740993.10}");
    released(SCHEMA(FIELD("n", "[\"number\",\"string\"]", "keep", "text")), "{\"n\":1E5}",
             "{\"n\":1E5}");
    released(SCHEMA(FIELD("n", "\"string\"", "keep", "bigint")),
             "{\"n\":\"9223372036854775807\"}", "{\"n\":\"9223372036854775807\"}");
}

static void null_and_absent_are_null_and_empty_is_not(void **state)
{
    (void)state;
    released(texts, "{\"a\":\"\",\"b\":null}", "{\"a\":\"\"}");
    released(texts, "{\"b\":\"\"}", "{\"b\":\"\"}");
    released(texts, "{}", "{}");
}

static void a_type_that_the_schema_does_not_name_is_quarantined(void **state)
{
    (void)state;
    quarantined(texts, "{\"a\":1,\"b\":\"x\"}",
                "/a: expected string, found integer | {\"b\":\"x\"}");
    quarantined(texts, "{\"a\":null}", "/a: expected string, found null | {}");
    quarantined(texts, "{\"a\":{\"x\":1},\"b\":\"x\"}",
                "/a: expected string, found object | {\"b\":\"x\"}");
    quarantined(texts, "{\"b\":[[1],{}]}", "/b: expected null or string, found array | {}");
    quarantined(SCHEMA(FIELD("n", "[\"integer\",\"string\",\"null\"]", "keep", "text")),
                "{\"n\":1.0}", "/n: expected null, integer or string, found number | {}");
    quarantined(SCHEMA("\"o\":{\"type\":\"object\",\"properties\":{" FIELD(
                    "a", "\"string\"", "keep", "text") "}}"),
                "{\"o\":\"gone\"}", "/o: expected object, found string | {}");
}

static void a_number_that_its_column_cannot_hold_is_quarantined_unseen(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        const char *good;
        const char *bad;
    } rows[] = {
        {"bigint", "9223372036854775807", "9223372036854775808"},
        {"bigint", "-9223372036854775808", "-9223372036854775809"},
        {"integer", "2147483647", "2147483648"},
        {"integer", "-2147483648", "-2147483649"},
        {"integer", "0", "1.0"},
        {"integer", "10", "1e1"},
        {"numeric(4,2)", "99.99", "100.00"},
        {"numeric(4,2)", "0.10000", "0.101"},
        {"numeric(4,2)", "1e1", "1e2"},
        {"bigint", "\"0\"", "\"007\""},
        {"bigint", "\"-1\"", "\"+1\""},
        {"bigint", "\"1\"", "\" 1\""},
        {"bigint", "\"1\"", "\"\""},
        {"numeric(8,4)", "\"14.35\"", "\"NaN\""},
        {"numeric(8,4)", "\"0\"", "\"Infinity\""},
        {"numeric(8,4)", "\"-0.5\"", "\"-Infinity\""},
        {"numeric(8,4)", "\"0.5\"", "\"1,5\""},
        {"date", "\"2024-02-29\"", "\"2023-02-29\""},
        {"date", "\"2024-02-29\"", "20240229"},
        {"timestamptz", "\"2024-02-29T00:00:00+01:00\"", "\"2024-02-29T00:00:00\""},
        {"timestamptz", "\"2024-02-29t00:00:00.123z\"", "1709164800"},
        {"boolean", "true", "\"true\""},
        {"boolean", "false", "0"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(cleanup_free)
        char *schema = text_format(
            SCHEMA("\"n\":{\"type\":[\"number\",\"string\",\"boolean\"],\"x-pii\":\"keep\","
                   "\"x-column\":{\"type\":\"%s\"}}"),
            rows[i].type);
        AUTO(cleanup_free) char *good = text_format("{\"n\":%s}", rows[i].good);
        AUTO(cleanup_free) char *line = text_format("{\"n\":%s}\n", rows[i].good);
        AUTO(cleanup_free) char *bad = text_format("{\"n\":%s}", rows[i].bad);
        AUTO(cleanup_free)
        char *misfit = text_format("0 /n: does not fit column n (%.*s) | {}\n",
                                   (int)strcspn(rows[i].type, "("), rows[i].type);
        expect(schema, good, line, "");
        expect(schema, bad, "", misfit);
    }
}

static void a_flaw_in_a_released_value_quarantines_its_record(void **state)
{
    (void)state;
    quarantined(texts, "{\"a\":\"x\\u0000y\",\"b\":\"x\"}",
                "/a: the character U+0000 | {\"b\":\"x\"}");
    quarantined(texts, "{\"a\":\"\\ud800\"}", "/a: a lone surrogate | {}");
    quarantined(SCHEMA(FIELD("a", "\"string\"", "pseudonym:name", "text")),
                "{\"a\":\"\\udc00\"}", "/a: a lone surrogate | {}");
    quarantined(SCHEMA(FIELD("a", "\"number\"", "keep", "text")), "{\"a\":1e999}",
                "/a: an exponent that is too large | {}");

    char *text = malloc(2 * 1024 * 1024);
    int start = sprintf(text, "{\"a\":\"");
    memset(text + start, 'x', 1024 * 1024 + 1);
    memcpy(text + start + 1024 * 1024 + 1, "\",\"b\":\"x\"}", 11);
    quarantined(texts, text, "/a: a value that is too long | {\"b\":\"x\"}");
    free(text);
}

static void what_is_not_released_is_not_judged(void **state)
{
    (void)state;
    static const char full[] = SCHEMA(FIELD("a", "\"string\"", "keep", "text") "," FIELD(
        "b", "\"string\"", "drop", "text") ","
                                           "\"c\":{\"type\":\"string\",\"x-pii\":\"drop\"}");
    released(full, "{\"a\":\"x\",\"b\":\"\\u0000\",\"c\":\"\\ud800\"}", "{\"a\":\"x\"}");
    released(full, "{\"a\":\"x\",\"b\":{\"\\u0000\":[1]},\"c\":[{\"c\":1}]}", "{\"a\":\"x\"}");
    static const char mixed[] = SCHEMA(
        FIELD("a", "\"string\"", "keep",
              "text") ",\"t\":{\"type\":[\"string\",\"array\"],"
                      "\"x-pii\":\"drop\",\"items\":{\"type\":\"string\",\"x-pii\":\"drop\"}}");
    released(mixed, "{\"t\":\"\\ud800\",\"a\":\"x\"}", "{\"a\":\"x\"}");
    released(mixed, "{\"t\":[\"\\ud800\",{}],\"a\":\"x\"}", "{\"a\":\"x\"}");
    released(full, "{\"d\":\"\\ud800\",\"d\":{\"d\":1,\"d\":2},\"a\":\"x\"}", "{\"a\":\"x\"}");
}

/* --- fields --- */

/* What was written for the last value is written again only for the same one. */
static void a_redacted_value_is_told_from_the_one_before(void **state)
{
    (void)state;
    enum { LONG = 300 };
    static const char schema[] = SCHEMA(FIELD("a", "[\"string\",\"null\"]", "redact", "text"));
    static const char *const values[][2] = {
        {"to ann@example.com", "to [email]"},
        {"to ann@example.com", "to [email]"},
        {"to ann@example.co", "to [email]"},
        {"to ann.example.com", "to ann.example.com"},
        {"to ann@example.com", "to [email]"},
        {"to", "to"},
        {"\\u0074o", "to"},
        {"to", "to"},
        {"\\u00eb \\\" x", "\xc3\xab \\\" x"},
        {"\\u00eb \\\" x", "\xc3\xab \\\" x"},
    };
    AUTO(buffer_done) struct buffer document = {.max = OUTPUT_MAX};
    AUTO(buffer_done) struct buffer lines = {.max = OUTPUT_MAX};
    assert_true(buffer_append_text(&document, "{\"results\":["));
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        assert_true(buffer_printf(&document, "{\"a\":\"%s\"},", values[i][0]));
        assert_true(buffer_printf(&lines, "{\"a\":\"%s\"}\n", values[i][1]));
    }
    for (char end = 'x'; end <= 'y'; end++) { /* too long to be kept, and alike */
        assert_true(buffer_printf(&document, "{\"a\":\"%0*d%c\"},", LONG, 0, end));
        assert_true(buffer_printf(&lines, "{\"a\":\"%0*d%c\"}\n", LONG, 0, end));
    }
    assert_true(buffer_append_text(&document, "{\"a\":null},{\"a\":\"\"},{}]}"));
    assert_true(buffer_append_text(&lines, "{}\n{}\n{}\n"));
    AUTO(outcome_done) struct outcome o = run(schema, buffer_text(&document));
    assert_true(o.ok);
    assert_string_equal(buffer_text(&o.lines), buffer_text(&lines));
}

static void a_required_field_that_is_missing_quarantines_the_record(void **state)
{
    (void)state;
    static const char schema[] =
        "{\"type\":\"object\",\"x-table\":\"t\",\"x-write\":\"append\",\"required\":[\"o\"],"
        "\"properties\":{\"o\":{\"type\":\"object\",\"required\":[\"a\",\"b\"],\"properties\":{"
        "\"a\":{\"type\":[\"string\",\"null\"],\"x-pii\":\"keep\",\"x-column\":{\"type\":"
        "\"text\"}},"
        "\"b\":{\"type\":\"string\",\"x-pii\":\"keep\",\"x-column\":{\"type\":\"text\"}}}}}}";
    released(schema, "{\"o\":{\"a\":null,\"b\":\"x\"}}", "{\"b\":\"x\"}");
    quarantined(schema, "{}", "/o: is required, and missing | {}");
    quarantined(schema, "{\"o\":{\"b\":\"x\"}}",
                "/o/a: is required, and missing | {\"b\":\"x\"}");
    quarantined(schema, "{\"o\":{}}", "/o/a: is required, and missing | {}");
}

static const char keyed[] =
    "{\"type\":\"object\",\"x-table\":\"t\",\"x-key\":[\"id\",\"n\"],\"properties\":{" FIELD(
        "id", "[\"string\",\"null\"]", "pseudonym:uuid",
        "text") "," FIELD("n", "\"integer\"", "keep", "integer") "}}";

static void a_key_that_is_null_quarantines_the_record(void **state)
{
    (void)state;
    quarantined(keyed, "{\"n\":1}", "id: is part of the key, and null | {\"n\":1}");
    quarantined(keyed, "{\"id\":null,\"n\":1}", "id: is part of the key, and null | {\"n\":1}");
    quarantined(keyed, "{\"id\":\"\",\"n\":1}", "id: is part of the key, and null | {\"n\":1}");
    expect(keyed, "{\"id\":\"\",\"n\":1},{\"n\":2},{\"n\":3},{\"n\":4}", "",
           "0 id: is part of the key, and null | {\"n\":1}\n"
           "1 id: is part of the key, and null | {\"n\":2}\n"
           "2 id: is part of the key, and null | {\"n\":3}\n"
           "3 id: is part of the key, and null | {\"n\":4}\n");
    quarantined(keyed, "{\"id\":\"00000000-0000-0000-0000-000000000000\",\"n\":1}",
                "id: is part of the key, and null | {\"n\":1}");
}

static void a_key_that_was_in_the_page_already_quarantines_the_record(void **state)
{
    (void)state;
    static const char rows[] = FIELD("a", "\"string\"", "keep", "text") "," FIELD(
        "b", "\"integer\"", "keep", "integer") "}}";
    static const char records[] = "{\"a\":\"x\",\"b\":1},{\"a\":\"x\",\"b\":2},"
                                  "{\"a\":\"y\",\"b\":1},{\"b\":2,\"a\":\"x\"}";
    static const char first[] = "{\"a\":\"x\",\"b\":1}\n{\"a\":\"x\",\"b\":2}\n"
                                "{\"a\":\"y\",\"b\":1}\n";
    AUTO(cleanup_free)
    char *merged = text_format("{\"type\":\"object\",\"x-table\":\"t\",\"x-key\":[\"a\",\"b\"],"
                               "\"properties\":{%s",
                               rows);
    expect(merged, records, first, "3 its key was there already | {\"b\":2,\"a\":\"x\"}\n");
    AUTO(cleanup_free)
    char *appended = text_format("{\"type\":\"object\",\"x-table\":\"t\",\"x-write\":"
                                 "\"append\",\"properties\":{%s",
                                 rows);
    AUTO(cleanup_free) char *all = text_format("%s{\"b\":2,\"a\":\"x\"}\n", first);
    expect(appended, records, all, "");
}

static void a_record_of_another_slice_goes_to_quarantine(void **state)
{
    (void)state;
    static const char sliced[] =
        "{\"type\":\"object\",\"x-table\":\"t\",\"x-key\":[\"id\",\"day\",\"n\"],\"x-slice\":{"
        "\"day\":\"slice\",\"id\":\"account\"},\"properties\":{" FIELD(
            "id", "[\"string\",\"integer\"]", "keep",
            "bigint") "," FIELD("day", "\"string\"", "keep",
                                "date") "," FIELD("n", "\"integer\"", "keep", "integer") "}}";
    expect(sliced,
           "{\"id\":\"17\",\"day\":\"2026-11-20\",\"n\":1},"
           "{\"id\":17,\"day\":\"2026-11\\u002d20\",\"n\":2},"
           "{\"n\":3,\"day\":\"2026-11-20\",\"id\":\"17\"},"
           "{\"id\":\"18\",\"day\":\"2026-11-20\",\"n\":4},"
           "{\"id\":\"17\",\"day\":\"2026-11-21\",\"n\":5},"
           "{\"id\":\"17\",\"day\":\"2026-11-20\"}",
           "{\"id\":\"17\",\"day\":\"2026-11-20\",\"n\":1}\n"
           "{\"id\":17,\"day\":\"2026-11\\u002d20\",\"n\":2}\n"
           "{\"n\":3,\"day\":\"2026-11-20\",\"id\":\"17\"}\n",
           "3 id: is not that of the slice that was asked for | "
           "{\"id\":\"18\",\"day\":\"2026-11-20\",\"n\":4}\n"
           "4 day: is not that of the slice that was asked for | "
           "{\"id\":\"17\",\"day\":\"2026-11-21\",\"n\":5}\n"
           "5 n: is part of the key, and null | {\"id\":\"17\",\"day\":\"2026-11-20\"}\n");
}

/* The key of a slice may be masked; then what it is compared with is masked as well. */
static void a_slice_is_known_by_what_its_columns_say(void **state)
{
    (void)state;
    static const char masked[] =
        "{\"type\":\"object\",\"x-table\":\"t\",\"x-key\":[\"who\",\"name\"],\"x-slice\":{"
        "\"who\":\"source\",\"name\":\"attribution_windows\"},\"properties\":{" FIELD(
            "who", "\"string\"", "pseudonym:text", "text") "," FIELD("name", "\"string\"",
                                                                     "keep", "text") "}}";
    AUTO(outcome_done)
    struct outcome o = run(
        masked, "{\"results\":[{\"who\":\"random_user\",\"name\":\"1d_view,7d\\u005fclick\"},"
                "{\"who\":\"random_users\",\"name\":\"1d_view,7d_click\"}]}");
    assert_true(o.ok);
    assert_non_null(strstr(buffer_text(&o.lines), "\"name\":\"1d_view,7d\\u005fclick\"}\n"));
    assert_null(strstr(buffer_text(&o.lines), "\"1d_view,7d_click\""));
    assert_true(text_starts_with(buffer_text(&o.misfits),
                                 "1 who: is not that of the slice that was asked for | "));
}

static void a_slice_that_its_column_cannot_hold_is_a_mistake(void **state)
{
    (void)state;
    static const char number[] =
        "{\"type\":\"object\",\"x-table\":\"t\",\"x-key\":[\"n\"],\"x-slice\":{\"n\":"
        "\"source\"},"
        "\"properties\":{" FIELD("n", "\"integer\"", "keep", "integer") "}}";
    AUTO(outcome_done) struct outcome o = run(number, "{\"results\":[{\"n\":1}]}");
    assert_false(o.ok);
    assert_int_equal(o.err.kind, ERROR_MANIFEST);
    assert_string_equal(o.err.text, "x-slice: n: does not fit column n (integer)");
}

/* What the judge was told, "KEY | LINE\n"; it says in turn: take it, drop it, set it aside. */
static enum walk_fate take_turns(void *context, const struct walk_keyed *record,
                                 const char **ret_reason)
{
    static const enum walk_fate fates[] = {WALK_TAKE, WALK_DROP, WALK_SET_ASIDE};
    static size_t turn;
    struct outcome *o = context;
    assert_true(buffer_printf(&o->lines, "%.*s | %.*s\n", (int)record->key_len, record->key,
                              (int)record->len, record->line));
    *ret_reason = "not wanted";
    return fates[turn++ % 3];
}

static void a_record_that_fits_is_judged_by_its_key(void **state)
{
    (void)state;
    AUTO(schema_freep)
    struct schema *schema =
        load("{\"type\":\"object\",\"x-table\":\"t\",\"x-key\":[\"source\",\"b\",\"a\"],"
             "\"properties\":{" FIELD("a", "\"string\"", "keep", "text") "," FIELD(
                 "b", "\"integer\"", "keep",
                 "integer") "},\"x-derived\":{"
                            "\"source\":{\"from\":\"{source}\",\"x-pii\":\"keep\","
                            "\"x-column\":{\"type\":\"text\"}},"
                            "\"at\":{\"from\":\"{extracted_at}\",\"x-pii\":\"keep\","
                            "\"x-column\":{\"type\":\"timestamptz\"}}}}");
    AUTO(policy_freep) struct policy *policy = NULL;
    AUTO(walk_freep) struct walk *w = NULL;
    AUTO(outcome_done)
    struct outcome o = {.lines.max = OUTPUT_MAX, .misfits.max = OUTPUT_MAX, .schema = schema};
    static const char records[] = "[{\"a\":\"x\",\"b\":1},{\"b\":2,\"a\":\"\\u0079\"},"
                                  "{\"a\":\"z\"},{\"a\":\"z\",\"b\":3}]";
    struct error err;
    assert_true(policy_new(schema, NULL, 0, &policy, &err));
    const struct walk_options options = {
        .policy = policy,
        .selector = "/*",
        .output = {&o, take_record, take_misfit, take_turns},
    };
    assert_true(walk_new(&options, &w, &err));
    assert_true(feed(w, records, sizeof records - 1, SIZE_MAX, &err));
    assert_string_equal(
        buffer_text(&o.lines),
        "\"source\":\"random_user\",\"b\":1,\"a\":\"x\", | "
        "{\"a\":\"x\",\"b\":1,\"source\":\"random_user\",\n"
        "{\"a\":\"x\",\"b\":1,\"source\":\"random_user\",\"at\":\"2026-11-20T09:30:00Z\"}\n"
        "\"source\":\"random_user\",\"b\":2,\"a\":\"\\u0079\", | "
        "{\"b\":2,\"a\":\"\\u0079\",\"source\":\"random_user\",\n"
        "\"source\":\"random_user\",\"b\":3,\"a\":\"z\", | "
        "{\"a\":\"z\",\"b\":3,\"source\":\"random_user\",\n");
    assert_string_equal(buffer_text(&o.misfits),
                        "2 b: is part of the key, and null | {\"a\":\"z\","
                        "\"source\":\"random_user\",\"at\":\"2026-11-20T09:30:00Z\"}\n"
                        "3 not wanted | {\"a\":\"z\",\"b\":3,"
                        "\"source\":\"random_user\",\"at\":\"2026-11-20T09:30:00Z\"}\n");
    const struct walk_counts *counts = walk_counts(w);
    assert_int_equal(counts->records, 4);
    assert_int_equal(counts->released, 1);
    assert_int_equal(counts->repeated, 1);
    assert_int_equal(counts->quarantined, 2);
}

static void a_known_key_that_comes_twice_quarantines_the_record(void **state)
{
    (void)state;
    quarantined(texts, "{\"a\":\"1\",\"b\":\"x\",\"a\":\"2\"}",
                "/a: comes twice | {\"a\":\"1\",\"b\":\"x\"}");
    quarantined(texts, "{\"a\":\"1\",\"\\u0061\":{\"x\":1}}",
                "/a: comes twice | {\"a\":\"1\"}");
    /* where it is the one that is expected */
    quarantined(texts, "{\"b\":\"1\",\"a\":\"2\",\"b\":\"3\"}",
                "/b: comes twice | {\"b\":\"1\",\"a\":\"2\"}");
}

static void a_key_is_known_in_any_spelling(void **state)
{
    (void)state;
    released(texts, "{\"\\u0061\":\"x\"}", "{\"a\":\"x\"}");
    released(SCHEMA("\"action.type\":{\"type\":\"string\",\"x-pii\":\"keep\",\"x-column\":{"
                    "\"name\":\"a\",\"type\":\"text\"}},\"App Launched\":{\"type\":\"string\","
                    "\"x-pii\":\"keep\",\"x-column\":{\"name\":\"b\",\"type\":\"text\"}},"
                    "\"\\u00fc\\\"/~\":{\"type\":\"string\",\"x-pii\":\"keep\",\"x-column\":{"
                    "\"name\":\"c\",\"type\":\"text\"}}"),
             "{\"App Launched\":\"1\",\"action.type\":\"2\",\"\xc3\xbc\\\"\\/~\":\"3\"}",
             "{\"b\":\"1\",\"a\":\"2\",\"c\":\"3\"}");
}

static void keys_may_come_in_any_order_and_with_blanks(void **state)
{
    (void)state;
    static const char schema[] = SCHEMA(FIELD("a", "\"string\"", "keep", "text") "," FIELD(
        "b", "\"string\"", "keep",
        "text") ","
                "\"j\":{\"type\":\"array\",\"x-column\":{\"type\":\"json\"},\"items\":{"
                "\"type\":\"object\",\"properties\":{"
                "\"k\":{\"type\":[\"string\",\"null\"],\"x-pii\":\"keep\"},"
                "\"long_enough_to_be_compared_in_two_words\":{\"type\":\"boolean\","
                "\"x-pii\":\"keep\"}}}}");
#define LONG "\"long_enough_to_be_compared_in_two_words\""
    released(schema,
             "{\"a\":\"1\",\"b\":\"2\",\"j\":[{\"k\":\"3\"," LONG ":true},{\"k\":null}]}",
             "{\"a\":\"1\",\"b\":\"2\",\"j\":[{\"k\":\"3\"," LONG ":true},{\"k\":null}]}");
    released(schema, "{\"j\":[{" LONG ":true,\"k\":\"3\"},{}],\"b\":\"2\",\"a\":\"1\"}",
             "{\"j\":[{" LONG ":true,\"k\":\"3\"},{}],\"b\":\"2\",\"a\":\"1\"}");
    released(schema,
             "{ \"a\" : \"1\" , \"b\": \"2\" ,\"j\" :[ { \"k\" :null , " LONG " : false } ] }",
             "{\"a\":\"1\",\"b\":\"2\",\"j\":[{\"k\":null," LONG ":false}]}");
    quarantined(schema, "{\"j\":[{\"k\":\"1\",\"k\":\"2\"}]}", "/j/*/k: comes twice | {}");
    quarantined(schema, "{\"j\":[{\"k\":1}],\"a\":\"x\"}",
                "/j/*/k: expected null or string, found integer | {\"a\":\"x\"}");
    quarantined(schema, "{\"j\":[{\"k\":\"\\u0000\"}],\"a\":\"x\"}",
                "/j/*/k: the character U+0000 | {\"a\":\"x\"}");
#undef LONG
}

static void many_fields_are_told_apart(void **state)
{
    (void)state;
    AUTO(buffer_done) struct buffer schema = {.max = OUTPUT_MAX};
    AUTO(buffer_done) struct buffer record = {.max = OUTPUT_MAX};
    AUTO(buffer_done) struct buffer line = {.max = OUTPUT_MAX};
    buffer_append_text(&schema, "{\"type\":\"object\",\"x-table\":\"t\",\"x-write\":\"append\","
                                "\"properties\":{");
    for (int i = 0; i < SCHEMA_COLUMNS_MAX; i++)
        buffer_printf(&schema,
                      "%s\"field%d\":{\"type\":\"integer\",\"x-pii\":\"keep\",\"x-column\":{"
                      "\"type\":\"integer\"}}",
                      i ? "," : "", i);
    buffer_append_text(&schema, "}}");
    for (int i = SCHEMA_COLUMNS_MAX - 1; i >= 0; i--) {
        buffer_printf(&record, "%s\"field%d\":%d", i == SCHEMA_COLUMNS_MAX - 1 ? "{" : ",", i,
                      i);
        buffer_printf(&line, "%s\"field%d\":%d", i == SCHEMA_COLUMNS_MAX - 1 ? "{" : ",", i, i);
    }
    buffer_append_text(&record, ",\"field512\":1,\"fiel\":1,\"\":1}");
    buffer_append_text(&line, "}\n");
    expect(buffer_text(&schema), buffer_text(&record), buffer_text(&line), "");
}

static void an_absent_field_stands_for_its_default(void **state)
{
    (void)state;
    static const char schema[] = SCHEMA(
        "\"o\":{\"type\":\"object\",\"properties\":{"
        "\"status\":{\"type\":[\"string\",\"null\"],\"default\":\"a\\\"b\",\"x-pii\":\"keep\","
        "\"x-column\":{\"type\":\"text\"}},"
        "\"level\":{\"type\":\"integer\",\"default\":0,\"x-pii\":\"keep\",\"x-column\":{"
        "\"type\":"
        "\"integer\"}},"
        "\"on\":{\"type\":\"boolean\",\"default\":false,\"x-pii\":\"keep\",\"x-column\":{"
        "\"type\":"
        "\"boolean\"}}}}");
    released(schema, "{\"o\":{}}", "{\"status\":\"a\\\"b\",\"level\":0,\"on\":false}");
    released(schema, "{\"o\":{\"level\":7,\"status\":null}}", "{\"level\":7,\"on\":false}");
    released(schema, "{}", "{}");
}

static void a_default_that_does_not_fit_is_an_error_of_the_schema(void **state)
{
    (void)state;
    AUTO(schema_freep)
    struct schema *schema =
        load(SCHEMA("\"n\":{\"type\":\"integer\",\"default\":5000000000,"
                    "\"x-pii\":\"keep\",\"x-column\":{\"type\":\"integer\"}}"));
    AUTO(policy_freep) struct policy *policy = NULL;
    struct walk *w = NULL;
    struct error err;
    assert_true(policy_new(schema, NULL, 0, &policy, &err));
    assert_false(walk_new(&(struct walk_options){.policy = policy, .selector = ""}, &w, &err));
    assert_int_equal(err.kind, ERROR_MANIFEST);
    assert_string_equal(err.text, "/n: the default does not fit column n (integer)");
}

/* --- unknown fields --- */

static struct walk *walk_over(const char *schema_text, const char *document, bool *ret_ok,
                              struct error *err)
{
    static struct outcome o;
    outcome_done(&o);
    o = (struct outcome){.lines.max = OUTPUT_MAX, .misfits.max = OUTPUT_MAX};
    static struct schema *schema;
    static struct policy *policy;
    policy_free(policy);
    schema_free(schema);
    schema = load(schema_text);
    policy = NULL;
    if (!policy_new(schema, NULL, 0, &policy, err))
        fail_msg("%s", err->text);
    o.schema = schema;
    struct walk *w = new_walk(policy, "/results/*", NULL, &o);
    *ret_ok = feed(w, document, strlen(document), SIZE_MAX, err);
    return w;
}

static void an_unknown_field_is_not_released_and_reported_as_drift(void **state)
{
    (void)state;
    static const char schema[] = SCHEMA(FIELD(
        "a", "\"string\"", "keep",
        "text") ",\"o\":{\"type\":\"object\",\"properties\":{" FIELD("b", "\"string\"", "keep",
                                                                     "text") "}}");
    struct error err;
    bool ok;
    AUTO(walk_freep)
    struct walk *w = walk_over(
        schema,
        "{\"results\":[{\"a\":\"1\",\"new\":{\"a\":\"leak\",\"deep\":[1,{\"x\":2}]},\"o\":{\"x-"
        "1\":1}},"
        "{\"a\":\"2\",\"o\":{\"x-1\":null}},{\"o\":{\"x-1\":[]},\"leon@example.com\":1,"
        "\"a\\nb\":1,\"\":1}]}",
        &ok, &err);
    assert_true(ok);
    assert_int_equal(walk_counts(w)->released, 3);
    assert_int_equal(walk_counts(w)->unknown, 7);
    const struct walk_drift *drifts;
    assert_int_equal(walk_drifts(w, &drifts), 3);
    assert_int_equal(drifts[0].count, 3);
    assert_int_equal(drifts[1].count, 3);
    assert_int_equal(drifts[2].count, 1);
    for (int i = 0; i < 2; i++)
        assert_true(strcmp(drifts[i].path, "/o/x-1") == 0 || strcmp(drifts[i].path, "/*") == 0);
    assert_string_equal(drifts[2].path, "/new");
}

static void a_response_starts_without_the_drift_of_the_last(void **state)
{
    (void)state;
    struct error err;
    bool ok;
    AUTO(walk_freep)
    struct walk *w = walk_over(texts, "{\"results\":[{\"new\":1}]}", &ok, &err);
    static const char second[] = "{\"results\":[{\"a\":\"1\"}]}";
    const struct walk_drift *drifts;
    assert_true(ok);
    assert_int_equal(walk_drifts(w, &drifts), 1);
    assert_true(feed(w, second, strlen(second), SIZE_MAX, &err));
    assert_int_equal(walk_drifts(w, &drifts), 0);
    assert_int_equal(walk_counts(w)->unknown, 0);
    assert_int_equal(walk_counts(w)->records, 1);
}

static void drift_is_told_apart_up_to_a_maximum_and_counted_beyond(void **state)
{
    (void)state;
    AUTO(buffer_done) struct buffer document = {.max = OUTPUT_MAX};
    buffer_append_text(&document, "{\"results\":[{\"a\":\"1\"");
    for (int i = 0; i < 500; i++)
        buffer_printf(&document, ",\"field%d\":1", i);
    buffer_append_text(&document, "}]}");
    struct error err;
    bool ok;
    AUTO(walk_freep) struct walk *w = walk_over(texts, buffer_text(&document), &ok, &err);
    const struct walk_drift *drifts;
    assert_true(ok);
    assert_int_equal(walk_drifts(w, &drifts), WALK_DRIFT_MAX);
    assert_int_equal(walk_counts(w)->unknown, 500);
}

#define STRICT(mode)                                                                      \
    "{\"type\":\"object\",\"x-table\":\"t\",\"x-write\":\"append\",\"x-unknown\":\"" mode \
    "\",\"properties\":{" FIELD("a", "\"string\"", "keep", "text") "}}"

static void an_unknown_field_can_quarantine_its_record(void **state)
{
    (void)state;
    released(STRICT("quarantine"), "{\"a\":\"x\"}", "{\"a\":\"x\"}");
    quarantined(STRICT("quarantine"), "{\"new\":\"leak\",\"a\":\"x\"}",
                "/new: the schema does not name this field | {\"a\":\"x\"}");
    quarantined(STRICT("quarantine"), "{\"leon@example.com\":1}",
                "/*: the schema does not name this field | {}");
}

static void an_unknown_field_can_stop_the_stream(void **state)
{
    (void)state;
    AUTO(outcome_done)
    struct outcome o = run(STRICT("stop"), "{\"results\":[{\"a\":\"x\"},{\"new\":\"leak\"}]}");
    assert_false(o.ok);
    assert_int_equal(o.err.kind, ERROR_DATA);
    assert_string_equal(o.err.text, "record 1: /new: the schema does not name this field");
    assert_string_equal(buffer_text(&o.lines), "{\"a\":\"x\"}\n");
}

/* --- json columns --- */

static const char nested[] = SCHEMA(FIELD(
    "a", "\"string\"", "keep",
    "text") ","
            "\"actions\":{\"type\":[\"array\",\"null\"],\"x-column\":{\"type\":\"json\"},"
            "\"items\":{\"type\":"
            "\"object\",\"required\":[\"action_type\"],\"properties\":{"
            "\"action_type\":{\"type\":\"string\",\"x-pii\":\"keep\"},"
            "\"value\":{\"type\":[\"string\",\"array\",\"null\"],\"items\":{\"type\":"
            "\"number\",\"x-pii\":"
            "\"keep\"},\"x-pii\":\"keep\"},"
            "\"born\":{\"type\":\"string\",\"x-pii\":\"generalise:year\"},"
            "\"zip\":{\"type\":[\"string\",\"integer\"],\"x-pii\":\"truncate:2\"},"
            "\"token\":{\"type\":\"string\",\"x-pii\":\"drop\"}},"
            "\"additionalProperties\":{\"type\":\"string\",\"x-pii\":\"keep\"}}},"
            "\"profile\":{\"type\":\"object\",\"x-column\":{\"type\":\"json\"},\"properties\":{"
            "\"known\":{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"integer\",\"x-"
            "pii\":\"keep\"}}}"
            "}}");

static void a_json_column_is_rebuilt_of_its_released_leaves(void **state)
{
    (void)state;
    released(nested, "{\"actions\":[],\"a\":\"x\"}", "{\"actions\":[],\"a\":\"x\"}");
    released(nested, "{\"actions\":null}", "{}");
    released(nested, "{\"profile\":{}}", "{\"profile\":{}}");
    released(nested,
             "{\"profile\":{\"secret\":\"leak\",\"known\":{\"y\":1,\"x\":2,\"z\":[{}]}}}",
             "{\"profile\":{\"known\":{\"x\":2}}}");
    released(
        nested,
        "{\"actions\":[{\"action_type\":\"link\\u005fclick\",\"value\":\"10\",\"1d_click\":"
        "\"7\"},"
        "{\"token\":\"leak\",\"action_type\":\"b\",\"value\":[100,1.50,12345678901234567890]},"
        "{\"action_type\":\"c\",\"value\":null,\"born\":\"1992-03-18\",\"zip\":75001}]}",
        "{\"actions\":[{\"action_type\":\"link\\u005fclick\",\"value\":\"10\",\"1d_click\":"
        "\"7\"},"
        "{\"action_type\":\"b\",\"value\":[100,1.50,12345678901234567890]},"
        "{\"action_type\":\"c\",\"value\":null,\"born\":1992,\"zip\":\"75\"}]}");
}

static void a_leaf_that_its_json_column_drops_can_feed_a_derived_one(void **state)
{
    (void)state;
    static const char schema[] =
        "{\"type\":\"object\",\"x-table\":\"t\",\"x-write\":\"append\",\"properties\":{"
        "\"p\":{\"type\":\"object\",\"x-column\":{\"type\":\"json\"},\"properties\":{"
        "\"born\":{\"type\":[\"string\",\"null\"],\"x-pii\":\"drop\"},"
        "\"x\":{\"type\":\"integer\",\"x-pii\":\"keep\"}}}},\"x-derived\":{\"year\":{\"from\":"
        "\"{/p/born}\",\"x-pii\":\"generalise:year\",\"x-column\":{\"type\":\"integer\"}}}}";
    released(schema, "{\"p\":{\"born\":\"1992-03-18\",\"x\":1}}",
             "{\"p\":{\"x\":1},\"year\":1992}");
    released(schema, "{\"p\":{\"born\":null,\"x\":1}}", "{\"p\":{\"x\":1}}");
}

static void a_misfit_takes_its_json_column_back_and_no_other(void **state)
{
    (void)state;
    quarantined(nested,
                "{\"a\":\"x\",\"actions\":[{\"action_type\":\"b\"},{\"action_type\":1}],"
                "\"profile\":{\"known\":{\"x\":2}}}",
                "/actions/*/action_type: expected string, found integer | "
                "{\"a\":\"x\",\"profile\":{\"known\":{\"x\":2}}}");
    quarantined(nested, "{\"actions\":[{\"value\":\"1\"}],\"a\":\"x\"}",
                "/actions/*/action_type: is required, and missing | {\"a\":\"x\"}");
    quarantined(nested, "{\"actions\":[{\"action_type\":\"b\",\"born\":\"then\"}],\"a\":\"x\"}",
                "/actions/*/born: cannot be masked as the schema says | {\"a\":\"x\"}");
    quarantined(nested, "{\"actions\":[[]],\"a\":\"x\"}",
                "/actions/*: expected object, found array | {\"a\":\"x\"}");
    quarantined(nested, "{\"actions\":{\"x\":[1]},\"a\":\"x\"}",
                "/actions: expected null or array, found object | {\"a\":\"x\"}");
    quarantined(nested, "{\"actions\":[{\"action_type\":\"b\",\"k\":\"1\",\"k\":\"2\"}]}",
                "/actions/*/*: a key with a key that its object had before | {}");
    quarantined(nested, "{\"actions\":[{\"action_type\":\"b\",\"k\\u0000\":\"1\"}]}",
                "/actions/*/*: a key with the character U+0000 | {}");
    quarantined(nested, "{\"actions\":[{\"action_type\":\"b\",\"zip\":\"\\ud800\"}]}",
                "/actions/*/zip: a lone surrogate | {}");
    /* a database would write out all of its digits, or refuse the row */
    quarantined(nested, "{\"actions\":[{\"action_type\":\"b\",\"value\":[1e131071]}]}",
                "/actions/*/value/*: an exponent that is too large | {}");
    quarantined(nested, "{\"actions\":[{\"action_type\":\"b\",\"value\":[1e-20000]}]}",
                "/actions/*/value/*: an exponent that is too large | {}");
}

static void an_open_map_keeps_its_keys_and_masks_its_values(void **state)
{
    (void)state;
    static const char schema[] = SCHEMA(
        "\"m\":{\"type\":\"object\",\"x-column\":{\"type\":\"json\"},"
        "\"additionalProperties\":{\"type\":[\"string\",\"integer\",\"null\",\"array\"],"
        "\"x-pii\":\"partial:last:2\",\"items\":{\"type\":\"string\",\"x-pii\":\"drop\"}}}");
    released(
        schema,
        "{\"m\":{\"App \\\"Launched\\\"\":\"a\\\"bcd\\\"\",\"\\u00e9\":123,\"x\":null,"
        "\"y\":[\"leak\"],\"z\":\"7\"}}",
        "{\"m\":{\"App \\\"Launched\\\"\":\"d\\\"\",\"\\u00e9\":\"23\",\"x\":null,\"y\":[],"
        "\"z\":null}}");
    quarantined(schema, "{\"m\":{\"leon@example.com\":true}}",
                "/m/*: expected null, integer, string or array, found boolean | {}");
}

static void a_json_column_can_be_dropped_by_configuration(void **state)
{
    (void)state;
    AUTO(schema_freep) struct schema *schema = load(nested);
    AUTO(policy_freep) struct policy *policy = NULL;
    struct error err;
    assert_true(
        policy_new(schema, &(struct policy_override){"actions", "drop"}, 1, &policy, &err));
    static const char document[] =
        "{\"results\":[{\"actions\":[{\"action_type\":\"leak\",\"zip\":75001}],\"a\":\"x\"}]}";
    AUTO(outcome_done)
    struct outcome o = run_policy(policy, "/results/*", document, strlen(document), SIZE_MAX);
    assert_true(o.ok);
    assert_string_equal(buffer_text(&o.lines), "{\"a\":\"x\"}\n");
}

static void a_scalar_can_land_in_a_json_column(void **state)
{
    (void)state;
    static const char schema[] = SCHEMA(
        "\"m\":{\"type\":[\"string\",\"number\",\"boolean\",\"object\"],\"x-pii\":\"keep\","
        "\"properties\":{\"id\":{\"type\":\"string\",\"x-pii\":\"keep\"}},"
        "\"x-column\":{\"type\":\"json\"}}");
    released(schema, "{\"m\":\"\\u0041\"}", "{\"m\":\"\\u0041\"}");
    released(schema, "{\"m\":1.50}", "{\"m\":1.50}");
    released(schema, "{\"m\":true}", "{\"m\":true}");
    released(schema, "{\"m\":{\"id\":\"7\",\"x\":1}}", "{\"m\":{\"id\":\"7\"}}");
}

/* --- derived columns --- */

#define DERIVED(from, action, type)                                                        \
    "{\"type\":\"object\",\"x-table\":\"t\",\"x-write\":\"append\",\"properties\":{"       \
    "\"first\":{\"type\":[\"string\",\"null\"],\"x-pii\":\"drop\",\"x-column\":{\"type\":" \
    "\"text\"}},\"n\":{\"type\":\"integer\",\"x-pii\":\"drop\",\"x-column\":{\"type\":"    \
    "\"integer\"}},\"j\":{\"type\":\"object\",\"x-column\":{\"type\":\"json\"},"           \
    "\"properties\":{"                                                                     \
    "\"in\":{\"type\":\"string\",\"x-pii\":\"keep\"}}}},\"x-derived\":{\"d\":{\"from\":"   \
    "\"" from "\",\"x-pii\":\"" action "\",\"x-column\":{\"type\":\"" type "\"}}}}"

static void a_derived_column_is_made_of_source_values(void **state)
{
    (void)state;
    released(DERIVED("{/n}. {/first}", "keep", "text"),
             "{\"first\":\"Leon \\\"L\\\" \\u00e9\\n\",\"n\":12}",
             "{\"d\":\"12. Leon \\\"L\\\" \xc3\xa9\\n\"}");
    released(DERIVED("{/first}", "keep", "text"), "{\"first\":\"\\u0041\"}",
             "{\"d\":\"\\u0041\"}");
    released(DERIVED("{/first}{/first}", "partial:last:3", "text"), "{\"first\":\"ab\"}",
             "{\"d\":\"bab\"}");
    released(DERIVED("{/n}0", "keep", "bigint"), "{\"n\":12}", "{\"d\":120}");
    released(DERIVED("{/j/in}", "truncate:1", "text"), "{\"j\":{\"in\":\"xy\"}}",
             "{\"j\":{\"in\":\"xy\"},\"d\":\"x\"}");
}

static void a_derived_column_is_null_when_a_part_is_null_or_absent(void **state)
{
    (void)state;
    released(DERIVED("{/n}. {/first}", "keep", "text"), "{\"first\":null,\"n\":12}", "{}");
    released(DERIVED("{/n}. {/first}", "keep", "text"), "{\"n\":12}", "{}");
    released(DERIVED("{/first}", "keep", "text"), "{}", "{}");
}

static void a_derived_column_that_is_dropped_reads_nothing(void **state)
{
    (void)state;
    static const char flawed[] = "{\"first\":\"\\ud800\",\"n\":1}";
    released(DERIVED("{/first}", "drop", "text"), flawed, "{}");
    released(DERIVED("{/n}{/first}", "drop", "text"), flawed, "{}");
    released(DERIVED("{page}", "drop", "text"), flawed, "{}");
}

static void the_parts_of_one_record_are_not_those_of_the_next(void **state)
{
    (void)state;
    expect(DERIVED("{/n}. {/first}", "keep", "text"),
           "{\"first\":\"a\",\"n\":1},{\"n\":2},{\"first\":\"c\",\"n\":3}",
           "{\"d\":\"1. a\"}\n{}\n{\"d\":\"3. c\"}\n", "");
}

static void a_flaw_in_a_part_quarantines_the_record(void **state)
{
    (void)state;
    quarantined(DERIVED("{/n}. {/first}", "pseudonym:name", "text"),
                "{\"first\":\"\\u0000\",\"n\":12}", "/first: the character U+0000 | {}");
    quarantined(DERIVED("{/n}x", "keep", "integer"), "{\"n\":12}",
                "d: does not fit column d (integer) | {}");
}

static void constants_and_the_position_become_columns(void **state)
{
    (void)state;
    expect(DERIVED("{page}", "keep", "integer"), "{},{}", "{\"d\":1}\n{\"d\":1}\n", "");
    expect(DERIVED("{position}", "keep", "bigint"), "{},{\"n\":\"x\"},{}",
           "{\"d\":0}\n{\"d\":1}\n{\"d\":2}\n", "");
    expect(DERIVED("{seed}/{page}/{position}", "keep", "text"), "{},{}",
           "{\"d\":\"b92435b8050047da/1/0\"}\n{\"d\":\"b92435b8050047da/1/1\"}\n", "");
    expect(DERIVED("{extracted_at}", "generalise:month", "date"), "{}",
           "{\"d\":\"2026-11-01\"}\n", "");
}

/* Three derived columns; of them "when" tells when it was read. */
#define TIMED(key)                                                                             \
    "{\"type\":\"object\",\"x-table\":\"t\"," key                                              \
    "\"properties\":{\"a\":{\"type\":\"string\","                                              \
    "\"x-pii\":\"keep\",\"x-column\":{\"type\":\"text\"}}},\"x-derived\":{\"when\":{\"from\":" \
    "\"{extracted_at}\",\"x-pii\":\"keep\",\"x-column\":{\"type\":\"timestamptz\"}},\"p\":{"   \
    "\"from\":\"{page}\",\"x-pii\":\"keep\",\"x-column\":{\"type\":\"integer\"}},\"i\":{"      \
    "\"from\":\"{position}\",\"x-pii\":\"keep\",\"x-column\":{\"type\":\"integer\"}}}}"

static void what_tells_when_it_was_read_ends_the_line(void **state)
{
    (void)state;
    static const char records[] = "{\"results\":[{\"a\":\"x\"},{}]}";
    static const char when[] = "\"when\":\"2026-11-20T09:30:00Z\"}\n";
    AUTO(outcome_done) struct outcome timed = run(TIMED("\"x-write\":\"append\","), records);
    assert_true(timed.ok);
    assert_string_equal(buffer_text(&timed.lines),
                        "{\"a\":\"x\",\"i\":0,\"p\":1,\"when\":\"2026-11-20T09:30:00Z\"}\n"
                        "{\"i\":1,\"p\":1,\"when\":\"2026-11-20T09:30:00Z\"}\n");
    assert_int_equal(timed.fleeting, sizeof when - 1);

    /* in a key it tells records apart: another time is another record */
    AUTO(outcome_done)
    struct outcome key =
        run(TIMED("\"x-write\":\"merge\",\"x-key\":[\"when\",\"i\"],"), records);
    assert_true(key.ok);
    assert_int_equal(key.fleeting, 0);
    AUTO(outcome_done) struct outcome none = run(DERIVED("{page}", "keep", "integer"), records);
    assert_int_equal(none.fleeting, 0);
}

static void what_differs_from_reading_to_reading_ends_the_line(void **state)
{
    (void)state;
    static const char fields[] =
        FIELD("a", "\"string\"", "keep",
              "text") ","
                      "\"age\":{\"type\":\"number\",\"x-pii\":\"round:1\",\"x-fleeting\":true,"
                      "\"x-column\":{\"type\":\"numeric(9,1)\"}},"
                      "\"url\":{\"type\":\"string\",\"x-pii\":\"keep\",\"x-fleeting\":true,"
                      "\"x-column\":{\"type\":\"text\"}}";
    AUTO(cleanup_free)
    char *plain = text_format("{\"type\":\"object\",\"x-table\":\"t\",\"x-write\":\"append\","
                              "\"properties\":{%s}}",
                              fields);
    AUTO(cleanup_free)
    char *timed = text_format(
        "{\"type\":\"object\",\"x-table\":\"t\",\"x-write\":\"append\",\"properties\":{%s},"
        "\"x-derived\":{\"p\":{\"from\":\"{page}\",\"x-pii\":\"keep\",\"x-column\":{\"type\":"
        "\"integer\"}},\"w\":{\"from\":\"{extracted_at}\",\"x-pii\":\"keep\",\"x-column\":{"
        "\"type\":\"timestamptz\"}}}}",
        fields);
    const struct {
        const char *schema;
        const char *record;
        const char *says;
        const char *fleeting; /* "": none */
    } rows[] = {
        {plain, "{\"age\":1.25,\"url\":\"u\\/\",\"a\":\"x\"}", "{\"a\":\"x\",",
         "\"age\":1.3,\"url\":\"u\\/\"}\n"},
        {plain, "{\"a\":\"x\",\"url\":\"v\"}", "{\"a\":\"x\",", "\"url\":\"v\"}\n"},
        {plain, "{\"url\":\"v\"}", "{", "\"url\":\"v\"}\n"},
        {plain, "{\"a\":\"x\"}", "{\"a\":\"x\"}\n", ""},
        {plain, "{}", "{}\n", ""},
        {timed, "{\"url\":\"u\",\"a\":\"x\"}", "{\"a\":\"x\",\"p\":1,",
         "\"url\":\"u\",\"w\":\"2026-11-20T09:30:00Z\"}\n"},
        {timed, "{\"a\":\"x\"}", "{\"a\":\"x\",\"p\":1,", "\"w\":\"2026-11-20T09:30:00Z\"}\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(cleanup_free) char *document = text_format("{\"results\":[%s]}", rows[i].record);
        AUTO(cleanup_free) char *line = text_format("%s%s", rows[i].says, rows[i].fleeting);
        AUTO(outcome_done) struct outcome o = run(rows[i].schema, document);
        assert_true(o.ok);
        assert_string_equal(buffer_text(&o.lines), line);
        assert_int_equal(o.fleeting, strlen(rows[i].fleeting));
    }

    /* the record before leaves nothing behind */
    AUTO(outcome_done)
    struct outcome two = run(plain, "{\"results\":[{\"url\":\"u\"},{\"a\":\"x\"}]}");
    assert_string_equal(buffer_text(&two.lines), "{\"url\":\"u\"}\n{\"a\":\"x\"}\n");
    assert_int_equal(two.fleeting, 0);
    quarantined(plain, "{\"url\":7,\"age\":1}",
                "/url: expected string, found integer | "
                "{\"age\":1.0}");
}

static void a_definition_is_what_stands_where_it_is_named(void **state)
{
    (void)state;
    static const char schema[] =
        "{\"type\":\"object\",\"x-table\":\"t\",\"x-write\":\"append\",\"properties\":{"
        "\"a\":{\"type\":\"array\",\"x-column\":{\"type\":\"json\"},"
        "\"items\":{\"$ref\":\"#/$defs/stat\"}},"
        "\"b\":{\"type\":\"object\",\"x-column\":{\"type\":\"json\"},"
        "\"additionalProperties\":{\"$ref\":\"#/$defs/stat\"}}},"
        "\"$defs\":{\"stat\":{\"type\":\"object\",\"properties\":{"
        "\"kind\":{\"type\":\"string\",\"x-pii\":\"keep\"},"
        "\"who\":{\"type\":\"string\",\"x-pii\":\"drop\"}}}}}";
    released(schema,
             "{\"a\":[{\"kind\":\"x\",\"who\":\"leak\",\"new\":\"leak\"}],"
             "\"b\":{\"m.n\":{\"kind\":\"y\",\"who\":\"leak\"}}}",
             "{\"a\":[{\"kind\":\"x\"}],\"b\":{\"m.n\":{\"kind\":\"y\"}}}");
    quarantined(schema, "{\"a\":[{\"kind\":[]}]}",
                "/a/*/kind: expected string, found array | {}");
}

static void conversions_make_what_the_column_holds(void **state)
{
    (void)state;
    static const char schema[] =
        SCHEMA("\"t\":{\"type\":[\"string\",\"integer\"],\"x-pii\":\"keep\",\"x-convert\":"
               "\"unix-seconds\",\"x-column\":{\"type\":\"timestamptz\"}},"
               "\"o\":{\"type\":\"string\",\"x-pii\":\"keep\",\"x-convert\":\"iso8601\","
               "\"x-column\":{\"type\":\"timestamptz\"}},"
               "\"d\":{\"type\":\"string\",\"x-pii\":\"generalise:day\",\"x-convert\":"
               "\"iso8601\",\"x-column\":{\"type\":\"date\"}},"
               "\"b\":{\"type\":[\"boolean\",\"string\"],\"x-pii\":\"keep\",\"x-convert\":"
               "\"boolean\",\"x-column\":{\"type\":\"boolean\"}}");
    released(schema, "{\"t\":1510698896,\"o\":\"2024-03-12T15:02:47-0700\",\"b\":\"True\"}",
             "{\"t\":\"2017-11-14T22:34:56Z\",\"o\":\"2024-03-12T22:02:47Z\",\"b\":true}");
    released(schema, "{\"t\":\"1510698896\",\"d\":\"2024-03-12T18:02:47-0700\",\"b\":false}",
             "{\"t\":\"2017-11-14T22:34:56Z\",\"d\":\"2024-03-13\",\"b\":false}");
    quarantined(schema, "{\"t\":1510698896.5}",
                "/t: expected integer or string, found number | {}");
    quarantined(schema, "{\"o\":\"yesterday\"}",
                "/o: does not fit column o (timestamptz) | {}");
    quarantined(schema, "{\"b\":\"yes\"}", "/b: does not fit column b (boolean) | {}");
}

static void a_constant_that_is_missing_or_does_not_fit_is_an_error(void **state)
{
    (void)state;
    AUTO(outcome_done) struct outcome a = run(DERIVED("{region}", "keep", "text"), "{}");
    assert_false(a.ok);
    assert_int_equal(a.err.kind, ERROR_MANIFEST);
    assert_non_null(strstr(a.err.text, "{region}"));
    AUTO(outcome_done) struct outcome b = run(DERIVED("{seed}", "keep", "integer"), "{}");
    assert_false(b.ok);
    assert_int_equal(b.err.kind, ERROR_MANIFEST);
}

/* --- the response --- */

static struct outcome run_selector(const char *selector, const char *document)
{
    AUTO(schema_freep) struct schema *schema = load(texts);
    AUTO(policy_freep) struct policy *policy = NULL;
    struct error err;
    assert_true(policy_new(schema, NULL, 0, &policy, &err));
    return run_policy(policy, selector, document, strlen(document), SIZE_MAX);
}

static void records_are_found_where_the_selector_says(void **state)
{
    (void)state;
    static const struct {
        const char *selector;
        const char *document;
        const char *lines;
    } rows[] = {
        {"/results/*", "{\"info\":{\"results\":[{\"a\":\"no\"}]},\"results\":[{\"a\":\"1\"}]}",
         "{\"a\":\"1\"}\n"},
        {"/data/*",
         "{\"data\":[{\"a\":\"1\"},{\"a\":\"2\"}],\"paging\":{\"data\":[{\"a\":\"no\"}]}}",
         "{\"a\":\"1\"}\n{\"a\":\"2\"}\n"},
        {"/*/results/*",
         "[{\"results\":[{\"a\":\"1\"}],\"x\":1},{\"y\":[]},{\"results\":[{\"a\":\"2\"}]}]",
         "{\"a\":\"1\"}\n{\"a\":\"2\"}\n"},
        {"", "{\"a\":\"1\"}", "{\"a\":\"1\"}\n"},
        {"/1", "[{\"a\":\"0\"},{\"a\":\"1\"},{\"a\":\"2\"}]", "{\"a\":\"1\"}\n"},
        {"/a~1b", "{\"a\\/b\":{\"a\":\"1\"}}", "{\"a\":\"1\"}\n"},
        {"/results/*", "{\"results\":[]}", ""},
        {"/results/*", "{\"results\":{\"*\":{\"a\":\"no\"}}}", ""},
        {"/results/*", "{\"error\":\"Uh oh\"}", ""},
        {"/results/*", "[[{\"results\":[{\"a\":\"no\"}]}]]", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(outcome_done) struct outcome o = run_selector(rows[i].selector, rows[i].document);
        if (!o.ok)
            fail_msg("%s: %s", rows[i].selector, o.err.text);
        assert_string_equal(buffer_text(&o.lines), rows[i].lines);
        assert_int_equal(o.misfits.len, 0);
    }
}

static void a_record_that_is_no_object_is_quarantined(void **state)
{
    (void)state;
    expect(texts, "\"leak\",[{\"a\":\"leak\"}],{\"a\":\"1\"},null", "{\"a\":\"1\"}\n",
           "0 the record: expected object, found string | {}\n"
           "1 the record: expected object, found array | {}\n"
           "3 the record: expected object, found null | {}\n");
}

static void a_bad_selector_is_an_error_of_the_manifest(void **state)
{
    (void)state;
    AUTO(schema_freep) struct schema *schema = load(texts);
    AUTO(policy_freep) struct policy *policy = NULL;
    struct walk *w = NULL;
    struct error err;
    assert_true(policy_new(schema, NULL, 0, &policy, &err));
    assert_false(
        walk_new(&(struct walk_options){.policy = policy, .selector = "results"}, &w, &err));
    assert_int_equal(err.kind, ERROR_MANIFEST);
}

static const char *const wanted[] = {"/info/results",
                                     "/error",
                                     "/paging/cursors/after",
                                     "/*/requestId",
                                     "/results/*/b",
                                     "/results/0",
                                     "/info",
                                     NULL};

static void check_capture(const struct walk *w, size_t i, const char *kind, const char *text)
{
    if (!kind) {
        assert_null(walk_capture_kind(w, i));
        assert_null(walk_capture(w, i));
        return;
    }
    assert_string_equal(walk_capture_kind(w, i), kind);
    assert_string_equal(walk_capture(w, i), text);
}

static void captures_find_the_values_around_records_and_in_them(void **state)
{
    (void)state;
    AUTO(schema_freep) struct schema *schema = load(texts);
    AUTO(policy_freep) struct policy *policy = NULL;
    struct outcome o = {.lines.max = OUTPUT_MAX, .misfits.max = OUTPUT_MAX, .schema = schema};
    struct error err;
    assert_true(policy_new(schema, NULL, 0, &policy, &err));
    AUTO(walk_freep) struct walk *w = new_walk(policy, "/results/*", wanted, &o);

    static const char full[] =
        "{\"paging\":{\"cursors\":{\"after\":\"Mz\\/"
        "\\u0051\"}},\"results\":[{\"a\":\"1\",\"u\":{\"b\":"
        "\"no\"}},{\"b\":\"two\",\"u\":[{\"b\":\"no\"}],\"a\":\"2\"},{\"b\":null}],"
        "\"info\":{\"seed\":\"x\",\"results\":3}}";
    for (size_t chunk = 1; chunk < sizeof full; chunk += 3) {
        assert_true(feed(w, full, sizeof full - 1, chunk, &err));
        check_capture(w, 0, "number", "3");
        check_capture(w, 1, NULL, NULL);
        check_capture(w, 2, "string", "Mz/Q");
        check_capture(w, 3, NULL, NULL);
        check_capture(w, 4, "null", "null");
        check_capture(w, 5, "object", "{");
        check_capture(w, 6, "object", "{");
        assert_string_equal(buffer_text(&o.lines),
                            "{\"a\":\"1\"}\n{\"b\":\"two\",\"a\":\"2\"}\n{}\n");
        buffer_clear(&o.lines);
    }
    static const char failed[] = "{\"error\":\"Uh oh\"}";
    assert_true(feed(w, failed, sizeof failed - 1, SIZE_MAX, &err));
    check_capture(w, 0, NULL, NULL);
    check_capture(w, 1, "string", "Uh oh");
    check_capture(w, 2, NULL, NULL);

    static const char stream[] = "[{\"requestId\":\"1\"},{\"requestId\":\"2\"},{\"x\":true}]";
    assert_true(feed(w, stream, sizeof stream - 1, SIZE_MAX, &err));
    check_capture(w, 3, "string", "2");
    assert_int_equal(walk_counts(w)->records, 0);
    outcome_done(&o);
}

static void a_walk_can_be_for_captures_alone(void **state)
{
    (void)state;
    AUTO(walk_freep) struct walk *w = NULL;
    struct error err;
    assert_true(walk_new(&(struct walk_options){.captures = wanted}, &w, &err));
    static const char text[] = "{\"results\":[{\"a\":\"1\"}],\"info\":{\"results\":1}}";
    assert_true(walk_begin(w, NULL, 0, &err));
    assert_true(walk_feed(w, text, sizeof text - 1, &err));
    assert_true(walk_finish(w, &err));
    check_capture(w, 0, "number", "1");
    check_capture(w, 5, "object", "{");
    assert_int_equal(walk_counts(w)->records, 0);
}

static void a_captured_value_is_exact_or_an_error(void **state)
{
    (void)state;
    AUTO(walk_freep) struct walk *w = NULL;
    struct error err;
    assert_true(walk_new(&(struct walk_options){.captures = wanted}, &w, &err));
    static const char *const bad[] = {"{\"error\":\"a\\u0000b\"}", "{\"error\":\"\\ud800\"}",
                                      "{\"error\":\"a\",\"error\":\"b\"}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(feed(w, bad[i], strlen(bad[i]), SIZE_MAX, &err));
        assert_int_equal(err.kind, ERROR_DATA);
    }
    AUTO(buffer_done) struct buffer text = {.max = OUTPUT_MAX};
    buffer_append_text(&text, "{\"error\":\"");
    for (int i = 0; i < WALK_CAPTURE_MAX; i++)
        buffer_append_byte(&text, 'x');
    size_t room = text.len;
    buffer_append_text(&text, "\"}");
    assert_true(feed(w, buffer_text(&text), text.len, SIZE_MAX, &err));
    assert_int_equal(strlen(walk_capture(w, 1)), WALK_CAPTURE_MAX);
    buffer_truncate(&text, room);
    buffer_append_text(&text, "x\"}");
    assert_false(feed(w, buffer_text(&text), text.len, SIZE_MAX, &err));
    assert_int_equal(err.kind, ERROR_DATA);
    assert_non_null(strstr(err.text, "/error"));
}

static void too_many_captures_are_refused(void **state)
{
    (void)state;
    const char *many[WALK_CAPTURES_MAX + 2];
    for (size_t i = 0; i < WALK_CAPTURES_MAX + 1; i++)
        many[i] = "/a";
    many[WALK_CAPTURES_MAX + 1] = NULL;
    struct walk *w = NULL;
    struct error err;
    assert_false(walk_new(&(struct walk_options){.captures = many}, &w, &err));
    assert_int_equal(err.kind, ERROR_MANIFEST);
    many[WALK_CAPTURES_MAX] = NULL;
    assert_true(walk_new(&(struct walk_options){.captures = many}, &w, &err));
    static const char text[] = "{\"a\":1}";
    assert_true(feed(w, text, sizeof text - 1, SIZE_MAX, &err));
    check_capture(w, WALK_CAPTURES_MAX - 1, "number", "1");
    walk_free(w);
}

static void a_document_that_breaks_is_an_error_and_the_walk_can_begin_again(void **state)
{
    (void)state;
    AUTO(schema_freep) struct schema *schema = load(texts);
    AUTO(policy_freep) struct policy *policy = NULL;
    struct outcome o = {.lines.max = OUTPUT_MAX, .misfits.max = OUTPUT_MAX, .schema = schema};
    struct error err;
    assert_true(policy_new(schema, NULL, 0, &policy, &err));
    AUTO(walk_freep) struct walk *w = new_walk(policy, "/results/*", NULL, &o);
    static const char *const broken[] = {"",
                                         "<html>",
                                         "{\"results\":[{\"a\":\"1\"},{\"a\":",
                                         "{\"results\":[{\"a\":\"1\"}]} x",
                                         "{\"results\":[{\"a\":\"\xff\"}]}",
                                         "{\"results\":[{\"o\":{\"a\":1}"};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        assert_false(feed(w, broken[i], strlen(broken[i]), SIZE_MAX, &err));
        assert_int_equal(err.kind, ERROR_DATA);
        assert_non_null(strstr(err.text, "byte "));
        buffer_clear(&o.lines);
        static const char whole[] = "{\"results\":[{\"a\":\"1\"}]}";
        assert_true(feed(w, whole, sizeof whole - 1, 1, &err));
        assert_string_equal(buffer_text(&o.lines), "{\"a\":\"1\"}\n");
        assert_int_equal(walk_counts(w)->records, 1);
    }
    outcome_done(&o);
}

static bool refuse_line(void *context, const char *line, size_t len, size_t fleeting,
                        struct error *err)
{
    (void)context;
    (void)line;
    (void)len;
    (void)fleeting;
    return error_set(err, ERROR_STORE, "disk full");
}

static void an_error_of_the_consumer_passes_through(void **state)
{
    (void)state;
    AUTO(schema_freep) struct schema *schema = load(texts);
    AUTO(policy_freep) struct policy *policy = NULL;
    AUTO(walk_freep) struct walk *w = NULL;
    struct error err;
    assert_true(policy_new(schema, NULL, 0, &policy, &err));
    assert_true(walk_new(&(struct walk_options){.policy = policy,
                                                .selector = "",
                                                .output = {NULL, refuse_line, take_misfit}},
                         &w, &err));
    assert_false(feed(w, "{\"a\":\"1\"}", 9, SIZE_MAX, &err));
    assert_int_equal(err.kind, ERROR_STORE);
    assert_string_equal(err.text, "disk full");
}

static void a_record_beyond_the_maximum_is_quarantined_with_what_fits(void **state)
{
    (void)state;
    AUTO(buffer_done) struct buffer schema = {.max = OUTPUT_MAX};
    AUTO(buffer_done) struct buffer document = {.max = OUTPUT_MAX};
    buffer_append_text(&schema,
                       "{\"type\":\"object\",\"x-table\":\"t\",\"x-write\":\"append\","
                       "\"properties\":{\"z\":{\"type\":\"integer\",\"x-pii\":\"keep\","
                       "\"x-column\":{\"type\":\"integer\"}}");
    buffer_append_text(&document, "{\"results\":[{\"x0\":\"");
    for (int i = 0; i < 5; i++) {
        buffer_printf(&schema,
                      ",\"x%d\":{\"type\":\"string\",\"x-pii\":\"keep\",\"x-column\":{"
                      "\"type\":\"text\"}}",
                      i);
        if (i)
            buffer_printf(&document, "\",\"x%d\":\"", i);
        for (int j = 0; j < 1024 * 1024; j++)
            buffer_append_byte(&document, 'x');
    }
    buffer_append_text(&schema, "}}");
    buffer_append_text(&document, "\",\"z\":7}]}");
    AUTO(outcome_done)
    struct outcome o = run(buffer_text(&schema), buffer_text(&document));
    assert_true(o.ok);
    assert_int_equal(o.counts.quarantined, 1);
    const char *misfit = buffer_text(&o.misfits);
    assert_true(text_starts_with(
        misfit, "0 /x3: the masked record would be longer than 4194304 bytes | {\"x0\":\"xx"));
    assert_true(text_ends_with(misfit, "\",\"z\":7}\n"));
    assert_true(o.misfits.len < WALK_LINE_MAX);
}

static void masking_without_a_key_is_refused(void **state)
{
    (void)state;
    AUTO(schema_freep) struct schema *schema = load(keyed);
    AUTO(policy_freep) struct policy *policy = NULL;
    struct walk *w = NULL;
    struct error err;
    assert_true(policy_new(schema, NULL, 0, &policy, &err));
    assert_false(walk_new(&(struct walk_options){.policy = policy, .selector = ""}, &w, &err));
    assert_int_equal(err.kind, ERROR_BUG);
}

static void reasons_and_drift_never_hold_values(void **state)
{
    (void)state;
    static const char *const records[] = {
        "{\"a\":[\"leak\"]}",
        "{\"a\":{\"leak\":\"leak\"}}",
        "{\"a\":\"leak\\u0000\"}",
        "{\"a\":\"1\",\"b\":\"2\",\"b\":\"leak\"}",
        "\"leak\"",
        "{\"a\":77777}",
    };
    for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
        AUTO(cleanup_free) char *document = text_format("{\"results\":[%s]}", records[i]);
        AUTO(outcome_done) struct outcome o = run(texts, document);
        assert_true(o.ok);
        assert_int_equal(o.counts.quarantined, 1);
        assert_null(strstr(buffer_text(&o.misfits), "leak"));
        assert_null(strstr(buffer_text(&o.misfits), "77777"));
    }
}

/* --- random-user --- */

static struct schema *users_schema(void)
{
    const char *folder = getenv("EXTRACT_SRCDIR");
    AUTO(cleanup_free)
    char *path = text_format("%s/schemas/random_user/users.json", folder ? folder : ".");
    struct schema *schema;
    struct error err;
    if (!schema_load(path, &schema, &err))
        fail_msg("%s", err.text);
    return schema;
}

static void a_postcode_is_one_as_number_and_as_text(void **state)
{
    (void)state;
    AUTO(schema_freep) struct schema *schema = users_schema();
    AUTO(policy_freep) struct policy *policy = NULL;
    struct error err;
    assert_true(policy_new(schema, &(struct policy_override){"postcode", "truncate:2"}, 1,
                           &policy, &err));
    static const char document[] =
        "{\"results\":[{\"login\":{\"uuid\":\"a\"},\"location\":{\"postcode\":75001}},"
        "{\"login\":{\"uuid\":\"b\"},\"location\":{\"postcode\":\"75001\"}},"
        "{\"login\":{\"uuid\":\"c\"},\"location\":{\"postcode\":\" 75001 \"}},"
        "{\"login\":{\"uuid\":\"d\"},\"location\":{\"postcode\":9223372036854775808}}]}";
    AUTO(outcome_done)
    struct outcome o = run_policy(policy, "/results/*", document, strlen(document), SIZE_MAX);
    assert_true(o.ok);
    assert_int_equal(o.counts.released, 4);
    const char *hash[3];
    const char *line = buffer_text(&o.lines);
    for (int i = 0; i < 3; i++) {
        hash[i] = strstr(line, "\"postcode_hash\":");
        assert_non_null(hash[i]);
        line = strchr(line, '\n') + 1;
    }
    size_t len = strcspn(hash[0], ",");
    assert_memory_equal(hash[0], hash[1], len);
    assert_memory_equal(hash[0], hash[2], len);
    assert_non_null(strstr(buffer_text(&o.lines), "\"postcode\":\"75\""));
}

static bool read_recorded(struct buffer *ret_text)
{
    const char *shared = getenv("EXTRACT_SHARED");
    AUTO(cleanup_free)
    char *path = text_format("%s/data/random_user/users-1.4-seed-b92435b8050047da-111.json",
                             shared ? shared : "../shared");
    struct error err;
    if (file_read(path, ret_text, &err))
        return true;
    print_message("skipped: %s\n", err.text);
    return false;
}

static const char *text_at(const json_t *value, const char *path)
{
    char step[64];
    while (*path) {
        size_t len = strcspn(++path, "/");
        memcpy(step, path, len);
        step[len] = '\0';
        value = json_object_get(value, step);
        path += len;
    }
    return json_string_value(value);
}

static json_t *at(const json_t *value, const char *a, const char *b)
{
    return json_object_get(json_object_get(value, a), b);
}

static json_t *token_of(const char *class_name, const char *text)
{
    AUTO(buffer_done) struct buffer scratch = {.max = NORMALISE_SCRATCH_MAX};
    const char *canonical;
    size_t len;
    char token[PSEUDONYM_TEXT_MAX];
    assert_true(normalise_apply(normalise_find(class_name), text, strlen(text), &scratch,
                                &canonical, &len));
    size_t token_len = pseudonym_token(pseudonym, class_name, canonical, len, token);
    return json_stringn(token, token_len);
}

/* Half away from zero, on the text of a number with four places: independent of the code under
 * test. */
static json_t *rounded(const char *text)
{
    const char *point = strchr(text, '.');
    assert_int_equal(strlen(point), 5);
    long tenths = strtol(text[0] == '-' ? text + 1 : text, NULL, 10) * 10 + (point[1] - '0') +
                  (point[2] >= '5');
    return json_real((text[0] == '-' ? -1.0 : 1.0) * (double)tenths / 10.0);
}

static json_t *minutes(const char *text)
{
    int hours, rest;
    assert_int_equal(sscanf(text, "%d:%d", &hours, &rest), 2);
    return json_integer(hours * 60 + (text[0] == '-' ? -rest : rest));
}

static json_t *cut(const char *text, int len, const char *tail)
{
    return json_sprintf("%.*s%s", len, text, tail);
}

static json_t *band(json_int_t age)
{
    return age >= 90 ? json_string("90+")
                     : json_sprintf("%d-%d", (int)(age / 5 * 5), (int)(age / 5 * 5 + 4));
}

/* The row of a user, made with jansson's tree and none of the engine but its pseudonyms. */
static json_t *expected_row(const json_t *user, size_t position)
{
    json_t *row = json_object();
    const struct {
        const char *column;
        const char *path;
    } kept[] = {{"gender", "/gender"},
                {"city", "/location/city"},
                {"state", "/location/state"},
                {"country", "/location/country"},
                {"tz_description", "/location/timezone/description"},
                {"id_name", "/id/name"},
                {"nat", "/nat"}};
    const struct {
        const char *column;
        const char *class_name;
        const char *path;
    } hashed[] = {{"first_name", "name", "/name/first"},
                  {"last_name", "name", "/name/last"},
                  {"email", "email", "/email"},
                  {"user_key", "uuid", "/login/uuid"},
                  {"username", "username", "/login/username"},
                  {"phone", "phonetext", "/phone"},
                  {"cell", "phonetext", "/cell"}};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        json_object_set_new(row, kept[i].column, json_string(text_at(user, kept[i].path)));
    for (size_t i = 0; i < sizeof hashed / sizeof *hashed; i++)
        json_object_set_new(row, hashed[i].column,
                            token_of(hashed[i].class_name, text_at(user, hashed[i].path)));
    AUTO(cleanup_free)
    char *name = text_format("%s. %s %s", text_at(user, "/name/title"),
                             text_at(user, "/name/first"), text_at(user, "/name/last"));
    json_object_set_new(row, "full_name", token_of("name", name));
    const json_t *postcode = at(user, "location", "postcode");
    AUTO(cleanup_free)
    char *code = json_is_string(postcode)
                     ? strdup(json_string_value(postcode))
                     : text_format("%" JSON_INTEGER_FORMAT, json_integer_value(postcode));
    json_object_set_new(row, "postcode_hash", token_of("postcode", code));
    json_object_set_new(row, "email_domain",
                        json_string(strchr(text_at(user, "/email"), '@') + 1));
    json_object_set_new(row, "latitude",
                        rounded(text_at(user, "/location/coordinates/latitude")));
    json_object_set_new(row, "longitude",
                        rounded(text_at(user, "/location/coordinates/longitude")));
    json_object_set_new(row, "tz_offset_minutes",
                        minutes(text_at(user, "/location/timezone/offset")));
    const char *born = text_at(user, "/dob/date");
    json_object_set_new(row, "dob", cut(born, 4, "-01-01T00:00:00Z"));
    json_object_set_new(row, "birth_year", json_integer(strtol(born, NULL, 10)));
    json_object_set_new(row, "dob_age", band(json_integer_value(at(user, "dob", "age"))));
    json_object_set_new(row, "registered_at",
                        cut(text_at(user, "/registered/date"), 10, "T00:00:00Z"));
    json_object_set(row, "registered_age", at(user, "registered", "age"));
    json_object_set_new(row, "api_version", json_string("1.4"));
    json_object_set_new(row, "seed", json_string("b92435b8050047da"));
    json_object_set_new(row, "page", json_integer(1));
    json_object_set_new(row, "position", json_integer((json_int_t)position));
    json_object_set_new(row, "extracted_at", json_string("2026-11-20T09:30:00Z"));
    return row;
}

static void the_recorded_users_become_exactly_the_expected_rows(void **state)
{
    (void)state;
    AUTO(buffer_done) struct buffer text = {.max = OUTPUT_MAX};
    if (!read_recorded(&text))
        skip();
    AUTO(schema_freep) struct schema *schema = users_schema();
    AUTO(policy_freep) struct policy *policy = NULL;
    struct error err;
    assert_true(policy_new(schema, NULL, 0, &policy, &err));
    AUTO(outcome_done)
    struct outcome o =
        run_policy(policy, "/results/*", (const char *)text.data, text.len, SIZE_MAX);
    assert_true(o.ok);
    assert_int_equal(o.counts.released, 111);
    assert_int_equal(o.counts.unknown, 0);

    json_t *page = json_loadb((const char *)text.data, text.len, 0, NULL);
    const json_t *users = json_object_get(page, "results");
    const char *line = buffer_text(&o.lines);
    for (size_t i = 0; i < json_array_size(users); i++) {
        size_t len = strcspn(line, "\n");
        json_t *row = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
        json_t *expected = expected_row(json_array_get(users, i), i);
        if (!json_equal(row, expected))
            fail_msg("user %zu:\n%.*s\n%s", i, (int)len, line, json_dumps(expected, 0));
        json_decref(row);
        json_decref(expected);
        line += len + 1;
    }
    assert_int_equal(*line, '\0');
    json_decref(page);
}

static void the_order_of_chunks_does_not_matter(void **state)
{
    (void)state;
    AUTO(buffer_done) struct buffer text = {.max = OUTPUT_MAX};
    if (!read_recorded(&text))
        skip();
    AUTO(schema_freep) struct schema *schema = users_schema();
    AUTO(policy_freep) struct policy *policy = NULL;
    struct error err;
    assert_true(policy_new(schema, NULL, 0, &policy, &err));
    AUTO(outcome_done)
    struct outcome whole =
        run_policy(policy, "/results/*", (const char *)text.data, text.len, SIZE_MAX);
    static const size_t chunks[] = {1, 7, 61, 1000, 4096, 16384};
    for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
        AUTO(outcome_done)
        struct outcome o =
            run_policy(policy, "/results/*", (const char *)text.data, text.len, chunks[i]);
        assert_true(o.ok);
        assert_int_equal(o.lines.len, whole.lines.len);
        assert_memory_equal(o.lines.data, whole.lines.data, whole.lines.len);
    }
}

/* Every string of a user that the policy does not keep. */
static void check_canaries(const json_t *value, const char *path, const char *line, size_t len)
{
    static const char *const shown[] = {"/gender",
                                        "/location/city",
                                        "/location/state",
                                        "/location/country",
                                        "/location/timezone/description",
                                        "/id/name",
                                        "/nat"};
    const char *key;
    json_t *inner;
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        if (strcmp(path, shown[i]) == 0)
            return;
    json_object_foreach ((json_t *)(uintptr_t)value, key, inner) {
        AUTO(cleanup_free) char *below = text_format("%s/%s", path, key);
        check_canaries(inner, below, line, len);
    }
    if (!json_is_string(value) || json_string_length(value) == 0)
        return;
    /* short ones may occur by chance within a token: as a whole value they may not */
    bool is_short = json_string_length(value) < 6;
    AUTO(cleanup_free)
    char *canary = text_format(is_short ? "\"%s\"" : "%s", json_string_value(value));
    if (memmem(line, len, canary, strlen(canary)))
        fail_msg("%s is in clear: %.*s", path, (int)len, line);
}

static void no_clear_value_that_is_masked_leaves_the_walk(void **state)
{
    (void)state;
    AUTO(buffer_done) struct buffer text = {.max = OUTPUT_MAX};
    if (!read_recorded(&text))
        skip();
    AUTO(schema_freep) struct schema *schema = users_schema();
    AUTO(policy_freep) struct policy *policy = NULL;
    struct error err;
    assert_true(policy_new(schema, NULL, 0, &policy, &err));
    AUTO(outcome_done)
    struct outcome o =
        run_policy(policy, "/results/*", (const char *)text.data, text.len, 4096);
    json_t *page = json_loadb((const char *)text.data, text.len, 0, NULL);
    const json_t *users = json_object_get(page, "results");
    const char *line = buffer_text(&o.lines);
    for (size_t i = 0; i < json_array_size(users); i++) {
        size_t len = strcspn(line, "\n");
        check_canaries(json_array_get(users, i), "", line, len);
        line += len + 1;
    }
    json_decref(page);
}

static void a_record_of_every_wrong_type_never_lands(void **state)
{
    (void)state;
    AUTO(buffer_done) struct buffer text = {.max = OUTPUT_MAX};
    if (!read_recorded(&text))
        skip();
    AUTO(schema_freep) struct schema *schema = users_schema();
    AUTO(policy_freep) struct policy *policy = NULL;
    struct error err;
    assert_true(policy_new(schema, NULL, 0, &policy, &err));
    json_t *page = json_loadb((const char *)text.data, text.len, 0, NULL);
    static const char *const groups[] = {"name", "location",   "login",
                                         "dob",  "registered", "id"};
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        json_t *user = json_deep_copy(json_array_get(json_object_get(page, "results"), i));
        json_object_set_new(user, groups[i], json_pack("[s]", "leak"));
        AUTO(cleanup_free) char *record = json_dumps(user, JSON_COMPACT);
        AUTO(cleanup_free) char *document = text_format("{\"results\":[%s]}", record);
        AUTO(outcome_done)
        struct outcome o = run_policy(policy, "/results/*", document, strlen(document), 64);
        assert_true(o.ok);
        assert_int_equal(o.counts.quarantined, 1);
        assert_null(strstr(buffer_text(&o.misfits), "leak"));
        json_decref(user);
    }
    json_decref(page);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* Puts a field that no schema names somewhere into the user: new, or an old one under another
 * name. */
static void plant(json_t *user, uint64_t *seed)
{
    static const char *const names[] = {
        "canary", "Canary@example.com", "first ", "NAME", "uuid2", "", "canary/canary", "~0"};
    json_t *object = user;
    for (int depth = (int)(next_random(seed) % 3); depth > 0; depth--) {
        size_t skip = next_random(seed) % json_object_size(object);
        const char *key;
        json_t *inner;
        json_object_foreach (object, key, inner) {
            if (json_is_object(inner) && skip-- == 0) {
                object = inner;
                break;
            }
        }
    }
    const char *name = names[next_random(seed) % (sizeof names / sizeof *names)];
    switch (next_random(seed) % 4) {
    case 0:
        json_object_set_new(object, name, json_string("canary"));
        break;
    case 1:
        json_object_set_new(object, name,
                            json_pack("{s:[s,{s:s}]}", "first", "canary", "canary", "canary"));
        break;
    case 2:
        json_object_set_new(object, name, json_pack("[[s]]", "canary"));
        break;
    default:
        json_object_set_new(
            object, name,
            json_pack("{s:{s:s},s:s}", "login", "uuid", "canary", "gender", "canary"));
        break;
    }
}

static void nothing_unknown_is_released_wherever_it_is(void **state)
{
    (void)state;
    AUTO(buffer_done) struct buffer text = {.max = OUTPUT_MAX};
    if (!read_recorded(&text))
        skip();
    AUTO(schema_freep) struct schema *schema = users_schema();
    AUTO(policy_freep) struct policy *policy = NULL;
    struct error err;
    assert_true(policy_new(schema, NULL, 0, &policy, &err));
    json_t *page = json_loadb((const char *)text.data, text.len, 0, NULL);
    const json_t *users = json_object_get(page, "results");
    uint64_t seed = 42;
    for (int round = 0; round < 3000; round++) {
        json_t *user =
            json_deep_copy(json_array_get(users, (size_t)round % json_array_size(users)));
        for (int i = 0; i < 3; i++)
            plant(user, &seed);
        AUTO(cleanup_free) char *record = json_dumps(user, JSON_COMPACT);
        AUTO(cleanup_free) char *document = text_format("{\"results\":[%s]}", record);
        AUTO(outcome_done)
        struct outcome o =
            run_policy(policy, "/results/*", document, strlen(document), SIZE_MAX);
        assert_true(o.ok);
        assert_int_equal(o.counts.released, 1);
        assert_true(o.counts.unknown > 0);
        if (strstr(buffer_text(&o.lines), "canary"))
            fail_msg("%s\n%s", record, buffer_text(&o.lines));
        json_decref(user);
    }
    json_decref(page);
}

static int set_up(void **state)
{
    (void)state;
    struct error err;
    if (!secret_init(&err))
        return -1;
    uint8_t bytes[PSEUDONYM_KEY_SIZE] = {7};
    struct secret *key = secret_copy(bytes, sizeof bytes);
    pseudonym = pseudonym_new(key, 1);
    secret_free(key);
    return pseudonym ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    pseudonym_free(pseudonym);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kept_values_are_the_bytes_that_came),
        cmocka_unit_test(null_and_absent_are_null_and_empty_is_not),
        cmocka_unit_test(a_type_that_the_schema_does_not_name_is_quarantined),
        cmocka_unit_test(a_number_that_its_column_cannot_hold_is_quarantined_unseen),
        cmocka_unit_test(a_flaw_in_a_released_value_quarantines_its_record),
        cmocka_unit_test(what_is_not_released_is_not_judged),
        cmocka_unit_test(a_redacted_value_is_told_from_the_one_before),
        cmocka_unit_test(a_required_field_that_is_missing_quarantines_the_record),
        cmocka_unit_test(a_key_that_is_null_quarantines_the_record),
        cmocka_unit_test(a_key_that_was_in_the_page_already_quarantines_the_record),
        cmocka_unit_test(a_record_of_another_slice_goes_to_quarantine),
        cmocka_unit_test(a_slice_is_known_by_what_its_columns_say),
        cmocka_unit_test(a_slice_that_its_column_cannot_hold_is_a_mistake),
        cmocka_unit_test(a_record_that_fits_is_judged_by_its_key),
        cmocka_unit_test(a_known_key_that_comes_twice_quarantines_the_record),
        cmocka_unit_test(a_key_is_known_in_any_spelling),
        cmocka_unit_test(keys_may_come_in_any_order_and_with_blanks),
        cmocka_unit_test(many_fields_are_told_apart),
        cmocka_unit_test(an_absent_field_stands_for_its_default),
        cmocka_unit_test(a_default_that_does_not_fit_is_an_error_of_the_schema),
        cmocka_unit_test(an_unknown_field_is_not_released_and_reported_as_drift),
        cmocka_unit_test(a_response_starts_without_the_drift_of_the_last),
        cmocka_unit_test(drift_is_told_apart_up_to_a_maximum_and_counted_beyond),
        cmocka_unit_test(an_unknown_field_can_quarantine_its_record),
        cmocka_unit_test(an_unknown_field_can_stop_the_stream),
        cmocka_unit_test(a_json_column_is_rebuilt_of_its_released_leaves),
        cmocka_unit_test(a_leaf_that_its_json_column_drops_can_feed_a_derived_one),
        cmocka_unit_test(a_misfit_takes_its_json_column_back_and_no_other),
        cmocka_unit_test(an_open_map_keeps_its_keys_and_masks_its_values),
        cmocka_unit_test(a_json_column_can_be_dropped_by_configuration),
        cmocka_unit_test(a_scalar_can_land_in_a_json_column),
        cmocka_unit_test(a_derived_column_is_made_of_source_values),
        cmocka_unit_test(a_derived_column_is_null_when_a_part_is_null_or_absent),
        cmocka_unit_test(a_derived_column_that_is_dropped_reads_nothing),
        cmocka_unit_test(the_parts_of_one_record_are_not_those_of_the_next),
        cmocka_unit_test(a_flaw_in_a_part_quarantines_the_record),
        cmocka_unit_test(constants_and_the_position_become_columns),
        cmocka_unit_test(what_tells_when_it_was_read_ends_the_line),
        cmocka_unit_test(what_differs_from_reading_to_reading_ends_the_line),
        cmocka_unit_test(a_definition_is_what_stands_where_it_is_named),
        cmocka_unit_test(conversions_make_what_the_column_holds),
        cmocka_unit_test(a_constant_that_is_missing_or_does_not_fit_is_an_error),
        cmocka_unit_test(records_are_found_where_the_selector_says),
        cmocka_unit_test(a_record_that_is_no_object_is_quarantined),
        cmocka_unit_test(a_bad_selector_is_an_error_of_the_manifest),
        cmocka_unit_test(captures_find_the_values_around_records_and_in_them),
        cmocka_unit_test(a_walk_can_be_for_captures_alone),
        cmocka_unit_test(a_captured_value_is_exact_or_an_error),
        cmocka_unit_test(too_many_captures_are_refused),
        cmocka_unit_test(a_document_that_breaks_is_an_error_and_the_walk_can_begin_again),
        cmocka_unit_test(an_error_of_the_consumer_passes_through),
        cmocka_unit_test(a_record_beyond_the_maximum_is_quarantined_with_what_fits),
        cmocka_unit_test(masking_without_a_key_is_refused),
        cmocka_unit_test(reasons_and_drift_never_hold_values),
        cmocka_unit_test(a_postcode_is_one_as_number_and_as_text),
        cmocka_unit_test(the_recorded_users_become_exactly_the_expected_rows),
        cmocka_unit_test(the_order_of_chunks_does_not_matter),
        cmocka_unit_test(no_clear_value_that_is_masked_leaves_the_walk),
        cmocka_unit_test(a_record_of_every_wrong_type_never_lands),
        cmocka_unit_test(nothing_unknown_is_released_wherever_it_is),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
