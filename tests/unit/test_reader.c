/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a page from the loopback to the output, on real parts: HTTP client, limiter,
 * scanner. A server in a thread answers from a script; the clock is ours, so no test waits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <ftw.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/stop.h"
#include "record/schema.h"
#include "source/reader.h"
#include "source_fixture.h"

enum { SCRIPT_MAX = 40, BODY_MAX = 8 * 1024 * 1024 };

#define S CLOCK_SECOND_NS

/* --- the clock --------------------------------------------------------------------------- */

/* 2026-11-20T12:01:40Z: 200 seconds before a five-minute mark. */
static const int64_t start_ns = INT64_C(1795176100) * S;
static _Atomic int64_t clock_ns;
static int64_t slept_ns;

static int64_t fake_now(void)
{
    return clock_ns;
}

static bool fake_sleep(int64_t duration_ns)
{
    if (stop_requested())
        return false;
    slept_ns += duration_ns;
    clock_ns += duration_ns;
    return true;
}

static const struct clock_source fake_clock = {fake_now, fake_now, fake_sleep};

/* --- the server -------------------------------------------------------------------------- */

/* How an answer differs from what was asked for. */
struct deed {
    const char *text; /* sent as it is, the connection is closed behind it; NULL: users */
    int records, results, page; /* added to what was asked for */
    const char *version, *seed; /* in place of the right ones */
    bool cut; /* half of the body, as if it were all */
    bool short_body; /* half of the body, and the length of all */
    bool endless; /* an HTML body that goes on and on */
    const char *field; /* "…": one more in every user */
    const char *name; /* in place of the id of the first user */
};

struct server {
    int fd;
    uint16_t port;
    pthread_t thread;
    const struct deed *script; /* the last one goes on for ever */
    size_t count;
    atomic_uint served;
    char requests[SCRIPT_MAX][512]; /* the request lines' targets */
};

static const char *parameter(const char *target, const char *name, char ret_value[128])
{
    const char *at = strstr(target, name);
    size_t len = at ? strcspn(at + strlen(name), "& ") : 0;
    snprintf(ret_value, 128, "%.*s", (int)(len < 127 ? len : 127), at ? at + strlen(name) : "");
    return ret_value;
}

static void write_users(const char *target, const struct deed *deed, struct buffer *body)
{
    char size_text[128], page_text[128], seed[128];
    long size = strtol(parameter(target, "results=", size_text), NULL, 10);
    long page = strtol(parameter(target, "page=", page_text), NULL, 10);
    parameter(target, "seed=", seed);
    buffer_append_text(body, "{\"results\":[");
    for (long i = 0; i < size + deed->records; i++) {
        buffer_printf(body, "%s{\"id\":\"", i > 0 ? "," : "");
        if (i == 0 && deed->name)
            buffer_append_text(body, deed->name);
        else
            buffer_printf(body, "p%ld-%ld", page, i);
        buffer_printf(body, "\",\"secret\":\"CANARY-%ld\"%s}", i,
                      deed->field ? deed->field : "");
    }
    buffer_printf(body,
                  "],\"info\":{\"seed\":\"%s\",\"results\":%ld,\"page\":%ld,"
                  "\"version\":\"%s\"}}",
                  deed->seed ? deed->seed : seed, size + deed->results, page + deed->page,
                  deed->version ? deed->version : "1.4");
}

