/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/stop.h"
#include "base/text.h"
#include "net/http.h"

#define MIB (UINT64_C(1024) * 1024)
#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* The sanitizers keep freed memory for a while. */
#if defined(__SANITIZE_ADDRESS__)
enum { MEMORY_GROWTH_KIB = 256 * 1024 };
#else
enum { MEMORY_GROWTH_KIB = 16 * 1024 };
#endif

/* --- The server ---------------------------------------------------------------------------- */

static struct {
    char folder[64];
    char ca_file[96];
    char missing[128]; /* why there is no server; "" when there is one */
    pid_t pid;
    int input; /* the server ends when this is closed */
    struct {
        char name[16];
        int port;
    } ports[16];
    size_t port_count;
} server = {.pid = -1, .input = -1};

static int port_of(const char *name)
{
    for (size_t i = 0; i < server.port_count; i++)
        if (strcmp(server.ports[i].name, name) == 0)
            return server.ports[i].port;
    fail_msg("no port %s", name);
    return 0;
}

static void run_server(int input, int output)
{
    const char *source = getenv("EXTRACT_SRCDIR");
    char script[4096];
    snprintf(script, sizeof script, "%s/tests/unit/hostile_server.py", source ? source : ".");
    dup2(input, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    execlp("python3", "python3", "-Wignore", script, server.folder, (char *)NULL);
    _exit(127);
}

static bool read_ports(int fd)
{
    FILE *lines = fdopen(fd, "r");
    char name[16];
    int port;
    bool ready = false;
    while (!ready && fscanf(lines, "%15s %d", name, &port) == 2) {
        ready = strcmp(name, "ready") == 0;
        if (ready || server.port_count == LENGTH(server.ports))
            continue;
        snprintf(server.ports[server.port_count].name, sizeof name, "%s", name);
        server.ports[server.port_count++].port = port;
    }
    fclose(lines);
    return ready;
}

static bool is_installed(const char *program)
{
    const char *path = getenv("PATH");
    AUTO(cleanup_free) char *folders = strdup(path ? path : "/usr/bin:/bin");
    char *rest = folders;
    for (char *folder; (folder = strsep(&rest, ":"));) {
        AUTO(cleanup_free) char *file = file_join(folder, program);
        if (file && access(file, X_OK) == 0)
            return true;
    }
    return false;
}

static int start_server(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    static const char *const needed[] = {"python3", "openssl"};
    for (size_t i = 0; i < LENGTH(needed); i++)
        if (!is_installed(needed[i])) {
            snprintf(server.missing, sizeof server.missing, "%s is not installed", needed[i]);
            return 0;
        }

    const char *tmp = getenv("TMPDIR");
    snprintf(server.folder, sizeof server.folder, "%.40s/http.XXXXXX", tmp ? tmp : "/tmp");
    int input[2];
    int output[2];
    if (!mkdtemp(server.folder) || pipe2(input, O_CLOEXEC) < 0 || pipe2(output, O_CLOEXEC) < 0)
        return -1;
    snprintf(server.ca_file, sizeof server.ca_file, "%s/ca.pem", server.folder);
    server.pid = fork();
    if (server.pid == 0)
        run_server(input[0], output[1]);
    close(input[0]);
    close(output[1]);
    server.input = input[1];
    return server.pid > 0 && read_ports(output[0]) ? 0 : -1;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static int stop_server(void **state)
{
    (void)state;
    if (server.pid > 0) {
        close(server.input);
        waitpid(server.pid, NULL, 0);
        nftw(server.folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    }
    return 0;
}

static void need_server(void)
{
    if (!server.missing[0])
        return;
    print_message("# skipped: %s\n", server.missing);
    skip();
}

/* --- Asking -------------------------------------------------------------------------------- */

#define SECRET_QUERY "token=s3cr3t-query"
#define SECRET_HEADER "s3cr3t-header"

static const struct http_limits usual_limits = {
    .body_max = 32 * MIB,
    .connect_timeout_ns = 2 * CLOCK_SECOND_NS,
    .total_timeout_ns = 20 * CLOCK_SECOND_NS,
    .stall_timeout_ns = 5 * CLOCK_SECOND_NS,
    .stall_rate = 100,
};

static struct http *new_client(const char *const *hosts, const char *ca_file,
                               const struct http_limits *limits)
{
    struct http *client = NULL;
    struct error err;
    const struct http_options options = {
        .hosts = hosts,
        .ca_file = ca_file,
        .user_agent = "extract-test",
        .limits = *limits,
    };
    if (!http_new(&options, &client, &err))
        fail_msg("%s", err.text);
    return client;
}

static const char *const loopback[] = {"127.0.0.1", NULL};

/* What a consumer saw. */
struct seen {
    struct buffer body; /* the first bytes of it */
    uint64_t bytes;
    int heads;
    int status_at_head;
    bool refuse_head;
    bool refuse_body;
};

static bool see_head(void *context, const struct http_response *response, struct error *err)
{
    struct seen *seen = context;
    seen->heads++;
    seen->status_at_head = response->status;
    return !seen->refuse_head || error_set(err, ERROR_REMOTE, "not this status");
}

static bool see_body(void *context, const void *data, size_t len, struct error *err)
{
    struct seen *seen = context;
    assert_true(seen->heads > 0);
    seen->bytes += len;
    buffer_append(&seen->body, data, len); /* as far as it goes */
    return !seen->refuse_body || error_set(err, ERROR_STORE, "no more of this");
}

static void seen_init(struct seen *seen)
{
    *seen = (struct seen){0};
    buffer_init(&seen->body, 64 * 1024);
}

static void seen_done(struct seen *seen)
{
    buffer_done(&seen->body);
}

static bool send_url(struct http *client, const char *url, struct seen *seen,
                     const struct http_response **ret_response, struct error *err)
{
    static const struct http_header headers[] = {{"Authorization", SECRET_HEADER}};
    const struct http_request request = {
        .method = "GET", .url = url, .headers = headers, .header_count = 1};
    const struct http_handler handler = {seen, see_head, see_body};
    *err = (struct error){0};
    return http_send(client, &request, &handler, ret_response, err);
}

static char *url_of(const char *scheme, const char *host, const char *port, const char *path)
{
    return text_format("%s://%s:%d/%s?" SECRET_QUERY, scheme, host, port_of(port), path);
}

/* Asks the plain server and must get an answer. */
static const struct http_response *get(struct http *client, const char *path, struct seen *seen)
{
    const struct http_response *response = NULL;
    struct error err;
    AUTO(cleanup_free) char *url = url_of("http", "127.0.0.1", "plain", path);
    if (!send_url(client, url, seen, &response, &err))
        fail_msg("%s", err.text);
    return response;
}

static long count_of(const char *name)
{
    AUTO(http_freep) struct http *client = new_client(loopback, NULL, &usual_limits);
    AUTO(seen_done) struct seen seen;
    seen_init(&seen);
    get(client, "stats", &seen);
    AUTO(cleanup_free) char *key = text_format("'%s': ", name);
    const char *found = strstr(buffer_text(&seen.body), key);
    return found ? strtol(found + strlen(key), NULL, 10) : 0;
}

static void assert_contains(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in \"%s\"", part, text);
}

static void assert_tells_nothing(const char *text)
{
    assert_null(strstr(text, "s3cr3t"));
    assert_null(strchr(text, '?'));
}

static long memory_kib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* --- Answers that are refused -------------------------------------------------------------- */

struct hostile_case {
    const char *name;
    const char *path;
    enum error_kind kind;
    const char *text; /* a part of the error */
    const struct http_limits *limits; /* NULL: the usual ones */
};

static const struct http_limits no_size = {.total_timeout_ns = 20 * CLOCK_SECOND_NS};
static const struct http_limits half_a_second = {.total_timeout_ns = CLOCK_SECOND_NS / 2};
static const struct http_limits stall_only = {.stall_timeout_ns = 2 * CLOCK_SECOND_NS,
                                              .stall_rate = 100};

static const struct hostile_case hostile_cases[] = {
    {"a_gzip_bomb_is_stopped", "bomb-gzip", ERROR_DATA, "decompression bomb", NULL},
    {"a_chunked_gzip_bomb_is_stopped", "bomb-chunked", ERROR_DATA, "decompression bomb", NULL},
    {"a_zstd_bomb_is_stopped", "bomb-zstd", ERROR_DATA, "decompression bomb", NULL},
    {"a_bomb_is_stopped_without_a_body_limit", "bomb-gzip", ERROR_DATA, "bomb", &no_size},
    {"a_double_encoding_is_refused", "bomb-double", ERROR_DATA, "more than one Content", NULL},
    {"a_second_encoding_line_is_refused", "bomb-lines", ERROR_DATA, "more than one", NULL},
    {"a_hidden_encoding_line_is_refused", "bomb-hidden", ERROR_DATA, "more than one", NULL},
    {"a_packed_transfer_is_refused", "bomb-transfer", ERROR_DATA, "Transfer-Encoding", NULL},
    {"an_unknown_encoding_is_refused", "unknown-encoding", ERROR_DATA, "not ask for", NULL},
    {"a_broken_gzip_body_is_an_error", "bad-gzip", ERROR_NETWORK, "does not unpack", NULL},
    {"a_body_beyond_its_limit_is_stopped", "large", ERROR_DATA, "longer than its", NULL},
    {"a_body_that_never_ends_is_stopped", "endless", ERROR_DATA, "longer than its", NULL},
    {"a_header_flood_is_stopped", "header-flood", ERROR_DATA, "more than 100", NULL},
    {"large_headers_are_stopped", "header-large", ERROR_DATA, "more than 64 KiB", NULL},
    {"an_endless_header_is_stopped", "header-endless", ERROR_DATA, "header line", NULL},
    {"endless_interim_answers_are_stopped", "header-interim", ERROR_DATA, "lines", NULL},
    {"a_flood_of_trailers_is_stopped", "trailers", ERROR_DATA, "header lines", NULL},
    {"a_slow_drip_is_stopped", "drip", ERROR_NETWORK, "time limit", &stall_only},
    {"a_body_beyond_its_time_is_stopped", "drip-fast", ERROR_NETWORK, "time", &half_a_second},
    {"silence_is_stopped", "hang", ERROR_NETWORK, "time limit", &half_a_second},
    {"a_stalled_answer_is_stopped", "hang", ERROR_NETWORK, "time limit", &stall_only},
    {"a_short_body_is_an_error", "short", ERROR_NETWORK, "too early", NULL},
    {"a_cut_chunked_body_is_an_error", "chunk-cut", ERROR_NETWORK, "too early", NULL},
    {"chunked_garbage_is_an_error", "chunk-garbage", ERROR_NETWORK, "broke", NULL},
    {"a_reset_is_an_error", "reset", ERROR_NETWORK, "broke", NULL},
    {"a_hang_up_is_an_error", "hang-up", ERROR_NETWORK, "hung up", NULL},
    {"what_is_not_http_is_an_error", "not-http", ERROR_NETWORK, "not HTTP", NULL},
};

static void test_hostile(void **state)
{
    need_server();
    const struct hostile_case *c = *state;
    const struct http_limits *limits = c->limits ? c->limits : &usual_limits;
    AUTO(http_freep) struct http *client = new_client(loopback, NULL, limits);
    AUTO(seen_done) struct seen seen;
    seen_init(&seen);
    AUTO(cleanup_free) char *url = url_of("http", "127.0.0.1", "plain", c->path);
    const struct http_response *response = NULL;
    struct error err;

    long before = memory_kib();
    int64_t start = clock_monotonic_ns();
    assert_false(send_url(client, url, &seen, &response, &err));
    assert_int_equal(err.kind, c->kind);
    assert_contains(err.text, c->text);
    assert_contains(err.text, "GET http://127.0.0.1:");
    assert_contains(err.text, c->path);
    assert_tells_nothing(err.text);
    assert_null(response);
    assert_true(memory_kib() - before < MEMORY_GROWTH_KIB);
    assert_true(clock_monotonic_ns() - start < 15 * CLOCK_SECOND_NS);
    assert_true(seen.bytes <= 33 * MIB);

    /* and the client is as good as new */
    AUTO(seen_done) struct seen again;
    seen_init(&again);
    assert_int_equal(get(client, "ok", &again)->status, 200);
}

/* --- Answers ------------------------------------------------------------------------------- */

static void an_answer_comes_whole(void **state)
{
    (void)state;
    need_server();
    AUTO(http_freep) struct http *client = new_client(loopback, NULL, &usual_limits);
    AUTO(seen_done) struct seen seen;
    seen_init(&seen);
    const struct http_response *response = get(client, "ok", &seen);
    assert_int_equal(response->status, 200);
    assert_string_equal(response->content_type, "application/json");
    assert_false(response->has_retry_after);
    assert_int_equal(response->received_bytes, 11);
    assert_int_equal(response->decoded_bytes, 11);
    assert_true(response->first_byte_ns > 0 && response->first_byte_ns <= response->total_ns);
    assert_string_equal(buffer_text(&seen.body), "{\"ok\":true}");
    assert_int_equal(seen.heads, 1);
    assert_int_equal(seen.status_at_head, 200);
    assert_string_equal(http_response_header(client, "X-ONE"), "a, b");
    assert_string_equal(http_response_header(client, "x-two"), "spaced");
    assert_null(http_response_header(client, "X-Three"));
}

static void a_packed_body_is_unpacked(void **state)
{
    (void)state;
    need_server();
    AUTO(http_freep) struct http *client = new_client(loopback, NULL, &usual_limits);
    AUTO(seen_done) struct seen seen;
    seen_init(&seen);
    const struct http_response *response = get(client, "packed", &seen);
    assert_int_equal(response->decoded_bytes, 100000);
    assert_true(response->received_bytes < 50000);
    assert_int_equal(seen.bytes, 100000);
}

static void a_well_packed_chunked_body_is_no_bomb(void **state)
{
    (void)state;
    need_server();
    AUTO(http_freep) struct http *client = new_client(loopback, NULL, &usual_limits);
    AUTO(seen_done) struct seen seen;
    seen_init(&seen);
    const struct http_response *response = get(client, "packed-chunked", &seen);
    assert_int_equal(response->decoded_bytes, 80 * 262000);
    assert_true(response->decoded_bytes / response->received_bytes > 50);
}

static void any_status_is_an_answer(void **state)
{
    (void)state;
    need_server();
    AUTO(http_freep) struct http *client = new_client(loopback, NULL, &usual_limits);
    AUTO(seen_done) struct seen seen;
    seen_init(&seen);
    const struct http_response *response = get(client, "html", &seen);
    assert_int_equal(response->status, 503);
    assert_string_equal(response->content_type, "text/html");
    assert_int_equal(seen.bytes, 18);
    response = get(client, "empty", &seen);
    assert_int_equal(response->status, 204);
    assert_string_equal(response->content_type, "");
    assert_int_equal(response->decoded_bytes, 0);
}

static void a_redirect_is_not_followed(void **state)
{
    (void)state;
    need_server();
    AUTO(http_freep) struct http *client = new_client(loopback, NULL, &usual_limits);
    AUTO(seen_done) struct seen seen;
    seen_init(&seen);
    assert_int_equal(get(client, "redirect", &seen)->status, 302);
    assert_non_null(http_response_header(client, "Location"));
    assert_int_equal(count_of("other connections"), 0);
}

static void retry_after_is_understood(void **state)
{
    (void)state;
    need_server();
    static const struct {
        const char *path;
        bool has;
        int64_t seconds;
    } cases[] = {
        {"retry-seconds", true, 120}, {"retry-date", true, 30}, {"retry-nonsense", false, 0}};
    AUTO(http_freep) struct http *client = new_client(loopback, NULL, &usual_limits);
    for (size_t i = 0; i < LENGTH(cases); i++) {
        AUTO(seen_done) struct seen seen;
        seen_init(&seen);
        const struct http_response *response = get(client, cases[i].path, &seen);
        assert_int_equal(response->status, 429);
        assert_int_equal(response->has_retry_after, cases[i].has);
        assert_int_equal(response->retry_after_ns, cases[i].seconds * CLOCK_SECOND_NS);
    }
}

static void an_interim_answer_is_passed_over(void **state)
{
    (void)state;
    need_server();
    AUTO(http_freep) struct http *client = new_client(loopback, NULL, &usual_limits);
    AUTO(seen_done) struct seen seen;
    seen_init(&seen);
    assert_int_equal(get(client, "interim", &seen)->status, 200);
    assert_int_equal(seen.heads, 1);
    assert_string_equal(http_response_header(client, "X-One"), "a, b");
}

static void trailers_are_not_headers(void **state)
{
    (void)state;
    need_server();
    AUTO(http_freep) struct http *client = new_client(loopback, NULL, &usual_limits);
    AUTO(seen_done) struct seen seen;
    seen_init(&seen);
    get(client, "one-trailer", &seen);
    assert_string_equal(http_response_header(client, "X-One"), "head");
    assert_null(http_response_header(client, "X-Late"));
}

static void connections_are_used_again(void **state)
{
    (void)state;
    need_server();
    AUTO(http_freep) struct http *client = new_client(loopback, NULL, &usual_limits);
    AUTO(seen_done) struct seen seen;
    seen_init(&seen);
    long before = count_of("plain connections");
    for (int i = 0; i < 20; i++)
        get(client, "ok", &seen);
    assert_int_equal(count_of("plain connections"), before + 2); /* one to ask for the count */
}

static void the_handler_ends_the_request(void **state)
{
    (void)state;
    need_server();
    AUTO(http_freep) struct http *client = new_client(loopback, NULL, &usual_limits);
    AUTO(cleanup_free) char *url = url_of("http", "127.0.0.1", "plain", "endless");
    const struct http_response *response = NULL;
    struct error err;
    struct seen head = {.refuse_head = true};
    assert_false(send_url(client, url, &head, &response, &err));
    assert_int_equal(err.kind, ERROR_REMOTE);
    assert_string_equal(err.text, "not this status");
    assert_int_equal(head.bytes, 0);

    AUTO(seen_done) struct seen body;
    seen_init(&body);
    body.refuse_body = true;
    assert_false(send_url(client, url, &body, &response, &err));
    assert_int_equal(err.kind, ERROR_STORE);
    assert_string_equal(err.text, "no more of this");
    assert_true(body.bytes <= 512 * 1024);
}

/* --- What is sent -------------------------------------------------------------------------- */

static void echo(struct http *client, const struct http_request *request, struct seen *seen)
{
    const struct http_response *response;
    struct error err;
    const struct http_handler handler = {seen, see_head, see_body};
    if (!http_send(client, request, &handler, &response, &err))
        fail_msg("%s", err.text);
}

static void a_url_is_sent_as_it_is(void **state)
{
    (void)state;
    need_server();
    AUTO(http_freep) struct http *client = new_client(loopback, NULL, &usual_limits);
    AUTO(seen_done) struct seen seen;
    seen_init(&seen);
    static const char tail[] = "/echo/../a//b/./%7e%2F?x=%2b+&y=a%20b&cursor=Zm9v==|1^&z";
    AUTO(cleanup_free)
    char *url = text_format("http://127.0.0.1:%d%s", port_of("plain"), tail);
    static const struct http_header headers[] = {
        {"Accept", "application/json"}, {"X-Empty", ""}, {"X-Key", "a;b: c"}};
    echo(client,
         &(struct http_request){
             .method = "GET", .url = url, .headers = headers, .header_count = LENGTH(headers)},
         &seen);
    const char *text = buffer_text(&seen.body);
    AUTO(cleanup_free) char *line = text_format("GET %s HTTP/1.1\r\n", tail);
    assert_true(text_starts_with(text, line));
    assert_contains(text, "\r\nUser-Agent: extract-test\r\n");
    assert_contains(text, "\r\nAccept: application/json\r\n");
    assert_contains(text, "\r\nX-Empty:\r\n");
    assert_contains(text, "\r\nX-Key: a;b: c\r\n");
    /* between processes of one machine packing would cost more than it saves */
    assert_contains(text, "\r\nAccept-Encoding: identity\r\n");
}

static void a_body_is_posted(void **state)
{
    (void)state;
    need_server();
    AUTO(http_freep) struct http *client = new_client(loopback, NULL, &usual_limits);
    AUTO(seen_done) struct seen seen;
    seen_init(&seen);
    AUTO(cleanup_free) char *url = text_format("http://127.0.0.1:%d/echo", port_of("plain"));
    static const struct http_header headers[] = {{"Content-Type", "application/json"}};
    static const char body[] = "{\"a\":\"b\0c\"}";
    echo(client,
         &(struct http_request){.method = "POST",
                                .url = url,
                                .headers = headers,
                                .header_count = 1,
                                .body = body,
                                .body_len = sizeof body - 1},
         &seen);
    const char *text = buffer_text(&seen.body);
    assert_true(text_starts_with(text, "POST /echo HTTP/1.1\r\n"));
    assert_contains(text, "\r\nContent-Length: 11\r\n");
    assert_contains(text, "\r\nContent-Type: application/json\r\n");
    assert_null(strstr(text, "Expect"));
    assert_memory_equal(seen.body.data + seen.body.len - 11, body, 11);

    AUTO(seen_done) struct seen end;
    seen_init(&end);
    echo(client, &(struct http_request){.method = "DELETE", .url = url}, &end);
    text = buffer_text(&end.body);
    assert_true(text_starts_with(text, "DELETE /echo HTTP/1.1\r\n"));
    assert_null(strstr(text, "Content-"));

    /* and nothing of it stays for the next request */
    AUTO(seen_done) struct seen next;
    seen_init(&next);
    echo(client, &(struct http_request){.method = "GET", .url = url}, &next);
    text = buffer_text(&next.body);
    assert_true(text_starts_with(text, "GET /echo HTTP/1.1\r\n"));
    assert_null(strstr(text, "Content-"));
}

static void bad_requests_are_not_sent(void **state)
{
    (void)state;
    need_server();
    static const struct {
        struct http_header header;
        const char *text;
    } cases[] = {
        {{"X-A", SECRET_HEADER "\r\nX-B: 1"}, "control character"},
        {{"X-A", SECRET_HEADER "\n"}, "control character"},
        {{"X-A", "\x7f"}, "control character"},
        {{"X-A\r\nX-B", "1"}, "name"},
        {{"X A", "1"}, "name"},
        {{"X-A:", "1"}, "name"},
        {{"", "1"}, "name"},
        {{"host", "evil.example"}, "not ours to set"},
        {{"Content-Length", "0"}, "not ours to set"},
        {{"Transfer-Encoding", "chunked"}, "not ours to set"},
        {{"Accept-Encoding", "gzip"}, "not ours to set"},
    };
    AUTO(http_freep) struct http *client = new_client(loopback, NULL, &usual_limits);
    AUTO(cleanup_free) char *url = url_of("http", "127.0.0.1", "other", "ok");
    static const struct http_handler handler = {NULL, NULL, NULL};
    const struct http_response *response;
    struct error err;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const struct http_request request = {
            .method = "GET", .url = url, .headers = &cases[i].header, .header_count = 1};
        assert_false(http_send(client, &request, &handler, &response, &err));
        assert_int_equal(err.kind, ERROR_CONFIG);
        assert_contains(err.text, cases[i].text);
        assert_tells_nothing(err.text);
    }
    assert_false(http_send(client, &(struct http_request){.method = "TRACE", .url = url},
                           &handler, &response, &err));
    assert_false(http_send(
        client, &(struct http_request){.method = "GET", .url = url, .body = "x", .body_len = 1},
        &handler, &response, &err));
    assert_int_equal(count_of("other connections"), 0);
}

static void no_proxy_is_taken_from_the_environment(void **state)
{
    (void)state;
    need_server();
    AUTO(cleanup_free) char *proxy = text_format("http://127.0.0.1:%d", port_of("other"));
    static const char *const names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY",
                                        "all_proxy"};
    for (size_t i = 0; i < LENGTH(names); i++)
        setenv(names[i], proxy, 1);
    AUTO(http_freep) struct http *client = new_client(loopback, NULL, &usual_limits);
    AUTO(seen_done) struct seen seen;
    seen_init(&seen);
    assert_int_equal(get(client, "ok", &seen)->status, 200);
    for (size_t i = 0; i < LENGTH(names); i++)
        unsetenv(names[i]);
    assert_int_equal(count_of("other connections"), 0);
}

