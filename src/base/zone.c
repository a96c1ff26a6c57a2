/* SPDX-License-Identifier: Apache-2.0 */
#include "base/zone.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/tzrule.h"

#define ZONE_FOLDER "/usr/share/zoneinfo"

enum {
    HEADER_SIZE = 44,
    COUNTS_AT = 20, /* in the header, behind magic, version and what is reserved */
    TYPE_SIZE = 6, /* offset, is daylight time, index of the name */
    TYPE_MAX = 256, /* a type's number is a byte */
    NAMES_MAX = 4096,
    FOOTER_MAX = 128,
    OFFSET_MAX_S = 26 * 3600,
    DAY_S = 86400,
};

/* From an instant on, the offset. */
struct transition {
    int64_t at_s;
    int32_t offset_s;
};

struct zone {
    size_t count;
    struct transition *transitions; /* ascending */
    int32_t first_offset_s; /* before the first of them */
    bool has_rule; /* from the last of them on */
    struct tzrule rule;
};

bool zone_name_is_valid(const char *name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789_+-/";
    size_t len = strnlen(name, ZONE_NAME_MAX + 1);
    return len <= ZONE_NAME_MAX && name[0] >= 'A' && name[0] <= 'Z' &&
           strspn(name, letters) == len;
}

/* ---- the file ---- */

/* What is left of it. */
struct cursor {
    const uint8_t *p;
    size_t left;
};

/* The counts of a header, in its order. */
struct counts {
    uint32_t ut_marks, standard_marks, leap_seconds, transitions, types, name_bytes;
};

/* The second block's, borrowed. */
struct arrays {
    const uint8_t *times, *indexes, *types;
};

static bool skip(struct cursor *c, uint64_t size, const uint8_t **ret_start)
{
    if (size > c->left)
        return false;
    *ret_start = c->p;
    c->p += size;
    c->left -= (size_t)size;
    return true;
}

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t get64(const uint8_t *p)
{
    return (int64_t)((uint64_t)get32(p) << 32 | get32(p + 4));
}

