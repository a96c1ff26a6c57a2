/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a stream is cut in time. The kinds are a closed table:
 *
 *     day       one slice a day, whose id is the date. `lookback`: how long the API goes on
 *               changing a day; `retention`: how far back it reaches
 *     changes   what was changed since the last complete reading: one slice, "changes". Every
 *               run reads it anew, from where that reading began less `overlap`; the first one
 *               has no such time and reads all
 *     snapshot  all there is: one slice, "all", read anew by every run
 *
 *     {"kind": "day", "lookback": "28d", "retention": "37mo"}
 *     {"kind": "changes", "overlap": "1h"}
 *
 * Days are calendar days of the account; both ends are inclusive. All of this is pure: what day
 * it is, and what was read when, is for the caller to say.
 */
#ifndef SOURCE_SLICE_H
#define SOURCE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "codec/place.h"

enum {
    SLICE_ID_SIZE = 32,
    SLICE_COUNT_MAX = 20000,
    SLICE_LOOKBACK_MAX = 3660, /* days */
    SLICE_MONTHS_MAX = 120,
    SLICE_MARK_SIZE = 2 * CLOCK_RFC3339_SIZE, /* of struct slice_mark as text */
};

enum slice_kind { SLICE_DAY, SLICE_CHANGES, SLICE_SNAPSHOT };

struct slice_rule {
    enum slice_kind kind;
    bool has_lookback;
    int64_t lookback_days; /* day: it may change this long; without: never once it was read */
    int64_t retention_days; /* day: no older one can be read … */
    int64_t retention_months; /* … nor one of a month before these; 0: no such bound */
    int64_t overlap_ns; /* changes */
    uint32_t names; /* what a template of a slice may use: bits of enum template_name */
};

struct slice {
    char
        id[SLICE_ID_SIZE]; /* "2026-11-20", "changes", "all": what checkpoints are kept under */
    char from[CLOCK_DATE_SIZE]; /* day: the first day; else "" */
    char to[CLOCK_DATE_SIZE]; /* its last day, inclusive */
};

/* Reads the rule at p. */
bool slice_read(struct place *p, const json_t *value, struct slice_rule *ret_rule,
                struct error *err);
/* "28d", a number of whole days, for the setting of that name; false when it is none. */
bool slice_parse_lookback(const char *text, int64_t *ret_days);

/* The slices from since_day to until_day (days since 1970-01-01), in order, for the caller to
 * free; the one of `changes` and `snapshot` whatever the days. ERROR_USAGE when since is after
 * until or there are more than SLICE_COUNT_MAX. */
bool slice_list(const struct slice_rule *rule, int64_t since_day, int64_t until_day,
                struct slice **ret_slices, size_t *ret_count, struct error *err);

/* The slice of an id, as a checkpoint has it; false when it is none of this rule. */
bool slice_parse(const struct slice_rule *rule, const char *id, struct slice *ret_slice);

/* Whether a slice whose complete reading began on read_day need not be read again today. A day need
 * not when it was past its lookback by then, or was read today already, after its end; a read_day
 * that is still to come is that of a wrong clock, and says nothing. `changes` and `snapshot` are
 * read by every run. All three days are the account's. */
bool slice_settled(const struct slice_rule *rule, const struct slice *slice, int64_t read_day,
                   int64_t today);

/* The earliest day from since_day on that the API still has. N months reach back N calendar
 * months less a day (a month that is too short: to the first of the next), for the server may
 * have another idea of today, and never further than N months span at the least. */
int64_t slice_clamp(const struct slice_rule *rule, int64_t since_day, int64_t today,
                    bool *ret_clamped);

/* --- readings --- */

/* What one reading covers: changes from since_ns on (without: all there is), and when it began:
 * nothing of it is older. The next one of `changes` begins there. A checkpoint keeps it as
 * "SINCE/BEGAN" or "../BEGAN". */
struct slice_mark {
    bool has_since;
    int64_t since_ns;
    int64_t began_ns;
};

/* The reading of `changes` that begins at now_ns, after `last` (NULL: the first one). When that
 * one began later, the clock was put back, and nobody knows when it really was: all there is is
 * read. */
struct slice_mark slice_next_mark(const struct slice_rule *rule, const struct slice_mark *last,
                                  int64_t now_ns);
void slice_format_mark(const struct slice_mark *mark, char ret_text[SLICE_MARK_SIZE]);
bool slice_parse_mark(const char *text, struct slice_mark *ret_mark);

#endif