static void session_keys_are_not_written(void **state)
{
    (void)state;
    need_server();
    AUTO(cleanup_free) char *log = text_format("%s/keylog", server.folder);
    setenv("SSLKEYLOGFILE", log, 1);
    AUTO(http_freep) struct http *client = new_client(loopback, server.ca_file, &usual_limits);
    AUTO(seen_done) struct seen seen;
    seen_init(&seen);
    AUTO(cleanup_free) char *url = url_of("https", "127.0.0.1", "good", "ok");
    const struct http_response *response;
    struct error err;
    assert_true(send_url(client, url, &seen, &response, &err));
    assert_null(getenv("SSLKEYLOGFILE"));
    assert_false(file_exists(log));
}

/* --- Where it goes ------------------------------------------------------------------------- */

struct refused_case {
    const char *name;
    const char *listed;
    const char *url; /* %d: the port of the server that must not be asked */
    const char *text;
};

static const struct refused_case refused_cases[] = {
    {"a_host_that_is_not_on_the_list_is_refused", "randomuser.me",
     "https://evil.example/x?" SECRET_QUERY, "https://evil.example/x: not a host"},
    {"a_subdomain_is_another_host", "randomuser.me",
     "https://randomuser.me.evil.example/?" SECRET_QUERY, "not a host"},
    {"another_port_than_the_listed_is_refused", "127.0.0.1:1",
     "http://127.0.0.1:%d/?" SECRET_QUERY, "not a host"},
    {"plain_http_beyond_this_machine_is_refused", "192.0.2.1",
     "http://192.0.2.1/?" SECRET_QUERY, "plain http is for this machine only"},
    {"plain_http_to_a_name_is_refused", "randomuser.me", "http://randomuser.me/?" SECRET_QUERY,
     "plain http is for this machine only"},
    {"user_info_is_refused", "127.0.0.1", "http://user:s3cr3t-word@127.0.0.1:%d/?" SECRET_QUERY,
     "user name or password"},
    {"a_host_behind_an_at_sign_is_refused", "127.0.0.1",
     "http://127.0.0.1:%d@evil.example/?" SECRET_QUERY, "user name or password"},
    {"file_urls_are_refused", "127.0.0.1", "file:///etc/passwd", "begin with https://"},
    {"ftp_urls_are_refused", "127.0.0.1", "ftp://127.0.0.1/x", "begin with https://"},
    {"a_third_slash_hides_no_host", "127.0.0.1", "https:///evil.example", "not a host"},
    {"a_url_without_a_scheme_is_refused", "127.0.0.1", "127.0.0.1:%d/x", "URL"},
    {"blanks_are_refused", "127.0.0.1", "http://127.0.0.1:%d/a b", "percent-encoded"},
    {"line_ends_are_refused", "127.0.0.1", "http://127.0.0.1:%d/\r\nX: 1", "percent-encoded"},
    {"a_fragment_is_refused", "127.0.0.1", "http://127.0.0.1:%d/?a=#b", "percent-encoded"},
    {"a_placeholder_is_refused", "127.0.0.1", "http://127.0.0.1:%d/{page}", "percent-encoded"},
    {"a_backslash_is_refused", "127.0.0.1", "http://evil.example\\@127.0.0.1:%d/",
     "percent-encoded"},
    {"letters_beyond_ascii_are_refused", "127.0.0.1", "http://127.0.0.1:%d/\xc3\xa9",
     "percent-encoded"},
    {"a_name_that_leads_to_this_machine_is_refused", "rebind.localhost",
     "https://rebind.localhost:%d/?" SECRET_QUERY, "which is not on the internet"},
};

