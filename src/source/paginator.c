/* SPDX-License-Identifier: Apache-2.0 */
#include "source/paginator.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "source/parameter.h"

enum { PARAMETER_MAX = 64 }; /* bytes of a parameter's name */

static const int64_t pages_max = 1000000000;
static const int64_t size_max = 1000000000;
static const int64_t total_max = INT64_C(1000000000000);

/* What the kinds do: read their own keys, tell a page's names, advance. */
struct kind {
    const char *name;
    const struct place_key *keys;
    uint32_t names;
    bool (*read)(struct place *p, const json_t *value, const struct template_scope *scope,
                 struct facts_wanted *wanted, struct paginator_rule *rule, struct error *err);
    bool (*open)(struct paginator *p, const struct template_values *values, struct error *err);
    bool (*advance)(struct paginator *p, const struct facts *facts, struct error *err);
};

/* A number that a template renders to. */
static bool number_of(const struct template *t, const struct template_values *values,
                      const char *what, int64_t maximum, uint64_t *ret_number,
                      struct error *err)
{
    AUTO(buffer_done) struct buffer text;
    buffer_init(&text, 64);
    int64_t number;
    if (!template_render(t, values, TEMPLATE_PLAIN, &text) || !buffer_text(&text) ||
        !text_parse_int64((const char *)text.data, text.len, &number) || number < 1 ||
        number > maximum)
        return error_set(err, ERROR_CONFIG, "%s must be 1 to %" PRId64, what, maximum);
    *ret_number = (uint64_t)number;
    return true;
}

static bool read_nothing(struct place *p, const json_t *value,
                         const struct template_scope *scope, struct facts_wanted *wanted,
                         struct paginator_rule *rule, struct error *err)
{
    (void)p, (void)value, (void)scope, (void)wanted, (void)rule, (void)err;
    return true;
}

static bool open_nothing(struct paginator *p, const struct template_values *values,
                         struct error *err)
{
    (void)p, (void)values, (void)err;
    return true;
}

static bool advance_single(struct paginator *p, const struct facts *facts, struct error *err)
{
    (void)facts, (void)err;
    p->done = true;
    return true;
}

static bool read_page_number(struct place *p, const json_t *value,
                             const struct template_scope *scope, struct facts_wanted *wanted,
                             struct paginator_rule *rule, struct error *err)
{
    (void)wanted;
    rule->has_size = true;
    rule->last = pages_max;
    return template_member(p, value, "size", scope, &rule->size, err) &&
           template_member(p, value, "total", scope, &rule->total, err) &&
           place_integer(p, value, "last", 1, pages_max, &rule->last, err);
}

static bool open_page_number(struct paginator *p, const struct template_values *values,
                             struct error *err)
{
    if (!number_of(&p->rule->size, values, "the page size", size_max, &p->size, err) ||
        !number_of(&p->rule->total, values, "the number of records", total_max, &p->total, err))
        return false;
    uint64_t pages = paginator_pages(p);
    if (pages > (uint64_t)p->rule->last)
        return error_set(err, ERROR_CONFIG,
                         "%" PRIu64 " records in pages of %" PRIu64 " make %" PRIu64
                         " pages, and the API has %" PRId64
                         ": ask for fewer records or for larger pages",
                         p->total, p->size, pages, p->rule->last);
    return true;
}

static bool advance_page_number(struct paginator *p, const struct facts *facts,
                                struct error *err)
{
    (void)facts, (void)err;
    p->done = p->page >= paginator_pages(p);
    return true;
}

static const struct place_key from_url_keys[] = {
    {"at", true}, {"parameter", true}, {NULL, false}};

/* The member is a pointer to something that the paginator wants of every answer. */
static bool read_capture(struct place *p, const json_t *value, const char *key,
                         struct facts_wanted *wanted, size_t *ret_capture, struct error *err)
{
    const char *at = NULL;
    if (!place_text(p, value, key, POINTER_TEXT_MAX, &at, err))
        return false;
    pointer_push(&p->path, key);
    if (!facts_want(p, at, wanted, ret_capture, err))
        return false;
    pointer_pop(&p->path);
    return true;
}

static bool read_from_url(struct place *p, const json_t *value, struct facts_wanted *wanted,
                          struct paginator_rule *rule, struct error *err)
{
    const json_t *from = json_object_get(value, "from_url");
    if (!from)
        return true;
    pointer_push(&p->path, "from_url");
    if (!place_keys(p, from, from_url_keys, err) ||
        !read_capture(p, from, "at", wanted, &rule->url, err) ||
        !place_text(p, from, "parameter", PARAMETER_MAX, &rule->parameter, err))
        return false;
    pointer_pop(&p->path);
    return true;
}

