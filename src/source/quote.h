/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The API's own words, made fit for an error text, a log and a terminal: printable, short, and
 * without what looks like an e-mail address, a link, a telephone number, a long number or a token.
 * What comes from outside goes into an error through here only.
 */
#ifndef SOURCE_QUOTE_H
#define SOURCE_QUOTE_H

enum {
    QUOTE_MAX = 200, /* bytes of text kept */
    QUOTE_TELEPHONE_MIN = 8, /* digits behind a +, in groups or not */
    QUOTE_DIGITS_MAX = 9, /* a longer row of digits may be somebody's number */
    QUOTE_LETTERS_MAX = 31, /* of letters and digits: no word of any language, but of a key */
    QUOTE_SIZE = QUOTE_MAX + 8,
};

/* Any bytes; what is cut ends in "…". NULL is "". Returns ret_text. */
const char *quote_text(const char *text, char ret_text[QUOTE_SIZE]);

#endif
