/* SPDX-License-Identifier: Apache-2.0 */
/* Reports and cuts against an API in a thread that knows ads: two campaigns of two ad sets of two
 * ads each, "c1s2a1", and makes no report whose ads times fields are more than its limit. The
 * clock is the fixture's: a test waits by moving it. */
#include "stage_fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "audit/event.h"
#include "base/text.h"
#include "pipeline/reporting.h"
#include "source/reporter.h"
#include "source_fixture.h"
#include "stage/part.h"

#define S CLOCK_SECOND_NS

enum { ADS = 8, REPORTS_MAX = 400, FIELDS = 6 /* besides the key */, PATIENCE_SECONDS = 60 };

/* --- the API ------------------------------------------------------------------------------- */

static struct {
    int fd;
    uint16_t port;
    pthread_t thread;
    /* how it behaves */
    long limit; /* ads times fields of one report; 0: none */
    int polls; /* until a report is done */
    int failures; /* so many reports fail for no reason */
    bool stuck; /* the first report never begins */
    bool forgets; /* batches answer null for every second report */
    bool no_batch; /* … or are refused */
    bool no_campaigns; /* the list of them is too big … */
    bool no_second_page; /* … or what is behind its first page */
    /* what it saw */
    int created, polled, batches, in_batches, largest, cancelled, listed, others;
    int most_running;
    struct {
        bool there, failed, gone;
        int polls;
    } reports[REPORTS_MAX];
} api;

static bool ad_is_in(int ad, const json_t *ids)
{
    char name[16];
    snprintf(name, sizeof name, "c%ds%da%d", ad / 4 + 1, ad / 2 % 2 + 1, ad % 2 + 1);
    for (size_t i = 0; i < json_array_size(ids); i++) {
        const char *id = json_string_value(json_array_get(ids, i));
        if (strncmp(name, id, strlen(id)) == 0)
            return true;
    }
    return !ids;
}

/* The ids of a filter that is not the one of the status; NULL: all. */
static const json_t *ids_of(const json_t *filtering)
{
    const json_t *second = json_array_get(filtering, 1);
    return json_object_get(second, "value");
}

static json_t *parse(const char *text)
{
    json_t *root = NULL;
    struct error err;
    json_parse(text, strlen(text), "request", ERROR_DATA, &root, &err);
    return root;
}

static int count_fields(const char *fields)
{
    int count = 1;
    for (; *fields; fields++)
        count += *fields == ',';
    return count - 2; /* ad_id, date_start */
}

static int create(const char *body, struct buffer *out)
{
    json_auto_t *asked = parse(body);
    json_auto_t *filtering = parse(json_string_value(json_object_get(asked, "filtering")));
    long weight = 0;
    for (int ad = 0; ad < ADS; ad++)
        weight += ad_is_in(ad, ids_of(filtering));
    weight *= count_fields(json_string_value(json_object_get(asked, "fields")));
    int id = ++api.created;
    int running = 0;
    api.reports[id].there = true;
    api.reports[id].failed = api.limit > 0 && weight > api.limit;
    for (int i = 1; i <= id; i++)
        running += api.reports[i].there && api.reports[i].polls <= api.polls;
    if (running > api.most_running)
        api.most_running = running;
    buffer_printf(out, "{\"report_run_id\":\"%d\"}", id);
    return 200;
}

static int poll_one(int id, struct buffer *out)
{
    api.polled++;
    if (id < 1 || id >= REPORTS_MAX || !api.reports[id].there || api.reports[id].gone) {
        buffer_append_text(out, "{\"error\":{\"code\":100,\"message\":\"no such object\"}}");
        return 400;
    }
    if (api.stuck && id == 1) {
        buffer_append_text(out, "{\"async_status\":\"Job Not Started\"}");
        return 200;
    }
    if (++api.reports[id].polls <= api.polls)
        buffer_append_text(out, "{\"async_status\":\"Job Running\","
                                "\"async_percent_completion\":100}");
    else if (api.reports[id].failed)
        buffer_append_text(out, "{\"async_status\":\"Job Failed\",\"error_subcode\":1504045,"
                                "\"error_user_msg\":\"Ask for less.\"}");
    else if (id <= api.failures)
        buffer_append_text(out, "{\"async_status\":\"Job Failed\",\"error_message\":\"no "
                                "luck\"}");
    else
        buffer_append_text(out, "{\"async_status\":\"Job Completed\","
                                "\"async_percent_completion\":100}");
    return 200;
}

