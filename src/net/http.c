/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/stop.h"
#include "base/text.h"
#include "net/address.h"
#include "net/allow.h"
#include "net/head.h"
#include "net/trust.h"

enum {
    RECEIVE_BUFFER = 128 * 1024, /* few reads, and mostly in the cache when it is scanned */
    CONNECTIONS_KEPT = 8,
    KEEPALIVE_SECONDS = 60, /* reports are silent for minutes, and so are middleboxes */
    POLL_MS = 1000,
    PLACE_PATH_MAX = 200, /* bytes of a path that an error text shows */
};

struct http {
    bool global; /* curl_global_init was called for this client */
    CURLM *multi;
    CURL *easy;
    struct allow *allow;
    char *user_agent;
    struct trust trust;
    struct http_limits limits;
    struct head head;
    struct http_response response;
    char content_type[HEAD_CONTENT_TYPE_SIZE];
};

/* A checked URL. */
struct target {
    CURLU *url;
    char *host; /* without brackets */
    char *place; /* "https://host:port/path", for error texts: no query, no user info */
};

/* One request under way. */
struct transfer {
    struct http *client;
    const struct http_handler *handler;
    const char *method;
    struct target target;
    struct curl_slist *headers;
    uint64_t raw_bytes; /* of the body as they came from the wire, chunk framing included */
    bool connected; /* at least one address was allowed */
    bool untrusted; /* nobody vouches for the server's certificate */
    char refused[ADDRESS_TEXT_SIZE]; /* the last address that was not; "" none */
    struct error failure; /* what made a callback end the transfer */
    char detail[CURL_ERROR_SIZE];
};

/* --- The client -------------------------------------------------------------------------- */

static bool printable(const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

/* Only OpenSSL finds single certificates in a folder; others read all of it. */
static bool open_trust(struct http *client, const char *ca_file, struct error *err)
{
    static const char by_name[] = "OpenSSL/";
    const curl_version_info_data *lib = curl_version_info(CURLVERSION_NOW);
    bool folder = lib->capath && lib->ssl_version &&
                  strncmp(lib->ssl_version, by_name, strlen(by_name)) == 0;
    return trust_init(&client->trust, ca_file, lib->cainfo, folder, err);
}

bool http_new(const struct http_options *options, struct http **ret_client, struct error *err)
{
    AUTO(http_freep) struct http *client = calloc(1, sizeof *client);
    if (!client)
        return error_memory(err);
    head_init(&client->head);
    client->limits = options->limits;

    if (!printable(options->user_agent))
        return error_set(err, ERROR_CONFIG, "the user agent holds a control character");
    client->user_agent = strdup(options->user_agent);
    if (!client->user_agent)
        return error_memory(err);
    if (!allow_new(options->hosts, &client->allow, err))
        return false;

    unsetenv("SSLKEYLOGFILE"); /* libcurl would write the session keys of TLS there */
    client->global = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK; /* counted by libcurl */
    client->multi = client->global ? curl_multi_init() : NULL;
    client->easy = client->multi ? curl_easy_init() : NULL;
    if (!client->easy)
        return error_set(err, ERROR_BUG, "libcurl does not start");
    curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT);
    if (!open_trust(client, options->ca_file, err))
        return false;
    *ret_client = steal(&client);
    return true;
}

void http_free(struct http *client)
{
    if (!client)
        return;
    curl_easy_cleanup(client->easy);
    curl_multi_cleanup(client->multi);
    if (client->global)
        curl_global_cleanup();
    allow_free(client->allow);
    free(client->user_agent);
    trust_done(&client->trust);
    head_done(&client->head);
    free(client);
}

const char *http_response_header(const struct http *client, const char *name)
{
    return head_find(&client->head, name);
}

/* --- The target -------------------------------------------------------------------------- */

static void curl_freep(char **text)
{
    curl_free(*text);
}

