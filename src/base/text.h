/* SPDX-License-Identifier: Apache-2.0 */
/* Small, total functions on text: numbers, units, names. None depends on the locale. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decimal with optional '-', the whole text, no blanks; false on overflow or anything else. */
bool text_parse_int64(const char *text, size_t len, int64_t *ret_value);

/* A number and one unit: ms s m h d ("90s", "5m", "250ms"); result in nanoseconds, >= 0.
 * A bare "0" is accepted. False on no unit, an unknown unit or overflow. */
bool text_parse_duration(const char *text, int64_t *ret_ns);
/* The shortest exact spelling, for messages: "5m", "90s", "250ms". */
void text_format_duration(int64_t ns, char *ret_text, size_t size);

/* Bytes: a number with B, KiB, MiB, GiB or none of them. */
bool text_parse_size(const char *text, uint64_t *ret_bytes);

/* "true" or "false", nothing else. */
bool text_parse_bool(const char *text, bool *ret_value);

/* [a-z_][a-z0-9_]{0,62}: what may become an SQL identifier. */
bool text_is_identifier(const char *text);

/* The candidate nearest to text by edit distance, for "did you mean"; NULL when none is near.
 * names is a NULL-terminated list; the result points into it. */
const char *text_nearest(const char *text, const char *const *names);

/* The position of text in a NULL-terminated list, or -1. */
int text_find(const char *text, const char *const *names);
/* Is text one of these words, which single blanks part? */
bool text_is_word_of(const char *text, const char *words);

bool text_starts_with(const char *text, const char *prefix);
bool text_ends_with(const char *text, const char *suffix);

/* Valid UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool text_is_utf8(const char *text, size_t len);

/* Puts a '?' for every byte that belongs to no well-formed character, as at a cut. */
void text_make_utf8(char *text);

/* A copy that the caller frees; NULL when memory is out. */
char *text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
