/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may be done to a personal value: the closed table behind x-pii and [policy …].
 *
 *     action                   35 Main St / 1992-03-18T17:36:00Z / -86.3514 / …    becomes
 *     keep                     the value as it came
 *     drop                     NULL
 *     pseudonym:CLASS          a keyed token (crypto/pseudonym.h) of the value's canonical
 *                              form (record/normalise.h)             email_1_k5fh2…
 *     partial:domain           what follows the last @               example.com
 *     partial:url              an address without user, query and           https://a.example/b
 *                              fragment
 *     partial:last:N           the last N characters, 1 to 32        07
 *     truncate:N               the first N characters, 1 to 32       75
 *     redact                   e-mail addresses and telephone numbers       ask [email]
 *                              in it replaced (record/redact.h)
 *     generalise:year          of a date or time, in UTC             1992
 *     generalise:month         its first instant                     1992-03-01T00:00:00Z
 *     generalise:day           its first instant                     1992-03-18T00:00:00Z
 *     generalise:year-start    its first instant                     1992-01-01T00:00:00Z
 *     generalise:band:W:TOP    a whole number, in steps of W below   30-34, 90+
 *                              TOP, a multiple of W
 *     round:N                  a decimal to N places, 0 to 9, half   -86.4
 *                              away from zero
 *
 * An empty value, and one without the part that is asked for (an e-mail without @, an address
 * without ://, a text of no more than N characters for partial:last), is masked to NULL. A value
 * that the action cannot read (a year of "yesterday") does not fit, and its record is
 * quarantined: it is never let through.
 */
#ifndef RECORD_MASK_H
#define RECORD_MASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "crypto/pseudonym.h"
#include "record/decimal.h"
#include "record/memo.h"
#include "record/normalise.h"

enum {
    MASK_CHARACTERS_MAX = 32, /* N of partial:last and truncate */
    MASK_PLACES_MAX = 9, /* N of round */
    MASK_BAND_MAX = 1000000, /* TOP */
    MASK_NAME_MAX = 64, /* bytes of an action's text */
};

enum mask_kind {
    MASK_KEEP,
    MASK_DROP,
    MASK_PSEUDONYM,
    MASK_DOMAIN,
    MASK_URL,
    MASK_LAST,
    MASK_TRUNCATE,
    MASK_REDACT,
    MASK_YEAR,
    MASK_MONTH,
    MASK_DAY,
    MASK_YEAR_START,
    MASK_BAND,
    MASK_ROUND,
};

/* What an action makes of a value; says which columns can take it. */
enum mask_result {
    MASK_SAME, /* whatever the value was */
    MASK_NOTHING,
    MASK_TEXT,
    MASK_INTEGER,
    MASK_DECIMAL,
    MASK_TIME, /* RFC 3339, UTC, midnight */
};

/* An action, parsed. */
struct mask {
    enum mask_kind kind;
    uint32_t count; /* N or W */
    uint32_t top; /* TOP */
    const struct normalise *normaliser; /* pseudonym only */
};

/* Reads an action in the words above. An error of `kind` names the nearest action or class. */
bool mask_parse(const char *text, enum error_kind kind, struct mask *ret_mask,
                struct error *err);

enum mask_result mask_result(const struct mask *m);

/* Something of the value's own text is left, which may need escapes. */
bool mask_leaves_text(const struct mask *m);

/* Appends the action and the version of its normaliser: "pseudonym:email email.v1". This is
 * what a policy's digest is made of. */
bool mask_describe(const struct mask *m, struct buffer *out);

enum mask_verdict { MASK_DONE, MASK_NULL, MASK_UNFIT };

/* Room for what masking makes, with the key that pseudonyms are made with. Holds clear values:
 * mask_work_done wipes it. */
struct mask_work {
    const struct pseudonym *pseudonym;
    struct memo *memo; /* NULL: every pseudonym is made anew */
    char text[DECIMAL_TEXT_MAX];
    struct buffer normalised;
};

/* The pseudonym must live longer; NULL when no action needs it. */
void mask_work_init(struct mask_work *w, const struct pseudonym *pseudonym);
void mask_work_done(struct mask_work *w);

/* Masks a value: the unescaped text of a string or the literal of a number. MASK_DONE:
 * *ret_text points into the value or into what *work holds, until the next call. Not for keep
 * and drop. */
enum mask_verdict mask_apply(const struct mask *m, const char *text, size_t len,
                             struct mask_work *work, const char **ret_text, size_t *ret_len);

#endif
