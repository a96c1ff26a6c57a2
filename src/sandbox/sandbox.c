/* SPDX-License-Identifier: Apache-2.0 */
/*
 * extract-sandbox: takes requests to the API they belong to, and spoils the answers as the
 * faults say.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock_init.h"
#include "base/file.h"
#include "base/log.h"
#include "base/stop.h"
#include "base/text.h"
#include "sandbox/access_log.h"
#include "sandbox/arguments.h"
#include "sandbox/control.h"
#include "sandbox/gzip.h"
#include "sandbox/meta.h"
#include "sandbox/random_user.h"
#include "sandbox/server.h"
#include "sandbox/service.h"
#include "sandbox/tamper.h"

enum { SHORT_BY = 1000, FLOOD_VALUE = 100 };

static const struct service *const services[] = {&random_user_service, &meta_service};

enum { SERVICE_COUNT = sizeof services / sizeof *services };

struct sandbox {
    struct arguments arguments;
    struct timeline timeline;
    struct tally tally;
    struct journal journal;
    struct fault_plan faults;
    struct service_host host;
    struct control control;
    void *states[SERVICE_COUNT];
};

/* --- faults of any API --- */

static bool answer_html(struct reply *reply, int status)
{
    char text[512];
    int len = snprintf(text, sizeof text,
                       "<!DOCTYPE html>\n<html><head><title>%d | randomuser.me</title></head>\n"
                       "<body><center><h1>Error %d</h1></center><hr>"
                       "<center>cloudflare-nginx</center></body></html>\n",
                       status, status);
    return reply_header(reply, "Server", "cloudflare") &&
           reply_text(reply, status, "text/html; charset=UTF-8", text, (size_t)len);
}

/* True when the request never reaches its API. */
static bool answer_in_front(const struct fault_set *faults, struct reply *reply)
{
    const struct fault_hit *hits = faults->hits;
    if (hits[FAULT_HTML].on)
        return answer_html(reply, hits[FAULT_HTML].status);
    if (hits[FAULT_REDIRECT].on) {
        reply->status = hits[FAULT_REDIRECT].status;
        return reply_header(reply, "Location", "%s", hits[FAULT_REDIRECT].argument);
    }
    reply->status = hits[FAULT_NOT_MODIFIED].status;
    return hits[FAULT_NOT_MODIFIED].on;
}

/* Each of these leaves NULL, which fails, when memory is out. */
static void compress(struct reply *reply)
{
    reply->body = gzip_new_take(reply->body);
    reply->length = REPLY_LENGTH_UNKNOWN;
}

static void cut(struct reply *reply, enum tamper_cut how, size_t claim_more)
{
    size_t len = 0;
    reply->body = tamper_new_cut_take(reply->body, how, &len);
    reply->length = how == TAMPER_CUT_QUIET || claim_more > 0 ? (int64_t)(len + claim_more)
                                                              : REPLY_LENGTH_UNKNOWN;
}

static bool accepts_gzip(const struct server_request *request)
{
    const char *accepted = server_header(request, "Accept-Encoding");
    const char *place = accepted ? strcasestr(accepted, "gzip") : NULL;
    if (!place)
        return false;
    const char *weight = place + strlen("gzip");
    size_t len = strcspn(weight, ",");
    /* only a weight of nothing refuses it: q=0, q=0.0 */
    const char *q = memmem(weight, len, "q=", 2);
    return !q || strspn(q + 2, "0.") < (size_t)(weight + len - (q + 2)) || q[2] != '0';
}

static bool encode(const struct sandbox *s, const struct server_request *request,
                   const struct fault_hit *hits, struct reply *reply)
{
    bool twice = hits[FAULT_DOUBLE_GZIP].on;
    bool forced = twice || hits[FAULT_BOMB].on;
    bool asked = !s->arguments.no_gzip && reply->status == 200 && accepts_gzip(request);
    if (!forced && !asked)
        return true;
    compress(reply);
    if (twice)
        compress(reply);
    return reply_header(reply, "Content-Encoding", twice ? "gzip, gzip" : "gzip") &&
           reply_header(reply, "Vary", "Accept-Encoding");
}

static void pad(const struct fault_hit *hits, struct reply *reply)
{
    uint64_t count;
    if (hits[FAULT_BOMB].on && text_parse_size(hits[FAULT_BOMB].argument, &count))
        reply->body = tamper_new_pad_take(reply->body, '[', (int64_t)count);
    if (hits[FAULT_ENDLESS].on)
        reply->body = tamper_new_endless_take(reply->body);
    if (hits[FAULT_BOMB].on || hits[FAULT_ENDLESS].on)
        reply->length = REPLY_LENGTH_UNKNOWN;
}

