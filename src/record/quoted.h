/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands between the quotes of a JSON string (RFC 8259 section 7), piece by piece:
 *
 *     Zo\u00eb ☕   =   plain "Zo", escape "\u00eb", plain " ", UTF-8 "☕"
 *
 * Pure functions on [p, end); where the bytes may end in the middle of a piece, as they do at the
 * end of a chunk, the answer is QUOTED_MORE.
 */
#ifndef RECORD_QUOTED_H
#define RECORD_QUOTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__) && !defined(QUOTED_PORTABLE)
#include <emmintrin.h>
#endif

enum { QUOTED_PIECE_MAX = 12 }; /* bytes: two \u escapes of a surrogate pair */

enum quoted {
    QUOTED_FINE,
    QUOTED_NUL, /* \u0000 */
    QUOTED_LONE, /* half a surrogate pair */
    QUOTED_BROKEN, /* no escape of JSON, no UTF-8 */
    QUOTED_MORE, /* the bytes end before it can be told; none of those there is wrong */
};

/* The escape at p, where a backslash is. A surrogate pair is one piece. The length is set unless
 * the answer is QUOTED_BROKEN or QUOTED_MORE. */
enum quoted quoted_escape(const char *p, const char *end, size_t *ret_len);

/* The UTF-8 sequence at p, where a byte from 0x80 on is: no overlong forms, no surrogates,
 * nothing beyond U+10FFFF. Answers and length as above. */
enum quoted quoted_utf8(const char *p, const char *end, size_t *ret_len);

/* The text of a whole string that was checked, into out, which has room for len bytes: the text
 * is never longer. Half a surrogate pair becomes U+FFFD, U+0000 a NUL byte. Returns the length. */
size_t quoted_unescape(const char *raw, size_t len, char *out);

/* ASCII but quote, backslash and controls: nothing that wants a closer look. */
static inline int quoted_is_plain(char c)
{
    return (signed char)c >= ' ' && c != '"' && c != '\\';
}

/* The first byte from p on that is not plain, or end. This is where a scan spends its time. */
static inline const char *quoted_skip_plain(const char *p, const char *end)
{
#if defined(__SSE2__) && !defined(QUOTED_PORTABLE)
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i space = _mm_set1_epi8(' ');
    for (; end - p >= 16; p += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)p);
        /* the comparison is signed: bytes from 0x80 on are below a space, too */
        __m128i special = _mm_or_si128(
            _mm_cmplt_epi8(bytes, space),
            _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)));
        int mask = _mm_movemask_epi8(special);
        if (mask)
            return p + __builtin_ctz((unsigned)mask);
    }
#else
    /* A byte that is too small for what is taken from it gets its high bit set; so may the bytes
     * above it, but then this word holds a special byte anyway. */
    const uint64_t ones = UINT64_C(0x0101010101010101);
    for (; end - p >= 8; p += 8) {
        uint64_t bytes;
        memcpy(&bytes, p, sizeof bytes);
        uint64_t quotes = (bytes ^ ones * '"') - ones;
        uint64_t backslashes = (bytes ^ ones * '\\') - ones;
        uint64_t controls = bytes - ones * ' ';
        if ((quotes | backslashes | controls | bytes) & ones << 7)
            break;
    }
#endif
    while (p < end && quoted_is_plain(*p))
        p++;
    return p;
}

/* quoted_end from p on, where the string is not plain. */
const char *quoted_special_end(const char *p, const char *end, bool *ret_escaped);

/* The closing quote of the string whose first byte is at p; NULL: there is none, or a flaw before
 * it. *ret_escaped: it holds a backslash. */
static inline const char *quoted_end(const char *p, const char *end, bool *ret_escaped)
{
    p = quoted_skip_plain(p, end);
    *ret_escaped = false;
    return p < end && *p == '"' ? p : quoted_special_end(p, end, ret_escaped);
}

#endif