static void send_all(int fd, const void *data, size_t len)
{
    const char *p = data;
    while (len > 0) {
        ssize_t n = send(fd, p, len, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        p += n;
        len -= (size_t)n;
    }
}

static void send_endless(int fd)
{
    static const char head[] = "HTTP/1.1 503 x\r\nContent-Type: text/html\r\n\r\n";
    char block[65536];
    memset(block, '.', sizeof block);
    send_all(fd, head, sizeof head - 1);
    for (int i = 0; i < 1600; i++) /* 100 MiB, if anybody reads them */
        send_all(fd, block, sizeof block);
}

static void answer(struct server *s, int fd, const char *target)
{
    unsigned number = s->served++;
    const struct deed *deed = &s->script[number < s->count ? number : s->count - 1];
    if (number < SCRIPT_MAX)
        snprintf(s->requests[number], sizeof s->requests[number], "%s", target);
    if (deed->text) {
        send_all(fd, deed->text, strlen(deed->text));
        return;
    }
    if (deed->endless) {
        send_endless(fd);
        return;
    }
    AUTO(buffer_done) struct buffer body;
    AUTO(buffer_done) struct buffer head;
    buffer_init(&body, BODY_MAX);
    buffer_init(&head, 1000);
    write_users(target, deed, &body);
    size_t len = deed->cut || deed->short_body ? body.len / 2 : body.len;
    buffer_printf(&head,
                  "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
                  "Content-Length: %zu\r\nConnection: close\r\n\r\n",
                  deed->short_body ? body.len : len);
    send_all(fd, head.data, head.len);
    send_all(fd, body.data, len);
}

static void *serve(void *context)
{
    struct server *s = context;
    for (;;) {
        int fd = accept(s->fd, NULL, NULL);
        if (fd < 0)
            return NULL;
        char request[8192], target[512];
        size_t len = 0;
        while (len < sizeof request - 1) {
            ssize_t n = recv(fd, request + len, sizeof request - 1 - len, 0);
            if (n <= 0)
                break;
            len += (size_t)n;
            request[len] = '\0';
            if (strstr(request, "\r\n\r\n"))
                break;
        }
        request[len] = '\0';
        if (sscanf(request, "GET %511s", target) == 1)
            answer(s, fd, target);
        shutdown(fd, SHUT_WR);
        char rest[4096]; /* so that what was sent is not cut off by a reset */
        while (recv(fd, rest, sizeof rest, MSG_DONTWAIT) > 0)
            ;
        close(fd);
    }
}

static void server_start(struct server *s, const struct deed *script, size_t count)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    *s = (struct server){.script = script, .count = count};
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(s->fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(s->fd, 8), 0);
    assert_int_equal(getsockname(s->fd, (struct sockaddr *)&address, &len), 0);
    s->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void server_stop(struct server *s)
{
    shutdown(s->fd, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->fd);
}

/* --- all parts together ------------------------------------------------------------------ */

static const char things[] =
    "{'type': 'object', 'x-table': 'things', 'x-key': ['id'], 'x-unknown': '%s', 'required': "
    "['id'], 'properties': {'id': {'type': 'string', 'x-pii': 'keep', 'x-column': {'type': "
    "'text'}}, 'secret': {'type': 'string', 'x-pii': 'drop'}, 'owner': {'type': 'string', "
    "'x-pii': 'keep', 'x-column': {'type': 'text'}}}, 'x-derived': {'page': {'from': '{page}', "
    "'x-pii': 'keep', 'x-column': {'type': 'text'}}, 'extracted_at': {'from': "
    "'{extracted_at}', 'x-pii': 'keep', 'x-column': {'type': 'timestamptz'}}}}";

struct setup {
    struct server server;
    char folder[64];
    struct manifest *manifest;
    struct settings *settings;
    struct schema *schema;
    struct policy *policy;
    struct http *http;
    struct limiter *limiter;
    struct slice slice;
    int64_t max_wait_ns;
    struct buffer lines; /* of the attempt that counts */
    unsigned begun;
    unsigned quarantined;
    char reason[512];
    char misfit[256];
    bool refuse; /* the output fails */
    unsigned waits;
    int64_t wait_until_ns;
    char why[512];
    unsigned retries;
};

static bool on_begin(void *context, struct error *err)
{
    (void)err;
    struct setup *s = context;
    s->begun++;
    s->quarantined = 0;
    buffer_clear(&s->lines);
    return true;
}

static bool on_record(void *context, const char *line, size_t len, size_t fleeting,
                      struct error *err)
{
    struct setup *s = context;
    (void)fleeting;
    if (s->refuse)
        return error_set(err, ERROR_STORE, "the disk is full");
    assert_true(buffer_append(&s->lines, line, len));
    return true;
}

static bool on_quarantine(void *context, const char *line, size_t len, const char *reason,
                          uint64_t position, struct error *err)
{
    (void)position, (void)err;
    struct setup *s = context;
    s->quarantined++;
    snprintf(s->misfit, sizeof s->misfit, "%.*s", (int)len, line);
    snprintf(s->reason, sizeof s->reason, "%s", reason);
    return true;
}

static void on_waiting(void *context, const char *why, int64_t until_ns)
{
    struct setup *s = context;
    s->waits++;
    s->wait_until_ns = until_ns;
    snprintf(s->why, sizeof s->why, "%s", why);
}

static void on_retrying(void *context, const struct error *cause, unsigned attempt,
                        int64_t wait_ns)
{
    struct setup *s = context;
    assert_true(*cause->text && attempt > 0 && wait_ns >= 0);
    s->retries++;
}

static unsigned malformed;

static void on_malformed(void *context, const char *header, const struct error *why)
{
    (void)context;
    assert_true(*header);
    assert_true(*why->text);
    malformed++;
}

static void set(struct setup *s, const char *key, const char *value)
{
    struct error err = {0};
    if (!settings_set(s->settings, key, value, &err))
        fail_msg("%s", err.text);
}

static void setup_with(struct setup *s, const char *manifest, const char *unknown,
                       const struct deed *script, size_t count)
{
    struct error err = {0};
    *s = (struct setup){.manifest = fixture_manifest(manifest), .max_wait_ns = 3600 * S};
    clock_ns = start_ns;
    slept_ns = 0;
    clock_replace(&fake_clock);
    buffer_init(&s->lines, BODY_MAX);
    snprintf(s->folder, sizeof s->folder, "/tmp/extract-reader.XXXXXX");
    assert_non_null(mkdtemp(s->folder));
    server_start(&s->server, script, count);

    AUTO(cleanup_free) char *url = text_format("http://127.0.0.1:%u", s->server.port);
    s->settings = settings_new(s->manifest);
    set(s, "base_url", url);

    AUTO(cleanup_free) char *text = text_format(things, unknown);
    json_auto_t *schema = fixture_json(text);
    AUTO(cleanup_free) char *quota = text_format("%s/quota.db", s->folder);
    struct http_options options = {
        .hosts = settings_hosts(s->settings),
        .user_agent = "test",
        .limits = s->manifest->transfer,
    };
    options.limits.stall_timeout_ns = options.limits.total_timeout_ns = 20 * S;
    if (!schema_from_json(schema, "things", &s->schema, &err) ||
        !policy_new(s->schema, NULL, 0, &s->policy, &err) ||
        !http_new(&options, &s->http, &err) || !limiter_open(quota, &s->limiter, &err))
        fail_msg("%s", err.text);
    const struct slice_rule *rule = &s->manifest->streams[0].slice;
    assert_true(
        slice_parse(rule, rule->kind == SLICE_DAY ? "2026-11-20" : "changes", &s->slice));
}

static void setup_users(struct setup *s, const char *users, const char *page_size,
                        const struct deed *script, size_t count)
{
    setup_with(s, "sources/random_user.json", "drop", script, count);
    set(s, "users", users);
    set(s, "page_size", page_size);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st, (void)flag, (void)ftw;
    return remove(path);
}

static void setup_done(struct setup *s)
{
    http_free(s->http);
    server_stop(&s->server);
    limiter_close(s->limiter);
    policy_free(s->policy);
    schema_free(s->schema);
    settings_free(s->settings);
    manifest_free(s->manifest);
    buffer_done(&s->lines);
    nftw(s->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    clock_replace(NULL);
}

static struct exchange_client client_of(struct setup *s)
{
    return (struct exchange_client){
        .settings = s->settings,
        .http = s->http,
        .limiter = s->limiter,
        .max_wait_ns = s->max_wait_ns,
        .watch = {s, on_waiting, on_retrying, NULL, on_malformed},
    };
}

static bool open_at(struct setup *s, const struct reader_checkpoint *checkpoint,
                    struct reader **ret_reader, struct error *err)
{
    const struct reader_options options = {
        .client = client_of(s),
        .account = MANIFEST_SINGLE_ACCOUNT,
        .slice = &s->slice,
        .checkpoint = checkpoint,
        .policy = s->policy,
        .output = {s, on_begin, on_record, on_quarantine},
    };
    return reader_new(&options, ret_reader, err);
}

static struct reader *open_reader(struct setup *s)
{
    struct reader *r = NULL;
    struct error err = {0};
    if (!open_at(s, NULL, &r, &err))
        fail_msg("%s", err.text);
    return r;
}

static void expect_page(struct reader *r, struct reader_page *ret_page)
{
    struct error err = {0};
    if (!reader_next(r, ret_page, &err))
        fail_msg("%s", err.text);
}

static const struct deed good = {0};

/* --- the good way ------------------------------------------------------------------------ */

static void pages_come_in_order_with_their_records_and_constants(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s;
    setup_users(&s, "7", "3", &good, 1);
    AUTO(reader_freep) struct reader *r = open_reader(&s);
    assert_int_equal(reader_pages(r), 3);
    assert_false(reader_resumed(r));

    static const char *const sizes[] = {"3", "3", "1"};
    for (unsigned page = 1; page <= 3; page++) {
        struct reader_page p;
        char text[128];
        expect_page(r, &p);
        assert_int_equal(p.number, page);
        assert_int_equal(p.last, page == 3);
        assert_false(p.done);
        assert_int_equal(p.attempts, 1);
        assert_int_equal(p.counts.records, strtol(sizes[page - 1], NULL, 10));
        assert_int_equal(p.counts.released, p.counts.records);
        assert_true(p.received_bytes > 100 && p.decoded_bytes >= p.received_bytes);
        snprintf(text, sizeof text, "\"id\":\"p%u-0\"", page);
        assert_non_null(strstr(buffer_text(&s.lines), text));
        snprintf(text, sizeof text, "\"page\":\"%u\"", page);
        assert_non_null(strstr(buffer_text(&s.lines), text));
        assert_non_null(strstr(buffer_text(&s.lines), "2026-11-20T12:01:40Z"));
        assert_null(strstr(buffer_text(&s.lines), "CANARY"));
        snprintf(text, sizeof text, "/api/1.4/?results=%s&page=%u&seed=extract-2026-11-20-u",
                 sizes[page - 1], page);
        assert_string_equal(s.server.requests[page - 1], text);
    }
    struct reader_page p;
    expect_page(r, &p);
    assert_true(p.done);
    assert_int_equal(s.server.served, 3);
    assert_int_equal(reader_pages_done(r), 3);
}

static void a_checkpoint_goes_on_behind_its_page(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s;
    setup_users(&s, "7", "3", &good, 1);
    uint8_t digest[DIGEST_SIZE];
    char cursors[4][128] = {""};
    {
        AUTO(reader_freep) struct reader *r = open_reader(&s);
        memcpy(digest, reader_request_digest(r), sizeof digest);
        for (int i = 1; i <= 3; i++) {
            struct reader_page p;
            expect_page(r, &p);
            snprintf(cursors[i], sizeof cursors[i], "%s", p.cursor);
        }
    }
    for (unsigned from = 1; from <= 3; from++) {
        const struct reader_checkpoint checkpoint = {.cursor = cursors[from], .digest = digest};
        AUTO(reader_freep) struct reader *r = NULL;
        struct error err = {0};
        struct reader_page p;
        assert_true(open_at(&s, &checkpoint, &r, &err));
        assert_true(reader_resumed(r));
        assert_int_equal(reader_pages_done(r), from);
        expect_page(r, &p);
        assert_int_equal(p.done, from == 3);
        if (!p.done)
            assert_int_equal(p.number, from + 1);
    }
}

static void other_settings_begin_the_slice_anew(void **state)
{
    (void)state;
    static const char *const changes[][2] = {
        {"users", "8"}, {"page_size", "2"}, {"seed", "another"}, {"nationalities", "AU"}, {0},
    };
    AUTO(setup_done) struct setup s;
    setup_users(&s, "7", "3", &good, 1);
    uint8_t digest[DIGEST_SIZE];
    {
        AUTO(reader_freep) struct reader *r = open_reader(&s);
        memcpy(digest, reader_request_digest(r), sizeof digest);
    }
    const struct reader_checkpoint checkpoint = {.cursor = "{\"done\":false,\"page\":2}",
                                                 .digest = digest};
    for (size_t i = 0; i <= 4; i++) {
        AUTO(reader_freep) struct reader *same = NULL;
        struct error err = {0};
        assert_true(open_at(&s, &checkpoint, &same, &err));
        assert_int_equal(reader_resumed(same), i == 0);
        assert_int_equal(reader_pages_done(same), i == 0 ? 2 : 0);
        if (changes[i][0])
            set(&s, changes[i][0], changes[i][1]);
    }
    AUTO(reader_freep) struct reader *bad = NULL;
    struct error err = {0};
    set(&s, "users", "7");
    set(&s, "page_size", "3");
    set(&s, "seed", "extract");
    set(&s, "limit_users", "none"); /* changes nothing about the pages */
    AUTO(setup_done) struct setup fresh;
    setup_users(&fresh, "7", "3", &good, 1);
    AUTO(reader_freep) struct reader *r = open_reader(&fresh);
    assert_memory_not_equal(reader_request_digest(r), digest, sizeof digest); /* another host */
    const struct reader_checkpoint broken = {.cursor = "{\"page\":2}",
                                             .digest = reader_request_digest(r)};
    assert_false(open_at(&fresh, &broken, &bad, &err));
    assert_int_equal(err.kind, ERROR_STORE);
    assert_non_null(strstr(err.text, "random_user users 2026-11-20: "));
}

static void a_misfit_and_an_unknown_field_are_counted_not_fatal(void **state)
{
    (void)state;
    static const struct deed odd = {.field = ",\"new\":1", .name = "a\\u0000b"};
    AUTO(setup_done) struct setup s;
    setup_users(&s, "3", "3", &odd, 1);
    AUTO(reader_freep) struct reader *r = open_reader(&s);
    struct reader_page p;
    expect_page(r, &p);
    assert_int_equal(p.counts.records, 3);
    assert_int_equal(p.counts.released, 2);
    assert_int_equal(p.counts.quarantined, 1);
    assert_int_equal(s.quarantined, 1);
    assert_int_equal(p.counts.unknown, 3);
    assert_int_equal(p.drift_count, 1);
    assert_string_equal(p.drifts[0].path, "/new");
    assert_int_equal(p.drifts[0].count, 3);
}

/* --- faults ------------------------------------------------------------------------------ */

#define JSON_HEAD "Content-Type: application/json\r\nConnection: close\r\n"
#define HTML_HEAD "Content-Type: text/html\r\nConnection: close\r\n"

static const struct fault {
    const char *what;
    struct deed deed;
    enum error_kind kind; /* when it stays */
    bool at_once; /* no second attempt */
    const char *says;
} faults[] = {
    {"clamp",
     {.results = -2, .records = -2},
     ERROR_DATA,
     true,
     "the service silently changed the number of users asked for: /info/results should be 3 "
     "and "
     "is \"1\""},
    {"missing", {.records = -1}, ERROR_DATA, true, "number of records should be 3 and is 2"},
    {"extra", {.records = 1}, ERROR_DATA, true, "number of records should be 3 and is 4"},
    {"version",
     {.version = "1.5"},
     ERROR_DATA,
     true,
     "in another version of its API: /info/version should be 1.4 and is \"1.5\""},
    {"seed", {.seed = "someone-else"}, ERROR_DATA, true, "for another seed"},
    {"page", {.page = 1}, ERROR_DATA, true, "/info/page should be 1 and is \"2\""},
    {"outage",
     {.seed = "d3adb33f", .records = -3, .results = -2},
     ERROR_REMOTE,
     false,
     "out of order"},
    {"cut", {.cut = true}, ERROR_DATA, false, "not whole, valid JSON"},
    {"short", {.short_body = true}, ERROR_NETWORK, false, "× no complete answer"},
    {"nothing", {.text = ""}, ERROR_NETWORK, false, "× no complete answer"},
    {"error-200",
     {.text =
          "HTTP/1.1 200 OK\r\n" JSON_HEAD "\r\n{\"error\":\"Uh oh, something has gone wrong. "
          "Please tweet us @randomapi or mail jane@example.com\"}"},
     ERROR_REMOTE,
     false,
     "reports trouble: \"Uh oh, something has gone wrong. Please tweet us @randomapi or mail "
     "[address]\" (HTTP 200)"},
    {"html-200",
     {.text = "HTTP/1.1 200 OK\r\n" HTML_HEAD "\r\n<html>"},
     ERROR_REMOTE,
     false,
     "the answer is not JSON (HTTP 200, text/html)"},
    {"html-503",
     {.text = "HTTP/1.1 503 x\r\n" HTML_HEAD "\r\n<html>"},
     ERROR_REMOTE,
     false,
     "the service is in trouble (HTTP 503, text/html)"},
    {"endless-503", {.endless = true}, ERROR_REMOTE, false, "(HTTP 503, text/html)"},
    {"no-type",
     {.text = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}"},
     ERROR_REMOTE,
     false,
     "(HTTP 200, no content type)"},
    {"empty",
     {.text = "HTTP/1.1 200 OK\r\n" JSON_HEAD "Content-Length: 0\r\n\r\n"},
     ERROR_DATA,
     false,
     "not whole, valid JSON"},
    {"no-info",
     {.text = "HTTP/1.1 200 OK\r\n" JSON_HEAD "\r\n{\"results\":[]}"},
     ERROR_DATA,
     true,
     "/info/version should be 1.4 and is missing"},
    {"array",
     {.text = "HTTP/1.1 200 OK\r\n" JSON_HEAD "\r\n[]"},
     ERROR_DATA,
     true,
     "is missing"},
    {"404",
     {.text = "HTTP/1.1 404 x\r\n" HTML_HEAD "\r\nNot Found"},
     ERROR_REMOTE,
     true,
     "does not know this version"},
    {"302",
     {.text = "HTTP/1.1 302 x\r\nLocation: http://127.0.0.1:1/\r\n" HTML_HEAD "\r\n"},
     ERROR_REMOTE,
     true,
     "redirects are not followed"},
    {"403",
     {.text = "HTTP/1.1 403 x\r\n" HTML_HEAD "\r\n"},
     ERROR_AUTH,
     true,
     "refuses the credentials"},
    {"400",
     {.text = "HTTP/1.1 400 x\r\n" JSON_HEAD "\r\n{\"error\":5}"},
     ERROR_REMOTE,
     true,
     "refuses the request"},
    {"double-encoding",
     {.text = "HTTP/1.1 200 OK\r\n" JSON_HEAD "Content-Encoding: gzip, gzip\r\n\r\nx"},
     ERROR_DATA,
     true,
     "nothing of this answer was kept"},
};

enum { FAULTS = sizeof faults / sizeof *faults };

static void a_fault_that_stays_ends_in_its_error_and_its_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < FAULTS; i++) {
        const struct fault *f = &faults[i];
        AUTO(setup_done) struct setup s;
        setup_users(&s, "3", "3", &f->deed, 1);
        AUTO(reader_freep) struct reader *r = open_reader(&s);
        struct reader_page p = {.number = 77};
        struct error err = {0};
        if (reader_next(r, &p, &err))
            fail_msg("%s was taken", f->what);
        if (err.kind != f->kind || !strstr(err.text, f->says))
            fail_msg("%s: %s: %s", f->what, error_kind_name(err.kind), err.text);
        if (s.server.served != (f->at_once ? 1 : 6))
            fail_msg("%s: %u attempts: %s", f->what, s.server.served, err.text);
        assert_true(text_starts_with(err.text, "random_user users 2026-11-20: page 1: "));
        assert_null(strstr(err.text, "seed="));
        assert_null(strstr(err.text, "CANARY"));
        assert_int_equal(p.number, 77);
        assert_int_equal(s.retries, f->at_once ? 0 : 5);
        if (!f->at_once)
            assert_non_null(strstr(err.text, "gave up after 6 attempts"));
    }
}

