/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Short texts, as names and numbers are: compared and copied by two words that may overlap, where a
 * call and a loop would take longer than the work.
 */
#ifndef RECORD_SHORT_H
#define RECORD_SHORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* memcmp(a, b, len) == 0. */
static inline bool short_same(const char *a, const char *b, size_t len)
{
    if (len > 32)
        return memcmp(a, b, len) == 0;
    if (len >= 16) {
        unsigned __int128 a_head, b_head, a_tail, b_tail;
        memcpy(&a_head, a, 16);
        memcpy(&b_head, b, 16);
        memcpy(&a_tail, a + len - 16, 16);
        memcpy(&b_tail, b + len - 16, 16);
        return a_head == b_head && a_tail == b_tail;
    }
    if (len >= 8) {
        uint64_t a_head, b_head, a_tail, b_tail;
        memcpy(&a_head, a, 8);
        memcpy(&b_head, b, 8);
        memcpy(&a_tail, a + len - 8, 8);
        memcpy(&b_tail, b + len - 8, 8);
        return a_head == b_head && a_tail == b_tail;
    }
    if (len >= 4) {
        uint32_t a_start, b_start, a_end, b_end;
        memcpy(&a_start, a, 4);
        memcpy(&b_start, b, 4);
        memcpy(&a_end, a + len - 4, 4);
        memcpy(&b_end, b + len - 4, 4);
        return a_start == b_start && a_end == b_end;
    }
    for (size_t i = 0; i < len; i++)
        if (a[i] != b[i])
            return false;
    return true;
}

/* memcpy(p, text, len); returns what is behind the copy. */
static inline char *short_copy(char *p, const char *text, size_t len)
{
    if (len > 32) {
        memcpy(p, text, len);
    } else if (len >= 16) {
        unsigned __int128 head, tail;
        memcpy(&head, text, 16);
        memcpy(&tail, text + len - 16, 16);
        memcpy(p, &head, 16);
        memcpy(p + len - 16, &tail, 16);
    } else if (len >= 8) {
        uint64_t head, tail;
        memcpy(&head, text, 8);
        memcpy(&tail, text + len - 8, 8);
        memcpy(p, &head, 8);
        memcpy(p + len - 8, &tail, 8);
    } else if (len >= 4) {
        uint32_t head, tail;
        memcpy(&head, text, 4);
        memcpy(&tail, text + len - 4, 4);
        memcpy(p, &head, 4);
        memcpy(p + len - 4, &tail, 4);
    } else if (len > 0) {
        char middle = text[len / 2], end = text[len - 1];
        *p = *text;
        p[len / 2] = middle;
        p[len - 1] = end;
    }
    return p + len;
}

#endif
