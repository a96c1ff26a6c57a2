/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_advice.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"

enum { VALUE_MAX = 2048, NUMBER_SIZE = 32 };

#define NEGLIGIBLE 1.0 /* percent */

static const char *const case_names[META_USAGE_CASE_COUNT] = {
    [META_USAGE_INSIGHTS] = "ads_insights",
    [META_USAGE_MANAGEMENT] = "ads_management",
};

static const char *tier_name(const struct meta_usage_state *s)
{
    return s->full ? "standard_access" : "development_access";
}

/* "9.67", and "100" without a point: both come. */
static const char *number(double percent, char ret_text[NUMBER_SIZE])
{
    snprintf(ret_text, NUMBER_SIZE, "%.2f", percent);
    size_t len = strlen(ret_text);
    while (ret_text[len - 1] == '0')
        ret_text[--len] = '\0';
    if (ret_text[len - 1] == '.')
        ret_text[--len] = '\0';
    return ret_text;
}

static double greater(double a, double b)
{
    return a > b ? a : b;
}

/* What is said, of whom, to whom. */
struct subject {
    const struct meta_usage_state *state;
    uint64_t account_id;
    enum meta_usage_case use;
    bool twice; /* keys */
};

static bool format_app(const struct subject *about, struct buffer *out)
{
    const struct meta_usage_state *s = about->state;
    return buffer_printf(out, "{\"call_count\":%d,\"total_time\":%d,\"total_cputime\":%d}",
                         (int)s->app_calls, (int)s->app_time, (int)s->app_cpu);
}

static bool format_account(const struct subject *about, struct buffer *out)
{
    char percent[NUMBER_SIZE];
    return buffer_printf(out,
                         "{\"acc_id_util_pct\":%s,\"reset_time_duration\":%" PRId64
                         ",\"ads_api_access_tier\":\"%s\"}",
                         number(about->state->score, percent), about->state->score_reset_s,
                         tier_name(about->state));
}

static bool format_throttle(const struct subject *about, struct buffer *out)
{
    char app[NUMBER_SIZE], account[NUMBER_SIZE];
    return buffer_printf(out,
                         "{\"app_id_util_pct\":%s,\"acc_id_util_pct\":%s"
                         ",\"ads_api_access_tier\":\"%s\"}",
                         number(about->state->app_load, app),
                         number(about->state->account_load, account), tier_name(about->state));
}

static bool format_case(const struct meta_usage_state *s, int i, struct buffer *out)
{
    return buffer_printf(out,
                         "{\"type\":\"%s\",\"call_count\":%d,\"total_cputime\":%d"
                         ",\"total_time\":%d,\"estimated_time_to_regain_access\":%" PRId64
                         ",\"ads_api_access_tier\":\"%s\"}",
                         case_names[i], (int)s->cases[i].calls, (int)s->cases[i].cpu,
                         (int)s->cases[i].time, s->cases[i].regain_minutes, tier_name(s));
}

/* What parts two cases: they are a list, or the key comes again for every one. */
static bool part_cases(const struct subject *about, struct buffer *out)
{
    return about->twice ? buffer_printf(out, "],\"%" PRIu64 "\":[", about->account_id)
                        : buffer_append_byte(out, ',');
}

static bool format_cases(const struct subject *about, struct buffer *out)
{
    bool first = true;
    if (!buffer_printf(out, "{\"%" PRIu64 "\":[", about->account_id))
        return false;
    for (int i = 0; i < META_USAGE_CASE_COUNT; i++) {
        if (!about->state->cases[i].seen)
            continue;
        if ((!first && !part_cases(about, out)) || !format_case(about->state, i, out))
            return false;
        first = false;
    }
    return buffer_append_text(out, "]}");
}

/* --- Is it worth a header? In percent of the bucket that is fullest. */

static double app_matters(const struct subject *about)
{
    const struct meta_usage_state *s = about->state;
    return greater(s->app_calls, greater(s->app_cpu, s->app_time));
}

static double account_matters(const struct subject *about)
{
    return about->state->account >= 0 ? about->state->score : 0;
}

static double cases_matter(const struct subject *about)
{
    const struct meta_usage_state *s = about->state;
    double most = 0;
    for (int i = 0; i < META_USAGE_CASE_COUNT && s->account >= 0; i++)
        most = greater(most,
                       greater(s->cases[i].calls, greater(s->cases[i].cpu, s->cases[i].time)));
    return most;
}

static double throttle_matters(const struct subject *about)
{
    return about->use == META_USAGE_INSIGHTS
               ? greater(about->state->app_load, about->state->account_load)
               : 0;
}

/* --- Headers --- */

static const struct {
    const char *name;
    double (*matters)(const struct subject *);
    bool (*format)(const struct subject *, struct buffer *);
} headers[] = {
    {"X-App-Usage", app_matters, format_app},
    {"X-Ad-Account-Usage", account_matters, format_account},
    {"X-Business-Use-Case-Usage", cases_matter, format_cases},
    {"X-FB-Ads-Insights-Throttle", throttle_matters, format_throttle},
};

static void forget(struct meta_usage_state *s)
{
    s->score = s->app_load = s->account_load = 0;
    s->app_calls = s->app_cpu = s->app_time = 0;
    s->score_reset_s = 0;
    for (int i = 0; i < META_USAGE_CASE_COUNT; i++) {
        s->cases[i].calls = s->cases[i].cpu = s->cases[i].time = 0;
        s->cases[i].regain_minutes = 0;
    }
}

static bool add(struct reply *reply, const char *name, struct buffer *value,
                enum meta_advice_fault fault)
{
    if (fault == META_ADVICE_MALFORMED)
        buffer_truncate(value, value->len * 2 / 3);
    const char *text = buffer_text(value);
    return text && reply_header(reply, name, "%s", text);
}

bool meta_advice_add(struct reply *reply, const struct meta_usage_state *state,
                     uint64_t account_id, enum meta_usage_case use,
                     enum meta_advice_fault fault)
{
    struct meta_usage_state said = *state;
    if (fault == META_ADVICE_ZERO)
        forget(&said);
    const struct subject real = {state, account_id, use, fault == META_ADVICE_DUPLICATE};
    struct subject told = real;
    told.state = &said;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        AUTO(buffer_done) struct buffer value;
        buffer_init(&value, VALUE_MAX);
        if (fault == META_ADVICE_ABSENT || headers[i].matters(&real) < NEGLIGIBLE)
            continue;
        if (!headers[i].format(&told, &value) || !add(reply, headers[i].name, &value, fault))
            return false;
    }
    return true;
}