static void test_refused(void **state)
{
    need_server();
    const struct refused_case *c = *state;
    const char *const hosts[] = {c->listed, NULL};
    AUTO(http_freep) struct http *client = new_client(hosts, NULL, &usual_limits);
    char url[256];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(url, sizeof url, c->url, port_of("other"));
#pragma GCC diagnostic pop
    AUTO(seen_done) struct seen seen;
    seen_init(&seen);
    const struct http_response *response = NULL;
    struct error err;
    int64_t start = clock_monotonic_ns();
    assert_false(send_url(client, url, &seen, &response, &err));
    assert_int_equal(err.kind, ERROR_CONFIG);
    assert_contains(err.text, c->text);
    assert_tells_nothing(err.text);
    assert_true(clock_monotonic_ns() - start < CLOCK_SECOND_NS);
    assert_int_equal(count_of("other connections"), 0);
}

static void an_encoded_url_that_is_too_long_is_refused(void **state)
{
    (void)state;
    AUTO(http_freep) struct http *client = new_client(loopback, NULL, &usual_limits);
    AUTO(cleanup_free) char *url = malloc(HTTP_URL_MAX + 2);
    memset(url, 'a', HTTP_URL_MAX + 1);
    memcpy(url, "https://127.0.0.1/", 18);
    url[HTTP_URL_MAX + 1] = '\0';
    AUTO(seen_done) struct seen seen;
    seen_init(&seen);
    const struct http_response *response;
    struct error err;
    assert_false(send_url(client, url, &seen, &response, &err));
    assert_int_equal(err.kind, ERROR_CONFIG);
    assert_contains(err.text, "more than 16384 bytes");
}

