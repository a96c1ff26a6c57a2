/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which page comes next, as a pure state machine. The kinds are a closed table:
 *
 *     single       one answer is all
 *     page_number  total records in pages of size, the last one takes the rest; at most `last`
 *                  pages, for an API that starts over behind its last page
 *     token        the answer says how to ask for the next page; no token, no page. Opaque:
 *                  kept byte for byte. `more`: the page has a token in any case, and this
 *                  says whether another page follows (paging/next beside paging/cursors).
 *                  `from_url`: where there is no token, a parameter of a URL there is it. The
 *                  URL itself is never followed, whatever host it names
 *
 * A token paginator with a size may be told that its pages are too big: it halves them down to
 * `least` records (1 when absent), and doubles them again after PAGINATOR_PATIENCE good pages each
 * (after twice as many whenever that was too early). What was learnt may be kept for the next
 * slices of the same list.
 *
 * Pages that do not end are found out: a token that comes again (Brent's algorithm over
 * digests), PAGINATOR_EMPTY_MAX pages without records in a row.
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
#include "crypto/digest.h"
#include "source/facts.h"
#include "source/template.h"

enum {
    PAGINATOR_CURSOR_MAX = 32 * 1024, /* bytes of the state's text */
    PAGINATOR_EMPTY_MAX = 1000,
    PAGINATOR_PATIENCE = 8,
    PAGINATOR_PATIENCE_MAX = 1024,
};

enum paginator_kind { PAGINATOR_SINGLE, PAGINATOR_PAGE_NUMBER, PAGINATOR_TOKEN };

struct paginator_rule {
    enum paginator_kind kind;
    bool has_size;
    struct template size; /* records of a page */
    struct template total; /* page_number: records wanted of a slice */
    int64_t last; /* page_number: the highest page the API has */
    int64_t least; /* token: no page is made smaller than this */
    size_t token; /* token: the capture that has it … */
    bool has_more;
    size_t more; /* … and the one without which no page follows */
    size_t url; /* the capture of from_url's … */
    const char *parameter; /* … and the name of its parameter; NULL: no from_url */
    uint32_t names; /* what a template of a page may use: bits of enum template_name */
};

/* Reads the rule at p. */
bool paginator_read(struct place *p, const json_t *value, const struct template_scope *scope,
                    struct facts_wanted *wanted, struct paginator_rule *ret_rule,
                    struct error *err);

/* Finds out that a series repeats itself, however long it is until then. */
struct paginator_cycle {
    uint64_t steps; /* since the mark … */
    uint64_t limit; /* … which moves after so many; 0: there is none yet */
    uint8_t mark[DIGEST_SIZE];
};

/* How large pages are found to be possible; {0}: as large as is wanted. */
struct paginator_sizing {
    uint64_t size; /* in force while it is less than what is wanted; else 0 */
    bool grown; /* with the last good page: the next one tells whether that was too early */
    unsigned good; /* pages since it was shrunk, or has grown */
    unsigned patience; /* so many before it grows; 0: PAGINATOR_PATIENCE */
};

struct paginator {
    const struct paginator_rule *rule;
    uint64_t page; /* pages behind us */
    uint64_t size; /* 0: the API decides */
    uint64_t total; /* 0: unknown */
    bool done;
    char *token; /* for the next page; NULL: none */
    struct paginator_sizing own;
    struct paginator_sizing *shared; /* in place of it; NULL: it is not */
    unsigned empty; /* pages without records in a row */
    struct paginator_cycle cycle;
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
/* The page was whole: on to the next one. ERROR_DATA when the answer's token is no text or came
 * before, or when it says that more follows and not where. */
bool paginator_advance(struct paginator *p, const struct facts *facts, struct error *err);

/* The page is too big: half of it at the same place. False when it cannot be smaller. */
bool paginator_shrink(struct paginator *p);
/* What stood in the way of larger pages is behind us. */
void paginator_restore(struct paginator *p);
/* Goes by, and adds to, what was learnt of another paginator of the same rule and values. */
void paginator_share(struct paginator *p, struct paginator_sizing *sizing);
/* Back to the first page. */
void paginator_restart(struct paginator *p);

/* Appends the state's text. */
bool paginator_cursor(const struct paginator *p, struct buffer *out, struct error *err);

#endif