static int batch(const char *body, struct buffer *out)
{
    json_auto_t *asked = parse(body);
    json_auto_t *list = parse(json_string_value(json_object_get(asked, "batch")));
    api.batches++;
    if (api.no_batch) {
        buffer_append_text(out, "{\"error\":{\"code\":960,\"message\":\"too much\"}}");
        return 400;
    }
    json_auto_t *answer = json_array();
    if ((int)json_array_size(list) > api.largest)
        api.largest = (int)json_array_size(list);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *url = json_object_get(json_array_get(list, i), "relative_url");
        AUTO(buffer_done) struct buffer text;
        buffer_init(&text, 4096);
        api.in_batches++;
        if (api.forgets && i % 2 == 1) {
            json_array_append_new(answer, json_null());
            continue;
        }
        int code = poll_one((int)strtol(json_string_value(url), NULL, 10), &text);
        json_array_append_new(answer,
                              json_pack("{s:i,s:s}", "code", code, "body", buffer_text(&text)));
    }
    AUTO(cleanup_free) char *dump = json_dumps(answer, JSON_COMPACT);
    buffer_append_text(out, dump);
    return 200;
}

static void unescape(char *text)
{
    char *to = text;
    for (char *from = text; *from; to++) {
        unsigned byte;
        if (*from == '%' && sscanf(from + 1, "%2x", &byte) == 1) {
            *to = (char)byte;
            from += 3;
        } else {
            *to = *from++;
        }
    }
    *to = '\0';
}

/* The ids of a level that have ads in the filter, one a row, as many rows as there are ads. */
static int list(char *query, struct buffer *out)
{
    bool second = strstr(query, "after=");
    char *at = strstr(query, "filtering=");
    char *level = strstr(query, "level=");
    size_t len = strncmp(level, "level=ad&", 9) == 0 ? 6 : strstr(level, "level=adset") ? 4 : 2;
    at[strcspn(at, "&")] = '\0';
    unescape(at);
    api.listed++;
    if (len == 2 && (api.no_campaigns || (api.no_second_page && second))) {
        buffer_append_text(out, "{\"error\":{\"code\":1,\"message\":\"reduce the amount\"}}");
        return 500;
    }
    json_auto_t *filtering = parse(at + strlen("filtering="));
    buffer_append_text(out, "{\"data\":[");
    for (int ad = 0, rows = 0; ad < ADS; ad++) {
        if (!ad_is_in(ad, ids_of(filtering)))
            continue;
        char name[16];
        snprintf(name, sizeof name, "c%ds%da%d", ad / 4 + 1, ad / 2 % 2 + 1, ad % 2 + 1);
        buffer_printf(out, "%s{\"%s_id\":\"%.*s\"}", rows++ > 0 ? "," : "",
                      len == 2   ? "campaign"
                      : len == 4 ? "adset"
                                 : "ad",
                      (int)len, name);
    }
    buffer_append_text(out, "]");
    if (len == 2 && api.no_second_page)
        buffer_append_text(out, ",\"paging\":{\"cursors\":{\"after\":\"x\"},\"next\":\"y\"}");
    buffer_append_text(out, "}");
    return 200;
}

static int answer(char *request, struct buffer *out)
{
    char method[8], target[6000];
    char *body = strstr(request, "\r\n\r\n") + 4; /* it is whole */
    if (sscanf(request, "%7s %5999s", method, target) != 2)
        return 400;
    if (strcmp(method, "DELETE") == 0) {
        api.cancelled++;
        api.reports[strtol(target + 4, NULL, 10)].there = false;
        buffer_append_text(out, "{\"success\":true}");
        return 200;
    }
    if (strcmp(method, "POST") == 0)
        return strcmp(target, "/v1/") == 0 ? batch(body, out) : create(body, out);
    if (strstr(target, "/insights?"))
        return list(target, out);
    if (strtol(target + 4, NULL, 10) == 0)
        api.others++;
    return poll_one((int)strtol(target + 4, NULL, 10), out);
}

static bool is_whole(const char *request)
{
    const char *body = strstr(request, "\r\n\r\n");
    const char *length = strcasestr(request, "content-length:");
    size_t wanted = length ? strtoul(length + strlen("content-length:"), NULL, 10) : 0;
    return body && strlen(body + 4) >= wanted;
}

static void *serve(void *context)
{
    (void)context;
    for (;;) {
        int fd = accept(api.fd, NULL, NULL);
        if (fd < 0)
            return NULL;
        static char request[65536];
        size_t len = 0;
        request[0] = '\0';
        while (!is_whole(request) && len < sizeof request - 1) {
            ssize_t n = recv(fd, request + len, sizeof request - 1 - len, 0);
            if (n <= 0)
                break;
            len += (size_t)n;
            request[len] = '\0';
        }
        AUTO(buffer_done) struct buffer body;
        AUTO(buffer_done) struct buffer head;
        buffer_init(&body, 1 << 20);
        buffer_init(&head, 1000);
        int status = answer(request, &body);
        buffer_printf(&head,
                      "HTTP/1.1 %d x\r\nContent-Type: application/json\r\n"
                      "Content-Length: %zu\r\nConnection: close\r\n\r\n",
                      status, body.len);
        send(fd, head.data, head.len, MSG_NOSIGNAL);
        send(fd, body.data, body.len, MSG_NOSIGNAL);
        shutdown(fd, SHUT_WR);
        close(fd);
    }
}