static void a_closed_port_is_a_network_error(void **state)
{
    (void)state;
    AUTO(http_freep) struct http *client = new_client(loopback, NULL, &usual_limits);
    AUTO(seen_done) struct seen seen;
    seen_init(&seen);
    const struct http_response *response;
    struct error err;
    assert_false(
        send_url(client, "http://127.0.0.1:1/x?" SECRET_QUERY, &seen, &response, &err));
    assert_int_equal(err.kind, ERROR_NETWORK);
    assert_contains(err.text, "GET http://127.0.0.1:1/x: no connection");
    assert_tells_nothing(err.text);
}

/* --- TLS ----------------------------------------------------------------------------------- */

struct tls_case {
    const char *name;
    const char *port;
    const char *host;
    bool with_ca;
    const char *text; /* NULL: accepted */
};

static const struct tls_case tls_cases[] = {
    {"an_extra_authority_is_trusted", "good", "127.0.0.1", true, NULL},
    {"an_extra_authority_is_trusted_for_a_name", "good", "localhost", true, NULL},
    {"an_unknown_authority_is_refused", "good", "127.0.0.1", false, "not trusted"},
    {"a_self_signed_certificate_is_refused", "selfsigned", "127.0.0.1", true, "not trusted"},
    {"a_certificate_of_another_host_is_refused", "wrong", "127.0.0.1", true, "not trusted"},
    {"an_expired_certificate_is_refused", "expired", "127.0.0.1", true, "not trusted"},
    {"tls_1_1_is_refused", "old", "127.0.0.1", true, "no secure connection"},
    {"https_to_a_plain_server_is_an_error", "plain", "127.0.0.1", true, "time limit"},
};

