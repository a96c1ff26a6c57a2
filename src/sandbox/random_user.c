/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/random_user.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "codec/hex.h"
#include "sandbox/allowance.h"
#include "sandbox/hostile.h"
#include "sandbox/lexicon.h"
#include "sandbox/people_page.h"
#include "sandbox/people_query.h"
#include "sandbox/recorded.h"
#include "sandbox/splitmix.h"

enum { VERSION_LATEST = 4, FRESH_SEED_DIGITS = 16 };

#define JSON_TYPE "application/json; charset=utf-8"

struct random_user {
    struct service_host *host;
    struct lexicon *lexicon;
    struct allowance allowance;
    struct recorded recorded;
    struct hostile hostile;
    uint64_t seed; /* what fresh seeds are made from */
    atomic_uint_fast64_t fresh; /* how many of them */
};

/* --- life --- */

static void random_user_close(void *state)
{
    struct random_user *r = state;
    if (!r)
        return;
    allowance_done(&r->allowance);
    recorded_done(&r->recorded);
    lexicon_free(r->lexicon);
    free(r);
}

static void close_slot(struct random_user **slot)
{
    random_user_close(*slot);
}

static bool random_user_open(struct service_host *host, void **ret_state, struct error *err)
{
    const struct arguments *a = host->arguments;
    AUTO(close_slot) struct random_user *r = calloc(1, sizeof *r);
    if (!r)
        return error_memory(err);
    r->host = host;
    allowance_init(&r->allowance, a->limit, a->window_ns, timeline_now_ns(host->timeline));
    uint8_t digest[MDHASH_MD5_SIZE];
    mdhash_md5(a->seed, strlen(a->seed), digest);
    memcpy(&r->seed, digest, sizeof r->seed);
    for (size_t i = 0; i < a->recorded_count; i++)
        if (!recorded_load(&r->recorded, a->recorded[i], err))
            return false;
    for (size_t i = 0; i < a->hostile_count; i++)
        if (!hostile_add(&r->hostile, a->hostile[i], err))
            return false;
    if (!lexicon_new(&r->lexicon, err))
        return false;
    *ret_state = steal(&r);
    return true;
}

static void random_user_reset(void *state)
{
    struct random_user *r = state;
    allowance_reset(&r->allowance, timeline_now_ns(r->host->timeline));
}

/* --- routes --- */

static bool random_user_owns(const char *path)
{
    return strcmp(path, "/api") == 0 || text_starts_with(path, "/api/");
}

/* The minor version of /api/, /api/1.3 and the like; -1 for anything else. */
static int version_of(const char *path)
{
    size_t len = strlen(path);
    if (len > 0 && path[len - 1] == '/')
        len--;
    if (len == strlen("/api"))
        return VERSION_LATEST;
    bool shaped = len == strlen("/api/1.x") && text_starts_with(path, "/api/1.");
    int minor = shaped ? path[len - 1] - '0' : -1;
    return minor >= 0 && minor <= VERSION_LATEST ? minor : -1;
}

static bool answer_portrait(struct reply *reply)
{
    /* one grey pixel */
    static const uint8_t jpeg[] = {
        0xff, 0xd8, 0xff, 0xdb, 0x00, 0x43, 0x00, 0x03, 0x02, 0x02, 0x02, 0x02, 0x02, 0x03,
        0x02, 0x02, 0x02, 0x03, 0x03, 0x03, 0x03, 0x04, 0x06, 0x04, 0x04, 0x04, 0x04, 0x04,
        0x08, 0x06, 0x06, 0x05, 0x06, 0x09, 0x08, 0x0a, 0x0a, 0x09, 0x08, 0x09, 0x09, 0x0a,
        0x0c, 0x0f, 0x0c, 0x0a, 0x0b, 0x0e, 0x0b, 0x09, 0x09, 0x0d, 0x11, 0x0d, 0x0e, 0x0f,
        0x10, 0x10, 0x11, 0x10, 0x0a, 0x0c, 0x12, 0x13, 0x12, 0x10, 0x13, 0x0f, 0x10, 0x10,
        0x10, 0xff, 0xc9, 0x00, 0x0b, 0x08, 0x00, 0x01, 0x00, 0x01, 0x01, 0x01, 0x11, 0x00,
        0xff, 0xcc, 0x00, 0x06, 0x00, 0x10, 0x10, 0x05, 0xff, 0xda, 0x00, 0x08, 0x01, 0x01,
        0x00, 0x00, 0x3f, 0x00, 0xd2, 0xcf, 0x20, 0xff, 0xd9,
    };
    return reply_text(reply, 200, "image/jpeg", jpeg, sizeof jpeg);
}

