/* SPDX-License-Identifier: Apache-2.0 */
#include "source/request.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

enum { HEADER_VALUE_MAX = 4096 };

static const struct {
    const char *name;
    bool has_body;
} methods[] = {{"GET", false}, {"POST", true}, {"DELETE", false}, {NULL, false}};

static const struct place_key keys[] = {
    {"description", false}, {"method", false}, {"path", true},  {"query", false},
    {"headers", false},     {"body", false},   {"cost", false}, {NULL, false},
};

/* RFC 3986: what may stand in a path, a query name, a header name as it is. The braces are the
 * templates'. */
static const char path_characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                      "0123456789-._~!$&'()*+,;=:@/%{}";
static const char name_characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                      "0123456789-._~[]";
/* What a cursor that goes into a URL byte for byte may hold. */
static const char raw_characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789-._~%+=/:,@!*";

static bool read_path(struct place *p, const json_t *value, const struct template_scope *scope,
                      struct request_rule *rule, struct error *err)
{
    const char *path = NULL;
    if (!place_text(p, value, "path", TEMPLATE_TEXT_MAX, &path, err))
        return false;
    if (path[0] != '/' || strspn(path, path_characters) != strlen(path))
        return place_fail_at(p, "path", err,
                             "expected a path that starts with / and has no query");
    struct template_scope fixed = *scope;
    fixed.optional = false;
    pointer_push(&p->path, "path");
    if (!template_read(p, path, &fixed, &rule->path, err))
        return false;
    if (template_uses(&rule->path, TEMPLATE_CURSOR_RAW))
        return place_fail(p, err, "{cursor.raw} belongs into the query");
    pointer_pop(&p->path);
    return true;
}

/* The members of object, each a template, in the order of the document. */
static bool read_parameters(struct place *p, const json_t *value, const char *key, size_t max,
                            const struct template_scope *scope,
                            struct request_parameter **ret_list, size_t *ret_count,
                            struct error *err)
{
    json_t *object = json_object_get(value, key);
    if (!object)
        return true;
    pointer_push(&p->path, key);
    size_t count = json_object_size(object);
    if (count == 0 || count > max)
        return place_fail(p, err, "expected an object of 1 to %zu members", max);
    *ret_list = calloc(count, sizeof **ret_list);
    if (!*ret_list)
        return error_memory(err);

    const char *name;
    json_t *member;
    json_object_foreach (object, name, member) {
        struct request_parameter *one = &(*ret_list)[(*ret_count)++];
        one->name = name;
        if (*name == '\0' || strspn(name, name_characters) != strlen(name))
            return place_fail_at(p, name, err, "a name cannot hold these characters");
        if (!template_member(p, object, name, scope, &one->value, err))
            return false;
    }
    pointer_pop(&p->path);
    return true;
}

static bool no_raw_cursor(struct place *p, const struct request_rule *rule, struct error *err)
{
    for (size_t i = 0; i < rule->header_count; i++) {
        if (template_uses(&rule->headers[i].value, TEMPLATE_CURSOR_RAW))
            return place_fail_at(p, "headers", err, "{cursor.raw} belongs into the query");
    }
    return true;
}

/* Checks every string of the body as the template it is. */
static bool check_body(struct place *p, const json_t *value, const struct template_scope *scope,
                       struct error *err)
{
    if (p->path.depth > POINTER_DEPTH_MAX - 2 || p->path.depth > REQUEST_BODY_DEPTH_MAX)
        return place_fail(p, err, "nested too deeply");
    if (json_is_string(value)) {
        struct template t;
        if (!template_read(p, json_string_value(value), scope, &t, err))
            return false;
        return !template_uses(&t, TEMPLATE_CURSOR_RAW) ||
               place_fail(p, err, "{cursor.raw} belongs into the query");
    }
    const char *name;
    size_t i;
    json_t *inner, *container = (json_t *)(uintptr_t)value; /* the macros want it writable */
    json_object_foreach (container, name, inner) {
        pointer_push(&p->path, name);
        if (!check_body(p, inner, scope, err))
            return false;
        pointer_pop(&p->path);
    }
    json_array_foreach (container, i, inner) {
        pointer_push_index(&p->path, i);
        if (!check_body(p, inner, scope, err))
            return false;
        pointer_pop(&p->path);
    }
    return true;
}