static void test_tls(void **state)
{
    need_server();
    const struct tls_case *c = *state;
    const char *const hosts[] = {c->host, NULL};
    AUTO(http_freep)
    struct http *client = new_client(hosts, c->with_ca ? server.ca_file : NULL, &usual_limits);
    AUTO(seen_done) struct seen seen;
    seen_init(&seen);
    AUTO(cleanup_free) char *url = url_of("https", c->host, c->port, "ok");
    AUTO(cleanup_free) char *counter = text_format("%s requests", c->port);
    long before = count_of(counter);
    long own = strcmp(c->port, "plain") == 0; /* asking for the count is a request there */
    const struct http_response *response = NULL;
    struct error err;
    if (!c->text) {
        if (!send_url(client, url, &seen, &response, &err))
            fail_msg("%s", err.text);
        assert_int_equal(response->status, 200);
        assert_int_equal(count_of(counter), before + 1);
        return;
    }
    assert_false(send_url(client, url, &seen, &response, &err));
    assert_int_equal(err.kind, ERROR_NETWORK);
    assert_contains(err.text, c->text);
    assert_contains(err.text, c->host);
    assert_tells_nothing(err.text);
    assert_int_equal(count_of(counter), before + own);
}

static void bad_options_are_refused(void **state)
{
    (void)state;
    need_server();
    static const char *const bad_hosts[] = {"https://randomuser.me", NULL};
    AUTO(cleanup_free) char *key_file = text_format("%s/ca.key", server.folder);
    const struct {
        struct http_options options;
        enum error_kind kind;
        const char *text;
    } cases[] = {
        {{.hosts = bad_hosts, .user_agent = "x"}, ERROR_CONFIG, "no host"},
        {{.hosts = loopback, .user_agent = "x\r\nY: 1"}, ERROR_CONFIG, "user agent"},
        {{.hosts = loopback, .user_agent = "x", .ca_file = "/nonexistent/ca.pem"},
         ERROR_IO,
         "ca_file: /nonexistent/ca.pem"},
        {{.hosts = loopback, .user_agent = "x", .ca_file = key_file},
         ERROR_CONFIG,
         "no certificate"},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct http *client = NULL;
        struct error err;
        assert_false(http_new(&cases[i].options, &client, &err));
        assert_null(client);
        assert_int_equal(err.kind, cases[i].kind);
        assert_contains(err.text, cases[i].text);
    }
}

