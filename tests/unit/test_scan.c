/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <malloc.h>

#include "base/buffer.h"
#include "record/scan.h"

enum { COPY_MAX = 10 * 1000 };

/* ---- a handler that writes down what it is told ---- */

/*
 * Tokens in one line: { } [ ] k(key) s(string) n(number) t f z, each with @offset when it has
 * something to tell beyond its kind, and its flaws as letters behind a bang. Texts are
 * unescaped; NUL is shown as ~.
 */
struct recorder {
    struct buffer out;
    struct scan *scan;
    const char *skip_key; /* scan_skip is called at this key, */
    uint64_t skip_open; /* and at the container that opens at this offset */
    const char *fail_at; /* "open", "close", "key" or "scalar" ends the scan */
    uint32_t flaws; /* all that were seen */
    size_t longest; /* text */
};

static const char flaw_letters[] = "NSLEDPK";

static bool maybe_fail(struct recorder *r, const char *call, struct error *err)
{
    if (r->fail_at && strcmp(r->fail_at, call) == 0)
        return error_set(err, ERROR_SINK, "the handler's own error");
    return true;
}

static void record(struct recorder *r, const struct scan_token *token, char letter)
{
    char *text = malloc(token->len + 1);
    assert_non_null(text);
    size_t len = scan_unescape(token, text);
    assert_true(len <= token->len);
    if (!token->escaped)
        assert_memory_equal(text, token->raw, len);
    for (size_t i = 0; i < len; i++)
        if (text[i] == '\0')
            text[i] = '~';

    bool has_text = letter == 'k' || letter == 's' || letter == 'n';
    assert_true(buffer_printf(&r->out, "%s%c", r->out.len ? " " : "", letter));
    if (has_text) {
        buffer_append_text(&r->out, "(");
        buffer_append(&r->out, text, len);
        buffer_append_text(&r->out, ")");
    }
    if (token->flaws)
        buffer_append_text(&r->out, "!");
    for (int i = 0; flaw_letters[i]; i++)
        if (token->flaws & (1U << i))
            buffer_append_byte(&r->out, (uint8_t)flaw_letters[i]);
    if (has_text || token->flaws)
        buffer_printf(&r->out, "@%llu", (unsigned long long)token->offset);
    r->flaws |= token->flaws;
    if (len > r->longest)
        r->longest = len;
    free(text);
}

static bool on_open(void *context, const struct scan_token *token, struct error *err)
{
    struct recorder *r = context;
    record(r, token, token->kind == SCAN_OBJECT ? '{' : '[');
    if (r->skip_open && token->offset == r->skip_open)
        scan_skip(r->scan);
    return maybe_fail(r, "open", err);
}

static bool on_close(void *context, enum scan_kind kind, struct error *err)
{
    struct recorder *r = context;
    buffer_append_text(&r->out, kind == SCAN_OBJECT ? " }" : " ]");
    return maybe_fail(r, "close", err);
}

static bool on_key(void *context, const struct scan_token *token, struct error *err)
{
    struct recorder *r = context;
    record(r, token, 'k');
    if (r->skip_key && token->len == strlen(r->skip_key) &&
        memcmp(token->raw, r->skip_key, token->len) == 0)
        scan_skip(r->scan);
    return maybe_fail(r, "key", err);
}

static bool on_scalar(void *context, const struct scan_token *token, struct error *err)
{
    struct recorder *r = context;
    static const char letters[] = {
        [SCAN_NULL] = 'z',   [SCAN_FALSE] = 'f',  [SCAN_TRUE] = 't',
        [SCAN_NUMBER] = 'n', [SCAN_STRING] = 's',
    };
    record(r, token, letters[token->kind]);
    return maybe_fail(r, "scalar", err);
}

static void recorder_init(struct recorder *r)
{
    *r = (struct recorder){0};
    buffer_init(&r->out, 64 * 1024 * 1024);
    r->scan = scan_new(&(struct scan_handler){
        .context = r, .open = on_open, .close = on_close, .key = on_key, .scalar = on_scalar});
    assert_non_null(r->scan);
}

static void recorder_done(struct recorder *r)
{
    scan_free(r->scan);
    buffer_done(&r->out);
}

/* ---- feeding ---- */

/* From a copy of exactly that size, gone afterwards: a sanitizer sees every byte too many.
 * (But that takes its time with a million pieces.) */
static bool feed_copy(struct scan *s, const char *data, size_t len, struct error *err)
{
    AUTO(cleanup_free) char *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    memcpy(copy, data, len);
    return scan_feed(s, copy, len, err);
}

static bool feed(struct scan *s, const char *data, size_t len, size_t of, struct error *err)
{
    return of < COPY_MAX ? feed_copy(s, data, len, err) : scan_feed(s, data, len, err);
}

/* Feeds the pieces [0, first), then ones of `size` bytes, and writes down what came out: the
 * tokens, and the error behind a bar if there was one. */
static const char *scan_text(struct recorder *r, const char *text, size_t len, size_t first,
                             size_t size)
{
    struct error err;
    buffer_clear(&r->out);
    r->flaws = 0;
    r->longest = 0;
    scan_reset(r->scan);

    bool ok = feed(r->scan, text, first, len, &err);
    for (size_t at = first; ok && at < len; at += size)
        ok = feed(r->scan, text + at, len - at < size ? len - at : size, len, &err);
    if (!ok || !scan_finish(r->scan, &err))
        buffer_printf(&r->out, "%s| %s", r->out.len ? " " : "", err.text);
    else
        assert_int_equal(scan_offset(r->scan), len);
    return buffer_text(&r->out);
}

/* Whole, byte by byte, and in two pieces at every place: always the same. */
static void check(struct recorder *r, const char *text, size_t len, const char *expected)
{
    assert_string_equal(scan_text(r, text, len, len, 1), expected);
    for (size_t first = 0; first < len; first++) {
        const char *found = scan_text(r, text, len, first, len);
        if (strcmp(found, expected) != 0)
            print_error("cut at byte %zu:\n", first);
        assert_string_equal(found, expected);
    }
    assert_string_equal(scan_text(r, text, len, 0, 1), expected);
    assert_string_equal(scan_text(r, text, len, len ? 1 : 0, 3), expected);
}