static void a_fault_that_passes_leaves_no_trace(void **state)
{
    (void)state;
    for (size_t i = 0; i < FAULTS; i++) {
        const struct fault *f = &faults[i];
        if (f->at_once)
            continue;
        const struct deed script[] = {f->deed, good};
        AUTO(setup_done) struct setup s;
        setup_users(&s, "3", "3", script, 2);
        AUTO(reader_freep) struct reader *r = open_reader(&s);
        struct reader_page p;
        expect_page(r, &p);
        assert_int_equal(p.attempts, 2);
        assert_int_equal(p.counts.records, 3);
        assert_int_equal(p.counts.released, 3);
        assert_int_equal(s.begun, 2);
        const char *first = strstr(buffer_text(&s.lines), "p1-0");
        assert_non_null(first);
        assert_null(strstr(first + 1, "p1-0"));
        assert_true(slept_ns <= 120 * S);
    }
}

static void different_failures_are_told_apart_in_one_text(void **state)
{
    (void)state;
    const struct deed script[] = {faults[8].deed, faults[12].deed, faults[12].deed};
    AUTO(setup_done) struct setup s;
    setup_users(&s, "3", "3", script, 3);
    AUTO(reader_freep) struct reader *r = open_reader(&s);
    struct reader_page p;
    struct error err = {0};
    assert_false(reader_next(r, &p, &err));
    assert_non_null(strstr(err.text, "(1 × no complete answer, 5 × HTTP 503, text/html)"));
}