static void start_api(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    memset(&api, 0, sizeof api);
    api.polls = 2;
    api.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(api.fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(api.fd, 8), 0);
    assert_int_equal(getsockname(api.fd, (struct sockaddr *)&address, &len), 0);
    api.port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&api.thread, NULL, serve, NULL), 0);
}

static void stop_api(void)
{
    shutdown(api.fd, SHUT_RDWR);
    pthread_join(api.thread, NULL);
    close(api.fd);
}

/* --- what drives it ------------------------------------------------------------------------ */

#define KEPT(name) "'" name "':{'type':'string','x-pii':'keep','x-column':{'type':'text'}}"

static const char insights[] =
    "{'type':'object','x-table':'things','x-key':['ad_id'],'x-unknown':'drop','required':"
    "['ad_id'],'properties':{" KEPT("ad_id") "," KEPT("date_start") "," KEPT("f1") "," KEPT(
        "f2") "," KEPT("f3") "," KEPT("f4") "," KEPT("f5") "," KEPT("f6") "," KEPT("age") "}}";

static struct event_context audit = {.source = "demo", .run = "run", .uid = 1000};
static struct store *store, *reading;
static struct writer *writer;
static struct manifest *manifest;
static struct settings *settings;
static struct schema *schema;
static struct policy *policy;
static struct http *http;
static struct limiter *limiter;
static struct reporting *reporting;

static void on_staged(void *context, const struct writer_page *page)
{
    (void)context, (void)page;
}

/* The example, whose API is impatient; `running` reports at a time. */
static void load_manifest(int running)
{
    struct error err = {0};
    const char *tree = getenv("EXTRACT_SRCDIR");
    AUTO(cleanup_free)
    char *path =
        text_format("%s/tests/data/manifest/good/report-and-split.json", tree ? tree : ".");
    json_auto_t *root = NULL;
    json_auto_t *errors = fixture_json(
        "[{'body':[{'at':'/error/message','contains':'reduce the amount'}],'verdict':'split',"
        "'say':'too much at once','quote':'/error/message'}]");
    assert_true(json_read_file(path, ERROR_MANIFEST, &root, &err));
    json_object_set(root, "errors", errors);
    json_auto_t *buckets =
        fixture_json("{'score':{'kind':'window','capacity':1000000,'window':'24h'}}");
    json_object_set(json_object_get(root, "limits"), "buckets", buckets);
    json_object_set_new(json_array_get(json_object_get(root, "streams"), 0), "cost",
                        json_pack("{s:s}", "score", "2"));
    json_object_set_new(
        json_object_get(json_array_get(json_object_get(root, "streams"), 0), "report"),
        "running", json_integer(1));
    json_object_set_new(
        json_object_get(json_array_get(json_object_get(root, "streams"), 0), "report"),
        "running", json_integer(running));
    if (!manifest_from_json(root, "example", &manifest, &err))
        fail_msg("%s", err.text);
}

static void open_parts(int running)
{
    struct error err = {0};
    json_auto_t *document = fixture_json(insights);
    load_manifest(running);
    settings = settings_new(manifest);
    AUTO(cleanup_free) char *url = text_format("http://127.0.0.1:%u", api.port);
    if (!settings_set(settings, "base_url", url, &err) ||
        !schema_from_json(document, "things", &schema, &err) ||
        !policy_new(schema, NULL, 0, &policy, &err))
        fail_msg("%s", err.text);
    const struct http_options options = {
        .hosts = settings_hosts(settings), .user_agent = "test", .limits = manifest->transfer};
    AUTO(cleanup_free) char *quota = text_format("%s/quota.db", fixture_folder);
    if (!http_new(&options, &http, &err) || !limiter_open(quota, &limiter, &err))
        fail_msg("%s", err.text);
}

static void close_parts(void)
{
    http_free(http);
    limiter_close(limiter);
    limiter = NULL;
    policy_free(policy);
    schema_free(schema);
    settings_free(settings);
    manifest_free(manifest);
    http = NULL;
    policy = NULL;
    schema = NULL;
    settings = NULL;
    manifest = NULL;
}

static void open_stage(void)
{
    struct error err;
    store = fixture_open();
    audit.log = store_uuid(store);
    const struct writer_options options = {
        .store = store, .audit = &audit, .staged = on_staged};
    if (!writer_new(&options, &writer, &err))
        fail_msg("%s", err.text);
    reading = fixture_open_read();
}