struct example {
    const char *text;
    size_t len;
    const char *expected;
};

#define EXAMPLE(text, expected)          \
    {                                    \
        text, sizeof(text) - 1, expected \
    }

static void check_all(const struct example *examples, size_t count)
{
    struct recorder r;
    recorder_init(&r);
    for (size_t i = 0; i < count; i++)
        check(&r, examples[i].text, examples[i].len, examples[i].expected);
    recorder_done(&r);
}

#define CHECK_ALL(examples) check_all(examples, sizeof(examples) / sizeof *(examples))

/* ---- the grammar ---- */

static void valid_documents_give_their_tokens(void **state)
{
    (void)state;
    static const struct example examples[] = {
        EXAMPLE("null", "z"),
        EXAMPLE("true", "t"),
        EXAMPLE(" false\n", "f"),
        EXAMPLE("0", "n(0)@0"),
        EXAMPLE("-0", "n(-0)@0"),
        EXAMPLE("17", "n(17)@0"),
        EXAMPLE("\t-1.50 ", "n(-1.50)@1"),
        EXAMPLE("1e5", "n(1e5)@0"),
        EXAMPLE("1E+05", "n(1E+05)@0"),
        EXAMPLE("0.0e-0", "n(0.0e-0)@0"),
        EXAMPLE("123456789012345678901234567890", "n(123456789012345678901234567890)@0"),
        EXAMPLE("9223372036854775808", "n(9223372036854775808)@0"),
        EXAMPLE("1e300", "n(1e300)@0"),
        EXAMPLE("1e-000300", "n(1e-000300)@0"),
        EXAMPLE("\"\"", "s()@0"),
        EXAMPLE("\"a\"", "s(a)@0"),
        EXAMPLE("\"a string of more than sixteen bytes\"",
                "s(a string of more than sixteen bytes)@0"),
        EXAMPLE("\"\x7f\"", "s(\x7f)@0"),
        EXAMPLE("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "s(\"\\/\b\f\n\r\t)@0"),
        EXAMPLE("\"\\u0041\\u00e9\\u20AC\\uFFff\"", "s(A\u00e9\u20ac\uffff)@0"),
        EXAMPLE("\"\\u007f\\u0080\\u07ff\\u0800\"", "s(\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80)@0"),
        EXAMPLE("\"\\ud83d\\ude00\"", "s(\U0001f600)@0"),
        EXAMPLE("\"\\uD800\\uDC00\\uDBFF\\uDFFF\"", "s(\U00010000\U0010ffff)@0"),
        EXAMPLE("\"\u00e9\u20ac\U0001f600\"", "s(\u00e9\u20ac\U0001f600)@0"),
        EXAMPLE("\"plain plain plain \u06cc\u0633\u0646\u0627 plain plain plain\"",
                "s(plain plain plain \u06cc\u0633\u0646\u0627 plain plain plain)@0"),
        EXAMPLE("\"\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\"",
                "s(\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf)@0"),
        EXAMPLE("\"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"",
                "s(\xf0\x90\x80\x80\xf4\x8f\xbf\xbf)@0"),
        EXAMPLE("\"\xef\xbb\xbf\"", "s(\xef\xbb\xbf)@0"),
        EXAMPLE("[]", "[ ]"),
        EXAMPLE("{}", "{ }"),
        EXAMPLE(" [ ] ", "[ ]"),
        EXAMPLE("\r\n{\t}", "{ }"),
        EXAMPLE("[1]", "[ n(1)@1 ]"),
        EXAMPLE("[1,2 , 3]", "[ n(1)@1 n(2)@3 n(3)@7 ]"),
        EXAMPLE("[-0,0.5,1e1]", "[ n(-0)@1 n(0.5)@4 n(1e1)@8 ]"),
        EXAMPLE("[true,false,null]", "[ t f z ]"),
        EXAMPLE("[[],[[]],{}]", "[ [ ] [ [ ] ] { } ]"),
        EXAMPLE("{\"a\":1}", "{ k(a)@1 n(1)@5 }"),
        EXAMPLE("{ \"a\" : \"b\" , \"\" : null }", "{ k(a)@2 s(b)@8 k()@14 z }"),
        EXAMPLE(
            "{\"a\":{\"a\":{\"a\":[{\"a\":1},{\"a\":2}]}}}",
            "{ k(a)@1 { k(a)@6 { k(a)@11 [ { k(a)@17 n(1)@21 } { k(a)@25 n(2)@29 } ] } } }"),
        EXAMPLE("{\"a\":\"a\",\"b\":\"a\"}", "{ k(a)@1 s(a)@5 k(b)@9 s(a)@13 }"),
        EXAMPLE("{\"a\\tb\":[\"\\n\"]}", "{ k(a\tb)@1 [ s(\n)@9 ] }"),
        EXAMPLE("{\n        \"a\":\n                [1,\n         2\n]   }",
                "{ k(a)@10 [ n(1)@32 n(2)@44 ] }"),
    };
    CHECK_ALL(examples);
}

static void a_broken_document_ends_with_place_and_expectation(void **state)
{
    (void)state;
    static const struct example examples[] = {
        EXAMPLE("", "| byte 0: the document is empty"),
        EXAMPLE(" \n", "| byte 2: the document is empty"),
        EXAMPLE("\xef\xbb\xbf{}", "| byte 0: expected a value, found a byte order mark"),
        EXAMPLE(" \xef\xbb\xbf{}",
                "| byte 1: expected a value, found a character beyond ASCII"),
        EXAMPLE("\xff\xfe[\0", "| byte 0: expected a value, found a character beyond ASCII"),
        EXAMPLE("[\0]", "[ | byte 1: expected a value or ']', found control character 0x00"),
        EXAMPLE("<!DOCTYPE html>", "| byte 0: expected a value, found '<'"),
        EXAMPLE("NaN", "| byte 0: expected a value, found a letter"),
        EXAMPLE("-Infinity", "| byte 1: expected a digit, found a letter"),
        EXAMPLE("nul", "| byte 3: the document ends within a value"),
        EXAMPLE("nulL", "| byte 3: expected true, false or null, found a letter"),
        EXAMPLE("True", "| byte 0: expected a value, found a letter"),
        EXAMPLE("truefalse", "t | byte 4: expected nothing more, found a letter"),
        EXAMPLE("[truefalse]", "[ t | byte 5: expected ',' or ']', found a letter"),
        EXAMPLE("1 2", "n(1)@0 | byte 2: expected nothing more, found a digit"),
        EXAMPLE("{}}", "{ } | byte 2: expected nothing more, found '}'"),
        EXAMPLE("[],", "[ ] | byte 2: expected nothing more, found ','"),
        EXAMPLE("[] \v", "[ ] | byte 3: expected nothing more, found control character 0x0b"),
        EXAMPLE("[", "[ | byte 1: the document ends where a value or ']' is expected"),
        EXAMPLE("[1", "[ | byte 2: the document ends within a value"),
        EXAMPLE("[1 ", "[ n(1)@1 | byte 3: the document ends where ',' or ']' is expected"),
        EXAMPLE("[1,", "[ n(1)@1 | byte 3: the document ends where a value is expected"),
        EXAMPLE("[1,]", "[ n(1)@1 | byte 3: expected a value, found ']'"),
        EXAMPLE("[,1]", "[ | byte 1: expected a value or ']', found ','"),
        EXAMPLE("[1 2]", "[ n(1)@1 | byte 3: expected ',' or ']', found a digit"),
        EXAMPLE("[1}", "[ n(1)@1 | byte 2: expected ',' or ']', found '}'"),
        EXAMPLE("[1:2]", "[ n(1)@1 | byte 2: expected ',' or ']', found ':'"),
        EXAMPLE("{", "{ | byte 1: the document ends where a key or '}' is expected"),
        EXAMPLE("{1:2}", "{ | byte 1: expected a key or '}', found a digit"),
        EXAMPLE("{a:2}", "{ | byte 1: expected a key or '}', found a letter"),
        EXAMPLE("{'a':2}", "{ | byte 1: expected a key or '}', found '''"),
        EXAMPLE("{\"a\"}", "{ k(a)@1 | byte 4: expected ':', found '}'"),
        EXAMPLE("{\"a\"", "{ k(a)@1 | byte 4: the document ends where ':' is expected"),
        EXAMPLE("{\"a\",1}", "{ k(a)@1 | byte 4: expected ':', found ','"),
        EXAMPLE("{\"a\"::1}", "{ k(a)@1 | byte 5: expected a value, found ':'"),
        EXAMPLE("{\"a\":}", "{ k(a)@1 | byte 5: expected a value, found '}'"),
        EXAMPLE("{\"a\":1,}", "{ k(a)@1 n(1)@5 | byte 7: expected a key, found '}'"),
        EXAMPLE("{\"a\":1 \"b\":2}",
                "{ k(a)@1 n(1)@5 | byte 7: expected ',' or '}', found '\"'"),
        EXAMPLE("{\"a\":1]", "{ k(a)@1 n(1)@5 | byte 6: expected ',' or '}', found ']'"),
        EXAMPLE("{\"a", "{ | byte 3: the document ends within a key"),
        EXAMPLE("{\"a\":1,\"a", "{ k(a)@1 n(1)@5 | byte 9: the document ends within a key"),
        EXAMPLE("[1]/**/", "[ n(1)@1 ] | byte 3: expected nothing more, found '/'"),
        EXAMPLE("01", "n(0)@0 | byte 1: expected nothing more, found a digit"),
        EXAMPLE("[-01]", "[ n(-0)@1 | byte 3: expected ',' or ']', found a digit"),
        EXAMPLE("+1", "| byte 0: expected a value, found '+'"),
        EXAMPLE(".5", "| byte 0: expected a value, found '.'"),
        EXAMPLE("-", "| byte 1: the document ends within a value"),
        EXAMPLE("--1", "| byte 1: expected a digit, found '-'"),
        EXAMPLE("1.", "| byte 2: the document ends within a value"),
        EXAMPLE("[1.]", "[ | byte 3: expected a digit, found ']'"),
        EXAMPLE("1.e5", "| byte 2: expected a digit, found a letter"),
        EXAMPLE("1e", "| byte 2: the document ends within a value"),
        EXAMPLE("1e+", "| byte 3: the document ends within a value"),
        EXAMPLE("1e+-5", "| byte 3: expected a digit, found '-'"),
        EXAMPLE("[1e5.5]", "[ n(1e5)@1 | byte 4: expected ',' or ']', found '.'"),
        EXAMPLE("0x1F", "n(0)@0 | byte 1: expected nothing more, found a letter"),
        EXAMPLE("1_000", "n(1)@0 | byte 1: expected nothing more, found '_'"),
        EXAMPLE("\"", "| byte 1: the document ends within a value"),
        EXAMPLE("\"abc", "| byte 4: the document ends within a value"),
        EXAMPLE("\"abc\\", "| byte 5: the document ends within a value"),
        EXAMPLE("\"\\u12", "| byte 5: the document ends within a value"),
        EXAMPLE("\"\\ud800\\udc0", "| byte 12: the document ends within a value"),
        EXAMPLE("\"\xe2\x82", "| byte 3: the document ends within a value"),
        EXAMPLE("\"a\nb\"", "| byte 2: a string holds a control character that is not escaped"),
        EXAMPLE("\"\0\"", "| byte 1: a string holds a control character that is not escaped"),
        EXAMPLE("\"\x1f\"", "| byte 1: a string holds a control character that is not escaped"),
        EXAMPLE("\"\\x41\"", "| byte 1: a string holds an escape that JSON does not have"),
        EXAMPLE("\"\\\0\"", "| byte 1: a string holds an escape that JSON does not have"),
        EXAMPLE("\"\\U0041\"", "| byte 1: a string holds an escape that JSON does not have"),
        EXAMPLE("\"ab\\u00g0\"", "| byte 3: a string holds an escape that JSON does not have"),
        EXAMPLE("\"\\u12\"", "| byte 1: a string holds an escape that JSON does not have"),
        EXAMPLE("\"\\ud800\\u12\"",
                "| byte 7: a string holds an escape that JSON does not have"),
        EXAMPLE("\"\\ud800\\x\"", "| byte 7: a string holds an escape that JSON does not have"),
    };
    CHECK_ALL(examples);
}

static void what_is_not_utf8_is_refused_where_it_starts(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        int offset;
    } sequences[] = {
        {"\x80", 0},
        {"\xbf", 0},
        {"\xc0\xaf", 0},
        {"\xc1\xbf", 0},
        {"\xc3(", 0},
        {"\xc3", 0},
        {"\xe0\x80\xaf", 0},
        {"\xe0\x9f\xbf", 0},
        {"\xe2\x82", 0},
        {"\xe2(\xa1", 0},
        {"\xed\xa0\x80", 0},
        {"\xed\xbf\xbf", 0},
        {"\xf0\x80\x80\xaf", 0},
        {"\xf0\x8f\xbf\xbf", 0},
        {"\xf0\x9f\x98", 0},
        {"\xf4\x90\x80\x80", 0},
        {"\xf5\x80\x80\x80", 0},
        {"\xfe", 0},
        {"\xff", 0},
        {"\xc3\xa9\xa9", 2},
        {"\xf0\x9f\x98\x80\xff", 4},
    };
    struct recorder r;
    recorder_init(&r);
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++) {
        char text[64];
        char expected[128];
        snprintf(text, sizeof text, "[\"0123456789abcdef%s\"]", sequences[i].bytes);
        snprintf(expected, sizeof expected,
                 "[ | byte %d: a string holds bytes that are not UTF-8",
                 18 + sequences[i].offset);
        check(&r, text, strlen(text), expected);
    }
    recorder_done(&r);
}