static void slow_down(const struct sandbox *s, const struct fault_hit *hits,
                      struct reply *reply)
{
    int64_t rate = (int64_t)s->arguments.rate;
    const char *drip = hits[FAULT_DRIP].argument;
    if (hits[FAULT_DRIP].on)
        (void)text_parse_int64(drip, strlen(drip), &rate);
    if (rate > 0)
        reply->body = tamper_new_rate_take(reply->body, (uint64_t)rate);
}

static bool flood_headers(const struct fault_hit *hit, struct reply *reply)
{
    int64_t count = 0;
    if (hit->on)
        (void)text_parse_int64(hit->argument, strlen(hit->argument), &count);
    for (int64_t i = 0; i < count; i++) {
        char name[32];
        snprintf(name, sizeof name, "X-Flood-%lld", (long long)i);
        if (!reply_header(reply, name, "%0*d", FLOOD_VALUE, 0))
            return false;
    }
    return true;
}

static bool spoil(const struct sandbox *s, const struct server_request *request,
                  const struct fault_set *faults, struct reply *reply)
{
    const struct fault_hit *hits = faults->hits;
    if (hits[FAULT_CONTENT_TYPE].on &&
        !reply_replace_header(reply, "Content-Type", hits[FAULT_CONTENT_TYPE].argument))
        return false;
    if (!flood_headers(&hits[FAULT_HEADERS], reply))
        return false;
    if (!reply->body)
        return true;
    pad(hits, reply);
    if (hits[FAULT_TRUNCATE].on)
        cut(reply, TAMPER_CUT_QUIET, 0);
    if (!encode(s, request, hits, reply))
        return false;
    if (hits[FAULT_SHORT].on)
        cut(reply, TAMPER_CUT_BROKEN, SHORT_BY);
    if (hits[FAULT_RESET].on) {
        cut(reply, TAMPER_CUT_BROKEN, 0);
        reply->reset = true;
    }
    slow_down(s, hits, reply);
    return reply->body;
}

/* --- requests --- */

static bool answer_nothing(const struct server_request *request)
{
    server_wait_for_hangup(request);
    return false;
}

static bool answer_service(struct sandbox *s, size_t i, const struct server_request *request,
                           struct reply *reply)
{
    struct fault_set faults;
    fault_take(&s->faults, request->uri, &faults);
    if (faults.hits[FAULT_HANG].on)
        return answer_nothing(request);
    if (!answer_in_front(&faults, reply) &&
        !services[i]->answer(s->states[i], request, &faults, reply))
        return answer_nothing(request);
    return spoil(s, request, &faults, reply);
}

static bool answer_unknown(struct reply *reply)
{
    return reply_text(reply, 404, "text/plain; charset=utf-8", "Not Found",
                      strlen("Not Found"));
}

static bool dispatch(struct sandbox *s, struct server_request *request, struct reply *reply)
{
    if (s->arguments.control && control_owns(request->path))
        return control_answer(&s->control, request, reply);
    for (size_t i = 0; i < SERVICE_COUNT; i++) {
        if (!services[i]->owns(request->path))
            continue;
        request->counted = true;
        tally_begin(&s->tally);
        bool answered = answer_service(s, i, request, reply);
        tally_answer(&s->tally, answered ? reply->status : 0);
        return answered;
    }
    return answer_unknown(reply);
}

static bool handle(void *context, struct server_request *request, struct reply *reply)
{
    struct sandbox *s = context;
    char date[TIMELINE_HTTP_DATE_SIZE];
    timeline_format_http_date(timeline_now_ns(&s->timeline), date);
    bool answered = reply_header(reply, "Date", "%s", date) && dispatch(s, request, reply);
    if (s->arguments.verbose) {
        char uri[ACCESS_LOG_URI_MAX];
        access_log_uri(request->uri, uri);
        log_info("request.answered", "method=%s uri=%s status=%d", request->method, uri,
                 answered ? reply->status : 0);
    }
    return answered;
}

static void finished(void *context)
{
    struct sandbox *s = context;
    tally_end(&s->tally);
}

/* --- life --- */