static void open_reporting(void)
{
    struct error err;
    const struct reporting_options options = {
        .client = {.settings = settings,
                   .http = http,
                   .limiter = limiter,
                   .max_wait_ns = 60 * S},
        .account = "7",
        .policy = policy,
        .stage = reading,
        .writer = writer,
    };
    if (!reporting_open(&options, &reporting, &err))
        fail_msg("%s", err.text);
}

static void close_all(void)
{
    reporting_close(reporting);
    reporting = NULL;
    store_close(reading);
    writer_free(writer);
    store_close(store);
    store = reading = NULL;
    writer = NULL;
}

/* The process dies and is started again. */
static void start_again(void)
{
    close_all();
    open_stage();
    open_reporting();
}

static int set_up_running(void **state, int running)
{
    if (fixture_set_up(state) != 0)
        return -1;
    fixture_options.guest_schema = event_tables();
    alarm(PATIENCE_SECONDS);
    start_api();
    open_parts(running);
    open_stage();
    open_reporting();
    return 0;
}

static int set_up(void **state)
{
    return set_up_running(state, 100);
}

static int set_up_for_three(void **state)
{
    return set_up_running(state, 3);
}

static int tear_down(void **state)
{
    close_all();
    close_parts();
    stop_api();
    alarm(0);
    return fixture_tear_down(state);
}

static struct reporting_slice *begin_with(const char *day, const char *part, uint64_t records)
{
    struct slice slice;
    struct reporting_slice *s = NULL;
    struct error err;
    assert_true(slice_parse(&manifest->streams[0].slice, day, &slice));
    const struct reporting_start start = {.slice = &slice, .part = part, .records = records};
    if (!reporting_begin(reporting, &start, &s, &err))
        fail_msg("%s", err.text);
    return s;
}

static struct reporting_slice *begin(const char *day)
{
    return begin_with(day, NULL, REPORTING_UNKNOWN);
}

static struct reporting_step step(struct reporting_slice *s)
{
    struct reporting_step step;
    struct error err;
    if (!reporting_step(s, &step, &err))
        fail_msg("%s", err.text);
    return step;
}

/* Moves the clock until there is something else to do than to wait. */
static bool wait_for(struct reporting_slice *s, struct reporting_step *ret_step,
                     struct error *err)
{
    for (int i = 0; i < 2000; i++) {
        if (!reporting_step(s, ret_step, err))
            return false;
        if (ret_step->kind != REPORTING_WAIT)
            return true;
        assert_true(ret_step->not_before_ns > fixture_now_ns);
        fixture_now_ns = ret_step->not_before_ns;
    }
    fail_msg("it never ends");
    return false;
}

static struct reporting_step next(struct reporting_slice *s)
{
    struct reporting_step step;
    struct error err;
    if (!wait_for(s, &step, &err))
        fail_msg("%s", err.text);
    return step;
}

/* Reads all that is left, part by part: which ads have which fields is noted, each once. */
static int read_all(struct reporting_slice *s, bool seen[ADS][FIELDS + 1])
{
    int parts = 0;
    char last[SPLIT_PATH_SIZE] = "";
    for (;; parts++) {
        struct reporting_step step = next(s);
        if (step.kind == REPORTING_COMPLETE)
            return parts;
        assert_true(parts == 0 || strcmp(last, step.path) < 0);
        snprintf(last, sizeof last, "%s", step.path);
        AUTO(cleanup_free) char *text = text_format("[0%s]", step.part.filter);
        json_auto_t *filtering = parse(text);
        for (int ad = 0; ad < ADS; ad++) {
            for (int f = 1; f <= FIELDS; f++) {
                char name[8];
                snprintf(name, sizeof name, "f%d", f);
                if (!ad_is_in(ad, ids_of(filtering)) ||
                    (step.part.fields && !strstr(step.part.fields, name)))
                    continue;
                assert_false(seen[ad][f]);
                seen[ad][f] = true;
            }
        }
        reporting_read(s);
    }
}

static void assert_all(bool seen[ADS][FIELDS + 1])
{
    for (int ad = 0; ad < ADS; ad++) {
        for (int f = 1; f <= FIELDS; f++)
            assert_true(seen[ad][f]);
    }
}

/* --- tests --------------------------------------------------------------------------------- */