static void target_done(struct target *target)
{
    curl_url_cleanup(target->url);
    free(target->host);
    free(target->place);
}

static char *url_part(CURLU *url, CURLUPart part, unsigned flags)
{
    char *text = NULL;
    return curl_url_get(url, part, &text, flags) == CURLUE_OK ? text : NULL;
}

/* A URL is made by templates that encode: whatever is not printable ASCII is a mistake or an
 * attack, a brace is a placeholder that nobody filled in, and a fragment would cut the query short
 * without a word. A cursor that is passed on as it came may hold the rest. */
static bool check_characters(const char *text, struct error *err)
{
    size_t len = strlen(text);
    if (len > HTTP_URL_MAX)
        return error_set(err, ERROR_CONFIG, "the URL has more than %d bytes", HTTP_URL_MAX);
    for (size_t i = 0; i < len; i++)
        if (text[i] <= 0x20 || text[i] >= 0x7f || strchr("#\"<>\\{}", text[i]))
            return error_set(err, ERROR_CONFIG, "byte %zu of the URL has to be percent-encoded",
                             i);
    return true;
}

static bool parse_url(const char *text, CURLU **ret_url, struct error *err)
{
    if (!check_characters(text, err))
        return false;
    CURLU *url = curl_url();
    if (!url)
        return error_memory(err);
    CURLUcode code =
        curl_url_set(url, CURLUPART_URL, text, CURLU_PATH_AS_IS | CURLU_DISALLOW_USER);
    if (code == CURLUE_OK) {
        *ret_url = url;
        return true;
    }
    curl_url_cleanup(url);
    if (code == CURLUE_USER_NOT_ALLOWED)
        return error_set(err, ERROR_CONFIG,
                         "the URL holds a user name or password: credentials have their own "
                         "place in the configuration");
    return error_set(err, ERROR_CONFIG, "the URL cannot be used: %s", curl_url_strerror(code));
}

/* The host as addresses are written: without brackets. */
static char *bare_host(const char *host)
{
    size_t len = strlen(host);
    return len > 2 && host[0] == '[' ? strndup(host + 1, len - 2) : strdup(host);
}

/* What the URL says, in a form for error texts: nothing of its query. */
static bool describe(struct target *target, const char *scheme, struct error *err)
{
    AUTO(curl_freep) char *host = url_part(target->url, CURLUPART_HOST, 0);
    AUTO(curl_freep) char *port = url_part(target->url, CURLUPART_PORT, 0);
    AUTO(curl_freep) char *path = url_part(target->url, CURLUPART_PATH, 0);
    if (!host || !path)
        return error_set(err, ERROR_CONFIG, "the URL names no host");
    target->host = bare_host(host);
    target->place = text_format("%s://%s%s%s%.*s", scheme, host, port ? ":" : "",
                                port ? port : "", PLACE_PATH_MAX, path);
    return (target->host && target->place) || error_memory(err);
}

