/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walk on any response, with the schema of random-user and some that use the rest of the
 * vocabulary. What must hold:
 *
 *   - pieces: however the response is cut, lines, reasons, captures and error are the same;
 *   - a response that is no JSON is refused;
 *   - every record found is released, quarantined or dropped, and its key is that of its line;
 *   - every line is one JSON object of the schema's columns, and what stands in a masked column
 *     has the shape of a masked value: nothing clear gets by.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/file.h"
#include "codec/json.h"
#include "crypto/pseudonym.h"
#include "crypto/secret.h"
#include "record/keyed.h"
#include "record/policy.h"
#include "record/redact.h"
#include "record/scan.h"
#include "record/schema.h"
#include "record/walk.h"

enum { TEXT_MAX = 256 * 1024 * 1024 };

static const char *const schema_files[] = {
    "schemas/random_user/users.json",           "tests/data/schema/good/json-columns.json",
    "tests/data/schema/good/nested.json",       "tests/data/schema/good/everything.json",
    "tests/data/schema/good/every-action.json", "tests/data/schema/good/every-type.json",
    "tests/data/schema/good/definitions.json",  "tests/data/schema/good/fleeting.json",
    "tests/data/schema/good/conversions.json",  "tests/data/schema/good/kept-lists.json",
    "schemas/facebook_ads/insights_ad.json",    "schemas/facebook_ads/ad_sets.json",
    "schemas/facebook_ads/ad_creatives.json",
};

enum { SUBJECTS = sizeof schema_files / sizeof *schema_files };

/* A schema, and a walk over it that tells what it does to a transcript. */
struct subject {
    struct schema *schema;
    struct policy *policy;
    struct walk *walk;
    struct buffer transcript;
};

static const char *const captures[] = {"/info/results", "/error", "/info/*", NULL};

static void demand(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "violated: %s\n", what);
        abort();
    }
}

static void demand_ok(bool ok, const struct error *err)
{
    if (!ok)
        demand(false, err->text);
}

static void append(struct buffer *b, const char *text, size_t len)
{
    demand(buffer_append(b, text, len), "room for the transcript");
}

/* ---- masked values ---- */

static bool all_of(const char *text, const char *allowed)
{
    return text[strspn(text, allowed)] == '\0';
}

/* class_1_26 characters of base32 */
static bool is_token(const char *text)
{
    const char *version = strstr(text, "_1_");
    return version && strlen(version + 3) == 26 &&
           all_of(version + 3, "abcdefghijklmnopqrstuvwxyz0123456789");
}