static void retrying_ends_at_the_deadline(void **state)
{
    (void)state;
    static const struct deed slow = {
        .text = "HTTP/1.1 503 x\r\nRetry-After: 86400\r\n" HTML_HEAD "\r\n"};
    AUTO(setup_done) struct setup s;
    setup_users(&s, "3", "3", &slow, 1);
    s.manifest->retry.deadline_ns = 250 * S;
    AUTO(reader_freep) struct reader *r = open_reader(&s);
    struct reader_page p;
    struct error err = {0};
    assert_false(reader_next(r, &p, &err));
    assert_int_equal(err.kind, ERROR_REMOTE);
    assert_int_equal(s.server.served, 3); /* two waits of two minutes, the cap */
    assert_int_equal(slept_ns, 240 * S);
}

static void an_error_of_the_output_passes_through_at_once(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s;
    setup_users(&s, "3", "3", &good, 1);
    s.refuse = true;
    AUTO(reader_freep) struct reader *r = open_reader(&s);
    struct reader_page p;
    struct error err = {0};
    assert_false(reader_next(r, &p, &err));
    assert_int_equal(err.kind, ERROR_STORE);
    assert_string_equal(err.text, "random_user users 2026-11-20: page 1: the disk is full");
    assert_int_equal(s.server.served, 1);
    s.refuse = false; /* the reader stands where it was */
    expect_page(r, &p);
    assert_int_equal(p.number, 1);
}

static void a_schema_that_stops_at_unknown_fields_does_so_at_once(void **state)
{
    (void)state;
    static const struct deed odd = {.field = ",\"new\":1"};
    AUTO(setup_done) struct setup s;
    setup_with(&s, "sources/random_user.json", "stop", &odd, 1);
    set(&s, "users", "3");
    AUTO(reader_freep) struct reader *r = open_reader(&s);
    struct reader_page p;
    struct error err = {0};
    assert_false(reader_next(r, &p, &err));
    assert_int_equal(err.kind, ERROR_DATA);
    assert_non_null(strstr(err.text, "/new"));
    assert_int_equal(s.server.served, 1);
}

/* --- limits ------------------------------------------------------------------------------ */

static const struct deed limited = {
    .text = "HTTP/1.1 429 x\r\n" JSON_HEAD
            "\r\n{\"error\":\"Whoa, ease up there cowboy. You've requested 24999 users in the "
            "last minute.\"}"};
static const struct deed limited_old = {
    .text = "HTTP/1.1 503 x\r\n" JSON_HEAD "\r\n{\"error\":\"Whoa, ease up there cowboy.\"}"};

static void a_refusal_waits_for_the_next_mark_and_says_so(void **state)
{
    (void)state;
    for (int old = 0; old < 2; old++) {
        const struct deed script[] = {old ? limited_old : limited, good};
        AUTO(setup_done) struct setup s;
        setup_users(&s, "3", "3", script, 2);
        AUTO(reader_freep) struct reader *r = open_reader(&s);
        struct reader_page p;
        expect_page(r, &p);
        assert_int_equal(p.attempts, 2);
        assert_int_equal(slept_ns, 200 * S);
        assert_int_equal(s.waits, 1);
        assert_int_equal(s.wait_until_ns, start_ns + 200 * S);
        assert_non_null(strstr(s.why, "the service asks to slow down: \"Whoa, ease up there"));
    }
}

static void a_refusal_that_lasts_too_long_parks_with_its_end(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s;
    setup_users(&s, "3", "3", &limited, 1);
    s.max_wait_ns = 60 * S;
    AUTO(reader_freep) struct reader *r = open_reader(&s);
    struct reader_page p;
    struct error err = {0};
    assert_false(reader_next(r, &p, &err));
    assert_int_equal(err.kind, ERROR_QUOTA);
    assert_int_equal(err.not_before_ns, start_ns + 200 * S);
    assert_non_null(strstr(err.text, "2026-11-20T12:05:0"));
    assert_non_null(strstr(err.text, "24999 users"));
    assert_int_equal(slept_ns, 0);

    /* another run of the host knows of it without asking */
    AUTO(reader_freep) struct reader *other = open_reader(&s);
    assert_false(reader_next(other, &p, &err));
    assert_int_equal(err.kind, ERROR_QUOTA);
    assert_int_equal(s.server.served, 1);
    clock_ns += 200 * S;
    assert_false(reader_next(other, &p, &err)); /* the server still refuses */
    assert_int_equal(s.server.served, 2);
}

static void refusals_without_end_park_in_the_end(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s;
    setup_users(&s, "3", "3", &limited, 1);
    AUTO(reader_freep) struct reader *r = open_reader(&s);
    struct reader_page p;
    struct error err = {0};
    assert_false(reader_next(r, &p, &err));
    assert_int_equal(err.kind, ERROR_QUOTA);
    assert_true(err.not_before_ns > clock_ns);
    assert_int_equal(s.server.served, 6);
    assert_non_null(strstr(err.text, "gave up after 6 attempts"));
    assert_true(slept_ns >= (200 + 4 * 60) * S && slept_ns <= (200 + 4 * 600) * S);
}