/* Long strings are looked at many bytes at a time: whatever needs a closer look must be found in
 * every one of them. */
static void a_special_byte_is_found_at_every_place_of_a_long_string(void **state)
{
    (void)state;
    enum { LENGTH = 70 };
    static const char specials[] = {'"', '\\', '\0', '\n', '\x1f', '\x80', '\xff'};
    struct recorder r;
    recorder_init(&r);
    for (int plain = ' '; plain <= 0x7f; plain += 0x7f - ' ')
        for (size_t i = 0; i < sizeof specials; i++)
            for (int at = 1; at <= LENGTH; at++) {
                char text[LENGTH + 3];
                memset(text, plain, sizeof text);
                text[0] = '"';
                text[at] = specials[i];
                const char *found = scan_text(&r, text, sizeof text, sizeof text, 1);
                char expected[32];
                snprintf(expected, sizeof expected, "| byte %d: ", at + (i == 0));
                if (i > 0 || plain != ' ')
                    assert_non_null(strstr(found, expected));
                else
                    assert_null(strchr(found, '|'));
            }
    recorder_done(&r);
}

/* ---- flaws ---- */

static void a_flaw_is_told_and_the_scan_goes_on(void **state)
{
    (void)state;
    static const struct example examples[] = {
        EXAMPLE("[\"a\\u0000b\",1]", "[ s(a~b)!N@1 n(1)@12 ]"),
        EXAMPLE("{\"a\\u0000b\":1}", "{ k(a~b)!N@1 n(1)@12 }"),
        EXAMPLE("[\"\\ud800\",1]", "[ s(\ufffd)!S@1 n(1)@10 ]"),
        EXAMPLE("[\"\\udc00\",1]", "[ s(\ufffd)!S@1 n(1)@10 ]"),
        EXAMPLE("[\"\\ud800x\"]", "[ s(\ufffdx)!S@1 ]"),
        EXAMPLE("[\"\\ud800\\n\"]", "[ s(\ufffd\n)!S@1 ]"),
        EXAMPLE("[\"\\ud800\\u0041\"]", "[ s(\ufffd\x41)!S@1 ]"),
        EXAMPLE("[\"\\ud800\\ud83d\\ude00\"]", "[ s(\ufffd\U0001f600)!S@1 ]"),
        EXAMPLE("[\"\\udc00\\ud800\"]", "[ s(\ufffd\ufffd)!S@1 ]"),
        EXAMPLE("{\"\\udfff\":0}", "{ k(\ufffd)!S@1 n(0)@10 }"),
        EXAMPLE("[\"\\u0000\\udfff\"]", "[ s(~\ufffd)!NS@1 ]"),
        EXAMPLE("[1e301,1]", "[ n(1e301)!E@1 n(1)@7 ]"),
        EXAMPLE("[1e-301]", "[ n(1e-301)!E@1 ]"),
        EXAMPLE("1e99999999999999999999", "n(1e99999999999999999999)!E@0"),
        EXAMPLE("[0.00001E+0003000]", "[ n(0.00001E+0003000)!E@1 ]"),
        EXAMPLE("{\"a\":1,\"a\":2}", "{ k(a)@1 n(1)@5 k(a)!D@7 n(2)@11 }"),
        EXAMPLE("{\"a\":1,\"\\u0061\":2}", "{ k(a)@1 n(1)@5 k(a)!D@7 n(2)@16 }"),
        EXAMPLE("{\"\\u0061\":1,\"a\":2}", "{ k(a)@1 n(1)@10 k(a)!D@12 n(2)@16 }"),
        EXAMPLE("{\"\":1,\"\":2}", "{ k()@1 n(1)@4 k()!D@6 n(2)@9 }"),
        EXAMPLE(
            "{\"a\":{\"b\":0,\"a\":1},\"b\":2,\"a\":3}",
            "{ k(a)@1 { k(b)@6 n(0)@10 k(a)@12 n(1)@16 } k(b)@19 n(2)@23 k(a)!D@25 n(3)@29 }"),
        EXAMPLE("{\"a\\u0000\":1,\"a\":2,\"a\\u0000\":3}",
                "{ k(a~)!N@1 n(1)@11 k(a)@13 n(2)@17 k(a~)!ND@19 n(3)@29 }"),
        EXAMPLE("[{\"a\":1},{\"a\":1,\"a\":1}]",
                "[ { k(a)@2 n(1)@6 } { k(a)@10 n(1)@14 k(a)!D@16 n(1)@20 } ]"),
        EXAMPLE(
            "{\"a key of more than sixteen bytes\":1,\"a key of more than sixteen bytes\":1,"
            "\"a key of more than sixteen bytez\":1}",
            "{ k(a key of more than sixteen bytes)@1 n(1)@36 "
            "k(a key of more than sixteen bytes)!D@38 n(1)@73 "
            "k(a key of more than sixteen bytez)@75 n(1)@110 }"),
    };
    CHECK_ALL(examples);
}