static void a_report_is_made_and_given_out(void **state)
{
    (void)state;
    struct reporting_slice *s = begin("2026-11-20");
    struct reporting_step first = step(s);
    assert_int_equal(first.kind, REPORTING_WAIT);
    assert_true(first.not_before_ns > fixture_now_ns);
    assert_int_equal(api.created, 1);
    step(s); /* too early: nothing is asked */
    assert_int_equal(api.polled, 0);

    struct reporting_step read = next(s);
    assert_int_equal(read.kind, REPORTING_READ);
    assert_int_equal(api.polled, 3);
    assert_string_equal(read.path, "");
    assert_true(read.last);
    assert_ptr_equal(read.part.request, &manifest->streams[0].report.results);
    assert_string_equal(read.part.report, "1");
    assert_string_equal(read.part.filter, "");
    assert_null(read.part.fields);
    assert_null(read.piece_of);
    reporting_read(s);
    assert_int_equal(step(s).kind, REPORTING_COMPLETE);
    assert_int_equal(api.created, 1);
    assert_int_equal(api.others, 0);
}

static void a_run_that_was_killed_goes_on_with_its_report(void **state)
{
    (void)state;
    struct reporting_slice *s = begin("2026-11-20");
    step(s);
    start_again();
    s = begin("2026-11-20");
    assert_true(reporting_resumed(s));
    assert_string_equal(next(s).part.report, "1");
    start_again(); /* while it is read */
    s = begin("2026-11-20");
    assert_string_equal(next(s).part.report, "1");
    assert_int_equal(api.created, 1);
    assert_int_equal(fixture_number(store, "SELECT count(*) FROM part"), 1);
}

static void a_report_for_another_request_or_too_old_is_not_taken(void **state)
{
    (void)state;
    struct reporting_slice *s = begin("2026-11-20");
    step(s);
    close_all();
    fixture_tamper(fixture_path, "UPDATE part SET request_digest = zeroblob(32)");
    open_stage();
    open_reporting();
    s = begin("2026-11-20");
    assert_false(reporting_resumed(s));
    assert_string_equal(next(s).part.report, "2");
    assert_int_equal(fixture_number(store, "SELECT count(*) FROM part"), 1);

    start_again();
    fixture_now_ns += 7 * 3600 * S; /* it expires after 6 h */
    s = begin("2026-11-20");
    assert_string_equal(next(s).part.report, "3");
    assert_int_equal(fixture_number(store, "SELECT count(*) FROM part"), 1);
}

static void reports_of_all_slices_are_asked_after_at_once(void **state)
{
    (void)state;
    enum { DAYS = 20 };
    struct reporting_slice *days[DAYS];
    int64_t due[DAYS] = {0};
    int read = 0;
    for (int i = 0; i < DAYS; i++) {
        char day[CLOCK_DATE_SIZE];
        clock_format_date(20700 + i, day);
        days[i] = begin(day);
    }
    while (read < DAYS) { /* each when it asked to be looked at */
        int first = 0;
        for (int i = 1; i < DAYS; i++)
            first = due[i] < due[first] ? i : first;
        fixture_now_ns = due[first] > fixture_now_ns ? due[first] : fixture_now_ns;
        struct reporting_step now = step(days[first]);
        due[first] = now.kind == REPORTING_READ ? INT64_MAX : now.not_before_ns;
        read += now.kind == REPORTING_READ;
        if (now.kind == REPORTING_READ)
            reporting_read(days[first]);
    }
    assert_int_equal(api.created, DAYS);
    assert_int_equal(api.polled, 3 * DAYS);
    assert_true(api.batches + api.polled - api.in_batches <= 3 * 3); /* requests */
}

static void every_poll_of_a_batch_is_charged(void **state)
{
    (void)state;
    struct reporting_slice *days[5];
    char key[LIMITER_KEY_MAX + 1];
    struct limiter_state quota;
    struct error err;
    api.polls = 0;
    for (int i = 0; i < 5; i++) {
        char day[CLOCK_DATE_SIZE];
        clock_format_date(20700 + i, day);
        days[i] = begin(day);
    }
    for (int i = 0; i < 5; i++)
        assert_int_equal(next(days[i]).kind, REPORTING_READ);
    assert_int_equal(api.polled, 5);
    assert_true(api.in_batches > 0);
    settings_quota_key(settings, "7", 0, key);
    assert_true(limiter_state(limiter, key, settings_bucket(settings, 0), fixture_now_ns,
                              &quota, &err));
    /* what is usual, and what creating one costs by its own word */
    assert_int_equal(quota.used, 3 * api.created + 2 * api.polled);
}

/* So much is used, by whomever, as the service says. */
static void say_used(double used)
{
    char key[LIMITER_KEY_MAX + 1];
    struct error err;
    settings_quota_key(settings, "7", 0, key);
    const struct limiter_note note = {
        key, settings_bucket(settings, 0), {.used = used, .at_ns = fixture_now_ns}};
    if (!limiter_note(limiter, &note, 1, fixture_now_ns, &err))
        fail_msg("%s", err.text);
}