static bool read_token(struct place *p, const json_t *value, const struct template_scope *scope,
                       struct facts_wanted *wanted, struct paginator_rule *rule,
                       struct error *err)
{
    rule->has_size = json_object_get(value, "size");
    rule->has_more = json_object_get(value, "more");
    if (rule->has_size)
        rule->names |= 1 << TEMPLATE_PAGE_SIZE;
    rule->least = 1;
    return template_member(p, value, "size", scope, &rule->size, err) &&
           place_integer(p, value, "least", 1, size_max, &rule->least, err) &&
           read_capture(p, value, "at", wanted, &rule->token, err) &&
           (!rule->has_more || read_capture(p, value, "more", wanted, &rule->more, err)) &&
           read_from_url(p, value, wanted, rule, err);
}

static bool open_token(struct paginator *p, const struct template_values *values,
                       struct error *err)
{
    if (p->rule->has_size)
        return number_of(&p->rule->size, values, "the page size", size_max, &p->size, err);
    return true;
}

static bool is_nothing(const char *text)
{
    return !text || *text == '\0' || strcmp(text, "null") == 0;
}

static bool endless(struct error *err, const char *why)
{
    return error_set(err, ERROR_DATA,
                     "%s, so the pages would never end; if running again does not help, the "
                     "API has changed",
                     why);
}

/* Whether the token came before, sooner or later after it did. */
static bool repeats(struct paginator_cycle *c, const char *token)
{
    uint8_t digest[DIGEST_SIZE];
    digest_blake2b(token, strlen(token), digest);
    if (c->limit > 0 && memcmp(digest, c->mark, DIGEST_SIZE) == 0)
        return true;
    if (c->steps++ == c->limit) {
        c->limit = c->limit > 0 ? c->limit * 2 : 1;
        c->steps = 0;
        memcpy(c->mark, digest, DIGEST_SIZE);
    }
    return false;
}

/* The token for the next page, for the caller to free; NULL without an error: there is none. */
static bool find_token(const struct paginator_rule *rule, const struct facts *facts,
                       char **ret_token, struct error *err)
{
    const char *token = facts->text[rule->token];
    const char *url = rule->parameter ? facts->text[rule->url] : NULL;
    *ret_token = NULL;
    if (is_nothing(token) && !is_nothing(url))
        return parameter_of_url(url, rule->parameter, ret_token, err);
    if (is_nothing(token))
        return true;
    *ret_token = strdup(token);
    return *ret_token || error_memory(err);
}

static bool count_empty(struct paginator *p, const struct facts *facts, struct error *err)
{
    p->empty = facts->records > 0 ? 0 : p->empty + 1;
    return p->empty <= PAGINATOR_EMPTY_MAX ||
           endless(err, "the answers hold no records and say that more follow");
}

static bool advance_token(struct paginator *p, const struct facts *facts, struct error *err)
{
    const struct paginator_rule *rule = p->rule;
    AUTO(cleanup_free) char *next = NULL;
    if (rule->has_more && is_nothing(facts->text[rule->more])) {
        p->done = true;
    } else {
        if (!find_token(rule, facts, &next, err))
            return false;
        if (!next && rule->has_more)
            return error_set(
                err, ERROR_DATA,
                "the answer says that another page follows, and not where; if running "
                "again does not help, the API has changed");
        p->done = !next;
    }
    if (next && p->page >= (uint64_t)pages_max)
        return endless(err, "there are too many of them");
    if (next && repeats(&p->cycle, next))
        return endless(err, "the answer gives a cursor that came before");
    if (next && !count_empty(p, facts, err))
        return false;
    free(p->token);
    p->token = steal(&next);
    return true;
}

static const struct place_key single_keys[] = {{"kind", true}, {NULL, false}};
static const struct place_key page_number_keys[] = {
    {"kind", true}, {"size", true}, {"total", true}, {"last", false}, {NULL, false},
};
static const struct place_key token_keys[] = {
    {"kind", true},   {"at", true},        {"more", false}, {"size", false},
    {"least", false}, {"from_url", false}, {NULL, false},
};

static const struct kind kinds[] = {
    [PAGINATOR_SINGLE] = {"single", single_keys, 1 << TEMPLATE_PAGE_NUMBER, read_nothing,
                          open_nothing, advance_single},
    [PAGINATOR_PAGE_NUMBER] = {"page_number", page_number_keys,
                               1 << TEMPLATE_PAGE_NUMBER | 1 << TEMPLATE_PAGE_SIZE,
                               read_page_number, open_page_number, advance_page_number},
    [PAGINATOR_TOKEN] = {"token", token_keys,
                         1 << TEMPLATE_PAGE_NUMBER | 1 << TEMPLATE_CURSOR |
                             1 << TEMPLATE_CURSOR_RAW,
                         read_token, open_token, advance_token},
    {.name = NULL},
};

bool paginator_read(struct place *p, const json_t *value, const struct template_scope *scope,
                    struct facts_wanted *wanted, struct paginator_rule *ret_rule,
                    struct error *err)
{
    size_t kind = 0;
    if (!place_sort(p, value, "kind", kinds, sizeof *kinds, &kind, err) ||
        !place_keys(p, value, kinds[kind].keys, err))
        return false;
    struct paginator_rule rule = {
        .kind = (enum paginator_kind)kind,
        .names = kinds[kind].names,
    };
    if (!kinds[kind].read(p, value, scope, wanted, &rule, err))
        return false;
    *ret_rule = rule;
    return true;
}