/* --- Stopping ------------------------------------------------------------------------------ */

/* A clock that runs fifty times as fast. */
static int64_t fast_monotonic_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (ts.tv_sec * CLOCK_SECOND_NS + ts.tv_nsec) * 50;
}

static int64_t no_time_ns(void)
{
    return 0;
}

static bool no_sleep_ns(int64_t duration_ns)
{
    (void)duration_ns;
    return true;
}

/* The stop flag is the process's: each of these runs in a child of its own. */
static int ask_stopped(const char *path, bool fast)
{
    static const struct clock_source source = {no_time_ns, fast_monotonic_ns, no_sleep_ns};
    stop_init();
    if (fast)
        clock_replace(&source);
    struct http *client = new_client(loopback, NULL, &usual_limits);
    struct seen seen;
    seen_init(&seen);
    char *url = url_of("http", "127.0.0.1", "plain", path);
    const struct http_response *response;
    struct error err;
    raise(SIGTERM);
    int result = send_url(client, url, &seen, &response, &err) ? 0 : (int)err.kind;
    http_free(client);
    free(url);
    seen_done(&seen);
    return result;
}

static int in_child(const char *path, bool fast)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        _exit(ask_stopped(path, fast));
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void a_stop_lets_the_page_in_hand_end(void **state)
{
    (void)state;
    need_server();
    assert_int_equal(in_child("slow", false), 0);
}