static void a_poll_asks_after_no_more_than_the_limits_leave(void **state)
{
    (void)state;
    static const struct {
        double used;
        int largest; /* batch; 0: one after the other */
    } cases[] = {{0.5, 6}, {0.75, 3}, {0.86, 0}};
    api.polls = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct reporting_slice *days[6];
        int polled = api.polled;
        api.largest = 0;
        for (int k = 0; k < 6; k++) {
            char day[CLOCK_DATE_SIZE];
            clock_format_date(20700 + 6 * (int)i + k, day);
            days[k] = begin(day);
        }
        step(days[0]); /* all of them are made */
        say_used(cases[i].used);
        for (int k = 0; k < 6; k++)
            assert_int_equal(next(days[k]).kind, REPORTING_READ);
        assert_int_equal(api.polled - polled, 6);
        assert_int_equal(api.largest, cases[i].largest);
        for (int k = 0; k < 6; k++)
            reporting_end(days[k]);
    }
}

static void what_a_batch_forgets_is_asked_after_alone(void **state)
{
    (void)state;
    struct reporting_slice *days[4];
    api.forgets = true;
    api.polls = 0;
    for (int i = 0; i < 4; i++) {
        char day[CLOCK_DATE_SIZE];
        clock_format_date(20700 + i, day);
        days[i] = begin(day);
    }
    for (int i = 0; i < 4; i++)
        assert_int_equal(next(days[i]).kind, REPORTING_READ);
    assert_int_equal(api.polled, 4);
    assert_true(api.batches >= 1 && api.in_batches < 2 * api.polled);
}

static void a_batch_that_is_refused_is_halved(void **state)
{
    (void)state;
    struct reporting_slice *days[4];
    api.no_batch = true;
    api.polls = 0;
    for (int i = 0; i < 4; i++) {
        char day[CLOCK_DATE_SIZE];
        clock_format_date(20700 + i, day);
        days[i] = begin(day);
    }
    for (int i = 0; i < 4; i++)
        assert_int_equal(next(days[i]).kind, REPORTING_READ);
    assert_int_equal(api.polled, 4);
    assert_int_equal(api.created, 4); /* a refusal of the batch is none of its reports */
}

static void no_more_reports_run_than_the_rule_says(void **state)
{
    (void)state;
    struct reporting_slice *days[12];
    for (int i = 0; i < 12; i++) {
        char day[CLOCK_DATE_SIZE];
        clock_format_date(20700 + i, day);
        days[i] = begin(day);
    }
    for (int i = 11; i >= 0; i--) { /* whichever is waited for */
        assert_int_equal(next(days[i]).kind, REPORTING_READ);
        reporting_read(days[i]);
    }
    assert_int_equal(api.created, 12);
    assert_in_range(api.most_running, 2, 3);
}

static void a_report_that_failed_is_created_again(void **state)
{
    (void)state;
    struct reporting_slice *s = begin("2026-11-20");
    api.failures = 2;
    assert_string_equal(next(s).part.report, "3");
    assert_int_equal(api.created, 3);
    assert_int_equal(api.listed, 0);
    assert_int_equal(fixture_number(store, "SELECT report FROM part"), 3);
}

static void reports_that_fail_for_no_reason_are_tried_smaller_and_given_up(void **state)
{
    (void)state;
    struct reporting_slice *s = begin("2026-11-20");
    struct reporting_step step;
    struct error err = {0};
    api.failures = REPORTS_MAX;
    assert_false(wait_for(s, &step, &err));
    assert_int_equal(err.kind, ERROR_TOO_BIG);
    assert_non_null(strstr(err.text, "no luck"));
    assert_true(api.created > 3 && api.created < 80); /* no storm */
    assert_false(reporting_step(s, &step, &err)); /* and stays so */
}

static void a_report_that_is_stuck_is_cancelled_first(void **state)
{
    (void)state;
    struct reporting_slice *s = begin("2026-11-20");
    api.stuck = true;
    int64_t began = fixture_now_ns;
    assert_string_equal(next(s).part.report, "2");
    assert_int_equal(api.cancelled, 1);
    assert_true(fixture_now_ns - began > 600 * S);
}

static void what_is_too_big_is_cut_until_all_of_it_can_be_had(void **state)
{
    (void)state;
    static const struct {
        long limit;
        int parts;
    } rows[] = {{48, 1}, {47, 2}, {24, 2}, {12, 4}, {6, 8}, {5, 16}, {3, 16}, {2, 32}, {1, 48}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char day[CLOCK_DATE_SIZE];
        clock_format_date(20700 + (int64_t)i, day);
        bool seen[ADS][FIELDS + 1] = {0};
        memset(api.reports, 0, sizeof api.reports);
        api.created = 0;
        api.limit = rows[i].limit;
        struct reporting_slice *s = begin(day);
        int parts = read_all(s, seen);
        reporting_end(s);
        if (parts != rows[i].parts)
            fail_msg("limit %ld: %d parts", rows[i].limit, parts);
        assert_all(seen);
    }
}

