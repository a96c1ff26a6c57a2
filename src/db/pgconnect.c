/* SPDX-License-Identifier: Apache-2.0 */
/* pg_check_url and pg_open: from a URL to a session. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "db/libpq.h"
#include "db/pg.h"

enum { KEYWORDS_MAX = 32 };

struct keywords {
    const char *names[KEYWORDS_MAX];
    const char *values[KEYWORDS_MAX];
    size_t count;
};

static void add(struct keywords *k, const char *name, const char *value)
{
    if (value && k->count < KEYWORDS_MAX - 1) {
        k->names[k->count] = name;
        k->values[k->count++] = value;
    }
}

static void options_freep(PQconninfoOption **options)
{
    PQconninfoFree(*options);
}

static const char *option(const PQconninfoOption *options, const char *name)
{
    for (; options->keyword; options++)
        if (strcmp(options->keyword, name) == 0)
            return options->val ? options->val : "";
    return "";
}

static bool parse_url(const char *url, PQconninfoOption **ret_options, struct error *err)
{
    static const char *const allowed[] = {"user", "host", "hostaddr", "port", "dbname", NULL};
    AUTO(options_freep) PQconninfoOption *options = NULL;
    if (text_starts_with(url, "postgresql://") || text_starts_with(url, "postgres://"))
        options = PQconninfoParse(url, NULL);
    if (!options)
        return error_set(err, ERROR_CONFIG,
                         "url: not of the form postgresql://user@host:port/database");
    if (*option(options, "password"))
        return error_set(err, ERROR_CONFIG,
                         "url: there is a password in it; put it in a reference: password = "
                         "file:PATH, env:NAME, fd:N or credential:NAME");
    for (const PQconninfoOption *o = options; o->keyword; o++)
        if (o->val && text_find(o->keyword, allowed) < 0)
            return error_set(err, ERROR_CONFIG,
                             "url: %s cannot be set there; only user, host, port and database",
                             o->keyword);
    *ret_options = steal(&options);
    return true;
}

bool pg_check_url(const char *url, struct error *err)
{
    AUTO(options_freep) PQconninfoOption *options = NULL;
    return parse_url(url, &options, err);
}

static bool is_local(const char *host, size_t len)
{
    static const char *const names[] = {"localhost", "::1"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == len && memcmp(names[i], host, len) == 0)
            return true;
    /* a socket's folder, an abstract socket, the default socket */
    return len == 0 || *host == '/' || *host == '@' ||
           (text_starts_with(host, "127.") && strspn(host, "0123456789.") == len);
}

/* Of several hosts, all must be. */
static bool all_local(const char *hosts)
{
    for (;;) {
        size_t len = strcspn(hosts, ",");
        if (!is_local(hosts, len))
            return false;
        if (!hosts[len])
            return true;
        hosts += len + 1;
    }
}

static const char *ssl_mode(const struct pg_options *options, const PQconninfoOption *url)
{
    const char *address = option(url, "hostaddr");
    bool local = all_local(*address ? address : option(url, "host"));
    return local && !options->ca_file ? "allow" : "verify-full";
}

static void set_keywords(struct keywords *k, const struct pg_options *options,
                         const PQconninfoOption *url, const char *password)
{
    for (const PQconninfoOption *o = url; o->keyword; o++)
        add(k, o->keyword, o->val);
    add(k, "password", password);
    add(k, "sslmode", ssl_mode(options, url));
    add(k, "ssl_min_protocol_version", "TLSv1.2");
    add(k, "sslrootcert", options->ca_file);
    add(k, "gssencmode", "disable");
    add(k, "client_encoding", "UTF8");
    add(k, "application_name", "extract");
    add(k, "target_session_attrs", options->read_only ? "any" : "read-write");
    add(k, "keepalives", "1");
    add(k, "keepalives_idle", "30");
    add(k, "keepalives_interval", "10");
    add(k, "keepalives_count", "3");
    add(k, "tcp_user_timeout", "60000");
}