/* ---- maxima ---- */

static void append_repeated(struct buffer *b, const char *text, size_t times)
{
    for (size_t i = 0; i < times; i++)
        assert_true(buffer_append_text(b, text));
}

/* `before`, then `unit` so often, then `after`: what the recorder makes of it, the same in
 * pieces of several sizes. The text is the recorder's. */
static const char *scan_repeated(struct recorder *r, const char *before, const char *unit,
                                 size_t times, const char *after)
{
    static const size_t sizes[] = {1, 7, 250, 1000, 16 * 1024, 1000 * 1000};
    AUTO(buffer_done) struct buffer text = {.max = 64 * 1024 * 1024};
    append_repeated(&text, before, 1);
    append_repeated(&text, unit, times);
    append_repeated(&text, after, 1);

    const char *data = (const char *)text.data;
    AUTO(cleanup_free) char *expected = strdup(scan_text(r, data, text.len, text.len, 1));
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (strcmp(scan_text(r, data, text.len, 0, sizes[i]), expected) != 0)
            fail_msg("pieces of %zu bytes change the result", sizes[i]);
    return buffer_text(&r->out);
}

static void a_number_beyond_its_maximum_arrives_flawed_and_empty(void **state)
{
    (void)state;
    struct recorder r;
    recorder_init(&r);
    scan_repeated(&r, "[", "1", SCAN_NUMBER_MAX, ",7]");
    assert_int_equal(r.flaws, 0);
    assert_int_equal(r.longest, SCAN_NUMBER_MAX);
    assert_string_equal(scan_repeated(&r, "[", "1", SCAN_NUMBER_MAX + 1, ",7]"),
                        "[ n()!L@1 n(7)@67 ]");
    assert_string_equal(scan_repeated(&r, "[0.", "0", 100000, "1e-5000,7]"),
                        "[ n()!LE@1 n(7)@100011 ]");
    assert_string_equal(scan_repeated(&r, "", "1", 100, ""), "n()!L@0");
    assert_string_equal(scan_repeated(&r, "[", "1", 100, "."),
                        "[ | byte 102: the document ends within a value");
    assert_string_equal(scan_repeated(&r, "[", "1", 100, "x"),
                        "[ n()!L@1 | byte 101: expected ',' or ']', found a letter");
    recorder_done(&r);
}