static bool answer_text(struct reply *reply, int status, const char *text)
{
    return reply_text(reply, status, "text/plain; charset=utf-8", text, strlen(text));
}

/* --- answers without users --- */

static bool answer_error(struct reply *reply, int status)
{
    static const char text[] = "{\"error\":\"Uh oh, something has gone wrong. Please tweet us "
                               "@randomapi about the issue. Thank you.\"}";
    return reply_text(reply, status, JSON_TYPE, text, sizeof text - 1);
}

static bool answer_refusal(const struct random_user *r, struct reply *reply, uint64_t users)
{
    char text[512];
    int len = snprintf(text, sizeof text,
                       "{\"error\":\"Whoa, ease up there cowboy. You've requested %" PRIu64
                       " users in the last minute. Help us keep this service free and spare "
                       "some bandwidth for other users please :)\"}",
                       users);
    return reply_text(reply, r->host->arguments->limit_status, JSON_TYPE, text, (size_t)len);
}

/* "30" is sent as it is, "+30" as the date in 30 seconds. */
static bool add_retry_after(const struct random_user *r, struct reply *reply, const char *when)
{
    int64_t seconds;
    if (when[0] != '+' || !text_parse_int64(when + 1, strlen(when + 1), &seconds) ||
        seconds > INT32_MAX)
        return reply_header(reply, "Retry-After", "%s", when);
    char date[TIMELINE_HTTP_DATE_SIZE];
    timeline_format_http_date(timeline_now_ns(r->host->timeline) + seconds * CLOCK_SECOND_NS,
                              date);
    return reply_header(reply, "Retry-After", "%s", date);
}

static bool answer_deadbeef(struct reply *reply)
{
    static const char text[] = "{\"results\":[],\"info\":{\"seed\":\"d3adb33f\",\"results\":1,"
                               "\"page\":1,\"version\":\"1.4\"}}";
    return reply_text(reply, 200, JSON_TYPE, text, sizeof text - 1);
}

/* True when one of them was answered. */
static bool answer_fault(const struct random_user *r, const struct fault_set *faults,
                         struct reply *reply)
{
    const struct fault_hit *hits = faults->hits;
    if (hits[FAULT_RETRY_AFTER].on)
        return answer_refusal(r, reply, r->host->arguments->limit) &&
               add_retry_after(r, reply, hits[FAULT_RETRY_AFTER].argument);
    if (hits[FAULT_ERROR].on)
        return answer_error(reply, hits[FAULT_ERROR].status);
    if (hits[FAULT_DEADBEEF].on)
        return answer_deadbeef(reply);
    return false;
}

/* --- users --- */

/* The address that counts: what proxies say of it, first. */
static const char *client_address(const struct server_request *request)
{
    static const char *const headers[] = {"cf-connecting-ip", "x-real-ip", "x-forwarded-for"};
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        const char *value = server_header(request, headers[i]);
        if (value && *value)
            return value;
    }
    return request->address;
}

static bool is_allowed(struct random_user *r, const struct server_request *request,
                       uint32_t users, struct allowance_answer *ret_answer)
{
    *ret_answer = allowance_take(&r->allowance, timeline_now_ns(r->host->timeline),
                                 client_address(request), users);
    if (!ret_answer->allowed)
        tally_refusal(r->host->tally, ret_answer->blocked);
    return ret_answer->allowed;
}

static void make_fresh_seed(struct random_user *r, char ret_seed[FRESH_SEED_DIGITS + 1])
{
    uint64_t count = atomic_fetch_add(&r->fresh, 1) + 1;
    snprintf(ret_seed, FRESH_SEED_DIGITS + 1, "%016" PRIx64,
             splitmix_mix(r->seed + count * SPLITMIX_STEP));
}

/* Equal for equal bodies: ages change with the day. */
static void make_etag(const struct people_query *q, const char *version, int64_t day,
                      char ret_tag[HEX_SIZE(MDHASH_MD5_SIZE)])
{
    char text[2048];
    char key[HEX_SIZE(MDHASH_MD5_SIZE)];
    uint8_t digest[MDHASH_MD5_SIZE];
    hex_encode(q->source.page, MDHASH_MD5_SIZE, key);
    int len = snprintf(
        text, sizeof text, "%s %s %u %u %u %d %" PRId64 " %s %d %d %d %zu-%zu %s %.*s", version,
        key, q->page, q->results, q->fields, (int)q->source.gender, day, q->format->name,
        q->no_info, q->download, q->source.lego, q->source.password.min, q->source.password.max,
        q->source.password.letters, (int)(q->callback.len < 512 ? q->callback.len : 512),
        q->callback.len > 0 ? (const char *)q->callback.data : "");
    size_t used = (size_t)len < sizeof text ? (size_t)len : sizeof text - 1;
    for (size_t i = 0; i < q->source.nation_count && used < sizeof text; i++)
        text[used++] = (char)('A' + q->source.nations[i]);
    mdhash_md5(text, used, digest);
    hex_encode(digest, MDHASH_MD5_SIZE, ret_tag);
}

