/* SPDX-License-Identifier: Apache-2.0 */
#include "quota/usage.h"

/* 0.95 * 0.7 is a little more or less than 0.665 */
static const double TOLERANCE = 1e-9;

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

double usage_used(const struct usage_reading *r, int64_t window_ns, int64_t now_ns)
{
    if (r->at_ns <= 0)
        return 0;
    if (now_ns >= usage_forgotten_ns(r, window_ns))
        return 0;
    if (r->reset_ns || now_ns <= r->at_ns)
        return r->used;
    return r->used * (1 - (double)(now_ns - r->at_ns) / (double)window_ns);
}

int64_t usage_forgotten_ns(const struct usage_reading *r, int64_t window_ns)
{
    if (r->at_ns <= 0 || r->used <= 0)
        return 0;
    return r->reset_ns ? r->reset_ns : r->at_ns + window_ns;
}

/* When a reading that is at `level` or above has gone below it. */
static int64_t below_at(const struct usage_reading *r, int64_t window_ns, double level)
{
    int64_t forgotten = usage_forgotten_ns(r, window_ns);
    if (r->reset_ns)
        return forgotten;
    int64_t at = r->at_ns + (int64_t)((1 - level / r->used) * (double)window_ns) + 1;
    while (at < forgotten && usage_used(r, window_ns, at) >= level - TOLERANCE)
        at += window_ns / 1000 + 1;
    return at < forgotten ? at : forgotten;
}

struct usage_pace usage_pace(const struct usage_reading *r, int64_t window_ns,
                             unsigned reserved, int64_t now_ns)
{
    double ours = (double)(100 - reserved) / 100;
    double used = usage_used(r, window_ns, now_ns);
    struct usage_pace pace = {.share = 1};
    if (r->regain_ns > now_ns)
        pace.not_before_ns = r->regain_ns;
    if (used >= USAGE_STOP * ours - TOLERANCE)
        pace.not_before_ns =
            later(pace.not_before_ns, below_at(r, window_ns, USAGE_STOP * ours));
    double span = (USAGE_TIGHT - USAGE_FREE) * ours;
    double left = (USAGE_TIGHT * ours - used) / span;
    pace.share = left > 1 ? 1 : left < 0 ? 0 : left;
    return pace;
}

unsigned usage_parallel(const struct usage_pace *pace, unsigned parallel)
{
    return parallel > 1 ? 1 + (unsigned)(pace->share * (parallel - 1) + TOLERANCE) : 1;
}

void usage_merge(struct usage_reading *into, const struct usage_reading *other)
{
    into->used = other->used > into->used ? other->used : into->used;
    into->at_ns = later(into->at_ns, other->at_ns);
    into->reset_ns = later(into->reset_ns, other->reset_ns);
    into->regain_ns = later(into->regain_ns, other->regain_ns);
    if (other->capacity && (!into->capacity || other->capacity < into->capacity))
        into->capacity = other->capacity;
}
