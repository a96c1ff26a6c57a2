/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which page comes next, as a pure state machine. The kinds are a closed table:
 *
 *     single       one answer is all
 *     page_number  total records in pages of size, the last one takes the rest; at most `last`
 *                  pages, for an API that starts over behind its last page
 *     token        the answer says how to ask for the next page; no token, no page. Opaque:
 *                  kept byte for byte. `more`: the page has a token in any case, and this
 *                  says whether another page follows (paging/next beside paging/cursors)
 *
 * The state has a text, canonical JSON, which is what a checkpoint keeps: {"done":false,
 * "page":2} has two pages behind it.
 */
#ifndef SOURCE_PAGINATOR_H
#define SOURCE_PAGINATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "codec/place.h"
#include "source/facts.h"
#include "source/template.h"

enum { PAGINATOR_CURSOR_MAX = 32 * 1024 }; /* bytes of the state's text */

enum paginator_kind { PAGINATOR_SINGLE, PAGINATOR_PAGE_NUMBER, PAGINATOR_TOKEN };

struct paginator_rule {
    enum paginator_kind kind;
    bool has_size;
    struct template size; /* records of a page */
    struct template total; /* page_number: records wanted of a slice */
    int64_t last; /* page_number: the highest page the API has */
    size_t token; /* token: the capture that has it … */
    bool has_more;
    size_t more; /* … and the one without which no page follows */
    uint32_t names; /* what a template of a page may use: bits of enum template_name */
};

/* Reads the rule at p. */
bool paginator_read(struct place *p, const json_t *value, const struct template_scope *scope,
                    struct facts_wanted *wanted, struct paginator_rule *ret_rule,
                    struct error *err);

struct paginator {
    const struct paginator_rule *rule;
    uint64_t page; /* pages behind us */
    uint64_t size; /* 0: the API decides */
    uint64_t total; /* 0: unknown */
    bool done;
    char *token; /* for the next page; NULL: none */
    char number_text[24];
    char size_text[24];
};

/* At the start, or after the page whose text is cursor (NULL: the start). ERROR_CONFIG when
 * size and total do not fit the API; ERROR_STORE when cursor is no state of this paginator. */
bool paginator_open(const struct paginator_rule *rule, const struct template_values *values,
                    const char *cursor, struct paginator *ret_paginator, struct error *err);
void paginator_close(struct paginator *p);

/* How many pages there are; 0: nobody knows. */
uint64_t paginator_pages(const struct paginator *p);

/* Sets {page.…} and {cursor…} for the next page; they point into p. Not when p->done. */
void paginator_fill(struct paginator *p, struct template_values *values);
/* The page was whole: on to the next one. ERROR_DATA when the answer's token is no text, or the
 * one that was sent. */
bool paginator_advance(struct paginator *p, const struct facts *facts, struct error *err);

/* Appends the state's text. */
bool paginator_cursor(const struct paginator *p, struct buffer *out, struct error *err);

#endif