static bool is_allowed(const struct target *target, const struct http *client)
{
    AUTO(curl_freep) char *text = url_part(target->url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    int64_t port;
    return text && text_parse_int64(text, strlen(text), &port) && port >= 1 &&
           port <= UINT16_MAX && allow_has(client->allow, target->host, (uint16_t)port);
}

/* What is allowed is decided on the parsed URL that libcurl then uses: there is no second reader
 * that could see another host in it. */
static bool target_init(struct target *target, const struct http *client, const char *text,
                        struct error *err)
{
    if (!parse_url(text, &target->url, err))
        return false;
    AUTO(curl_freep) char *scheme = url_part(target->url, CURLUPART_SCHEME, 0);
    bool plain = scheme && strcmp(scheme, "http") == 0;
    if (!plain && !(scheme && strcmp(scheme, "https") == 0))
        return error_set(err, ERROR_CONFIG, "the URL has to begin with https://");
    if (!describe(target, scheme, err))
        return false;
    if (plain && !allow_host_is_loopback(target->host))
        return error_set(err, ERROR_CONFIG,
                         "%s: plain http is for this machine only (127.0.0.1, localhost): use "
                         "https",
                         target->place);
    if (!is_allowed(target, client))
        return error_set(err, ERROR_CONFIG,
                         "%s: not a host of this source: nothing was sent; correct base_url or "
                         "the manifest",
                         target->place);
    return true;
}

/* --- What the request carries ------------------------------------------------------------ */

/* Written by libcurl alone: a second writer of these could smuggle. */
static const char *const framing[] = {"Accept-Encoding", "Connection", "Content-Length",
                                      "Expect",          "Host",       "TE",
                                      "Trailer",         "Upgrade",    "Transfer-Encoding"};

static bool is_token(const char *name)
{
    static const char token[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ"; /* RFC 9110 section 5.6.2 */
    return *name && name[strspn(name, token)] == '\0';
}

static bool check_header(const struct http_header *header, struct error *err)
{
    if (!is_token(header->name))
        return error_set(err, ERROR_CONFIG, "a request header has a name that is not allowed");
    if (!printable(header->value))
        return error_set(err, ERROR_CONFIG,
                         "the value of the request header %s holds a control character",
                         header->name);
    for (size_t i = 0; i < sizeof framing / sizeof *framing; i++)
        if (strcasecmp(header->name, framing[i]) == 0)
            return error_set(err, ERROR_CONFIG, "the request header %s is not ours to set",
                             header->name);
    return true;
}

/* The texts hold credentials: they do not stay in freed memory. */
static void headers_free(struct curl_slist *headers)
{
    for (struct curl_slist *h = headers; h; h = h->next)
        explicit_bzero(h->data, strlen(h->data));
    curl_slist_free_all(headers);
}

static bool add_line(struct curl_slist **headers, const char *line, struct error *err)
{
    struct curl_slist *grown = curl_slist_append(*headers, line);
    if (!grown)
        return error_memory(err);
    *headers = grown;
    return true;
}

static bool add_header(struct curl_slist **headers, const struct http_header *header,
                       struct error *err)
{
    if (!check_header(header, err))
        return false;
    /* "Name;" is libcurl's way to write a header without a value */
    const char *separator = *header->value ? ": " : ";";
    char *line = text_format("%s%s%s", header->name, separator, header->value);
    if (!line)
        return error_memory(err);
    bool ok = add_line(headers, line, err);
    explicit_bzero(line, strlen(line));
    free(line);
    return ok;
}

/* On this machine packing costs more time than it saves: plain bodies are asked for, and what
 * comes packed all the same is unpacked under the same caps. */
static bool add_encoding(struct curl_slist **headers, const char *host, struct error *err)
{
    return !allow_host_is_loopback(host) || add_line(headers, "Accept-Encoding: identity", err);
}

static bool make_headers(const struct http_request *request, const char *host,
                         struct curl_slist **headers, struct error *err)
{
    if (request->header_count > HTTP_REQUEST_HEADERS_MAX)
        return error_set(err, ERROR_CONFIG, "more than %d request headers",
                         HTTP_REQUEST_HEADERS_MAX);
    for (size_t i = 0; i < request->header_count; i++)
        if (!add_header(headers, &request->headers[i], err))
            return false;
    return add_encoding(headers, host, err) &&
           add_line(headers, "Expect:", err); /* never wait for a 100 */
}

/* --- What libcurl calls ------------------------------------------------------------------ */

static bool fail(struct transfer *t, enum error_kind kind, const char *text)
{
    return error_set(&t->failure, kind, "%s %s: %s", t->method, t->target.place, text);
}

/* Every connection is made here: an address that is not allowed never sees a packet. */
static curl_socket_t on_socket(void *context, curlsocktype purpose,
                               struct curl_sockaddr *address)
{
    (void)purpose;
    struct transfer *t = context;
    if (!allow_peer(t->target.host, &address->addr)) {
        address_format(&address->addr, t->refused);
        return CURL_SOCKET_BAD;
    }
    t->connected = true;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* The one place where the bytes of a body can be counted before they are decoded: libcurl's own
 * counter lags behind by a whole read when the answer is chunked. Nothing is kept or shown. */
static int on_debug(CURL *easy, curl_infotype type, char *data, size_t len, void *context)
{
    (void)easy;
    (void)data;
    struct transfer *t = context;
    if (type == CURLINFO_DATA_IN)
        t->raw_bytes += len;
    return 0;
}

static bool on_head_end(struct transfer *t)
{
    struct http *client = t->client;
    struct http_response *response = &client->response;
    struct error err;
    long status = 0;
    curl_easy_getinfo(client->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status < 200) /* an interim answer: the real one follows */
        return true;

    client->head.ended = true;
    if (!head_check(&client->head, &err))
        return fail(t, err.kind, err.text);
    response->status = (int)status;
    head_content_type(&client->head, client->content_type);
    response->has_retry_after =
        head_retry_after(&client->head, clock_now_ns(), &response->retry_after_ns);
    return !t->handler->headers ||
           t->handler->headers(t->handler->context, response, &t->failure);
}

static size_t on_header(char *line, size_t size, size_t count, void *context)
{
    struct transfer *t = context;
    struct head *head = &t->client->head;
    struct error err;
    enum head_event event;
    size_t len = size * count;
    if (!head_line(head, line, len, &event, &err)) {
        fail(t, err.kind, err.text);
        return 0;
    }
    if (event == HEAD_END && !head->ended && !on_head_end(t))
        return 0;
    return len;
}

static uint64_t received(const struct transfer *t)
{
    curl_off_t counted = 0;
    curl_easy_getinfo(t->client->easy, CURLINFO_SIZE_DOWNLOAD_T, &counted);
    return t->raw_bytes > (uint64_t)counted ? t->raw_bytes : (uint64_t)counted;
}

static bool check_size(struct transfer *t)
{
    uint64_t decoded = t->client->response.decoded_bytes;
    uint64_t body_max = t->client->limits.body_max;
    if (body_max && decoded > body_max)
        return fail(t, ERROR_DATA, "the body is longer than its limit");
    if (decoded > HTTP_RATIO_FREE && decoded / HTTP_RATIO_MAX > received(t))
        return fail(t, ERROR_DATA,
                    "the body unpacks to more than 200 times what was sent: a decompression "
                    "bomb");
    return true;
}

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
    struct transfer *t = context;
    size_t len = size * count;
    t->client->response.decoded_bytes += len;
    if (!check_size(t))
        return CURL_WRITEFUNC_ERROR;
    if (t->handler->body && len > 0 &&
        !t->handler->body(t->handler->context, data, len, &t->failure))
        return CURL_WRITEFUNC_ERROR;
    return len;
}

/* --- Options ----------------------------------------------------------------------------- */

#define SET(option, value) (curl_easy_setopt(easy, option, value) == CURLE_OK)

/* Rounded up, so that what is not 0 stays so. */
static long in_units(int64_t ns, int64_t unit_ns)
{
    int64_t units = ns / unit_ns + (ns % unit_ns > 0);
    return units < INT32_MAX ? (long)units : INT32_MAX;
}

/* The system's folder is asked by default, as is its bundle. */
static bool set_trust(CURL *easy, struct http *client)
{
    const struct trust *t = &client->trust;
    struct curl_blob pem = {t->pem.data, t->pem.len, CURL_BLOB_NOCOPY};
    return (!t->bundle || SET(CURLOPT_CAINFO, NULL)) &&
           (t->pem.len == 0 || SET(CURLOPT_CAINFO_BLOB, &pem));
}

static bool set_safety(CURL *easy)
{
    return SET(CURLOPT_NOSIGNAL, 1L) && SET(CURLOPT_PROTOCOLS_STR, "http,https") &&
           SET(CURLOPT_FOLLOWLOCATION, 0L) && SET(CURLOPT_PROXY, "") &&
           SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) &&
           SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) &&
           SET(CURLOPT_SSL_VERIFYPEER, 1L) && SET(CURLOPT_SSL_VERIFYHOST, 2L);
}