static void pieces_say_of_what_they_are_and_which_is_the_last(void **state)
{
    (void)state;
    struct reporting_slice *s = begin("2026-11-20");
    api.limit = 2; /* six fields of an ad in four pieces */
    int last_pieces = 0, pieces = 0;
    for (;;) {
        struct reporting_step step = next(s);
        if (step.kind == REPORTING_COMPLETE)
            break;
        assert_non_null(step.piece_of);
        assert_int_equal(strncmp(step.path, step.piece_of, strlen(step.piece_of)), 0);
        assert_int_equal(step.key_count, 2);
        assert_string_equal(step.key[0], "ad_id");
        assert_true(text_starts_with(step.part.fields, "ad_id,date_start,f"));
        pieces++;
        last_pieces += step.last_piece;
        assert_int_equal(step.last_piece, pieces % 4 == 0);
        assert_int_equal(step.last, pieces == 32);
        reporting_read(s);
    }
    assert_int_equal(last_pieces, ADS);
}

static void a_run_that_was_killed_goes_on_with_its_parts(void **state)
{
    (void)state;
    bool seen[ADS][FIELDS + 1] = {0};
    char third[SPLIT_PATH_SIZE];
    struct reporting_slice *s = begin("2026-11-20");
    api.limit = 6;
    next(s);
    reporting_read(s);
    next(s);
    reporting_read(s);
    snprintf(third, sizeof third, "%s", next(s).path);
    int created = api.created, listed = api.listed;
    start_again();
    s = begin_with("2026-11-20", third, REPORTING_UNKNOWN);
    assert_true(reporting_resumed(s));
    assert_int_equal(read_all(s, seen), 6);
    assert_false(seen[0][1] || seen[1][1]); /* those were read */
    assert_int_equal(api.created, created);
    assert_int_equal(api.listed, listed);

    start_again(); /* a checkpoint of another cut: all of it */
    s = begin_with("2026-11-20", "0007", REPORTING_UNKNOWN);
    assert_false(reporting_resumed(s));
    memset(seen, 0, sizeof seen);
    assert_int_equal(read_all(s, seen), 8);
    assert_all(seen);
}

static void rows_are_as_old_as_their_report_and_what_it_rests_on(void **state)
{
    (void)state;
    int64_t began = fixture_now_ns;
    struct reporting_slice *s = begin("2026-11-20");
    assert_true(next(s).asked_ns == began);
    start_again();
    fixture_now_ns += 3600 * S;
    s = begin("2026-11-20");
    assert_true(next(s).asked_ns == began);

    api.limit = 24;
    s = begin("2026-11-21");
    began = fixture_now_ns;
    int64_t cut = next(s).asked_ns;
    assert_true(cut > began && cut < fixture_now_ns);
    start_again();
    fixture_now_ns += 7 * 3600 * S; /* its reports are made anew, the cut is not */
    s = begin("2026-11-21");
    int created = api.created;
    struct reporting_step part = next(s);
    assert_int_equal(api.created, created + 2);
    assert_true(part.asked_ns >= cut - 60 * S && part.asked_ns <= cut);

    s = begin_with("2026-11-22", NULL, 1); /* by a plain request */
    assert_true(next(s).asked_ns == INT64_MAX);
}

static void a_part_that_is_missing_in_the_stage_is_not_missed(void **state)
{
    (void)state;
    bool seen[ADS][FIELDS + 1] = {0};
    struct reporting_slice *s = begin("2026-11-20");
    api.limit = 6;
    next(s);
    close_all();
    fixture_tamper(fixture_path, "DELETE FROM part WHERE path = '0001.0001'");
    open_stage();
    open_reporting();
    s = begin("2026-11-20");
    assert_false(reporting_resumed(s));
    assert_int_equal(read_all(s, seen), 8);
    assert_all(seen);
}

static void what_cannot_be_made_smaller_fails_with_the_words_of_the_api(void **state)
{
    (void)state;
    struct reporting_slice *s = begin("2026-11-20");
    struct reporting_step step;
    struct error err = {0};
    api.limit = 1;
    struct split_rule *rule = &manifest->streams[0].split;
    size_t steps = rule->count;
    rule->count = 3; /* no fields */
    assert_false(wait_for(s, &step, &err));
    rule->count = steps;
    assert_int_equal(err.kind, ERROR_TOO_BIG);
    assert_non_null(strstr(err.text, "Ask for less."));
    assert_non_null(strstr(err.text, "part 0"));
}