static void a_string_beyond_its_maximum_arrives_flawed_and_empty(void **state)
{
    (void)state;
    struct recorder r;
    recorder_init(&r);
    scan_repeated(&r, "[\"", "x", SCAN_STRING_MAX, "\",7]");
    assert_int_equal(r.flaws, 0);
    assert_int_equal(r.longest, SCAN_STRING_MAX);
    assert_string_equal(scan_repeated(&r, "[\"", "x", SCAN_STRING_MAX + 1, "\",7]"),
                        "[ s()!L@1 n(7)@1048581 ]");
    assert_string_equal(
        scan_repeated(&r, "[\"", " \\u0000\\ud83d\\ude00\xc3\xa9{[", 100000, "\\ud800\",7]"),
        "[ s()!NSL@1 n(7)@2300010 ]");
    assert_string_equal(scan_repeated(&r, "\"", "\u20ac", 400000, "\\x"),
                        "| byte 1200001: a string holds an escape that JSON does not have");
    assert_string_equal(scan_repeated(&r, "\"", "\u20ac", 400000, "\\ud8"),
                        "| byte 1200005: the document ends within a value");
    recorder_done(&r);
}

static void a_key_beyond_its_maximum_arrives_flawed_and_empty(void **state)
{
    (void)state;
    struct recorder r;
    recorder_init(&r);
    scan_repeated(&r, "{\"", "x", SCAN_KEY_MAX, "\":1}");
    assert_int_equal(r.flaws, 0);
    assert_int_equal(r.longest, SCAN_KEY_MAX);
    scan_repeated(&r, "{\"\\u0078", "x", SCAN_KEY_MAX - 6, "\":1}");
    assert_int_equal(r.flaws, 0);
    assert_string_equal(scan_repeated(&r, "{\"", "x", SCAN_KEY_MAX + 1, "\" : 1,\"a\":2}"),
                        "{ k()!L@1 n(1)@1031 k(a)@1033 n(2)@1037 }");
    assert_string_equal(scan_repeated(&r, "{\"", "x", 5000, "\"}"),
                        "{ k()!L@1 | byte 5003: expected ':', found '}'");
    assert_string_equal(scan_repeated(&r, "{\"", "x", 5000, ""),
                        "{ | byte 5002: the document ends within a key");
    recorder_done(&r);
}

static void deep_nesting_is_flawed_and_deeper_nesting_ends_the_scan(void **state)
{
    (void)state;
    struct recorder r;
    recorder_init(&r);
    scan_repeated(&r, "", "[", SCAN_DEPTH_SOFT, "");
    assert_int_equal(r.flaws, 0);
    scan_repeated(&r, "", "[", SCAN_DEPTH_SOFT + 1, "");
    assert_int_equal(r.flaws, SCAN_FLAW_DEPTH);
    const char *found = scan_repeated(&r, "", "{\"a\":", SCAN_DEPTH_SOFT + 1, "1 ");
    assert_non_null(strstr(found, "{ k(a)@316 {!P@320 k(a)@321 n(1)@325 |"));

    found = scan_repeated(&r, "", "[", SCAN_DEPTH_MAX, "x");
    assert_non_null(strstr(found, "| byte 512: expected a value or ']', found a letter"));
    found = scan_repeated(&r, "", "[", SCAN_DEPTH_MAX + 1, "x");
    assert_non_null(strstr(found, "| byte 512: the document is nested too deep"));
    scan_repeated(&r, "[[]", ",[]", 100000, "]");
    assert_int_equal(r.flaws, 0);
    recorder_done(&r);
}

