/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_batch.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "codec/json.h"

enum { BLOCK = 64 * 1024 };

/* --- an entry as a call --- */

/* Version and path of "v25.0/act_1/ads?fields=id", "777/", "/777". */
static bool take_url(struct meta_call *entry, const char *url, const char **ret_query)
{
    char path[META_PATH_MAX];
    const char *query = strchr(url, '?');
    size_t len = query ? (size_t)(query - url) : strlen(url);
    *ret_query = query ? query + 1 : "";
    if (len > 0 && *url == '/') {
        url++;
        len--;
    }
    if (len + 1 >= sizeof path)
        return false;
    path[0] = '/';
    memcpy(path + 1, url, len);
    path[len + 1] = '\0';
    return meta_call_take_path(entry, path, entry->version.asked);
}

static bool inherit(struct meta_call *entry, const struct meta_call *batch)
{
    static const char *const names[] = {"access_token", "appsecret_proof", "appsecret_time"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = meta_call_param(batch, names[i]);
        if (value && !meta_call_param(entry, names[i]) &&
            !meta_params_set(&entry->params, names[i], value))
            return false;
    }
    return true;
}

static bool fill_entry(struct meta_call *entry, const struct meta_call *batch,
                       const json_t *object)
{
    const char *method = json_string_value(json_object_get(object, "method"));
    const char *url = json_string_value(json_object_get(object, "relative_url"));
    const char *body = json_string_value(json_object_get(object, "body"));
    const char *query;
    entry->method = method ? method : "GET";
    return url && take_url(entry, url, &query) &&
           meta_params_add_query(&entry->params, query, strlen(query)) &&
           (!body || meta_params_add_query(&entry->params, body, strlen(body))) &&
           inherit(entry, batch);
}

/* --- its answer --- */

static bool drain(struct reply *reply, struct buffer *out)
{
    if (!reply->body)
        return true;
    for (;;) {
        if (!buffer_reserve(out, BLOCK))
            return false;
        ssize_t got = body_read(reply->body, (char *)out->data + out->len, BLOCK);
        if (got <= 0)
            return got == BODY_END;
        out->len += (size_t)got;
    }
}

static bool append_headers(const struct reply *reply, struct buffer *out)
{
    const char *end = (const char *)reply->headers.data + reply->headers.len;
    const char *comma = "";
    for (const char *name = (const char *)reply->headers.data; name && name < end;) {
        const char *value = name + strlen(name) + 1;
        if (!buffer_append_text(out, comma) || !buffer_append_text(out, "{\"name\":") ||
            !json_append_quoted(out, name, strlen(name)) ||
            !buffer_append_text(out, ",\"value\":") ||
            !json_append_quoted(out, value, strlen(value)) || !buffer_append_byte(out, '}'))
            return false;
        comma = ",";
        name = value + strlen(value) + 1;
    }
    return true;
}

static bool append_answer(struct reply *reply, bool headers, struct buffer *out)
{
    AUTO(buffer_done) struct buffer body;
    buffer_init(&body, META_BATCH_BYTES_MAX);
    return drain(reply, &body) && buffer_printf(out, "{\"code\":%d,", reply->status) &&
           (!headers || (buffer_append_text(out, "\"headers\":[") &&
                         append_headers(reply, out) && buffer_append_text(out, "],"))) &&
           buffer_append_text(out, "\"body\":") &&
           json_append_quoted(out, body.len > 0 ? (char *)body.data : "", body.len) &&
           buffer_append_byte(out, '}');
}

static bool append_entry(const struct meta_call *batch, const json_t *object, bool headers,
                         struct buffer *out)
{
    AUTO(reply_done) struct reply reply;
    reply_init(&reply);
    struct meta_call entry = *batch;
    meta_params_init(&entry.params);
    entry.reply = &reply;
    entry.entry = true;
    bool done = fill_entry(&entry, batch, object) && *entry.path
                    ? batch->route(&entry)
                    : meta_error_answer(&reply, META_ERROR_PARAMETER,
                                        "An entry of the batch cannot be read");
    meta_params_done(&entry.params);
    return done && append_answer(&reply, headers, out);
}

/* --- the batch --- */

/* The entry that a fault makes null; SIZE_MAX: none. */
static size_t null_entry(const struct meta_call *call)
{
    const struct fault_hit *hit = &call->faults->hits[FAULT_META_BATCH_NULL];
    int64_t entry = 0;
    if (!hit->on || !text_parse_int64(hit->argument, strlen(hit->argument), &entry))
        return SIZE_MAX;
    return (size_t)entry - 1;
}

static bool wants_headers(const struct meta_call *call)
{
    const char *text = meta_call_param(call, "include_headers");
    return !text || strcmp(text, "false") != 0;
}

bool meta_batch_answer(struct meta_call *call)
{
    const char *text = meta_call_param(call, "batch");
    json_auto_t *entries = NULL;
    struct error err;
    if (!text || !json_parse(text, strlen(text), "batch", ERROR_DATA, &entries, &err) ||
        !json_is_array(entries))
        return meta_error_answer(call->reply, META_ERROR_PARAMETER,
                                 "param batch must be an array.");
    if (json_array_size(entries) > META_BATCH_MAX)
        return meta_error_answer(call->reply, META_ERROR_BATCH_SIZE, "50");
    AUTO(buffer_done) struct buffer body;
    buffer_init(&body, META_BATCH_BYTES_MAX);
    bool fits = buffer_append_byte(&body, '[');
    for (size_t i = 0; i < json_array_size(entries) && fits; i++) {
        fits = i == 0 || buffer_append_byte(&body, ',');
        if (i == null_entry(call))
            fits = fits && buffer_append_text(&body, "null");
        else
            fits = fits &&
                   append_entry(call, json_array_get(entries, i), wants_headers(call), &body);
    }
    if (!fits || !buffer_append_byte(&body, ']'))
        return meta_error_answer(call->reply, META_ERROR_BATCH_DATA);
    return reply_text(call->reply, 200, META_JSON_TYPE, body.data, body.len);
}