static bool set_limits(CURL *easy, const struct http_limits *limits)
{
    long stall = in_units(limits->stall_timeout_ns, CLOCK_SECOND_NS);
    long rate = limits->stall_rate < INT32_MAX ? (long)limits->stall_rate : INT32_MAX;
    return SET(CURLOPT_CONNECTTIMEOUT_MS,
               in_units(limits->connect_timeout_ns, CLOCK_SECOND_NS / 1000)) &&
           SET(CURLOPT_TIMEOUT_MS,
               in_units(limits->total_timeout_ns, CLOCK_SECOND_NS / 1000)) &&
           SET(CURLOPT_LOW_SPEED_TIME, stall) && SET(CURLOPT_LOW_SPEED_LIMIT, rate ? rate : 1L);
}

static bool set_transport(CURL *easy, struct http *client)
{
    return SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS) &&
           SET(CURLOPT_ACCEPT_ENCODING, "") && SET(CURLOPT_USERAGENT, client->user_agent) &&
           SET(CURLOPT_BUFFERSIZE, (long)RECEIVE_BUFFER) && SET(CURLOPT_TCP_KEEPALIVE, 1L) &&
           SET(CURLOPT_TCP_KEEPIDLE, (long)KEEPALIVE_SECONDS) &&
           SET(CURLOPT_TCP_KEEPINTVL, (long)KEEPALIVE_SECONDS);
}

