/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/server.h"

#include <errno.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/stop.h"

enum { TLS_FILE_MAX = 64 * 1024, BLOCK_SIZE = 128 * 1024, BACKLOG = 128 };

struct server {
    struct server_options options;
    struct MHD_Daemon *daemon;
    int fd; /* -1 once the daemon owns it */
    int port;
};

struct server_connection {
    struct server *server;
    struct MHD_Connection *mhd;
    struct server_request request;
    bool finished; /* and that was told */
    bool body_lost; /* it is too long */
    struct buffer body;
    char uri[];
};

/* --- the answer --- */

/* A body on its way out. */
struct outgoing {
    struct body *body;
    struct server_connection *connection;
    int64_t length;
    bool reset;
};

static void finish(struct server_connection *c)
{
    if (c->request.counted && !c->finished)
        c->server->options.finished(c->server->options.context);
    c->finished = true;
}

static int connection_fd(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

static ssize_t outgoing_read(void *cls, uint64_t position, char *out, size_t room)
{
    struct outgoing *o = cls;
    if (stop_requested())
        return MHD_CONTENT_READER_END_WITH_ERROR;
    ssize_t got = body_read(o->body, out, room);
    if (got == BODY_END || (int64_t)position + got == o->length)
        finish(o->connection);
    if (got > 0)
        return got;
    if (got == BODY_END)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (o->reset) {
        /* dissolving the association sends RST at once: an orderly FIN would go first else */
        struct sockaddr none = {.sa_family = AF_UNSPEC};
        (void)connect(connection_fd(o->connection->mhd), &none, sizeof none);
    }
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

static void outgoing_free(void *cls)
{
    struct outgoing *o = cls;
    body_free(o->body);
    free(o);
}

static struct MHD_Response *response_of(struct server_connection *c, struct reply *reply)
{
    if (!reply->body || strcmp(c->request.method, "HEAD") == 0)
        finish(c);
    if (!reply->body)
        return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    struct outgoing *o = malloc(sizeof *o);
    if (!o)
        return NULL;
    *o = (struct outgoing){
        .body = steal(&reply->body),
        .connection = c,
        .length = reply->length,
        .reset = reply->reset,
    };
    uint64_t length = reply->length >= 0 ? (uint64_t)reply->length : MHD_SIZE_UNKNOWN;
    struct MHD_Response *response =
        MHD_create_response_from_callback(length, BLOCK_SIZE, outgoing_read, o, outgoing_free);
    if (!response)
        outgoing_free(o);
    return response;
}

static bool add_headers(struct MHD_Response *response, const struct buffer *headers)
{
    const char *end = (const char *)headers->data + headers->len;
    for (const char *name = (const char *)headers->data; name && name < end;) {
        const char *value = name + strlen(name) + 1;
        if (MHD_add_response_header(response, name, value) != MHD_YES)
            return false;
        name = value + strlen(value) + 1;
    }
    return true;
}

static enum MHD_Result send_reply(struct server_connection *c, struct reply *reply)
{
    struct MHD_Response *response = response_of(c, reply);
    if (!response)
        return MHD_NO;
    enum MHD_Result result = MHD_NO;
    if (add_headers(response, &reply->headers))
        result = MHD_queue_response(c->mhd, (unsigned)reply->status, response);
    MHD_destroy_response(response);
    return result;
}

/* --- the request --- */

static void *on_uri(void *cls, const char *uri, struct MHD_Connection *mhd)
{
    size_t size = strlen(uri) + 1;
    struct server_connection *c = calloc(1, sizeof *c + size);
    if (!c)
        return NULL;
    c->server = cls;
    c->mhd = mhd;
    memcpy(c->uri, uri, size);
    c->request.uri = c->uri;
    c->request.connection = c;
    buffer_init(&c->body, SERVER_BODY_MAX);
    return c;
}

static void read_address(struct MHD_Connection *mhd, char *ret_text, size_t size)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (!info || getnameinfo(info->client_addr, sizeof(struct sockaddr_storage), ret_text,
                             (socklen_t)size, NULL, 0, NI_NUMERICHOST) != 0)
        snprintf(ret_text, size, "unknown");
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **slot)
{
    (void)version;
    struct server *s = cls;
    struct server_connection *c = *slot;
    if (!c)
        return MHD_NO;
    if (!c->request.method) { /* only the headers are here yet */
        c->request.method = method;
        c->request.path = url;
        read_address(mhd, c->request.address, sizeof c->request.address);
        return MHD_YES;
    }
    if (*upload_size > 0) {
        if (!buffer_append(&c->body, upload, *upload_size))
            c->body_lost = true;
        *upload_size = 0;
        return MHD_YES;
    }

    AUTO(reply_done) struct reply reply;
    reply_init(&reply);
    if (!s->options.handle(s->options.context, &c->request, &reply))
        return MHD_NO;
    return send_reply(c, &reply);
}

static void on_completed(void *cls, struct MHD_Connection *mhd, void **slot,
                         enum MHD_RequestTerminationCode why)
{
    (void)cls;
    (void)mhd;
    (void)why;
    struct server_connection *c = *slot;
    *slot = NULL;
    if (!c)
        return;
    finish(c);
    buffer_done(&c->body);
    free(c);
}

const char *server_header(const struct server_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection->mhd, MHD_HEADER_KIND, name);
}