static void a_list_that_is_too_big_itself_gives_way_to_the_next_level(void **state)
{
    (void)state;
    bool seen[ADS][FIELDS + 1] = {0};
    struct reporting_slice *s = begin("2026-11-20");
    api.limit = 24;
    api.no_campaigns = true;
    assert_int_equal(read_all(s, seen), 2);
    assert_all(seen);
    assert_int_equal(api.listed, 2);
}

static void half_a_list_is_no_list(void **state)
{
    (void)state;
    bool seen[ADS][FIELDS + 1] = {0};
    struct reporting_slice *s = begin("2026-11-20");
    api.limit = 24;
    api.no_second_page = true;
    assert_int_equal(read_all(s, seen), 2);
    assert_all(seen);
    assert_int_equal(api.listed, 3);
    assert_int_equal(fixture_number(store, "SELECT count(*) FROM part WHERE work LIKE "
                                           "'%\"step\":1%'"),
                     2);
}

static void a_small_slice_is_read_at_once(void **state)
{
    (void)state;
    struct error cause = {0}, err = {0};
    struct reporting_slice *s = begin_with("2026-11-20", NULL, 999);
    struct reporting_step read = step(s);
    assert_int_equal(read.kind, REPORTING_READ);
    assert_ptr_equal(read.part.request, &manifest->streams[0].request);
    assert_null(read.part.report);
    assert_int_equal(api.created, 0);

    error_set(&cause, ERROR_TOO_BIG, "too much at once"); /* it grew: then by a report */
    assert_true(reporting_refused(s, &cause, &err));
    read = next(s);
    assert_string_equal(read.part.report, "1");
    assert_int_equal(step(begin_with("2026-11-21", NULL, 1000)).kind, REPORTING_WAIT);
}

static void results_that_cannot_be_read_are_made_anew(void **state)
{
    (void)state;
    struct error cause = {0}, err = {0};
    struct reporting_slice *s = begin("2026-11-20");
    assert_string_equal(next(s).part.report, "1");
    error_set(&cause, ERROR_REMOTE, "the report is not ready");
    assert_true(reporting_refused(s, &cause, &err));
    assert_string_equal(next(s).part.report, "2");
    error_set(&cause, ERROR_TOO_BIG, "too many rows"); /* of a report: smaller ones */
    assert_true(reporting_refused(s, &cause, &err));
    assert_string_equal(next(s).path, "0000");
    error_set(&cause, ERROR_STORE, "the disk is full"); /* nothing that helps */
    assert_false(reporting_refused(s, &cause, &err));
    assert_string_equal(err.text, "the disk is full");
}

static void a_report_that_is_gone_is_created_again(void **state)
{
    (void)state;
    struct reporting_slice *s = begin("2026-11-20");
    step(s);
    api.reports[1].gone = true;
    assert_string_equal(next(s).part.report, "2");
    assert_true(api.polled > REPORT_REFUSALS_MAX);
}

#define reporting_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        reporting_test(a_report_is_made_and_given_out),
        reporting_test(a_run_that_was_killed_goes_on_with_its_report),
        reporting_test(a_report_for_another_request_or_too_old_is_not_taken),
        reporting_test(reports_of_all_slices_are_asked_after_at_once),
        reporting_test(every_poll_of_a_batch_is_charged),
        reporting_test(a_poll_asks_after_no_more_than_the_limits_leave),
        reporting_test(what_a_batch_forgets_is_asked_after_alone),
        reporting_test(a_batch_that_is_refused_is_halved),
        cmocka_unit_test_setup_teardown(no_more_reports_run_than_the_rule_says,
                                        set_up_for_three, tear_down),
        reporting_test(a_report_that_failed_is_created_again),
        reporting_test(reports_that_fail_for_no_reason_are_tried_smaller_and_given_up),
        reporting_test(a_report_that_is_stuck_is_cancelled_first),
        reporting_test(what_is_too_big_is_cut_until_all_of_it_can_be_had),
        reporting_test(pieces_say_of_what_they_are_and_which_is_the_last),
        reporting_test(a_run_that_was_killed_goes_on_with_its_parts),
        reporting_test(rows_are_as_old_as_their_report_and_what_it_rests_on),
        reporting_test(a_part_that_is_missing_in_the_stage_is_not_missed),
        reporting_test(what_cannot_be_made_smaller_fails_with_the_words_of_the_api),
        reporting_test(a_list_that_is_too_big_itself_gives_way_to_the_next_level),
        reporting_test(half_a_list_is_no_list),
        reporting_test(a_small_slice_is_read_at_once),
        reporting_test(results_that_cannot_be_read_are_made_anew),
        reporting_test(a_report_that_is_gone_is_created_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