static bool set_request(CURL *easy, const struct transfer *t,
                        const struct http_request *request)
{
    bool post = strcmp(request->method, "POST") == 0;
    bool delete = strcmp(request->method, "DELETE") == 0;
    const char *body = request->body ? request->body : "";
    return SET(CURLOPT_CURLU, t->target.url) && SET(CURLOPT_PATH_AS_IS, 1L) &&
           SET(CURLOPT_HTTPHEADER, t->headers) &&
           (!delete || SET(CURLOPT_CUSTOMREQUEST, "DELETE")) &&
           (!post || (SET(CURLOPT_POST, 1L) && SET(CURLOPT_POSTFIELDS, body) &&
                      SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len)));
}

static bool set_callbacks(CURL *easy, struct transfer *t)
{
    return SET(CURLOPT_OPENSOCKETFUNCTION, on_socket) && SET(CURLOPT_OPENSOCKETDATA, t) &&
           SET(CURLOPT_HEADERFUNCTION, on_header) && SET(CURLOPT_HEADERDATA, t) &&
           SET(CURLOPT_WRITEFUNCTION, on_body) && SET(CURLOPT_WRITEDATA, t) &&
           SET(CURLOPT_DEBUGFUNCTION, on_debug) && SET(CURLOPT_DEBUGDATA, t) &&
           SET(CURLOPT_VERBOSE, 1L) && SET(CURLOPT_ERRORBUFFER, t->detail);
}

#undef SET

/* --- Sending ----------------------------------------------------------------------------- */

/* What each outcome of libcurl means to us. With `detail` libcurl's own words are added: they
 * name addresses, certificates and times, never the request. */