const char *server_body(const struct server_request *request, size_t *ret_len)
{
    const struct server_connection *c = request->connection;
    if (c->body_lost)
        return NULL;
    *ret_len = c->body.len;
    return c->body.data ? (const char *)c->body.data : "";
}

struct parameter_search {
    const char *name;
    struct buffer *value;
    bool found;
    bool failed;
};

static enum MHD_Result match_parameter(void *cls, enum MHD_ValueKind kind, const char *key,
                                       size_t key_size, const char *value, size_t value_size)
{
    (void)kind;
    struct parameter_search *search = cls;
    if (strlen(search->name) != key_size || memcmp(search->name, key, key_size) != 0)
        return MHD_YES;
    if ((search->found && !buffer_append_byte(search->value, ',')) ||
        (value && !buffer_append(search->value, value, value_size)))
        search->failed = true;
    search->found = true;
    return MHD_YES;
}

bool server_parameter(const struct server_request *request, const char *name,
                      struct buffer *ret_value)
{
    size_t start = ret_value->len;
    struct parameter_search search = {.name = name, .value = ret_value};
    MHD_get_connection_values_n(request->connection->mhd, MHD_GET_ARGUMENT_KIND,
                                match_parameter, &search);
    if (search.failed)
        buffer_truncate(ret_value, start);
    return search.found && !search.failed;
}

void server_wait_for_hangup(const struct server_request *request)
{
    struct pollfd fds[] = {
        {.fd = connection_fd(request->connection->mhd), .events = POLLRDHUP},
        {.fd = stop_fd(), .events = POLLIN},
    };
    while (poll(fds, 2, -1) < 0 && errno == EINTR)
        ;
}

/* --- the socket --- */

static bool is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)address;
        return ntohl(in->sin_addr.s_addr) >> 24 == 127;
    }
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;
    return address->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
}

static bool resolve(const char *listen, struct addrinfo **ret_info, struct error *err)
{
    char host[64] = "";
    const char *colon = strrchr(listen, ':');
    size_t len = colon ? (size_t)(colon - listen) : 0;
    if (len > 2 && listen[0] == '[' && listen[len - 1] == ']') {
        listen++;
        len -= 2;
    }
    if (!colon || len == 0 || len >= sizeof host)
        return error_set(err, ERROR_USAGE,
                         "--listen: expected ADDRESS:PORT, as 127.0.0.1:8080");
    memcpy(host, listen, len);

    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                                   .ai_socktype = SOCK_STREAM};
    int code = getaddrinfo(host, colon + 1, &hints, ret_info);
    if (code != 0)
        return error_set(err, ERROR_USAGE, "--listen: %s:%s: %s", host, colon + 1,
                         gai_strerror(code));
    return true;
}