static void retry_after_is_followed_up_to_the_cap(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        int64_t waits;
    } rows[] = {{"400", 400},      {"100", 200},
                {"999999", 600},   {"Fri, 20 Nov 2026 12:10:00 GMT", 500},
                {"nonsense", 200}, {"-5", 200}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(cleanup_free)
        char *text = text_format("HTTP/1.1 429 x\r\nRetry-After: %s\r\n" JSON_HEAD
                                 "\r\n{\"error\":\"ease up\"}",
                                 rows[i].header);
        const struct deed script[] = {{.text = text}, good};
        AUTO(setup_done) struct setup s;
        setup_users(&s, "3", "3", script, 2);
        AUTO(reader_freep) struct reader *r = open_reader(&s);
        struct reader_page p;
        expect_page(r, &p);
        if (slept_ns != rows[i].waits * S)
            fail_msg("%s: slept %lld s", rows[i].header, (long long)(slept_ns / S));
    }
}

static void our_own_limit_is_kept_and_counts_users(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s;
    setup_users(&s, "12", "4", &good, 1);
    set(&s, "limit_users", "8/5m");
    AUTO(reader_freep) struct reader *r = open_reader(&s);
    struct reader_page p;
    expect_page(r, &p);
    expect_page(r, &p);
    assert_int_equal(slept_ns, 0);
    expect_page(r, &p);
    assert_true(slept_ns >= 300 * S && slept_ns <= 310 * S);
    assert_true(s.waits >= 1);
    assert_string_equal(s.why, "the limit of 8 users per 5m is used up");
}

static void our_own_limit_parks_what_would_wait_too_long(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s;
    setup_users(&s, "12", "4", &good, 1);
    set(&s, "limit_users", "8/5m");
    s.max_wait_ns = 0;
    AUTO(reader_freep) struct reader *r = open_reader(&s);
    struct reader_page p;
    struct error err = {0};
    expect_page(r, &p);
    expect_page(r, &p);
    assert_false(reader_next(r, &p, &err));
    assert_int_equal(err.kind, ERROR_QUOTA);
    assert_true(err.not_before_ns >= start_ns + 300 * S);
    assert_int_equal(s.server.served, 2);
    clock_ns = err.not_before_ns; /* the same reader goes on when the time has come */
    expect_page(r, &p);
    assert_int_equal(p.number, 3);
}

static void without_a_limit_nothing_is_counted_but_refusals_hold(void **state)
{
    (void)state;
    const struct deed script[] = {limited, good};
    AUTO(setup_done) struct setup s;
    setup_users(&s, "3", "3", script, 2);
    set(&s, "limit_users", "none");
    AUTO(reader_freep) struct reader *r = open_reader(&s);
    struct reader_page p;
    expect_page(r, &p);
    assert_int_equal(slept_ns, 200 * S);
    assert_int_equal(p.attempts, 2);
}

static void a_page_larger_than_the_limit_is_a_matter_of_configuration(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s;
    setup_users(&s, "12", "4", &good, 1);
    set(&s, "limit_users", "3/5m");
    AUTO(reader_freep) struct reader *r = open_reader(&s);
    struct reader_page p;
    struct error err = {0};
    assert_false(reader_next(r, &p, &err));
    assert_int_equal(err.kind, ERROR_CONFIG);
    assert_non_null(strstr(err.text, "limit_users"));
    assert_int_equal(s.server.served, 0);
}

/* --- another API ------------------------------------------------------------------------- */

#define OK "HTTP/1.1 200 OK\r\n" JSON_HEAD "\r\n"

static void a_cursor_goes_on_byte_for_byte_and_a_pending_page_is_asked_for_again(void **state)
{
    (void)state;
    static const struct deed script[] = {
        {.text = OK
         "{\"status\":\"success\",\"next_cursor\":\"Ab%2Fc%3D\",\"records\":[{\"id\":\"1\"}]}"},
        {.text = OK "{\"status\":\"fail\",\"code\":2,\"error\":\"Request still in progress\"}"},
        {.text = OK "{\"status\":\"success\",\"records\":[],\"next_cursor\":\"Z+/==\"}"},
        {.text = OK "{\"status\":\"success\",\"records\":[{\"id\":\"2\"}]}"},
    };
    AUTO(setup_done) struct setup s;
    setup_with(&s, "tests/data/manifest/good/raw-cursor.json", "drop", script, 4);
    AUTO(reader_freep) struct reader *r = open_reader(&s);
    struct reader_page p;
    expect_page(r, &p);
    assert_string_equal(p.cursor, "{\"done\":false,\"page\":1,\"token\":\"Ab%2Fc%3D\"}");
    expect_page(r, &p);
    assert_int_equal(p.attempts, 2);
    assert_int_equal(p.counts.records, 0);
    assert_false(p.last);
    expect_page(r, &p);
    assert_true(p.last);
    assert_string_equal(s.server.requests[0], "/1/events.json?batch_size=5000");
    assert_string_equal(s.server.requests[1],
                        "/1/events.json?batch_size=5000&cursor=Ab%2Fc%3D");
    assert_string_equal(s.server.requests[2], s.server.requests[1]);
    assert_string_equal(s.server.requests[3], "/1/events.json?batch_size=5000&cursor=Z+/==");
}

/* --- what answers say about the limits ----------------------------------------------------- */

static const char steered[] = "tests/data/manifest/good/usage.json";

#define CASE_USAGE(calls, regain)                                                       \
    "x-case-usage: {\"1\":[{\"type\":\"events\",\"calls\":" calls ",\"regain\":" regain \
    "}]}\r\n"
#define SAYING(headers)                                                                   \
    {                                                                                     \
        .text = "HTTP/1.1 200 OK\r\n" headers JSON_HEAD "\r\n{\"data\":[{\"id\":\"1\"}]," \
                "\"paging\":{\"cursors\":{\"after\":\"a\"}}}"                             \
    }
#define SAYING_NOTHING                           \
    {                                            \
        .text = OK "{\"data\":[{\"id\":\"2\"}]}" \
    }
#define REFUSING(status, headers, body)                                   \
    {                                                                     \
        .text = "HTTP/1.1 " status " x\r\n" headers JSON_HEAD "\r\n" body \
    }

static void setup_steered(struct setup *s, const struct deed *script, size_t count)
{
    setup_with(s, steered, "drop", script, count);
    set(s, "page_size", "1");
}

/* Asks for two pages; answers how long that took by the clock, in seconds. */
static int64_t two_pages(struct setup *s)
{
    AUTO(reader_freep) struct reader *r = open_reader(s);
    struct reader_page p;
    expect_page(r, &p);
    expect_page(r, &p);
    assert_int_equal(s->server.served, p.attempts + 1);
    return slept_ns / S;
}