static void reset_services(void *context)
{
    struct sandbox *s = context;
    for (size_t i = 0; i < SERVICE_COUNT; i++)
        services[i]->reset(s->states[i]);
}

static bool format_stats(void *context, struct buffer *out)
{
    struct sandbox *s = context;
    for (size_t i = 0; i < SERVICE_COUNT; i++)
        if (services[i]->stats && !(buffer_printf(out, ",\"%s\":", services[i]->name) &&
                                    services[i]->stats(s->states[i], out)))
            return false;
    return true;
}

static bool call_service(void *context, const struct server_request *request,
                         struct reply *reply)
{
    struct sandbox *s = context;
    for (size_t i = 0; i < SERVICE_COUNT; i++) {
        char prefix[64];
        snprintf(prefix, sizeof prefix, "/_sandbox/%s/", services[i]->name);
        if (services[i]->control && text_starts_with(request->path, prefix))
            return services[i]->control(s->states[i], request, reply);
    }
    return false;
}

static bool sandbox_init(struct sandbox *s, const struct arguments *arguments,
                         struct error *err)
{
    s->arguments = *arguments;
    tally_init(&s->tally);
    if (!fault_init(&s->faults, arguments->seed, err) ||
        !journal_init(&s->journal, arguments->journal, err))
        return false;
    if (!timeline_init(&s->timeline, arguments->clock))
        return error_set(err, ERROR_USAGE, "--clock %s: a time is expected", arguments->clock);
    for (size_t i = 0; i < arguments->fault_count; i++)
        if (!fault_add(&s->faults, arguments->faults[i], err))
            return false;
    s->host = (struct service_host){
        .arguments = &s->arguments,
        .timeline = &s->timeline,
        .tally = &s->tally,
        .journal = &s->journal,
    };
    s->control = (struct control){
        .timeline = &s->timeline,
        .tally = &s->tally,
        .faults = &s->faults,
        .context = s,
        .reset = reset_services,
        .stats = format_stats,
        .call = call_service,
    };
    for (size_t i = 0; i < SERVICE_COUNT; i++)
        if (!services[i]->open(&s->host, &s->states[i], err))
            return false;
    return true;
}

static void sandbox_done(struct sandbox *s)
{
    for (size_t i = 0; i < SERVICE_COUNT; i++)
        services[i]->close(s->states[i]);
    journal_done(&s->journal);
    fault_done(&s->faults);
    tally_done(&s->tally);
}

static bool announce(const struct arguments *a, int port, struct error *err)
{
    char text[16];
    int len = snprintf(text, sizeof text, "%d\n", port);
    if (a->port_file && !file_write_atomic(a->port_file, text, (size_t)len, err))
        return false;
    log_info("sandbox.listening", "port=%d tls=%s", port, a->certificate ? "yes" : "no");
    return true;
}

static bool serve(struct sandbox *s, struct error *err)
{
    const struct server_options options = {
        .listen = s->arguments.listen,
        .public = s->arguments.public,
        .certificate = s->arguments.certificate,
        .key = s->arguments.key,
        .context = s,
        .handle = handle,
        .finished = finished,
    };
    AUTO(server_freep) struct server *server = NULL;
    if (!server_new(&options, &server, err))
        return false;
    bool announced = announce(&s->arguments, server_port(server), err);
    struct pollfd stop = {.fd = stop_fd(), .events = POLLIN};
    while (announced && !stop_requested())
        poll(&stop, 1, -1);
    stop_request(); /* so that waits within answers end, whatever brought us here */
    return announced;
}

int main(int argc, char **argv)
{
    struct arguments arguments;
    struct error err = {0};
    if (!clock_init(&err)) {
        fprintf(stderr, "extract-sandbox: %s\n", err.text);
        return error_exit_status(err.kind);
    }
    switch (arguments_parse(argc, argv, &arguments, &err)) {
    case ARGUMENTS_DONE:
        return EXIT_SUCCESS;
    case ARGUMENTS_WRONG:
        fprintf(stderr, "extract-sandbox: %s\n", err.text);
        return error_exit_status(err.kind);
    case ARGUMENTS_RUN:
        break;
    }
    stop_init();
    AUTO(sandbox_done) struct sandbox sandbox = {.journal = {.fd = -1}};
    if (sandbox_init(&sandbox, &arguments, &err) && serve(&sandbox, &err))
        return EXIT_SUCCESS;
    fprintf(stderr, "extract-sandbox: %s\n", err.text);
    return error_exit_status(err.kind);
}