/* libpq tells a line for each address of the host that it tried: the one that has the word. */
static const char *line_with(const char *message, const char *word)
{
    const char *found = strstr(message, word);
    while (found && found > message && found[-1] != '\n')
        found--;
    return found;
}

/* libpq could not connect: its message tells why, and holds host, user and database only. */
static bool fail_connect(struct pg *pg, struct error *err)
{
    const char *message = PQerrorMessage(pg->handle);
    int len = (int)strcspn(message, "\n");
    if (sqlstate_in_message(message, pg->failure.state)) {
        const struct sqlstate_class *class = sqlstate_find(pg->failure.state);
        return error_set(err, class->kind, "%s: as user %s: %s (%s)", pg->name,
                         PQuser(pg->handle), class->text, pg->failure.state);
    }
    if (strstr(message, "no password supplied"))
        return error_set(err, ERROR_AUTH,
                         "%s: the server wants a password: set password to a "
                         "reference",
                         pg->name);
    const char *tls = line_with(message, "certificate");
    if (!tls)
        tls = line_with(message, "SSL");
    if (tls)
        return error_set(err, ERROR_SINK,
                         "%s: the server cannot prove who it is, or takes no TLS; check host "
                         "and ca_file: %.*s",
                         pg->name, (int)strcspn(tls, "\n"), tls);
    return error_set(err, ERROR_NETWORK, "%s: %.*s", pg->name, len, message);
}

static bool connect_wait(struct pg *pg, struct error *err)
{
    int64_t end = clock_monotonic_ns() + PG_CONNECT_NS;
    for (PostgresPollingStatusType step = PGRES_POLLING_WRITING;;) {
        short events;
        if (!libpq_wait(pg, step == PGRES_POLLING_READING ? POLLIN : POLLOUT, end, 0, &events,
                        err))
            return false;
        step = PQconnectPoll(pg->handle);
        if (step == PGRES_POLLING_OK)
            return true;
        if (step == PGRES_POLLING_FAILED)
            return fail_connect(pg, err);
    }
}

static bool set_name(struct pg *pg, const PQconninfoOption *url, struct error *err)
{
    const char *port = option(url, "port");
    const char *host = option(url, "host");
    pg->name = text_format("PostgreSQL %s%s%s/%s", host, *port ? ":" : "", port,
                           option(url, "dbname"));
    return pg->name || error_memory(err);
}

/* Notices may hold row content, and libpq prints them to stderr. */
static void ignore_notice(void *context, const PGresult *notice)
{
    (void)context;
    (void)notice;
}

static bool connect_start(struct pg *pg, const struct pg_options *options,
                          const PQconninfoOption *url, struct error *err)
{
    /* libpq wants a NUL behind it */
    AUTO(secret_freep) struct secret *password = NULL;
    if (options->password) {
        size_t len = secret_length(options->password);
        password = secret_new(len + 1);
        if (!password)
            return error_memory(err);
        memcpy(secret_bytes(password), secret_view(options->password), len);
    }
    struct keywords k = {.count = 0};
    set_keywords(&k, options, url, password ? (const char *)secret_view(password) : NULL);
    pg->handle = PQconnectStartParams(k.names, k.values, 0);
    if (!pg->handle)
        return error_memory(err);
    PQsetNoticeReceiver(pg->handle, ignore_notice, NULL);
    PQsetErrorVerbosity(pg->handle, PQERRORS_SQLSTATE); /* for sqlstate_in_message */
    return PQstatus(pg->handle) != CONNECTION_BAD || fail_connect(pg, err);
}

bool pg_open(const struct pg_options *options, struct pg **ret_pg, struct error *err)
{
    AUTO(options_freep) PQconninfoOption *url = NULL;
    AUTO(pg_closep) struct pg *pg = calloc(1, sizeof *pg);
    if (!pg)
        return error_memory(err);
    buffer_init(&pg->copy, PG_COPY_MAX);
    if (!parse_url(options->url, &url, err) || !set_name(pg, url, err) ||
        !connect_start(pg, options, url, err) || !connect_wait(pg, err))
        return false;
    PQsetnonblocking(pg->handle, 1);
    *ret_pg = steal(&pg);
    return true;
}