static const struct {
    CURLcode code;
    enum error_kind kind;
    bool detail;
    const char *text;
} outcomes[] = {
    {CURLE_COULDNT_RESOLVE_HOST, ERROR_NETWORK, false, "the name of the host does not resolve"},
    {CURLE_COULDNT_CONNECT, ERROR_NETWORK, true, "no connection"},
    {CURLE_OPERATION_TIMEDOUT, ERROR_NETWORK, true, "a time limit was reached"},
    {CURLE_PEER_FAILED_VERIFICATION, ERROR_NETWORK, true,
     "the server's certificate is not trusted (ca_file adds an authority)"},
    {CURLE_SSL_CONNECT_ERROR, ERROR_NETWORK, true, "no secure connection"},
    {CURLE_SSL_CACERT_BADFILE, ERROR_CONFIG, true, "the trusted certificates cannot be read"},
    {CURLE_PARTIAL_FILE, ERROR_NETWORK, true, "the answer ended too early"},
    {CURLE_GOT_NOTHING, ERROR_NETWORK, false, "the server hung up without an answer"},
    {CURLE_SEND_ERROR, ERROR_NETWORK, true, "the connection broke"},
    {CURLE_RECV_ERROR, ERROR_NETWORK, true, "the connection broke"},
    {CURLE_HTTP2, ERROR_NETWORK, true, "the connection broke"},
    {CURLE_HTTP2_STREAM, ERROR_NETWORK, true, "the answer ended too early"},
    {CURLE_BAD_CONTENT_ENCODING, ERROR_NETWORK, true, "the body does not unpack"},
    {CURLE_WEIRD_SERVER_REPLY, ERROR_NETWORK, true, "the answer is not HTTP"},
    {CURLE_UNSUPPORTED_PROTOCOL, ERROR_NETWORK, true, "the answer is not HTTP"},
#if LIBCURL_VERSION_NUM >= 0x080600
    {CURLE_TOO_LARGE, ERROR_DATA, false, "the answer has a header line that is too long"},
#endif
    {CURLE_URL_MALFORMAT, ERROR_CONFIG, false, "the URL cannot be used"},
};

static bool request_was_sent(const struct transfer *t)
{
    long size = 0;
    return curl_easy_getinfo(t->client->easy, CURLINFO_REQUEST_SIZE, &size) == CURLE_OK &&
           size > 0;
}

static bool report(struct transfer *t, CURLcode code)
{
    if (t->failure.kind != ERROR_NONE)
        return false;
    if (code == CURLE_COULDNT_CONNECT && !t->connected && t->refused[0])
        return error_set(&t->failure, ERROR_CONFIG,
                         "%s %s: the name leads to %s, which is not on the internet: refused, "
                         "nothing was sent",
                         t->method, t->target.place, t->refused);
    /* libcurl 7.88 has no better word for a header line beyond its own limit */
    if (code == CURLE_OUT_OF_MEMORY && request_was_sent(t) && !t->client->head.ended)
        return fail(t, ERROR_DATA, "the answer has a header line that is too long");

    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++) {
        if (outcomes[i].code != code)
            continue;
        fail(t, outcomes[i].kind, outcomes[i].text);
        if (outcomes[i].detail && t->detail[0])
            error_set(&t->failure, outcomes[i].kind, "%s %s: %s: %s", t->method,
                      t->target.place, outcomes[i].text, t->detail);
        return false;
    }
    return fail(t, ERROR_NETWORK, curl_easy_strerror(code));
}

/* One round of waiting. After a stop the page in hand may end, for a while. */
static bool wait_more(struct transfer *t, int64_t *stop_ns)
{
    if (stop_requested() && *stop_ns == 0)
        *stop_ns = clock_monotonic_ns();
    if (*stop_ns &&
        clock_monotonic_ns() - *stop_ns >= HTTP_STOP_GRACE_SECONDS * CLOCK_SECOND_NS)
        return fail(t, ERROR_STOPPED, "asked to stop, and the answer does not come to an end");

    struct curl_waitfd stop = {.fd = stop_fd(), .events = CURL_WAIT_POLLIN};
    unsigned extra = stop.fd >= 0 && *stop_ns == 0; /* once readable it stays so */
    if (curl_multi_poll(t->client->multi, &stop, extra, POLL_MS, NULL) != CURLM_OK)
        return fail(t, ERROR_BUG, "libcurl cannot wait");
    return true;
}