static void the_next_request_is_paced_by_what_the_answer_said(void **state)
{
    (void)state;
    static const struct {
        struct deed first;
        int64_t least, most;
    } rows[] = {
        {SAYING(""), 0, 0},
        {SAYING(CASE_USAGE("50", "0")), 0, 0},
        {SAYING(CASE_USAGE("12.5", "19")), 1140, 1140}, /* to the second */
        {SAYING("x-account-usage: {\"pct\":99.9,\"reset\":100}\r\n"), 100, 100},
        {SAYING("X-Account-Usage: {\"pct\":9.67,\"reset\":100}\r\n"), 0, 0},
        {SAYING("x-blocked: {\"for\":\"77s\"}\r\n"), 77, 77},
        {SAYING(CASE_USAGE("100", "0")), 180, 200}, /* until it has aged to 95 % */
        /* of 200 calls, one of them ours: until one more is within 93 % */
        {SAYING("x-app-usage: {\"call_count\":96,\"total_time\":3}\r\n"), 113, 114},
        {SAYING("x-case-usage: {\"1\":[{\"calls\":99\r\nx-blocked: no JSON\r\n"), 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct deed script[] = {rows[i].first, SAYING_NOTHING};
        AUTO(setup_done) struct setup s;
        setup_steered(&s, script, 2);
        int64_t seconds = two_pages(&s);
        if (seconds < rows[i].least || seconds > rows[i].most)
            fail_msg("row %zu: waited %lld s", i, (long long)seconds);
    }
}

/* A refusal says when the API opens again: in its headers, or in its body. */
static void a_refusal_is_waited_out_as_it_says(void **state)
{
    (void)state;
    static const struct {
        struct deed refusal;
        int64_t least, most;
    } rows[] = {
        {REFUSING("429", "x-account-usage: {\"pct\":100,\"reset\":1000}\r\n", "{}"), 1000,
         1002},
        {REFUSING("429", "",
                  "{\"error\":{\"rateScope\":\"DEVELOPER\",\"retryDelay\":\"1200s\"}}"),
         1200, 1202},
        {REFUSING("429", "", "{\"error\":{\"rateScope\":\"DEVELOPER\"}}"), 5, 300},
        {REFUSING("429", "Retry-After: 30\r\n", "{}"), 30, 30},
        /* no quota verdict, and yet what it says holds */
        {REFUSING("503", CASE_USAGE("100", "20"), "{}"), 1200, 1200},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct deed script[] = {rows[i].refusal, SAYING_NOTHING};
        AUTO(setup_done) struct setup s;
        setup_steered(&s, script, 2);
        AUTO(reader_freep) struct reader *r = open_reader(&s);
        struct reader_page p;
        expect_page(r, &p);
        assert_int_equal(p.attempts, 2);
        if (slept_ns < rows[i].least * S || slept_ns > rows[i].most * S)
            fail_msg("row %zu: waited %lld s", i, (long long)(slept_ns / S));
    }
}

static void a_long_block_parks_with_its_end(void **state)
{
    (void)state;
    static const struct deed script[] = {REFUSING(
        "429", "", "{\"error\":{\"rateScope\":\"DEVELOPER\",\"retryDelay\":\"40591s\"}}")};
    AUTO(setup_done) struct setup s;
    setup_steered(&s, script, 1);
    AUTO(reader_freep) struct reader *r = open_reader(&s);
    struct reader_page p;
    struct error err = {0};
    assert_false(reader_next(r, &p, &err));
    assert_int_equal(err.kind, ERROR_QUOTA);
    assert_in_range(err.not_before_ns, start_ns + 40591 * S, start_ns + 40593 * S);
    /* and nobody on the host asks before: the bucket is the app's, whatever the account */
    AUTO(reader_freep) struct reader *other = open_reader(&s);
    assert_false(reader_next(other, &p, &err));
    assert_int_equal(err.kind, ERROR_QUOTA);
    assert_int_equal(s.server.served, 1);
    assert_int_equal(slept_ns, 0);
}

static void a_header_that_makes_no_sense_is_reported_and_ignored(void **state)
{
    (void)state;
    static const struct deed script[] = {SAYING("x-case-usage: {\"1\":[{\"ca\r\n")};
    AUTO(setup_done) struct setup s;
    setup_steered(&s, script, 1);
    malformed = 0;
    AUTO(reader_freep) struct reader *r = open_reader(&s);
    struct reader_page p;
    expect_page(r, &p);
    assert_int_equal(p.attempts, 1);
    assert_int_equal(malformed, 1);
}

/* --- answers that ask for another question ------------------------------------------------- */

static const char adapting[] = "tests/data/manifest/good/what-adapts.json";

#define PAGE(id, after)                                                                      \
    {                                                                                        \
        .text =                                                                              \
            OK "{\"data\":[{\"id\":\"" id "\"}],\"paging\":{\"cursors\":{\"after\":\"" after \
               "\"},\"next\":\"https://x/?after=" after "\"}}"                               \
    }
#define LAST(id)                                                                         \
    {                                                                                    \
        .text = OK "{\"data\":[{\"id\":\"" id                                            \
                   "\"}],\"paging\":{\"cursors\":{\"after\":\"end\",\"before\":\"b\"}}}" \
    }
#define REFUSED(error)                                                     \
    {                                                                      \
        .text = "HTTP/1.1 400 x\r\n" JSON_HEAD "\r\n{\"error\":" error "}" \
    }
#define POISON                                                                           \
    REFUSED("{\"message\":\"Invalid parameter\",\"code\":100,\"error_subcode\":2446289," \
            "\"error_user_msg\":\"The post of ad 120208325579370399 is not available.\"}")
#define TOO_MUCH                                                                         \
    {                                                                                    \
        .text = "HTTP/1.1 500 x\r\n" JSON_HEAD "\r\n{\"error\":{\"code\":1,\"message\":" \
                "\"Please REDUCE the amount of data you're "                             \
                "asking for, then retry your request\"}}"                                \
    }

static bool was_asked(const struct setup *s, unsigned number, const char *part)
{
    return strstr(s->server.requests[number], part) != NULL;
}

static void a_page_that_is_too_big_is_asked_for_smaller_at_the_same_cursor(void **state)
{
    (void)state;
    static const struct deed script[] = {PAGE("1", "c1"), TOO_MUCH, TOO_MUCH, PAGE("2", "c2"),
                                         LAST("3")};
    AUTO(setup_done) struct setup s;
    setup_with(&s, adapting, "drop", script, 5);
    AUTO(reader_freep) struct reader *r = open_reader(&s);
    struct reader_page p;
    expect_page(r, &p);
    assert_int_equal(p.shrunk, 0);
    expect_page(r, &p);
    assert_int_equal(p.number, 2);
    assert_int_equal(p.shrunk, 2);
    assert_null(p.isolated);
    assert_int_equal(p.counts.released, 1);
    expect_page(r, &p);
    assert_true(p.last);
    static const char *const limits[] = {"limit=8", "limit=8", "limit=4", "limit=2", "limit=2"};
    for (unsigned i = 0; i < 5; i++) {
        assert_true(was_asked(&s, i, limits[i]));
        assert_int_equal(was_asked(&s, i, "&after=c1"), i >= 1 && i <= 3);
    }
    assert_int_equal(slept_ns, 0); /* nothing of this is a matter of waiting */
}

static void an_object_that_cannot_be_read_is_set_aside_and_told_apart(void **state)
{
    (void)state;
    static const struct deed script[] = {POISON, POISON,          POISON,
                                         POISON, PAGE("7", "c1"), LAST("8")};
    AUTO(setup_done) struct setup s;
    setup_with(&s, adapting, "drop", script, 6);
    AUTO(reader_freep) struct reader *r = open_reader(&s);
    struct reader_page p;
    expect_page(r, &p);
    assert_int_equal(p.shrunk, 3);
    assert_int_equal(p.counts.released, 0);
    assert_int_equal(p.counts.quarantined, 1);
    assert_int_equal(s.quarantined, 1);
    assert_int_equal(s.lines.len, 0);
    assert_non_null(strstr(s.misfit, "{\"id\":\"7\""));
    assert_non_null(p.isolated);
    assert_string_equal(s.reason, p.isolated);
    assert_non_null(strstr(s.reason, "an object cannot be read: \"Invalid parameter\", \"The "
                                     "post of ad [number] is not available.\""));
    expect_page(r, &p);
    assert_true(p.last);
    assert_null(p.isolated);
    assert_int_equal(p.counts.released, 1);
    assert_true(was_asked(&s, 3, "fields=id%2Cowner&") && was_asked(&s, 3, "limit=1"));
    assert_true(was_asked(&s, 4, "fields=id&") && was_asked(&s, 4, "limit=1"));
    assert_true(was_asked(&s, 5, "&after=c1"));
}

static void what_cannot_even_be_told_apart_ends_the_slice(void **state)
{
    (void)state;
    static const struct deed script[] = {POISON};
    AUTO(setup_done) struct setup s;
    setup_with(&s, adapting, "drop", script, 1);
    AUTO(reader_freep) struct reader *r = open_reader(&s);
    struct reader_page p;
    struct error err = {0};
    assert_false(reader_next(r, &p, &err));
    assert_int_equal(err.kind, ERROR_TOO_BIG);
    assert_int_equal(s.server.served, 5); /* 8, 4, 2, 1, and the one that tells apart */
}

static void a_dead_cursor_begins_anew_and_not_for_ever(void **state)
{
    (void)state;
    enum { TIMES = 3 };
    static const struct deed dead = REFUSED("{\"code\":2642,\"message\":\"Invalid cursors\"}");
    static const struct deed script[] = {PAGE("1", "c1"), dead, PAGE("1", "c1"), dead,
                                         PAGE("1", "c1"), dead, PAGE("1", "c1"), dead};
    AUTO(setup_done) struct setup s;
    setup_with(&s, adapting, "drop", script, 8);
    AUTO(reader_freep) struct reader *r = open_reader(&s);
    struct reader_page p;
    struct error err = {0};
    for (int i = 0; i < TIMES; i++) {
        expect_page(r, &p);
        assert_int_equal(p.number, 1);
        assert_false(p.restarted);
        expect_page(r, &p);
        assert_true(p.restarted);
        assert_int_equal(reader_pages_done(r), 0);
    }
    expect_page(r, &p);
    assert_false(reader_next(r, &p, &err));
    assert_int_equal(err.kind, ERROR_REMOTE);
    assert_false(was_asked(&s, 2, "after="));

    /* on the first page there is nothing to go back to */
    static const struct deed at_once[] = {dead};
    AUTO(setup_done) struct setup other;
    setup_with(&other, adapting, "drop", at_once, 1);
    AUTO(reader_freep) struct reader *first = open_reader(&other);
    assert_false(reader_next(first, &p, &err));
    assert_int_equal(other.server.served, 1);
}

static void too_much_and_not_allowed_are_for_the_caller(void **state)
{
    (void)state;
    static const struct {
        struct deed deed;
        enum error_kind kind;
        const char *says;
    } rows[] = {
        {REFUSED("{\"message\":\"Invalid parameter\",\"code\":100,\"error_subcode\":1487534,"
                 "\"error_user_msg\":\"Too many rows\"}"),
         ERROR_TOO_BIG, "there are too many rows: \"Invalid parameter\", \"Too many rows\""},
        {REFUSED(
             "{\"message\":\"(#200) Requires business_management permission\",\"code\":200}"),
         ERROR_ACCOUNT, "(#200) Requires business_management"},
        {REFUSED("{\"message\":\"odd\",\"code\":300}"), ERROR_REMOTE, "refused: \"odd\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(setup_done) struct setup s;
        setup_with(&s, adapting, "drop", &rows[i].deed, 1);
        AUTO(reader_freep) struct reader *r = open_reader(&s);
        struct reader_page p;
        struct error err = {0};
        assert_false(reader_next(r, &p, &err));
        assert_int_equal(err.kind, rows[i].kind);
        /* what may not be seen was asked for once more, without the gated fields */
        assert_int_equal(s.server.served, err.kind == ERROR_ACCOUNT ? 2 : 1);
        if (!strstr(err.text, rows[i].says))
            fail_msg("%s", err.text);
    }
}

static void a_field_that_may_not_be_seen_does_not_hide_the_others(void **state)
{
    (void)state;
    static const struct deed gated = REFUSED(
        "{\"message\":\"(#200) Requires business_management permission\",\"code\":200}");
    static const struct deed script[] = {gated, PAGE("1", "c1"), LAST("2")};
    AUTO(setup_done) struct setup s;
    setup_with(&s, adapting, "drop", script, 3);
    AUTO(reader_freep) struct reader *r = open_reader(&s);
    uint8_t digest[DIGEST_SIZE];
    struct reader_page p;
    memcpy(digest, reader_request_digest(r), sizeof digest);
    expect_page(r, &p);
    assert_int_equal(p.counts.released, 1);
    assert_non_null(strstr(p.withheld, "Requires business_management"));
    assert_true(was_asked(&s, 0, "fields=id%2Cowner&"));
    assert_true(was_asked(&s, 1, "fields=id&"));
    expect_page(r, &p);
    assert_null(p.withheld);
    assert_true(was_asked(&s, 2, "fields=id&"));
    assert_memory_equal(reader_request_digest(r), digest, sizeof digest);
}

/* --- what was changed since ---------------------------------------------------------------- */

static void a_reading_of_changes_begins_where_the_last_one_began(void **state)
{
    (void)state;
    static const struct deed script[] = {PAGE("1", "c1"), LAST("2"), LAST("3")};
    AUTO(setup_done) struct setup s;
    setup_with(&s, adapting, "drop", script, 3);
    struct reader_page p;
    uint8_t digest[DIGEST_SIZE];
    char cursor[128], mark[SLICE_MARK_SIZE];
    AUTO(reader_freep) struct reader *first = open_reader(&s);
    expect_page(first, &p);
    memcpy(digest, reader_request_digest(first), sizeof digest);
    snprintf(cursor, sizeof cursor, "%s", p.cursor);
    snprintf(mark, sizeof mark, "%s", reader_mark(first));
    assert_string_equal(mark, "../2026-11-20T12:01:40Z");
    assert_string_equal(
        s.server.requests[0],
        "/v26.0/things?fields=id%2Cowner&windows=%5B%227d_click%22%2C%221d_view%22%5D"
        "&limit=8");

    /* a day later: the reading that was cut off goes on as it began */
    struct error err = {0};
    struct reader_checkpoint checkpoint = {.cursor = cursor, .digest = digest, .mark = mark};
    AUTO(reader_freep) struct reader *same = NULL;
    clock_ns += 86400 * S;
    assert_true(open_at(&s, &checkpoint, &same, &err));
    assert_true(reader_resumed(same));
    assert_string_equal(reader_mark(same), mark);
    expect_page(same, &p);
    assert_true(p.last);
    assert_false(was_asked(&s, 1, "filtering="));
    snprintf(cursor, sizeof cursor, "%s", p.cursor);

    /* and the next one asks for what changed since that began, less an hour */
    AUTO(reader_freep) struct reader *next = NULL;
    checkpoint.complete = true;
    assert_true(open_at(&s, &checkpoint, &next, &err));
    assert_true(reader_resumed(next));
    assert_int_equal(reader_pages_done(next), 0);
    assert_string_equal(reader_mark(next), "2026-11-20T11:01:40Z/2026-11-21T12:01:40Z");
    expect_page(next, &p);
    assert_int_equal(p.number, 1);
    assert_true(was_asked(&s, 2, "%22value%22%3A1795172500%7D%5D"));
    assert_memory_equal(reader_request_digest(next), digest, sizeof digest);

    /* what is asked for has changed: what did not change since lacks it, so all is read */
    AUTO(reader_freep) struct reader *other = NULL;
    set(&s, "windows", "1d_view");
    assert_true(open_at(&s, &checkpoint, &other, &err));
    assert_false(reader_resumed(other));
    assert_string_equal(reader_mark(other), "../2026-11-21T12:01:40Z");

    AUTO(reader_freep) struct reader *bad = NULL;
    set(&s, "windows", "7d_click,1d_view");
    checkpoint.mark = "";
    assert_false(open_at(&s, &checkpoint, &bad, &err));
    assert_int_equal(err.kind, ERROR_STORE);
}

/* --- a stop; last, because it cannot be taken back ---------------------------------------- */

static void after_a_stop_no_page_is_begun(void **state)
{
    (void)state;
    AUTO(setup_done) struct setup s;
    setup_users(&s, "7", "3", &good, 1);
    AUTO(reader_freep) struct reader *r = open_reader(&s);
    struct reader_page p;
    struct error err = {0};
    expect_page(r, &p);
    stop_request();
    assert_false(reader_next(r, &p, &err));
    assert_int_equal(err.kind, ERROR_STOPPED);
    assert_int_equal(s.server.served, 1);
    assert_int_equal(s.begun, 1);
}

/* --- documents --------------------------------------------------------------------------- */

static struct exchange *open_exchange(struct setup *s)
{
    struct exchange *e = NULL;
    struct error err = {0};
    const struct exchange_options options = {
        .client = client_of(s),
        .stream = EXCHANGE_NO_STREAM,
        .account = MANIFEST_SINGLE_ACCOUNT,
    };
    if (!exchange_new(&options, &e, &err))
        fail_msg("%s", err.text);
    return e;
}

static bool ask_document(struct setup *s, struct exchange *e, json_t **ret_root,
                         struct exchange_result *ret_result, struct error *err)
{
    AUTO(cleanup_free) char *url = text_format("http://127.0.0.1:%u/list", s->server.port);
    const struct http_request request = {.method = "GET", .url = url};
    struct template_values values = {0};
    settings_fill(s->settings, &values);
    const struct exchange_call call = {
        .request = &request,
        .values = &values,
        .cost = {.usual = &s->manifest->streams[0].costs},
    };
    values.text[TEMPLATE_PAGE_SIZE] = "2";
    return exchange_document(e, &call, ret_root, ret_result, err);
}

static const struct deed document = {.text = "HTTP/1.1 200 OK\r\n" JSON_HEAD
                                             "\r\n{\"data\":[{\"id\":\"17\"}],\"next\":2}"};

static void a_document_is_handed_over_whole_and_its_failures_are_retried(void **state)
{
    (void)state;
    const struct deed script[] = {
        {.text = "HTTP/1.1 503 x\r\n" HTML_HEAD "\r\n<html>"},
        {.text = "HTTP/1.1 200 OK\r\n" JSON_HEAD "\r\n{\"data\":[{\"id\":\"1"},
        limited,
        document,
    };
    AUTO(setup_done) struct setup s;
    setup_users(&s, "3", "3", script, 4);
    AUTO(exchange_freep) struct exchange *e = open_exchange(&s);
    json_auto_t *root = NULL;
    struct exchange_result result;
    struct error err = {0};
    if (!ask_document(&s, e, &root, &result, &err))
        fail_msg("%s", err.text);
    json_t *data = json_object_get(root, "data");
    assert_int_equal(json_array_size(data), 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(data, 0), "id")),
                        "17");
    assert_int_equal(json_integer_value(json_object_get(root, "next")), 2);
    assert_int_equal(result.attempts, 4);
    assert_int_equal(s.retries, 2);
    assert_int_equal(s.waits, 1);
    assert_int_equal(s.begun, 0); /* no page was begun */
}