static void the_deepest_document_closes_again(void **state)
{
    (void)state;
    struct recorder r;
    recorder_init(&r);
    AUTO(buffer_done) struct buffer text = {.max = 1024 * 1024};
    for (int i = 0; i < SCAN_DEPTH_MAX; i++)
        append_repeated(&text, i % 3 ? "[" : "{\"k\":", 1);
    append_repeated(&text, "0", 1);
    for (int i = SCAN_DEPTH_MAX - 1; i >= 0; i--)
        append_repeated(&text, i % 3 ? "]" : "}", 1);
    const char *found = scan_text(&r, (const char *)text.data, text.len, 0, 1);
    assert_null(strchr(found, '|'));
    assert_int_equal(r.flaws, SCAN_FLAW_DEPTH);
    recorder_done(&r);
}

/* ---- many keys ---- */

static void append_members(struct buffer *b, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        assert_true(buffer_printf(b, "%s\"%zu\":0", i == from ? "" : ",", i));
}

static void a_wide_object_keeps_telling_duplicates(void **state)
{
    (void)state;
    struct recorder r;
    recorder_init(&r);
    AUTO(buffer_done) struct buffer text = {.max = 16 * 1024 * 1024};
    append_repeated(&text, "{", 1);
    append_members(&text, 0, 20000);
    append_repeated(&text, ",\"inner\":{", 1);
    append_members(&text, 0, 20000);
    append_repeated(&text, "},", 1);
    append_members(&text, 20000, 30000);
    append_repeated(&text, "}", 1);
    scan_text(&r, (const char *)text.data, text.len, 0, 1000);
    assert_int_equal(r.flaws, 0);

    buffer_truncate(&text, text.len - 1);
    append_repeated(&text, ",\"12345\":1,\"29999\":1,\"inner\":1,\"30000\":1}", 1);
    const char *found = scan_text(&r, (const char *)text.data, text.len, 0, 1000);
    assert_int_equal(r.flaws, SCAN_FLAW_DUPLICATE);
    assert_non_null(strstr(found, " k(12345)!D@"));
    assert_non_null(strstr(found, " k(29999)!D@"));
    assert_non_null(strstr(found, " k(inner)!D@"));
    assert_non_null(strstr(found, " k(30000)@"));
    recorder_done(&r);
}

static void keys_beyond_their_maximum_are_flawed_until_their_object_closes(void **state)
{
    (void)state;
    struct recorder r;
    recorder_init(&r);
    AUTO(buffer_done) struct buffer text = {.max = 16 * 1024 * 1024};
    append_repeated(&text, "[{", 1);
    append_members(&text, 0, SCAN_KEYS_MAX);
    append_repeated(&text, ",\"one more\":[{\"inner\":0}],\"17\":0},{\"fresh\":0}]", 1);
    const char *found = scan_text(&r, (const char *)text.data, text.len, 0, 1000);
    assert_int_equal(r.flaws, SCAN_FLAW_KEYS | SCAN_FLAW_DUPLICATE);
    assert_non_null(strstr(found, " k(65535)@"));
    assert_non_null(strstr(found, " k(one more)!K@"));
    assert_non_null(strstr(found, " k(inner)!K@"));
    assert_non_null(strstr(found, " k(17)!D@"));
    assert_non_null(strstr(found, " k(fresh)@"));
    recorder_done(&r);
}

/* ---- time and memory ---- */

static void memory_does_not_grow_with_the_document(void **state)
{
    (void)state;
    struct recorder r;
    recorder_init(&r);
    struct error err;
    static char piece[64 * 1024];
    memset(piece, 'x', sizeof piece);
    struct mallinfo2 before = mallinfo2();

    assert_true(scan_feed(r.scan, "[\"", 2, &err));
    for (int i = 0; i < 1024; i++)
        assert_true(scan_feed(r.scan, piece, sizeof piece, &err));
    struct mallinfo2 after = mallinfo2();
    assert_true(after.uordblks + after.hblkhd <
                before.uordblks + before.hblkhd + 2 * SCAN_STRING_MAX);

    assert_true(scan_feed(r.scan, "\"]", 2, &err));
    assert_true(scan_finish(r.scan, &err));
    assert_string_equal(buffer_text(&r.out), "[ s()!L@1 ]");
    recorder_done(&r);
}

/* Quadratic work would show as a test that does not end. */
static void four_mebibytes_of_string_arrive_byte_by_byte(void **state)
{
    (void)state;
    struct recorder r;
    recorder_init(&r);
    struct error err;
    assert_true(scan_feed(r.scan, "\"", 1, &err));
    for (int i = 0; i < 4 * 1024 * 1024; i++)
        assert_true(scan_feed(r.scan, &"\xc3\xa9"[i % 2], 1, &err));
    assert_true(scan_feed(r.scan, "\"", 1, &err));
    assert_true(scan_finish(r.scan, &err));
    assert_string_equal(buffer_text(&r.out), "s()!L@0");
    recorder_done(&r);
}

static bool keep_raw(void *context, const struct scan_token *token, struct error *err)
{
    (void)err;
    *(const char **)context = token->raw;
    return true;
}

static void a_chunk_is_scanned_where_it_lies(void **state)
{
    (void)state;
    const char *raw = NULL;
    struct error err;
    AUTO(scan_freep)
    struct scan *s = scan_new(&(struct scan_handler){.context = &raw, .scalar = keep_raw});
    assert_non_null(s);
    const char text[] = "\"there\"";
    assert_true(scan_feed(s, text, 7, &err));
    assert_ptr_equal(raw, text + 1);
}

/* ---- the handler ---- */

static void the_handler_ends_the_scan_with_its_own_error(void **state)
{
    (void)state;
    static const struct {
        const char *call;
        const char *expected;
    } examples[] = {
        {"open", "{ | the handler's own error"},
        {"key", "{ k(a)@1 | the handler's own error"},
        {"scalar", "{ k(a)@1 s(b)@5 | the handler's own error"},
        {"close", "{ k(a)@1 s(b)@5 } | the handler's own error"},
    };
    struct recorder r;
    recorder_init(&r);
    check(&r, "{\"a\":\"b\"}", 9, "{ k(a)@1 s(b)@5 }");
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        r.fail_at = examples[i].call;
        check(&r, "{\"a\":\"b\"}", 9, examples[i].expected);
    }
    recorder_done(&r);
}