static bool read_body(struct place *p, const json_t *value, bool may_have,
                      struct request_rule *rule, struct error *err)
{
    rule->body = json_object_get(value, "body");
    if (!rule->body)
        return true;
    pointer_push(&p->path, "body");
    if (!may_have)
        return place_fail(p, err, "only a POST request has a body");
    if (!json_is_object(rule->body))
        return place_fail(p, err, "expected object, found %s", json_type_text(rule->body));
    if (!check_body(p, rule->body, &rule->scope, err))
        return false;
    pointer_pop(&p->path);
    return true;
}

bool request_read(struct place *p, const json_t *value, const struct template_scope *scope,
                  struct request_rule *ret_rule, struct error *err)
{
    AUTO(request_rule_done) struct request_rule rule = {.scope = *scope};
    rule.scope.optional = true;
    const char *description; /* for who reads the manifest */
    size_t method = 0;
    if (!place_keys(p, value, keys, err) ||
        !place_text(p, value, "description", PLACE_DESCRIPTION_MAX, &description, err) ||
        !place_row(p, value, "method", methods, sizeof *methods, &method, err) ||
        !read_path(p, value, scope, &rule, err) ||
        !read_parameters(p, value, "query", REQUEST_PARAMETERS_MAX, &rule.scope, &rule.query,
                         &rule.query_count, err) ||
        !read_parameters(p, value, "headers", REQUEST_HEADERS_MAX, &rule.scope, &rule.headers,
                         &rule.header_count, err) ||
        !no_raw_cursor(p, &rule, err) ||
        !read_body(p, value, methods[method].has_body, &rule, err) ||
        !costs_read(p, value, scope, &rule.costs, err))
        return false;
    rule.method = methods[method].name;
    *ret_rule = rule;
    rule = (struct request_rule){0};
    return true;
}

void request_rule_done(struct request_rule *rule)
{
    free(rule->query);
    free(rule->headers);
    costs_done(&rule->costs);
    *rule = (struct request_rule){0};
}

static bool too_long(struct error *err)
{
    return error_set(err, ERROR_CONFIG, "the request grows too long; shorten the settings");
}

static bool render_url(const struct request_rule *rule, const char *base_url,
                       const struct template_values *values, struct buffer *out,
                       struct error *err)
{
    const char *cursor = values->text[TEMPLATE_CURSOR_RAW];
    if (!buffer_append_text(out, base_url) ||
        !template_render(&rule->path, values, TEMPLATE_SEGMENT, out))
        return too_long(err);
    uint8_t separator = '?';
    for (size_t i = 0; i < rule->query_count; i++) {
        const struct request_parameter *q = &rule->query[i];
        if (!template_ready(&q->value, values))
            continue;
        if (template_uses(&q->value, TEMPLATE_CURSOR_RAW) &&
            strspn(cursor, raw_characters) != strlen(cursor))
            return error_set(err, ERROR_DATA,
                             "the cursor of the answer holds characters that no URL can");
        if (!buffer_append_byte(out, separator) ||
            !template_encode(q->name, strlen(q->name), out) || !buffer_append_byte(out, '=') ||
            !template_render(&q->value, values, TEMPLATE_QUERY, out))
            return too_long(err);
        separator = '&';
    }
    return true;
}

static bool render_headers(const struct request_rule *rule,
                           const struct template_values *values, struct request *r,
                           struct error *err)
{
    size_t count = 0;
    for (size_t i = 0; i < rule->header_count; i++) {
        const struct request_parameter *h = &rule->headers[i];
        if (!template_ready(&h->value, values))
            continue;
        struct buffer *text = &r->texts[count];
        buffer_init(text, HEADER_VALUE_MAX);
        if (!template_render(&h->value, values, TEMPLATE_PLAIN, text) || !buffer_text(text))
            return too_long(err);
        r->headers[count++] = (struct http_header){h->name, buffer_text(text)};
    }
    if (rule->body)
        r->headers[count++] = (struct http_header){"Content-Type", "application/json"};
    r->http.headers = r->headers;
    r->http.header_count = count;
    return true;
}

