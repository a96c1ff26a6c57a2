/* SPDX-License-Identifier: Apache-2.0 */
#include "source/credentials.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "crypto/reference.h"
#include "source/identity.h"

/* One reading of the secrets. The first of the list is in force, the others are those of requests
 * that are not done. */
struct credentials_held {
    struct identity *identity;
    uint64_t number; /* from 1 */
    size_t requests;
    struct credentials_held *next;
};

struct credentials {
    const struct settings *settings;
    const struct auth_rule *rule;
    pthread_mutex_t lock; /* of all below */
    struct credentials_held *held;
    bool read_again;
    int64_t read_ns; /* when, by the monotonic clock … */
    char found[CREDENTIALS_TEXT_SIZE]; /* … and why that gave nothing else */
    unsigned renewals;
    int64_t renewed_ns; /* the last time */
    bool changed[AUTH_SECRETS_MAX]; /* in any of them */
};

static bool held_add(struct credentials *c, struct identity *identity, struct error *err)
{
    struct credentials_held *h = calloc(1, sizeof *h);
    if (!h)
        return error_memory(err);
    h->identity = identity;
    h->number = c->held ? c->held->number + 1 : 1;
    h->next = c->held;
    c->held = h;
    return true;
}

/* The secrets that nobody needs any more are wiped. */
static void held_sweep(struct credentials *c)
{
    struct credentials_held **at = &c->held->next;
    while (*at) {
        struct credentials_held *h = *at;
        if (h->requests > 0) {
            at = &h->next;
            continue;
        }
        *at = h->next;
        identity_free(h->identity);
        free(h);
    }
}

bool credentials_open(const struct settings *s, struct credentials **ret_credentials,
                      struct error *err)
{
    AUTO(identity_freep) struct identity *identity = NULL;
    if (!identity_read(s, &identity, err))
        return false;
    struct credentials *c = calloc(1, sizeof *c);
    if (!c)
        return error_memory(err);
    c->settings = s;
    c->rule = &settings_manifest(s)->auth;
    pthread_mutex_init(&c->lock, NULL);
    if (!held_add(c, identity, err)) {
        credentials_free(c);
        return false;
    }
    identity = NULL;
    *ret_credentials = c;
    return true;
}

void credentials_free(struct credentials *c)
{
    if (!c)
        return;
    while (c->held) {
        struct credentials_held *h = c->held;
        c->held = h->next;
        identity_free(h->identity);
        free(h);
    }
    pthread_mutex_destroy(&c->lock);
    free(c);
}

/* --- what is sent ------------------------------------------------------------------------ */

static bool brings_its_own(const struct identity *id, const struct http_request *request)
{
    const struct http_header *headers;
    size_t count = identity_headers(id, &headers);
    for (size_t i = 0; i < request->header_count; i++) {
        for (size_t k = 0; k < count; k++) {
            if (strcasecmp(request->headers[i].name, headers[k].name) == 0)
                return true;
        }
    }
    return false;
}

static bool add_headers(const struct identity *id, const struct http_request *request,
                        struct credentials_request *r, struct error *err)
{
    const struct http_header *headers;
    size_t more = identity_headers(id, &headers), count = 0;
    if (request->header_count + more > HTTP_REQUEST_HEADERS_MAX)
        return error_set(err, ERROR_CONFIG, "more than %d request headers",
                         HTTP_REQUEST_HEADERS_MAX);
    for (size_t i = 0; i < request->header_count; i++)
        r->headers[count++] = request->headers[i];
    for (size_t i = 0; i < more; i++)
        r->headers[count++] = headers[i];
    r->http.headers = r->headers;
    r->http.header_count = count;
    return true;
}

static bool add_proof(const struct credentials *c, const char *proof,
                      struct credentials_request *r, struct error *err)
{
    const char *url = r->http.url;
    buffer_init(&r->url, HTTP_URL_MAX);
    if (!*proof)
        return true;
    if (!buffer_printf(&r->url, "%s%c%s=%s", url, strchr(url, '?') ? '&' : '?',
                       c->rule->proof.query, proof) ||
        !buffer_text(&r->url))
        return error_set(err, ERROR_CONFIG, "the request grows too long; shorten the settings");
    r->http.url = buffer_text(&r->url);
    return true;
}

static struct credentials_held *hold(struct credentials *c)
{
    pthread_mutex_lock(&c->lock);
    struct credentials_held *held = c->held;
    held->requests++;
    pthread_mutex_unlock(&c->lock);
    return held;
}

bool credentials_apply(struct credentials *c, const struct http_request *request,
                       struct credentials_request *ret_request, struct error *err)
{
    struct credentials_request *r = ret_request;
    r->http = *request;
    if (!c)
        return true;
    r->owner = c;
    r->held = hold(c);
    const struct identity *id = r->held->identity;
    if (brings_its_own(id, request))
        return true;
    r->number = r->held->number;
    return add_headers(id, request, r, err) && add_proof(c, identity_proof(id), r, err);
}

