/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/access.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "source/request.h"

static bool open_http(const struct access *a, struct http **ret_http, struct error *err)
{
    const struct deployment *d = a->deployment;
    const struct http_options options = {
        .hosts = settings_hosts(d->options->settings),
        .ca_file = d->options->ca_file,
        .user_agent = "extract/" EXTRACT_VERSION,
        .limits = d->manifest->transfer,
    };
    return http_new(&options, ret_http, err);
}

static bool open_limiter(struct access *a, bool count, struct error *err)
{
    AUTO(cleanup_free) char *path = deployment_path(a->deployment, "quota.db");
    if (!path)
        return error_memory(err);
    return (!count && !file_exists(path)) || limiter_open(path, &a->limiter, err);
}

bool access_open(struct access *a, bool count, struct error *err)
{
    a->versions = version_log_new();
    if (!a->versions)
        return error_memory(err);
    return credentials_open(a->deployment->options->settings, &a->credentials, err) &&
           open_http(a, &a->http, err) && open_limiter(a, count, err);
}

void access_close(struct access *a)
{
    limiter_close(a->limiter);
    http_free(a->http);
    version_log_free(a->versions);
    credentials_free(a->credentials);
}

bool access_fork(const struct access *a, struct access *ret_fork, struct error *err)
{
    *ret_fork = *a;
    ret_fork->http = NULL;
    return open_http(a, &ret_fork->http, err);
}

void access_join(struct access *fork)
{
    http_free(fork->http);
}

struct exchange_client access_client(const struct access *a)
{
    return (struct exchange_client){
        .settings = a->deployment->options->settings,
        .credentials = a->credentials,
        .http = a->http,
        .limiter = a->limiter,
        .versions = a->versions,
        .max_wait_ns = a->max_wait_ns,
        .yields = a->yields,
        .watch = {a->watch->context, a->watch->waiting, a->watch->retrying, a->watch->version,
                  a->watch->malformed, a->watch->renewed},
    };
}

static const char *key_of(const struct manifest *m, uint32_t name)
{
    if (name >= TEMPLATE_SECRET_FIRST)
        return m->auth.names[name - TEMPLATE_SECRET_FIRST];
    return name >= TEMPLATE_SETTING_FIRST && name < TEMPLATE_LIST_FIRST
               ? m->settings[name - TEMPLATE_SETTING_FIRST].name
               : NULL;
}

static void add_lacking(const struct manifest *m, const struct request_parameter *parameter,
                        const struct template_values *values, char ret_names[ACCESS_NAMES_SIZE])
{
    const struct template *t = &parameter->value;
    for (size_t i = 0; i < t->count; i++) {
        const struct template_part *part = &t->parts[i];
        const char *key =
            part->literal || values->text[part->name] ? NULL : key_of(m, part->name);
        size_t len = strlen(ret_names);
        if (key)
            snprintf(ret_names + len, ACCESS_NAMES_SIZE - len, "%s%s", len > 0 ? ", " : "",
                     key);
    }
}

void access_token_lacks(const struct access *a, char ret_names[ACCESS_NAMES_SIZE])
{
    const struct manifest *m = a->deployment->manifest;
    const struct request_rule *rule = &m->auth.inspect.request;
    struct template_values values = {0};
    settings_fill(a->deployment->options->settings, &values);
    credentials_fill(a->credentials, &values);
    *ret_names = '\0';
    for (size_t i = 0; i < rule->header_count; i++)
        add_lacking(m, &rule->headers[i], &values, ret_names);
    for (size_t i = 0; i < rule->query_count; i++)
        add_lacking(m, &rule->query[i], &values, ret_names);
}

/* The one request that a secret is rendered into; it is wiped with the request. */
static bool ask_about_token(const struct access *a, struct exchange *e, json_t **ret_answer,
                            struct error *err)
{
    const struct settings *s = a->deployment->options->settings;
    struct template_values plain = {0};
    settings_fill(s, &plain);
    struct template_values values = plain;
    credentials_fill(a->credentials, &values);

    AUTO(request_done) struct request request = {0};
    const struct request_rule *rule = &a->deployment->manifest->auth.inspect.request;
    const struct exchange_call call = {
        .request = &request.http, .values = &plain, .cost = {.own = &rule->costs}};
    struct exchange_result ignored;
    return request_render(rule, settings_base_url(s), &values, &request, err) &&
           exchange_document(e, &call, ret_answer, &ignored, err);
}

bool access_token(const struct access *a, enum introspection_grade *ret_grade,
                  char ret_text[INTROSPECTION_TEXT_SIZE], struct error *err)
{
    const struct exchange_options options = {
        .client = access_client(a),
        .stream = EXCHANGE_NO_STREAM,
    };
    AUTO(exchange_freep) struct exchange *e = NULL;
    json_auto_t *answer = NULL;
    if (!exchange_new(&options, &e, err) || !ask_about_token(a, e, &answer, err) ||
        !introspection_judge(&a->deployment->manifest->auth.inspect, answer, clock_now_ns(),
                             ret_grade, ret_text, err))
        return false;
    credentials_hide(a->credentials, ret_text, strlen(ret_text));
    return true;
}

bool access_accounts(const struct access *a, struct account **ret_accounts, size_t *ret_count,
                     struct error *err)
{
    const struct accounts_options options = {
        .client = access_client(a),
        .wanted = a->deployment->options->accounts,
    };
    return accounts_list(&options, ret_accounts, ret_count, err);
}