static bool bad_cursor(struct error *err)
{
    return error_set(err, ERROR_STORE, "the checkpoint is not one of this stream's paginator");
}

static bool parse_cursor(struct paginator *p, const char *cursor, struct error *err)
{
    json_auto_t *state = NULL;
    if (!json_parse(cursor, strlen(cursor), "checkpoint", ERROR_STORE, &state, err))
        return false;
    json_int_t page = 0;
    int done = 0;
    const char *token = NULL;
    if (json_unpack(state, "{s:b, s:I, s?s !}", "done", &done, "page", &page, "token",
                    &token) != 0)
        return bad_cursor(err);
    bool has_token = p->rule->kind == PAGINATOR_TOKEN && !done;
    if (page < 1 || page > pages_max || has_token != (token != NULL))
        return bad_cursor(err);
    if (token && !(p->token = strdup(token)))
        return error_memory(err);
    p->page = (uint64_t)page;
    p->done = done;
    return true;
}

bool paginator_open(const struct paginator_rule *rule, const struct template_values *values,
                    const char *cursor, struct paginator *ret_paginator, struct error *err)
{
    AUTO(paginator_close) struct paginator p = {.rule = rule};
    if (!kinds[rule->kind].open(&p, values, err) || (cursor && !parse_cursor(&p, cursor, err)))
        return false;
    uint64_t pages = paginator_pages(&p);
    if (pages > 0 && (p.page > pages || p.done != (p.page == pages)))
        return bad_cursor(err);
    if (p.token)
        repeats(&p.cycle, p.token);
    *ret_paginator = p;
    p.token = NULL;
    return true;
}

void paginator_close(struct paginator *p)
{
    free(p->token);
    p->token = NULL;
}

uint64_t paginator_pages(const struct paginator *p)
{
    if (p->rule->kind == PAGINATOR_SINGLE)
        return 1;
    return p->total > 0 ? (p->total - 1) / p->size + 1 : 0;
}

static struct paginator_sizing *sizing_of(struct paginator *p)
{
    return p->shared ? p->shared : &p->own;
}

void paginator_share(struct paginator *p, struct paginator_sizing *sizing)
{
    p->shared = sizing;
}

void paginator_fill(struct paginator *p, struct template_values *values)
{
    const struct paginator_sizing *z = sizing_of(p);
    uint64_t size = z->size > 0 ? z->size : p->size;
    if (p->total > 0 && p->total - p->page * p->size < size)
        size = p->total - p->page * p->size;
    snprintf(p->number_text, sizeof p->number_text, "%" PRIu64, p->page + 1);
    snprintf(p->size_text, sizeof p->size_text, "%" PRIu64, size);
    values->text[TEMPLATE_PAGE_NUMBER] = p->number_text;
    values->text[TEMPLATE_PAGE_SIZE] = p->size > 0 ? p->size_text : NULL;
    values->text[TEMPLATE_CURSOR] = p->token;
    values->text[TEMPLATE_CURSOR_RAW] = p->token;
}

static unsigned patience_of(const struct paginator_sizing *z)
{
    return z->patience > 0 ? z->patience : PAGINATOR_PATIENCE;
}

/* A good page: after enough of them a larger one may be tried. */
static void grow(struct paginator *p)
{
    struct paginator_sizing *z = sizing_of(p);
    z->good++;
    z->grown = false;
    if (z->size == 0 || z->good < patience_of(z))
        return;
    z->size = 2 * z->size < p->size ? 2 * z->size : 0;
    z->grown = true;
    z->good = 0;
}

bool paginator_advance(struct paginator *p, const struct facts *facts, struct error *err)
{
    p->page++;
    if (!kinds[p->rule->kind].advance(p, facts, err)) {
        p->page--;
        return false;
    }
    grow(p);
    return true;
}

bool paginator_shrink(struct paginator *p)
{
    struct paginator_sizing *z = sizing_of(p);
    uint64_t size = z->size > 0 ? z->size : p->size;
    if (p->rule->kind != PAGINATOR_TOKEN || size / 2 < (uint64_t)p->rule->least)
        return false;
    if (z->grown && patience_of(z) < PAGINATOR_PATIENCE_MAX) /* that was too early */
        z->patience = 2 * patience_of(z);
    *z = (struct paginator_sizing){.size = size / 2, .patience = z->patience};
    return true;
}

void paginator_restore(struct paginator *p)
{
    struct paginator_sizing *z = sizing_of(p);
    *z = (struct paginator_sizing){.patience = z->patience};
}

void paginator_restart(struct paginator *p)
{
    free(steal(&p->token));
    p->page = 0;
    p->done = false;
    p->empty = 0;
    p->cycle = (struct paginator_cycle){0};
}

bool paginator_cursor(const struct paginator *p, struct buffer *out, struct error *err)
{
    json_auto_t *state = json_pack("{s:b, s:I, s:s*}", "done", p->done, "page",
                                   (json_int_t)p->page, "token", p->token);
    if (!state)
        return error_memory(err);
    return json_canonical(state, out, err);
}