static void what_the_handler_skips_is_not_reported(void **state)
{
    (void)state;
    static const struct example examples[] = {
        EXAMPLE("{\"skip\":1,\"a\":2}", "{ k(skip)@1 k(a)@10 n(2)@14 }"),
        EXAMPLE("{\"skip\":\"s\\n\" , \"a\":2}", "{ k(skip)@1 k(a)@16 n(2)@20 }"),
        EXAMPLE("{\"skip\":null}", "{ k(skip)@1 }"),
        EXAMPLE("{\"skip\":[],\"a\":{}}", "{ k(skip)@1 k(a)@11 { } }"),
        EXAMPLE("{\"skip\":{\"x\":[{\"x\":1},2]},\"a\":2}", "{ k(skip)@1 k(a)@26 n(2)@30 }"),
        EXAMPLE("[{\"skip\":{\"skip\":{\"skip\":1}}},1]", "[ { k(skip)@2 } n(1)@30 ]"),
        EXAMPLE("{\"skip\":{\"b\":1,\"b\":\"\\u0000\\ud800\",\"c\":1e999},\"b\":2}",
                "{ k(skip)@1 k(b)@45 n(2)@49 }"),
        EXAMPLE("{\"skip\":1,\"skip\":2}", "{ k(skip)@1 k(skip)!D@10 }"),
        /* grammar, UTF-8 and depth count there as everywhere */
        EXAMPLE("{\"skip\":[1,]}", "{ k(skip)@1 | byte 11: expected a value, found ']'"),
        EXAMPLE("{\"skip\":{1:2}}",
                "{ k(skip)@1 | byte 9: expected a key or '}', found a digit"),
        EXAMPLE("{\"skip\":[\"\xff\"]}",
                "{ k(skip)@1 | byte 10: a string holds bytes that are not UTF-8"),
        EXAMPLE("{\"skip\":[",
                "{ k(skip)@1 | byte 9: the document ends where a value or ']' is expected"),
        /* the container that opens at byte 3 */
        EXAMPLE("[1,[2,{\"a\":3}],4]", "[ n(1)@1 [ n(4)@15 ]"),
        EXAMPLE("[1,{\"a\":[2]},4]", "[ n(1)@1 { n(4)@13 ]"),
        EXAMPLE("[1,[],4]", "[ n(1)@1 [ n(4)@6 ]"),
    };
    struct recorder r;
    recorder_init(&r);
    r.skip_key = "skip";
    r.skip_open = 3;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        check(&r, examples[i].text, examples[i].len, examples[i].expected);

    char deep[8 + SCAN_DEPTH_MAX + 1] = "{\"skip\":";
    memset(deep + 8, '[', SCAN_DEPTH_MAX);
    check(&r, deep, 8 + SCAN_DEPTH_MAX,
          "{ k(skip)@1 | byte 519: the document is nested too deep");
    recorder_done(&r);
}

/* Takes members "k":"X" of objects that do not lie in an array, X being one letter. */
struct taker {
    struct scan *scan;
    size_t taken;
    size_t keys;
    size_t depth;
    char scalars[16];
};

static bool open_owning(void *context, const struct scan_token *token, struct error *err)
{
    struct taker *t = context;
    (void)err;
    t->depth += token->kind == SCAN_ARRAY;
    if (token->kind == SCAN_OBJECT && t->depth == 0)
        scan_own_keys(t->scan);
    return true;
}

static bool close_owned(void *context, enum scan_kind kind, struct error *err)
{
    struct taker *t = context;
    (void)err;
    t->depth -= kind == SCAN_ARRAY;
    return true;
}

static size_t take_members(void *context, const char *bytes, size_t len)
{
    enum { MEMBER = sizeof "\"k\":\"X\"" - 1 };
    struct taker *t = context;
    size_t at = 0;
    assert_int_equal(t->depth, 0);
    assert_int_equal(*bytes, '"');
    while (len - at >= MEMBER && memcmp(bytes + at, "\"k\":\"", 5) == 0 &&
           bytes[at + MEMBER - 1] == '"') {
        strncat(t->scalars, bytes + at + 5, 1);
        t->taken++;
        at += MEMBER;
        if (at == len || bytes[at] != ',')
            break;
        at++;
    }
    return at;
}

static bool count_key(void *context, const struct scan_token *token, struct error *err)
{
    struct taker *t = context;
    (void)token;
    (void)err;
    t->keys++;
    return true;
}

static bool keep_scalar(void *context, const struct scan_token *token, struct error *err)
{
    struct taker *t = context;
    (void)err;
    strncat(t->scalars, token->raw, token->len);
    return true;
}

static struct scan *new_taker(struct taker *t)
{
    struct scan *s = scan_new(&(struct scan_handler){
        .context = t,
        .open = open_owning,
        .close = close_owned,
        .key = count_key,
        .scalar = keep_scalar,
        .members = take_members,
    });
    assert_non_null(s);
    return s;
}

static void members_can_be_taken_by_their_bytes(void **state)
{
    (void)state;
    static const char text[] =
        "{\"k\":\"1\",\"k\":\"2\" ,\"k\":3,\"k\":\"4\", \"k\" :\"5\",\"k\":\"6\","
        "\"x\":[{\"k\":\"7\"}],\"k\":{\"k\":\"8\"},\"k\":\"9\"}";
    struct taker t;
    struct scan *s = new_taker(&t);
    struct error err;
    for (size_t cut = 0; cut < sizeof text; cut++) {
        scan_reset(s);
        t = (struct taker){.scan = s};
        assert_true(scan_feed(s, text, cut, &err));
        assert_true(scan_feed(s, text + cut, sizeof text - 1 - cut, &err));
        assert_true(scan_finish(s, &err));
        assert_string_equal(t.scalars, "123456789");
        assert_int_equal(t.taken + t.keys, 11);
        assert_in_range(t.taken, 5, 6);
    }
    assert_int_equal(t.taken, 6);
    scan_free(s);
}