void credentials_request_done(struct credentials_request *r)
{
    buffer_done(&r->url);
    if (!r->held)
        return;
    pthread_mutex_lock(&r->owner->lock);
    r->held->requests--;
    held_sweep(r->owner);
    pthread_mutex_unlock(&r->owner->lock);
}

/* --- what is refused ---------------------------------------------------------------------- */

static bool may_change(const struct credentials *c)
{
    for (size_t i = 0; i < c->rule->secret_count; i++) {
        const char *reference = settings_reference(c->settings, i);
        if (reference && reference_may_change(reference))
            return true;
    }
    return false;
}

static bool note_changes(struct credentials *c, const struct identity *now)
{
    bool any = false;
    for (size_t i = 0; i < c->rule->secret_count; i++) {
        bool changed = !identity_same(c->held->identity, now, i);
        c->changed[i] = c->changed[i] || changed;
        any = any || changed;
    }
    return any;
}

static void name_changes(const struct credentials *c, char ret_names[CREDENTIALS_TEXT_SIZE])
{
    size_t len = 0;
    *ret_names = '\0';
    for (size_t i = 0; i < c->rule->secret_count && len < CREDENTIALS_TEXT_SIZE; i++) {
        if (c->changed[i])
            len += (size_t)snprintf(ret_names + len, CREDENTIALS_TEXT_SIZE - len, "%s%s",
                                    len > 0 ? ", " : "", c->rule->secrets[i].name);
    }
}

/* False: nothing else than before, and c->found says so. */
static bool read_again(struct credentials *c)
{
    const char *source = settings_manifest(c->settings)->source;
    AUTO(identity_freep) struct identity *now = NULL;
    struct error failure;
    if (!identity_read(c->settings, &now, &failure)) {
        snprintf(c->found, sizeof c->found, "its secrets cannot be read again: %.400s",
                 failure.text);
        return false;
    }
    snprintf(c->found, sizeof c->found,
             "the secrets of [%s] were read again and have not changed", source);
    if (!note_changes(c, now) || !held_add(c, now, &failure))
        return false;
    now = NULL;
    held_sweep(c);
    c->renewals++;
    c->renewed_ns = clock_now_ns();
    return true;
}

static void renew(struct credentials *c, uint64_t refused, struct credentials_renewal *renewal)
{
    int64_t now = clock_monotonic_ns();
    renewal->renewed = c->held->number != refused;
    if (renewal->renewed || !may_change(c))
        return;
    if (!c->read_again || now - c->read_ns >= CREDENTIALS_RENEW_EVERY_NS) {
        c->read_again = true;
        c->read_ns = now;
        renewal->renewed = renewal->first = read_again(c);
    }
    if (renewal->renewed)
        name_changes(c, renewal->text);
    else
        snprintf(renewal->text, sizeof renewal->text, "%s", c->found);
}

void credentials_renew(struct credentials *c, uint64_t refused,
                       struct credentials_renewal *ret_renewal)
{
    *ret_renewal = (struct credentials_renewal){0};
    if (!c || refused == 0)
        return;
    pthread_mutex_lock(&c->lock);
    renew(c, refused, ret_renewal);
    pthread_mutex_unlock(&c->lock);
}

unsigned credentials_renewals(struct credentials *c, int64_t *ret_last_ns,
                              char ret_names[CREDENTIALS_TEXT_SIZE])
{
    pthread_mutex_lock(&c->lock);
    unsigned times = c->renewals;
    *ret_last_ns = c->renewed_ns;
    name_changes(c, ret_names);
    pthread_mutex_unlock(&c->lock);
    return times;
}

/* --- what is told ------------------------------------------------------------------------ */

void credentials_fill(struct credentials *c, struct template_values *values)
{
    pthread_mutex_lock(&c->lock);
    for (size_t i = 0; i < c->rule->secret_count; i++)
        values->text[TEMPLATE_SECRET_FIRST + i] = identity_secret(c->held->identity, i);
    pthread_mutex_unlock(&c->lock);
}

bool credentials_proven(struct credentials *c)
{
    pthread_mutex_lock(&c->lock);
    bool proven = *identity_proof(c->held->identity) != '\0';
    pthread_mutex_unlock(&c->lock);
    return proven;
}

void credentials_hide(struct credentials *c, char *text, size_t len)
{
    if (!c)
        return;
    pthread_mutex_lock(&c->lock);
    for (const struct credentials_held *h = c->held; h; h = h->next)
        identity_hide(h->identity, text, len);
    pthread_mutex_unlock(&c->lock);
}
