/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The canonical form of a personal value, before it is replaced by a pseudonym: two spellings
 * of one thing must give one token, wherever they come from.
 *
 *     class      version        what is done
 *     email      email.v1       NFC, trimmed, case-folded
 *     name       name.v1        NFKC, trimmed, inner blanks collapsed, case-folded
 *     phone      phone.v1       +, digits only, "00" is "+"; what is not then + and 8 to 15
 *                               digits (E.164) is taken as phonetext: nothing is guessed
 *     phonetext  phonetext.v1   NFC, trimmed (there are phone numbers with letters)
 *     postcode   postcode.v1    NFKC, trimmed, inner blanks collapsed, upper case
 *     text       text.v1        NFC, trimmed
 *     username   username.v1    NFC, trimmed, case-folded
 *     uuid       uuid.v1        trimmed, lower case; the all-zero one is nobody's: empty
 *
 * All of them are total (any bytes; what is not UTF-8 is only trimmed of ASCII blanks),
 * idempotent and independent of the locale. A version is never changed: another form is another
 * version, and with it another digest of the policy. The only file that knows utf8proc.
 */
#ifndef RECORD_NORMALISE_H
#define RECORD_NORMALISE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

enum {
    NORMALISE_INPUT_MAX = 16 * 1024, /* bytes; no name or address is longer */
    /* of the scratch buffer: code points of a decomposition (at most 18 for 3 bytes), and the
     * text of them */
    NORMALISE_SCRATCH_MAX = 4 * 1024 * 1024,
};

/* A row of the table above. */
struct normalise;

const struct normalise *normalise_find(const char *class_name); /* NULL: no such class */
const char *normalise_class(const struct normalise *n);
const char *normalise_version(const struct normalise *n);
/* All class names, NULL-terminated: for "did you mean". */
const char *const *normalise_classes(void);

/* The canonical form of text: *ret_text points into text or into scratch, whose content is
 * replaced. Empty when nothing is left. False when the text is longer than NORMALISE_INPUT_MAX
 * or memory is out. */
bool normalise_apply(const struct normalise *n, const char *text, size_t len,
                     struct buffer *scratch, const char **ret_text, size_t *ret_len);

#endif