static bool bind_socket(struct server *s, const struct addrinfo *info, struct error *err)
{
    const char *listen_text = s->options.listen;
    s->fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s->fd < 0)
        return error_errno(err, ERROR_IO, errno, "--listen %s", listen_text);
    int on = 1;
    setsockopt(s->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_storage bound;
    socklen_t size = sizeof bound;
    if (bind(s->fd, info->ai_addr, info->ai_addrlen) < 0 || listen(s->fd, BACKLOG) < 0 ||
        getsockname(s->fd, (struct sockaddr *)&bound, &size) < 0)
        return error_errno(err, ERROR_IO, errno, "--listen %s", listen_text);
    s->port = ntohs(bound.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&bound)->sin6_port
                                                : ((struct sockaddr_in *)&bound)->sin_port);
    return true;
}

static bool open_socket(struct server *s, struct error *err)
{
    struct addrinfo *info = NULL;
    if (!resolve(s->options.listen, &info, err))
        return false;
    bool done = s->options.public || is_loopback(info->ai_addr)
                    ? bind_socket(s, info, err)
                    : error_set(err, ERROR_USAGE,
                                "--listen %s is not a loopback address; add --public if "
                                "others are to reach the sandbox",
                                s->options.listen);
    freeaddrinfo(info);
    return done;
}

/* --- the daemon --- */

static bool start_daemon(struct server *s, const char *certificate, const char *key,
                         struct error *err)
{
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION |
                     MHD_USE_POLL | MHD_USE_SUPPRESS_DATE_NO_CLOCK;
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)key},
        {MHD_OPTION_END, 0, NULL},
    };
    if (certificate)
        flags |= MHD_USE_TLS;
    else
        tls[0].option = MHD_OPTION_END;

    s->daemon =
        MHD_start_daemon(flags, 0, NULL, NULL, on_request, s, MHD_OPTION_LISTEN_SOCKET, s->fd,
                         MHD_OPTION_URI_LOG_CALLBACK, on_uri, s, MHD_OPTION_NOTIFY_COMPLETED,
                         on_completed, s, MHD_OPTION_CONNECTION_LIMIT,
                         (unsigned)SERVER_CONNECTIONS_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                         (size_t)SERVER_CONNECTION_MEMORY, MHD_OPTION_CONNECTION_TIMEOUT,
                         (unsigned)SERVER_IDLE_MAX_S, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
    if (!s->daemon)
        return error_set(err, certificate ? ERROR_CONFIG : ERROR_IO,
                         certificate ? "--tls: the certificate and key do not make a server"
                                     : "the HTTP server does not start");
    s->fd = -1;
    return true;
}

static bool read_pem(const char *path, struct buffer *ret_text, struct error *err)
{
    buffer_init(ret_text, TLS_FILE_MAX);
    if (!path)
        return true;
    if (!file_read(path, ret_text, err))
        return error_prefix(err, "--tls");
    return buffer_text(ret_text) || error_memory(err);
}

bool server_new(const struct server_options *options, struct server **ret_server,
                struct error *err)
{
    AUTO(server_freep) struct server *s = malloc(sizeof *s);
    if (!s)
        return error_memory(err);
    *s = (struct server){.options = *options, .fd = -1};

    AUTO(buffer_done) struct buffer certificate = {0};
    AUTO(buffer_done) struct buffer key = {0};
    if (!read_pem(options->certificate, &certificate, err) ||
        !read_pem(options->key, &key, err) || !open_socket(s, err) ||
        !start_daemon(s, (char *)certificate.data, (char *)key.data, err))
        return false;
    *ret_server = steal(&s);
    return true;
}

void server_free(struct server *s)
{
    if (!s)
        return;
    if (s->daemon)
        MHD_stop_daemon(s->daemon);
    if (s->fd >= 0)
        close(s->fd);
    free(s);
}

int server_port(const struct server *s)
{
    return s->port;
}
