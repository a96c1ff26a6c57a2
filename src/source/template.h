/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text of a manifest with typed placeholders: "{settings.seed}-{slice.day}-u". "{{" and "}}"
 * are single braces.
 *
 * Which placeholders a place may use is decided when the manifest is read (struct
 * template_scope), how their values are encoded by the place itself: a path segment, a query
 * value, plain text. A placeholder may have no value at a moment (a setting without a default,
 * the cursor before the first page): whoever renders asks template_ready first and leaves the
 * parameter out.
 */
#ifndef SOURCE_TEMPLATE_H
#define SOURCE_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "codec/place.h"
#include "source/setting.h"

enum { TEMPLATE_PARTS_MAX = 24, TEMPLATE_TEXT_MAX = 8 * 1024, TEMPLATE_SECRETS_MAX = 8 };

/* What a placeholder names. The settings of the manifest follow in their order, then the secrets
 * of its auth, which have no value but where credentials are put into a request. */
enum template_name {
    TEMPLATE_SOURCE, /* {source} */
    TEMPLATE_VERSION, /* {version} */
    TEMPLATE_STREAM, /* {stream} */
    TEMPLATE_ACCOUNT, /* {account} */
    TEMPLATE_SLICE_DAY, /* {slice.day}: 2026-11-20 */
    TEMPLATE_SLICE_FROM, /* {slice.from}: the first day of the slice … */
    TEMPLATE_SLICE_TO, /* {slice.to}: … and its last, inclusive */
    TEMPLATE_SLICE_SINCE, /* {slice.since}: changes from this instant on; none at first */
    TEMPLATE_SLICE_SINCE_UNIX, /* {slice.since_unix}: the same in seconds; integer */
    TEMPLATE_FIELDS, /* {fields}: what the schema names, by source/selection */
    TEMPLATE_PAGE_NUMBER, /* {page.number}: from 1; integer */
    TEMPLATE_PAGE_SIZE, /* {page.size}: records wanted of this page; integer */
    TEMPLATE_CURSOR, /* {cursor}: of the token paginator; no value on the first page */
    TEMPLATE_CURSOR_RAW, /* {cursor.raw}: the same, put into a query byte for byte */
    TEMPLATE_PART_FILTER, /* {part.filter}: what narrows a request to a part; may be empty */
    TEMPLATE_PART_IDS, /* {part.ids}: the ids of a part, a JSON array of texts */
    TEMPLATE_REPORT_ID, /* {report.id}: of the report that is asked after or read */
    TEMPLATE_REPORT_BATCH, /* {report.batch}: requests for several reports, a JSON array */
    TEMPLATE_SETTING_FIRST, /* {settings.NAME} */
    TEMPLATE_LIST_FIRST = TEMPLATE_SETTING_FIRST + SETTING_COUNT_MAX,
    /* {settings.NAME.json}: a list as a JSON array of its words */
    TEMPLATE_SECRET_FIRST = TEMPLATE_LIST_FIRST + SETTING_COUNT_MAX, /* {secrets.NAME} */
    TEMPLATE_NAMES_MAX = TEMPLATE_SECRET_FIRST + TEMPLATE_SECRETS_MAX
};

/* Sets of names, or-ed. The settings belong to TEMPLATE_OF_RUN. */
enum {
    TEMPLATE_OF_RUN = 1 << TEMPLATE_SOURCE | 1 << TEMPLATE_VERSION | 1 << TEMPLATE_ACCOUNT |
                      1 << TEMPLATE_SETTING_FIRST,
    TEMPLATE_OF_STREAM = TEMPLATE_OF_RUN | 1 << TEMPLATE_STREAM,
};

/* What a template may use where it stands. */
struct template_scope {
    uint32_t names; /* bits 1 << enum template_name */
    bool optional; /* placeholders that may be without a value are fine here */
    const struct setting *settings;
    size_t setting_count;
    const char *const *secrets; /* NULL-terminated names; NULL: none may stand here */
    /* what a request that is read here may be charged to: NULL-terminated names, by position in
     * the manifest; NULL: nothing */
    const char *const *buckets;
};

struct template_part {
    const char *literal; /* NULL: the value of name */
    size_t len;
    uint32_t name;
};

/* Borrows its text from the manifest. */
struct template
{
    size_t count;
    struct template_part parts[TEMPLATE_PARTS_MAX];
};

/* The texts of all names at one moment; NULL: no value. */
struct template_values {
    const char *text[TEMPLATE_NAMES_MAX];
};

enum template_encoding {
    TEMPLATE_PLAIN,
    TEMPLATE_SEGMENT, /* values percent-encoded but for the unreserved of RFC 3986 */
    TEMPLATE_QUERY, /* literals too, as a query value; {cursor.raw} as it is */
};

/* text stands at p and must live as long as the template. */
bool template_read(const struct place *p, const char *text, const struct template_scope *scope,
                   struct template *ret_template, struct error *err);
/* The same of the text that is the member of that name of the object at p; where there is none,
 * *ret_template stays as it is. */
bool template_member(struct place *p, const json_t *object, const char *name,
                     const struct template_scope *scope, struct template *ret_template,
                     struct error *err);

/* True when every placeholder has a value. */
bool template_ready(const struct template *t, const struct template_values *values);
/* One placeholder and nothing else, whose value is an integer. */
bool template_is_integer(const struct template *t, const struct template_scope *scope);
bool template_uses(const struct template *t, uint32_t name);
/* Appends the text; false when out is full. The template must be ready. */
bool template_render(const struct template *t, const struct template_values *values,
                     enum template_encoding encoding, struct buffer *out);

/* Appends value percent-encoded, all but the unreserved characters. */
bool template_encode(const char *value, size_t len, struct buffer *out);

#endif