static void a_stop_does_not_wait_for_ever(void **state)
{
    (void)state;
    need_server();
    assert_int_equal(in_child("drip", true), ERROR_STOPPED);
    assert_int_equal(in_child("hang", true), ERROR_STOPPED);
}

/* ------------------------------------------------------------------------------------------- */

#define TABLE_TEST(case, function)                           \
    (struct CMUnitTest)                                      \
    {                                                        \
        (case).name, (function), NULL, NULL, (void *)&(case) \
    }

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_comes_whole),
        cmocka_unit_test(a_packed_body_is_unpacked),
        cmocka_unit_test(a_well_packed_chunked_body_is_no_bomb),
        cmocka_unit_test(any_status_is_an_answer),
        cmocka_unit_test(a_redirect_is_not_followed),
        cmocka_unit_test(retry_after_is_understood),
        cmocka_unit_test(an_interim_answer_is_passed_over),
        cmocka_unit_test(trailers_are_not_headers),
        cmocka_unit_test(connections_are_used_again),
        cmocka_unit_test(the_handler_ends_the_request),
        cmocka_unit_test(a_url_is_sent_as_it_is),
        cmocka_unit_test(a_body_is_posted),
        cmocka_unit_test(bad_requests_are_not_sent),
        cmocka_unit_test(no_proxy_is_taken_from_the_environment),
        cmocka_unit_test(session_keys_are_not_written),
        cmocka_unit_test(an_encoded_url_that_is_too_long_is_refused),
        cmocka_unit_test(a_closed_port_is_a_network_error),
        cmocka_unit_test(bad_options_are_refused),
        cmocka_unit_test(a_stop_lets_the_page_in_hand_end),
        cmocka_unit_test(a_stop_does_not_wait_for_ever),
    };
    struct CMUnitTest
        all[LENGTH(tests) + LENGTH(hostile_cases) + LENGTH(refused_cases) + LENGTH(tls_cases)];
    size_t count = LENGTH(tests);
    memcpy(all, tests, sizeof tests);
    for (size_t i = 0; i < LENGTH(hostile_cases); i++)
        all[count++] = TABLE_TEST(hostile_cases[i], test_hostile);
    for (size_t i = 0; i < LENGTH(refused_cases); i++)
        all[count++] = TABLE_TEST(refused_cases[i], test_refused);
    for (size_t i = 0; i < LENGTH(tls_cases); i++)
        all[count++] = TABLE_TEST(tls_cases[i], test_tls);
    return cmocka_run_group_tests(all, start_server, stop_server);
}