static bool add_page_headers(const struct people_query *q, const char *tag, struct reply *reply)
{
    if (q->download)
        return reply_header(reply, "Content-Type", "application/octet-stream") &&
               reply_header(reply, "Content-Disposition",
                            "attachment; filename=\"download.%s\"", q->format->extension) &&
               reply_header(reply, "ETag", "W/\"%s\"", tag);
    return reply_header(reply, "Content-Type", "%s", q->format->type) &&
           reply_header(reply, "ETag", "W/\"%s\"", tag);
}

static bool answer_page(struct random_user *r, const struct server_request *request,
                        const struct fault_set *faults, struct people_query *q,
                        struct reply *reply)
{
    const struct fault_hit *jump = &faults->hits[FAULT_VERSION_JUMP];
    char version[16];
    snprintf(version, sizeof version, "1.%d", q->source.minor);
    int64_t now_ns = timeline_now_ns(r->host->timeline);
    char tag[HEX_SIZE(MDHASH_MD5_SIZE)];
    make_etag(q, version, clock_day_of(now_ns), tag);
    if (!add_page_headers(q, tag, reply))
        return false;

    const char *known = server_header(request, "If-None-Match");
    reply->status = known && strstr(known, tag) ? 304 : 200;
    if (reply->status == 304)
        return true;
    const struct people_page_options options = {
        .query = q,
        .version = jump->on ? jump->argument : version,
        .today = calendar_of_ms(now_ns / 1000000),
        .faults = faults,
        .recorded = &r->recorded,
        .hostile = &r->hostile,
        .journal = r->host->journal,
        .tally = r->host->tally,
    };
    reply->body = people_page_new(&options);
    return reply->body;
}

/* A jump to a version that there is takes its shapes along. */
static int served_minor(int minor, const struct fault_set *faults)
{
    const struct fault_hit *jump = &faults->hits[FAULT_VERSION_JUMP];
    if (!jump->on)
        return minor;
    char path[FAULT_ARGUMENT_SIZE + 8];
    snprintf(path, sizeof path, "/api/%s", jump->argument);
    int other = version_of(path);
    return other >= 0 ? other : minor;
}

/* False: no answer. */
static bool answer_users(struct random_user *r, const struct server_request *request, int minor,
                         const struct fault_set *faults, struct reply *reply)
{
    char fresh[FRESH_SEED_DIGITS + 1];
    make_fresh_seed(r, fresh);
    AUTO(people_query_done) struct people_query q = {0};
    if (!people_query_parse(request, served_minor(minor, faults), fresh, &q))
        return answer_error(reply, 500);
    q.source.lexicon = r->lexicon;
    q.source.canary = r->host->arguments->canary;
    if (faults->hits[FAULT_CLAMP].on)
        q.results = 1;

    struct allowance_answer allowed;
    if (!is_allowed(r, request, q.results, &allowed))
        return answer_refusal(r, reply, allowed.users);
    if (q.hangs)
        return false;
    return answer_page(r, request, faults, &q, reply) || answer_error(reply, 500);
}

static bool add_headers(struct reply *reply, const struct random_user *r)
{
    uint64_t ray = splitmix_mix(r->seed ^ atomic_load(&r->fresh));
    return reply_header(reply, "X-Powered-By", "Express") &&
           reply_header(reply, "Access-Control-Allow-Origin", "*") &&
           reply_header(reply, "Cache-Control", "no-cache") &&
           reply_header(reply, "Server", "cloudflare") &&
           reply_header(reply, "CF-RAY", "%016" PRIx64 "-FRA", ray);
}

static bool random_user_answer(void *state, const struct server_request *request,
                               const struct fault_set *faults, struct reply *reply)
{
    struct random_user *r = state;
    if (!add_headers(reply, r))
        return false;
    if (strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0)
        return answer_text(reply, 404, "Not Found");
    if (text_starts_with(request->path, "/api/portraits/"))
        return answer_portrait(reply);
    int minor = version_of(request->path);
    if (minor < 0)
        return answer_text(reply, 404, "Not Found");
    return answer_fault(r, faults, reply) || answer_users(r, request, minor, faults, reply);
}

const struct service random_user_service = {
    .name = "random_user",
    .owns = random_user_owns,
    .open = random_user_open,
    .close = random_user_close,
    .reset = random_user_reset,
    .answer = random_user_answer,
};