static bool read_header(struct cursor *c, struct counts *ret_counts)
{
    const uint8_t *p;
    if (!skip(c, HEADER_SIZE, &p) || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
        return false;
    p += COUNTS_AT;
    *ret_counts = (struct counts){get32(p),      get32(p + 4),  get32(p + 8),
                                  get32(p + 12), get32(p + 16), get32(p + 20)};
    return true;
}

/* The block of version 1 has times of 32 bits; all that it says stands again behind it. */
static bool skip_first_block(struct cursor *c)
{
    enum { TIME_SIZE = 4 };
    struct counts n;
    const uint8_t *start;
    return read_header(c, &n) &&
           skip(c,
                (uint64_t)n.transitions * (TIME_SIZE + 1) + (uint64_t)n.types * TYPE_SIZE +
                    n.name_bytes + (uint64_t)n.leap_seconds * (TIME_SIZE + 4) +
                    n.standard_marks + n.ut_marks,
                &start);
}

/* Files that count leap seconds ("right/…") are refused: our instants do not. */
static bool counts_are_sound(const struct counts *n)
{
    return n->leap_seconds == 0 && n->transitions <= ZONE_TRANSITION_MAX && n->types >= 1 &&
           n->types <= TYPE_MAX && n->name_bytes <= NAMES_MAX && n->ut_marks <= n->types &&
           n->standard_marks <= n->types;
}

static bool read_offset(const uint8_t *types, size_t type, int32_t *ret_offset_s)
{
    int32_t offset = (int32_t)get32(types + type * TYPE_SIZE);
    *ret_offset_s = offset;
    return offset > -OFFSET_MAX_S && offset < OFFSET_MAX_S;
}

static bool read_transitions(struct zone *z, const struct counts *n, const struct arrays *a)
{
    if (!read_offset(a->types, 0, &z->first_offset_s))
        return false;
    for (size_t i = 0; i < n->transitions; i++) {
        struct transition *t = &z->transitions[i];
        t->at_s = get64(a->times + i * 8);
        if (a->indexes[i] >= n->types || !read_offset(a->types, a->indexes[i], &t->offset_s) ||
            (i > 0 && t->at_s <= t[-1].at_s))
            return false;
    }
    z->count = n->transitions;
    return true;
}

/* A rule between two newlines, or nothing between them. */
static bool read_footer(struct zone *z, struct cursor *c)
{
    if (c->left < 2 || c->left > FOOTER_MAX || c->p[0] != '\n' || c->p[c->left - 1] != '\n')
        return false;
    z->has_rule = c->left > 2;
    return !z->has_rule || tzrule_parse((const char *)c->p + 1, c->left - 2, &z->rule);
}

/* Where the arrays of the second block stand; the footer is what is left. */
static bool find_arrays(struct cursor *c, struct counts *n, struct arrays *a)
{
    const uint8_t *unused;
    return skip_first_block(c) && read_header(c, n) && counts_are_sound(n) &&
           skip(c, n->transitions * UINT64_C(8), &a->times) &&
           skip(c, n->transitions, &a->indexes) &&
           skip(c, n->types * (uint64_t)TYPE_SIZE, &a->types) &&
           skip(c, n->name_bytes + n->standard_marks + n->ut_marks, &unused);
}

static bool damaged(const char *name, struct error *err)
{
    return error_set(err, ERROR_DATA,
                     "the time zone %s: not a TZif file of version 2 or later, or damaged",
                     name);
}

bool zone_parse(const char *name, const uint8_t *data, size_t len, struct zone **ret_zone,
                struct error *err)
{
    struct cursor c = {data, len};
    struct counts n;
    struct arrays a;
    if (!find_arrays(&c, &n, &a))
        return damaged(name, err);
    AUTO(zone_closep) struct zone *z = calloc(1, sizeof *z);
    if (!z || !(z->transitions = calloc(n.transitions + (size_t)1, sizeof *z->transitions)))
        return error_memory(err);
    if (!read_transitions(z, &n, &a) || !read_footer(z, &c))
        return damaged(name, err);
    *ret_zone = steal(&z);
    return true;
}

bool zone_open(const char *name, struct zone **ret_zone, struct error *err)
{
    if (!zone_name_is_valid(name))
        return error_set(err, ERROR_DATA, "\"%.*s\" is not the name of a time zone",
                         ZONE_NAME_MAX, name);
    if (strcmp(name, "UTC") == 0) {
        *ret_zone = calloc(1, sizeof **ret_zone);
        return *ret_zone || error_memory(err);
    }

    AUTO(cleanup_free) char *path = file_join(ZONE_FOLDER, name);
    AUTO(buffer_done) struct buffer content = {.max = ZONE_FILE_MAX};
    if (!path)
        return error_memory(err);
    if (!file_exists(path))
        return error_set(err, ERROR_CONFIG,
                         "the time zone %s is not in " ZONE_FOLDER
                         ": is the package tzdata installed, and up to date?",
                         name);
    return file_read(path, &content, err) &&
           zone_parse(name, content.data, content.len, ret_zone, err);
}

void zone_close(struct zone *z)
{
    if (!z)
        return;
    free(z->transitions);
    free(z);
}

/* ---- what is asked ---- */

/* The number of transitions up to at_s. */
static size_t transitions_until(const struct zone *z, int64_t at_s)
{
    size_t low = 0, high = z->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (z->transitions[middle].at_s <= at_s)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The offset at at_s, and until when it is that; INT64_MAX: for ever. */
static int32_t offset_at(const struct zone *z, int64_t at_s, int64_t *ret_until_s)
{
    size_t next = transitions_until(z, at_s);
    if (next == z->count && z->has_rule)
        return tzrule_offset_s(&z->rule, at_s, ret_until_s);
    *ret_until_s = next < z->count ? z->transitions[next].at_s : INT64_MAX;
    return next > 0 ? z->transitions[next - 1].offset_s : z->first_offset_s;
}

static int64_t seconds_of(int64_t ns)
{
    return ns / CLOCK_SECOND_NS - (ns % CLOCK_SECOND_NS < 0);
}

int32_t zone_offset_s(const struct zone *z, int64_t ns)
{
    int64_t until_s;
    return offset_at(z, seconds_of(ns), &until_s);
}

int64_t zone_day_of(const struct zone *z, int64_t ns)
{
    int64_t local_s = seconds_of(ns) + zone_offset_s(z, ns);
    return local_s / DAY_S - (local_s % DAY_S < 0);
}

/* From a time at which no zone has reached the day, from one offset to the next: the first
 * instant at which midnight has passed. */
int64_t zone_day_start_ns(const struct zone *z, int64_t day)
{
    const int64_t day_max = INT64_MAX / CLOCK_DAY_NS - 2;
    if (day > day_max || day < -day_max)
        return day > 0 ? INT64_MAX : INT64_MIN;

    int64_t midnight_s = day * DAY_S, until_s;
    for (int64_t from_s = midnight_s - OFFSET_MAX_S;; from_s = until_s) {
        int64_t start_s = midnight_s - offset_at(z, from_s, &until_s);
        if (start_s < from_s)
            start_s = from_s;
        if (start_s < until_s)
            return start_s * CLOCK_SECOND_NS;
    }
}