static json_t *render_text(const struct request_rule *rule, const char *text,
                           const struct template_values *values)
{
    const struct place nowhere = {.file = ""}; /* the manifest's check has been here */
    struct error ignored;
    struct template t;
    AUTO(buffer_done) struct buffer out;
    buffer_init(&out, REQUEST_BODY_MAX);
    if (!template_read(&nowhere, text, &rule->scope, &t, &ignored) ||
        !template_ready(&t, values) || !template_render(&t, values, TEMPLATE_PLAIN, &out) ||
        !buffer_text(&out))
        return NULL;
    if (template_is_integer(&t, &rule->scope))
        return json_integer(strtoll(buffer_text(&out), NULL, 10));
    return json_stringn(buffer_text(&out), out.len);
}

/* The value with its templates rendered; NULL: it is left out. */
static json_t *render_value(const struct request_rule *rule, const json_t *value,
                            const struct template_values *values)
{
    if (json_is_string(value))
        return render_text(rule, json_string_value(value), values);
    const char *name;
    size_t i;
    json_t *inner, *container = (json_t *)(uintptr_t)value;
    if (json_is_object(value)) {
        json_t *object = json_object();
        json_object_foreach (container, name, inner)
            json_object_set_new(object, name, render_value(rule, inner, values));
        return object;
    }
    if (json_is_array(value)) {
        json_t *array = json_array();
        json_array_foreach (container, i, inner)
            json_array_append_new(array, render_value(rule, inner, values));
        return array;
    }
    return json_incref(container);
}

static int append_piece(const char *piece, size_t len, void *out)
{
    return buffer_append(out, piece, len) ? 0 : -1;
}

static bool render_body(const struct request_rule *rule, const struct template_values *values,
                        struct request *r, struct error *err)
{
    if (!rule->body)
        return true;
    json_auto_t *body = render_value(rule, rule->body, values);
    if (!body)
        return error_memory(err);
    if (json_dump_callback(body, append_piece, &r->body, JSON_COMPACT) != 0)
        return too_long(err);
    r->http.body = r->body.data;
    r->http.body_len = r->body.len;
    return true;
}

bool request_render(const struct request_rule *rule, const char *base_url,
                    const struct template_values *values, struct request *ret_request,
                    struct error *err)
{
    request_done(ret_request);
    buffer_init(&ret_request->url, HTTP_URL_MAX);
    buffer_init(&ret_request->body, REQUEST_BODY_MAX);
    if (!render_url(rule, base_url, values, &ret_request->url, err) ||
        !render_headers(rule, values, ret_request, err) ||
        !render_body(rule, values, ret_request, err))
        return false;
    ret_request->http.method = rule->method;
    ret_request->http.url = buffer_text(&ret_request->url);
    return ret_request->http.url || too_long(err);
}

void request_done(struct request *r)
{
    buffer_done(&r->url);
    buffer_done(&r->body);
    for (size_t i = 0; i < REQUEST_HEADERS_MAX; i++)
        buffer_done(&r->texts[i]);
    r->http = (struct http_request){0};
}

/* One part; its length keeps it apart from the next. */
static bool describe(struct buffer *out, const void *data, size_t len)
{
    return buffer_printf(out, "%zu:", len) && buffer_append(out, data, len);
}

bool request_describe(const struct http_request *request, struct buffer *out)
{
    bool room = describe(out, request->method, strlen(request->method)) &&
                describe(out, request->url, strlen(request->url)) &&
                describe(out, request->body ? request->body : "", request->body_len);
    for (size_t i = 0; room && i < request->header_count; i++) {
        const struct http_header *h = &request->headers[i];
        room = describe(out, h->name, strlen(h->name)) &&
               describe(out, h->value, strlen(h->value));
    }
    return room;
}
