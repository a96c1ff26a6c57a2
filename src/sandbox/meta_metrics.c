/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_metrics.h"

#include <stddef.h>

#include "sandbox/splitmix.h"

enum { DAY_S = 86400, DRAW_METRICS = 16, DRAW_RESTATED = 17 };

struct meta_today meta_metrics_today(const struct meta_world *w, uint32_t account,
                                     int64_t now_s)
{
    struct meta_today today;
    today.day = meta_zone_day(meta_world_zone(w, account), now_s, &today.second);
    return today;
}

/* --- restatement --- */

/* Whether the beginning of a day changes the day that is `age` days back. Yesterday is not among
 * them: it has just become whole. The changed ages are a walk with a stride that has no factor
 * in common with their number: they never meet. */
static bool changes(const struct meta_world *w, uint32_t account, int64_t clock_day,
                    int64_t age)
{
    static const uint32_t strides[] = {1, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16, 17, 19, 20};
    struct meta_node node = {META_ACCOUNT, account, 0};
    uint64_t drawn =
        splitmix_mix(meta_world_draw(w, node, DRAW_RESTATED) + (uint64_t)clock_day);
    uint32_t start = (uint32_t)(drawn % META_METRICS_AGES);
    uint32_t stride = strides[(drawn >> 32) % (sizeof strides / sizeof *strides)];
    for (uint32_t i = 0; i < w->restated; i++)
        if ((start + i * stride) % META_METRICS_AGES + META_METRICS_YOUNGEST == (uint64_t)age)
            return true;
    return false;
}

uint32_t meta_metrics_version(const struct meta_world *w, uint32_t account, int64_t day,
                              int64_t today)
{
    uint32_t version = 0;
    for (int64_t age = META_METRICS_YOUNGEST;
         age < META_METRICS_YOUNGEST + META_METRICS_AGES && day + age <= today; age++)
        version += changes(w, account, day + age, age);
    return version;
}

/* --- an ad's day --- */

enum {
    PER_MILLE = 1000,
    NO_ROW = 80, /* in a thousand days of ads */
    NO_IMPRESSIONS = 130, /* these and the ones above */
    IMPRESSIONS_LEAST = 40,
    IMPRESSIONS_SPAN = 4000,
    GONE_EVERY = 150, /* a restatement takes a row away */
};

uint64_t meta_metrics_key(const struct meta_world *w, uint32_t account, uint32_t ad)
{
    return meta_world_draw(w, (struct meta_node){META_AD, account, ad}, DRAW_METRICS);
}

static int64_t share(int64_t of, uint64_t drawn, uint32_t least, uint32_t span)
{
    return of * (int64_t)(least + drawn % span) / PER_MILLE;
}

static void draw_counts(uint64_t key, uint64_t state, struct meta_metrics *m)
{
    uint64_t a = splitmix_next(&state);
    uint64_t b = splitmix_next(&state);
    int64_t usual = IMPRESSIONS_LEAST + (int64_t)(key % IMPRESSIONS_SPAN);
    m->impressions = share(usual, a, 400, 1200) + 1;
    m->clicks = share(m->impressions, a >> 11, 2, 40);
    m->link_clicks = share(m->clicks, a >> 22, 500, 500);
    m->landings = share(m->link_clicks, a >> 33, 400, 600);
    m->engagements = m->link_clicks + share(m->clicks, a >> 44, 0, 400);
    m->spend = m->impressions * (int64_t)(150 + key % 900 + b % 250) / PER_MILLE;
    m->reach = share(m->impressions, b >> 10, 550, 440) + 1;
    m->views = key % 3 == 0 ? share(m->impressions, b >> 20, 100, 500) : 0;
    m->carts = share(m->landings, b >> 30, 0, 400);
    m->purchases = share(m->carts, b >> 40, 0, 700);
    m->value = m->purchases * (int64_t)(1000 + (b >> 44) % 9000);
    m->leads = key % 5 == 0 ? share(m->landings, b >> 50, 0, 300) : 0;
}

static const size_t counts[] = {
    offsetof(struct meta_metrics, impressions), offsetof(struct meta_metrics, clicks),
    offsetof(struct meta_metrics, spend),       offsetof(struct meta_metrics, reach),
    offsetof(struct meta_metrics, link_clicks), offsetof(struct meta_metrics, landings),
    offsetof(struct meta_metrics, engagements), offsetof(struct meta_metrics, views),
    offsetof(struct meta_metrics, carts),       offsetof(struct meta_metrics, purchases),
    offsetof(struct meta_metrics, value),       offsetof(struct meta_metrics, leads),
};

enum { COUNTS = sizeof counts / sizeof *counts };

static int64_t *at(struct meta_metrics *m, size_t i)
{
    return (int64_t *)((char *)m + counts[i]);
}

static int64_t get(const struct meta_metrics *m, size_t i)
{
    return *(const int64_t *)((const char *)m + counts[i]);
}

/* What became known later. False: the row is gone. */
static bool restate(uint64_t state, uint32_t version, struct meta_metrics *m)
{
    for (uint32_t i = 1; i <= version; i++) {
        uint64_t drawn = splitmix_mix(state + i * SPLITMIX_STEP);
        if (drawn % GONE_EVERY == 0)
            return false;
        if (m->impressions == 0)
            continue;
        m->spend += m->spend * (int64_t)(drawn >> 8 & 3) / 100;
        m->carts += (int64_t)(drawn >> 16 & 1);
        m->purchases += (int64_t)(drawn >> 17 & 1);
        m->value += (int64_t)(drawn >> 17 & 1) * 2599;
        m->clicks += (int64_t)(drawn >> 18 & 1);
    }
    return true;
}

bool meta_metrics_draw(const struct meta_world *w, uint64_t key, int64_t day, uint32_t version,
                       struct meta_today today, struct meta_metrics *ret_metrics)
{
    if (day < w->first_day || day > today.day)
        return false;
    uint64_t state = splitmix_mix(key + (uint64_t)day * SPLITMIX_STEP);
    uint32_t kind = (uint32_t)((state >> 32) % PER_MILLE);
    struct meta_metrics m = {.rows = 1};
    if (kind < NO_ROW)
        return false;
    if (kind >= NO_IMPRESSIONS)
        draw_counts(key, state, &m);
    if (!restate(state, version, &m))
        return false;
    if (day == today.day)
        for (size_t i = 0; i < COUNTS; i++)
            *at(&m, i) = *at(&m, i) * today.second / DAY_S;
    *ret_metrics = m;
    return true;
}

/* --- sums and parts --- */

void meta_metrics_add(struct meta_metrics *sum, const struct meta_metrics *part)
{
    sum->rows += part->rows;
    for (size_t i = 0; i < COUNTS; i++)
        *at(sum, i) += get(part, i);
}

void meta_metrics_part(const struct meta_metrics *whole, uint32_t from, uint32_t to,
                       uint32_t all, struct meta_metrics *ret_part)
{
    ret_part->rows = 0;
    for (size_t i = 0; i < COUNTS; i++) {
        int64_t value = get(whole, i);
        *at(ret_part, i) = value * to / all - value * from / all;
        ret_part->rows |= *at(ret_part, i) > 0;
    }
}