static size_t characters(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

/* Nothing that is taken out of a text is left in it. */
static bool is_redacted(const char *text)
{
    AUTO(buffer_done) struct buffer scratch = {.max = WALK_LINE_MAX};
    const char *again;
    size_t len;
    demand(redact_apply(text, strlen(text), &scratch, &again, &len), "room for a text");
    return again == text;
}

static bool has_shape(const struct mask *mask, const json_t *value)
{
    const char *text = json_string_value(value);
    switch (mask->kind) {
    case MASK_DROP:
        return false;
    case MASK_PSEUDONYM:
        return text && is_token(text);
    case MASK_LAST:
    case MASK_TRUNCATE:
        return text && characters(text) <= mask->count;
    case MASK_DOMAIN:
        return text && !strchr(text, '@');
    case MASK_URL:
        return text && strstr(text, "://") && !strpbrk(text, "?#");
    case MASK_REDACT:
        return text && is_redacted(text);
    case MASK_YEAR:
        return json_is_integer(value);
    case MASK_MONTH:
    case MASK_DAY:
    case MASK_YEAR_START:
        return text && all_of(text, "0123456789-T:Z") && strlen(text) <= 20;
    case MASK_BAND:
        return text && all_of(text, "0123456789-+");
    case MASK_ROUND:
    case MASK_KEEP:
        return true;
    }
    return false;
}

static void check_line(const struct subject *s, const char *line, size_t len)
{
    json_error_t what;
    json_t *root = json_loadb(line, len, JSON_REJECT_DUPLICATES, &what);
    /* a kept number is the text it was: jansson cannot hold every one */
    if (!root && json_error_code(&what) == json_error_numeric_overflow)
        return;
    demand(json_is_object(root), "a line is a JSON object");

    const char *name;
    json_t *value;
    json_object_foreach (root, name, value) {
        int column = schema_column_find(s->schema, name, strlen(name));
        demand(column >= 0, "a line holds columns of the schema only");
        const struct mask *mask = policy_mask(s->policy, column);
        demand(json_is_null(value) || has_shape(mask, value), "a masked value looks like one");
    }
    json_decref(root);
}

/* ---- the walk ---- */

static bool on_record(void *context, const char *line, size_t len, size_t fleeting,
                      struct error *err)
{
    struct subject *s = context;
    (void)err;
    demand(fleeting < len, "something of a line lasts");
    demand(len > 0 && memchr(line, '\n', len) == line + len - 1, "a line ends in its newline");
    check_line(s, line, len);
    append(&s->transcript, line, len);
    return true;
}

static bool on_quarantine(void *context, const char *line, size_t len, const char *reason,
                          uint64_t position, struct error *err)
{
    struct subject *s = context;
    (void)err;
    demand(memchr(line, '\n', len) == NULL, "a quarantined record is one line");
    check_line(s, line, len);
    for (const char *c = reason; *c; c++)
        demand((unsigned char)*c >= ' ' && *c != 0x7f, "a reason holds no control character");
    append(&s->transcript, line, len);
    demand(buffer_printf(&s->transcript, " #%llu %s\n", (unsigned long long)position, reason),
           "room for the transcript");
    return true;
}

/* A record that fits has a key, which its line has, too. Some are dropped, some set aside. */
static enum walk_fate judge(void *context, const struct walk_keyed *record,
                            const char **ret_reason)
{
    struct subject *s = context;
    AUTO(buffer_done) struct buffer text = {.max = TEXT_MAX};
    const char *end = memchr(record->line, '\n', TEXT_MAX);
    struct walk_keyed read;
    struct error err;
    bool found;
    demand(end, "a line ends in its newline");
    demand_ok(keyed_read(s->schema, record->line, (size_t)(end + 1 - record->line), &text,
                         &read, &found, &err),
              &err);
    demand(found && read.len == record->len && read.key_len == record->key_len &&
               memcmp(read.key, record->key, read.key_len) == 0,
           "what the walk says of a record is what its line says");
    append(&s->transcript, record->key, record->key_len);
    *ret_reason = "judged";
    return record->key_len % 16 == 0   ? WALK_SET_ASIDE
           : record->key_len % 16 == 1 ? WALK_DROP
                                       : WALK_TAKE;
}

static bool feed_all(struct walk *w, const uint8_t *data, size_t size, bool pieces,
                     struct error *err)
{
    for (size_t at = 0, len; at < size; at += len) {
        len = pieces ? 1 + data[size - 1 - at] % 40U : size;
        if (len > size - at)
            len = size - at;
        if (!walk_feed(w, data + at, len, err))
            return false;
    }
    return walk_finish(w, err);
}

/* Returns whether the response was taken; everything else goes to the transcript. */
static bool walk_all(struct subject *s, const uint8_t *data, size_t size, bool pieces)
{
    static const struct walk_constant constants[] = {
        {"api_version", "1.4"},
        {"seed", "a seed"},
        {"page", "1"},
        {"extracted_at", "2026-11-20T09:30:00Z"},
        {"source", "fuzz"},
        {"stream", "walk"},
        {"account", "798085168510957"},
        {"slice", "2026-11-20"},
        {"attribution_windows", "1d_view"},
    };
    struct error err;
    buffer_clear(&s->transcript);
    demand_ok(walk_begin(s->walk, constants, sizeof constants / sizeof *constants, &err), &err);

    bool ok = feed_all(s->walk, data, size, pieces, &err);
    if (!ok)
        append(&s->transcript, err.text, strlen(err.text));
    for (size_t i = 0; ok && captures[i]; i++) {
        const char *kind = walk_capture_kind(s->walk, i);
        const char *text = walk_capture(s->walk, i);
        demand(!kind == !text, "a capture has a text and a kind, or neither");
        demand(buffer_printf(&s->transcript, "%s: %s\n", kind ? kind : "", text ? text : ""),
               "room for the transcript");
    }
    const struct walk_counts *counts = walk_counts(s->walk);
    demand(!ok || counts->records == counts->released + counts->quarantined + counts->repeated,
           "every record is released, quarantined or dropped");
    demand(buffer_printf(&s->transcript, "%llu %llu", (unsigned long long)counts->records,
                         (unsigned long long)counts->unknown),
           "room for the transcript");
    return ok;
}

/* ---- set up once ---- */

static void subject_init(struct subject *s, const char *file, const struct pseudonym *pseudonym)
{
    struct error err;
    const char *source = getenv("EXTRACT_SRCDIR");
    AUTO(cleanup_free) char *path = file_join(source ? source : ".", file);
    demand(path != NULL, "memory");
    demand_ok(schema_load(path, &s->schema, &err), &err);
    demand_ok(policy_new(s->schema, NULL, 0, &s->policy, &err), &err);
    buffer_init(&s->transcript, TEXT_MAX);
    const struct walk_options options = {
        .policy = s->policy,
        .pseudonym = pseudonym,
        .selector = "/results/*",
        .captures = captures,
        .output = {s, on_record, on_quarantine, judge},
    };
    demand_ok(walk_new(&options, &s->walk, &err), &err);
}

static struct subject *subjects(void)
{
    static struct subject made[SUBJECTS];
    if (made[0].walk)
        return made;
    struct error err;
    demand_ok(secret_init(&err), &err);
    AUTO(secret_freep) struct secret *key = secret_new(PSEUDONYM_KEY_SIZE);
    static struct pseudonym *pseudonym;
    pseudonym = key ? pseudonym_new(key, 1) : NULL;
    demand(pseudonym != NULL, "memory");
    for (size_t i = 0; i < SUBJECTS; i++)
        subject_init(&made[i], schema_files[i], pseudonym);
    return made;
}

static bool take_token(void *context, const struct scan_token *token, struct error *err)
{
    (void)context;
    (void)token;
    (void)err;
    return true;
}

static bool take_close(void *context, enum scan_kind kind, struct error *err)
{
    (void)context;
    (void)kind;
    (void)err;
    return true;
}

static bool is_json(const uint8_t *data, size_t size)
{
    AUTO(scan_freep)
    struct scan *s = scan_new(&(struct scan_handler){
        .open = take_token, .close = take_close, .key = take_token, .scalar = take_token});
    struct error err;
    demand(s != NULL, "memory");
    return scan_feed(s, data, size, &err) && scan_finish(s, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool json = is_json(data, size);
    for (size_t i = 0; i < SUBJECTS; i++) {
        struct subject *s = &subjects()[i];
        bool ok = walk_all(s, data, size, false);
        demand(json || !ok, "what is no JSON is refused");

        AUTO(buffer_done) struct buffer whole = {.max = TEXT_MAX};
        append(&whole, (const char *)s->transcript.data, s->transcript.len);
        walk_all(s, data, size, true);
        demand(whole.len == s->transcript.len &&
                   memcmp(whole.data, s->transcript.data, whole.len) == 0,
               "pieces change nothing");
    }
    return 0;
}