static bool perform(struct transfer *t)
{
    CURLM *multi = t->client->multi;
    int64_t stop_ns = 0;
    int running = 0;
    for (;;) {
        if (curl_multi_perform(multi, &running) != CURLM_OK)
            return fail(t, ERROR_BUG, "libcurl cannot go on");
        if (!running)
            break;
        if (!wait_more(t, &stop_ns))
            return false;
    }

    int left;
    const CURLMsg *message = curl_multi_info_read(multi, &left);
    if (!message || message->msg != CURLMSG_DONE)
        return fail(t, ERROR_BUG, "libcurl ended without a word");
    CURLcode code = message->data.result;
    t->untrusted = code == CURLE_PEER_FAILED_VERIFICATION;
    if (code != CURLE_OK)
        return report(t, code);
    return t->client->head.ended || fail(t, ERROR_NETWORK, "the answer ended too early");
}

static void note_figures(struct http *client)
{
    curl_off_t bytes = 0;
    curl_off_t first_us = 0;
    curl_off_t total_us = 0;
    curl_easy_getinfo(client->easy, CURLINFO_SIZE_DOWNLOAD_T, &bytes);
    curl_easy_getinfo(client->easy, CURLINFO_STARTTRANSFER_TIME_T, &first_us);
    curl_easy_getinfo(client->easy, CURLINFO_TOTAL_TIME_T, &total_us);
    client->response.received_bytes = (uint64_t)bytes;
    client->response.first_byte_ns = first_us * 1000;
    client->response.total_ns = total_us * 1000;
}

static bool run(struct transfer *t, const struct http_request *request)
{
    struct http *client = t->client;
    CURL *easy = client->easy;
    curl_easy_reset(easy); /* keeps connections and the names it resolved */
    if (!set_safety(easy) || !set_trust(easy, client) || !set_limits(easy, &client->limits) ||
        !set_transport(easy, client) || !set_request(easy, t, request) ||
        !set_callbacks(easy, t))
        return fail(t, ERROR_BUG, "this libcurl lacks an option that we cannot do without");
    if (curl_multi_add_handle(client->multi, easy) != CURLM_OK)
        return fail(t, ERROR_BUG, "libcurl does not take the request");

    bool ok = perform(t);
    note_figures(client);
    curl_multi_remove_handle(client->multi, easy);
    return ok;
}

static void transfer_done(struct transfer *t)
{
    /* the handle stays, and must not keep pointers to what ends here */
    curl_easy_reset(t->client->easy);
    headers_free(t->headers);
    target_done(&t->target);
}

static bool check_method(const struct http_request *request, struct error *err)
{
    static const char *const methods[] = {"GET", "POST", "DELETE", NULL};
    if (text_find(request->method, methods) < 0)
        return error_set(err, ERROR_CONFIG, "only GET, POST and DELETE requests are sent");
    if (request->body && strcmp(request->method, "POST") != 0)
        return error_set(err, ERROR_CONFIG, "a %s request has no body", request->method);
    return true;
}

bool http_send(struct http *client, const struct http_request *request,
               const struct http_handler *handler, const struct http_response **ret_response,
               struct error *err)
{
    head_clear(&client->head);
    client->content_type[0] = '\0';
    client->response = (struct http_response){.content_type = client->content_type};

    AUTO(transfer_done)
    struct transfer t = {
        .client = client,
        .handler = handler,
        .method = request->method,
    };
    if (!check_method(request, err) || !target_init(&t.target, client, request->url, err) ||
        !make_headers(request, t.target.host, &t.headers, err))
        return false;
    bool ok = run(&t, request);
    if (!ok && t.untrusted && trust_widen(&client->trust)) { /* nothing was sent */
        t.failure = (struct error){0};
        ok = run(&t, request);
    }
    if (!ok) {
        *err = t.failure;
        return false;
    }
    *ret_response = &client->response;
    return true;
}