static void what_follows_taken_members_is_judged(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"{\"k\":\"1\",}", "byte 9: expected a key, found '}'"},
        {"{\"k\":\"1\",,", "byte 9: expected a key, found ','"},
        {"{\"k\":\"1\"]", "byte 8: expected ',' or '}', found ']'"},
        {"{\"k\":\"1\"\"k\":\"2\"}", "byte 8: expected ',' or '}', found '\"'"},
        {"{\"k\":\"1\":", "byte 8: expected ',' or '}', found ':'"},
        {"{\"k\":\"1\",", "byte 9: the document ends where a key is expected"},
        {"{\"k\":\"1\"", "byte 8: the document ends where ',' or '}' is expected"},
    };
    struct taker t;
    struct scan *s = new_taker(&t);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error err;
        scan_reset(s);
        t = (struct taker){.scan = s};
        assert_false(scan_feed(s, cases[i].text, strlen(cases[i].text), &err) &&
                     scan_finish(s, &err));
        assert_int_equal(t.taken, 1);
        assert_string_equal(err.text, cases[i].expected);
    }
    scan_free(s);
}

static void the_whole_document_can_be_skipped(void **state)
{
    (void)state;
    struct recorder r;
    recorder_init(&r);
    r.skip_open = 1;
    check(&r, " [1,{\"a\":2}] ", 13, "[");
    check(&r, " {\"a\":2} x", 10, "{ | byte 9: expected nothing more, found a letter");
    recorder_done(&r);
}

/* ---- a scanner's life ---- */

static void after_an_error_the_scanner_wants_a_reset(void **state)
{
    (void)state;
    struct recorder r;
    recorder_init(&r);
    struct error err;
    assert_true(scan_feed(r.scan, "{\"a\":[{\"b\":\"half", 16, &err));
    assert_false(scan_feed(r.scan, "\n", 1, &err));
    assert_int_equal(err.kind, ERROR_DATA);
    assert_false(scan_feed(r.scan, " ", 1, &err));
    assert_int_equal(err.kind, ERROR_BUG);
    assert_false(scan_finish(r.scan, &err));
    assert_int_equal(err.kind, ERROR_BUG);

    assert_string_equal(scan_text(&r, "{\"a\":1}", 7, 7, 1), "{ k(a)@1 n(1)@5 }");
    recorder_done(&r);
}

static void a_reset_forgets_a_document_in_the_middle(void **state)
{
    (void)state;
    static const char *const halves[] = {
        "[\"half", "[12", "{\"a\":1,\"b\"", "[[[{", "tru", "1e9", "{\"a\":1}",
    };
    struct recorder r;
    recorder_init(&r);
    for (size_t i = 0; i < sizeof halves / sizeof *halves; i++) {
        struct error err;
        scan_reset(r.scan);
        assert_true(scan_feed(r.scan, halves[i], strlen(halves[i]), &err));
        assert_string_equal(scan_text(&r, "{\"a\":1,\"b\":2}", 13, 13, 1),
                            "{ k(a)@1 n(1)@5 k(b)@7 n(2)@11 }");
    }
    recorder_done(&r);
}

static void nothing_of_a_string_is_in_an_error(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "\"CANARY\n\"",   "\"CANARY\\q\"",   "\"CANARY\xff\"", "[\"CANARY\" \"CANARY\"]",
        "{\"CANARY\" 1}", "[\"x\"CANARY\"]", "{\"a\":CANARY}", "[\"CANARY",
    };
    struct recorder r;
    recorder_init(&r);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *error = strchr(scan_text(&r, texts[i], strlen(texts[i]), 1, 1), '|');
        assert_non_null(error);
        assert_null(strstr(error, "CANARY"));
        assert_null(strstr(error, "'C'"));
    }
    recorder_done(&r);
}

static void every_flaw_has_words(void **state)
{
    (void)state;
    for (uint32_t flaw = SCAN_FLAW_NUL; flaw <= SCAN_FLAW_KEYS; flaw <<= 1) {
        assert_string_not_equal(scan_flaw_text(flaw), "");
        assert_ptr_equal(scan_flaw_text(flaw | SCAN_FLAW_KEYS), scan_flaw_text(flaw));
    }
    assert_string_equal(scan_flaw_text(SCAN_FLAW_SURROGATE), "a lone surrogate");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_documents_give_their_tokens),
        cmocka_unit_test(a_broken_document_ends_with_place_and_expectation),
        cmocka_unit_test(what_is_not_utf8_is_refused_where_it_starts),
        cmocka_unit_test(a_special_byte_is_found_at_every_place_of_a_long_string),
        cmocka_unit_test(a_flaw_is_told_and_the_scan_goes_on),
        cmocka_unit_test(a_number_beyond_its_maximum_arrives_flawed_and_empty),
        cmocka_unit_test(a_string_beyond_its_maximum_arrives_flawed_and_empty),
        cmocka_unit_test(a_key_beyond_its_maximum_arrives_flawed_and_empty),
        cmocka_unit_test(deep_nesting_is_flawed_and_deeper_nesting_ends_the_scan),
        cmocka_unit_test(the_deepest_document_closes_again),
        cmocka_unit_test(a_wide_object_keeps_telling_duplicates),
        cmocka_unit_test(keys_beyond_their_maximum_are_flawed_until_their_object_closes),
        cmocka_unit_test(memory_does_not_grow_with_the_document),
        cmocka_unit_test(four_mebibytes_of_string_arrive_byte_by_byte),
        cmocka_unit_test(a_chunk_is_scanned_where_it_lies),
        cmocka_unit_test(the_handler_ends_the_scan_with_its_own_error),
        cmocka_unit_test(what_the_handler_skips_is_not_reported),
        cmocka_unit_test(members_can_be_taken_by_their_bytes),
        cmocka_unit_test(what_follows_taken_members_is_judged),
        cmocka_unit_test(the_whole_document_can_be_skipped),
        cmocka_unit_test(after_an_error_the_scanner_wants_a_reset),
        cmocka_unit_test(a_reset_forgets_a_document_in_the_middle),
        cmocka_unit_test(nothing_of_a_string_is_in_an_error),
        cmocka_unit_test(every_flaw_has_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