static void a_document_that_is_too_long_or_ambiguous_ends_at_once(void **state)
{
    (void)state;
    AUTO(buffer_done) struct buffer text;
    buffer_init(&text, BODY_MAX);
    assert_true(buffer_append_text(&text, "HTTP/1.1 200 OK\r\n" JSON_HEAD "\r\n[\""));
    while (text.len < EXCHANGE_DOCUMENT_MAX + 1000)
        assert_true(buffer_append_text(&text, "0123456789abcdef0123456789abcdef"));
    assert_true(buffer_append_text(&text, "\"]"));
    const struct {
        struct deed deed;
        const char *says;
    } cases[] = {
        {{.text = buffer_text(&text)}, "longer than 4194304 bytes"},
        {{.text = "HTTP/1.1 200 OK\r\n" JSON_HEAD "\r\n{\"a\":1,\"a\":2}"}, "the answer:1:"},
    };
    for (size_t i = 0; i < 2; i++) {
        AUTO(setup_done) struct setup s;
        setup_users(&s, "3", "3", &cases[i].deed, 1);
        AUTO(exchange_freep) struct exchange *e = open_exchange(&s);
        json_t *root = NULL;
        struct exchange_result result;
        struct error err = {0};
        assert_false(ask_document(&s, e, &root, &result, &err));
        assert_null(root);
        assert_int_equal(err.kind, ERROR_DATA);
        if (!strstr(err.text, cases[i].says))
            fail_msg("%s", err.text);
        assert_int_equal(s.server.served, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_come_in_order_with_their_records_and_constants),
        cmocka_unit_test(a_checkpoint_goes_on_behind_its_page),
        cmocka_unit_test(other_settings_begin_the_slice_anew),
        cmocka_unit_test(a_misfit_and_an_unknown_field_are_counted_not_fatal),
        cmocka_unit_test(a_fault_that_stays_ends_in_its_error_and_its_words),
        cmocka_unit_test(a_fault_that_passes_leaves_no_trace),
        cmocka_unit_test(different_failures_are_told_apart_in_one_text),
        cmocka_unit_test(retrying_ends_at_the_deadline),
        cmocka_unit_test(an_error_of_the_output_passes_through_at_once),
        cmocka_unit_test(a_schema_that_stops_at_unknown_fields_does_so_at_once),
        cmocka_unit_test(a_document_is_handed_over_whole_and_its_failures_are_retried),
        cmocka_unit_test(a_document_that_is_too_long_or_ambiguous_ends_at_once),
        cmocka_unit_test(a_refusal_waits_for_the_next_mark_and_says_so),
        cmocka_unit_test(a_refusal_that_lasts_too_long_parks_with_its_end),
        cmocka_unit_test(refusals_without_end_park_in_the_end),
        cmocka_unit_test(retry_after_is_followed_up_to_the_cap),
        cmocka_unit_test(our_own_limit_is_kept_and_counts_users),
        cmocka_unit_test(our_own_limit_parks_what_would_wait_too_long),
        cmocka_unit_test(without_a_limit_nothing_is_counted_but_refusals_hold),
        cmocka_unit_test(a_page_larger_than_the_limit_is_a_matter_of_configuration),
        cmocka_unit_test(the_next_request_is_paced_by_what_the_answer_said),
        cmocka_unit_test(a_refusal_is_waited_out_as_it_says),
        cmocka_unit_test(a_long_block_parks_with_its_end),
        cmocka_unit_test(a_header_that_makes_no_sense_is_reported_and_ignored),
        cmocka_unit_test(a_cursor_goes_on_byte_for_byte_and_a_pending_page_is_asked_for_again),
        cmocka_unit_test(a_page_that_is_too_big_is_asked_for_smaller_at_the_same_cursor),
        cmocka_unit_test(an_object_that_cannot_be_read_is_set_aside_and_told_apart),
        cmocka_unit_test(what_cannot_even_be_told_apart_ends_the_slice),
        cmocka_unit_test(a_dead_cursor_begins_anew_and_not_for_ever),
        cmocka_unit_test(too_much_and_not_allowed_are_for_the_caller),
        cmocka_unit_test(a_field_that_may_not_be_seen_does_not_hide_the_others),
        cmocka_unit_test(a_reading_of_changes_begins_where_the_last_one_began),
        cmocka_unit_test(after_a_stop_no_page_is_begun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
