/* SPDX-License-Identifier: Apache-2.0 */
#include "source/reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/paginator.h"
#include "source/request.h"

enum {
    /* what every record gets besides the manifest's constants, in manifest.c */
    READER_CONSTANTS = 5,
    DIGEST_TEXT_MAX = HTTP_URL_MAX + REQUEST_BODY_MAX + REQUEST_HEADERS_MAX * 8192,
};

struct reader {
    struct reader_options options;
    const struct manifest *manifest;
    const struct manifest_stream *stream;
    struct slice slice;
    char *account;
    struct template_values values;
    struct paginator paginator;
    struct request request;
    struct exchange *exchange;
    struct buffer cursor;
    uint8_t digest[DIGEST_SIZE];
    bool resumed;
    struct buffer texts[MANIFEST_CONSTANTS_MAX];
    struct walk_constant constants[MANIFEST_CONSTANTS_MAX + READER_CONSTANTS];
    char moment[CLOCK_RFC3339_SIZE];
};

static void fill_values(struct reader *r)
{
    settings_fill(r->options.settings, &r->values);
    r->values.text[TEMPLATE_STREAM] = r->stream->name;
    r->values.text[TEMPLATE_ACCOUNT] = r->account;
    r->values.text[TEMPLATE_SLICE_DAY] = r->slice.from;
    r->values.text[TEMPLATE_SLICE_FROM] = r->slice.from;
    r->values.text[TEMPLATE_SLICE_TO] = r->slice.to;
}

/* One part of what is digested; its length keeps it apart from the next. */
static bool add_part(struct buffer *out, const void *data, size_t len)
{
    return buffer_printf(out, "%zu:", len) && buffer_append(out, data, len);
}

static bool add_text(struct buffer *out, const char *text)
{
    return add_part(out, text, strlen(text));
}

static bool add_parts(const struct reader *r, const struct http_request *h, struct buffer *out)
{
    bool room =
        add_text(out, h->method) && add_text(out, h->url) &&
        add_part(out, h->body ? h->body : "", h->body_len) &&
        add_text(out, r->stream->records) &&
        buffer_printf(out, "%" PRIu64 "/%" PRIu64, r->paginator.size, r->paginator.total);
    for (size_t i = 0; room && i < h->header_count; i++)
        room = add_text(out, h->headers[i].name) && add_text(out, h->headers[i].value);
    return room;
}

/* The request with names in place of what the paginator puts in. */
static bool digest_request(struct reader *r, struct error *err)
{
    static const char *const names[] = {
        [TEMPLATE_PAGE_NUMBER] = "page.number",
        [TEMPLATE_PAGE_SIZE] = "page.size",
        [TEMPLATE_CURSOR] = "cursor",
        [TEMPLATE_CURSOR_RAW] = "cursor.raw",
    };
    struct template_values values = r->values;
    for (size_t i = TEMPLATE_PAGE_NUMBER; i <= TEMPLATE_CURSOR_RAW; i++)
        values.text[i] = names[i];

    AUTO(request_done) struct request request = {0};
    AUTO(buffer_done) struct buffer text;
    buffer_init(&text, DIGEST_TEXT_MAX);
    if (!request_render(&r->stream->request, settings_base_url(r->options.settings), &values,
                        &request, err))
        return false;
    if (!add_parts(r, &request.http, &text))
        return error_memory(err);
    digest_blake2b(text.data, text.len, r->digest);
    return true;
}

/* From the checkpoint when it is one of the same pages. */
static bool resume(struct reader *r, struct error *err)
{
    const struct reader_checkpoint *c = r->options.checkpoint;
    if (!c || memcmp(c->digest, r->digest, DIGEST_SIZE) != 0)
        return true;
    paginator_close(&r->paginator);
    r->resumed = true;
    return paginator_open(&r->stream->paginator, &r->values, c->cursor, &r->paginator, err);
}

static bool open_exchange(struct reader *r, struct error *err)
{
    const struct exchange_options options = {
        .settings = r->options.settings,
        .stream = r->options.stream,
        .account = r->account,
        .http = r->options.http,
        .limiter = r->options.limiter,
        .policy = r->options.policy,
        .pseudonym = r->options.pseudonym,
        .max_wait_ns = r->options.max_wait_ns,
        .output = r->options.output,
        .watch = r->options.watch,
    };
    return exchange_new(&options, &r->exchange, err);
}

/* "random_user users 2026-11-20" */
static bool locate(const struct reader *r, struct error *err)
{
    bool single = strcmp(r->account, MANIFEST_SINGLE_ACCOUNT) == 0;
    return error_prefix(err, "%s %s%s%.40s %s", r->manifest->source, r->stream->name,
                        single ? "" : " ", single ? "" : r->account, r->slice.id);
}

bool reader_new(const struct reader_options *options, struct reader **ret_reader,
                struct error *err)
{
    AUTO(reader_freep) struct reader *r = calloc(1, sizeof *r);
    if (!r || !(r->account = strdup(options->account)))
        return error_memory(err);
    r->options = *options;
    r->manifest = settings_manifest(options->settings);
    r->stream = &r->manifest->streams[options->stream];
    r->slice = *options->slice;
    buffer_init(&r->cursor, PAGINATOR_CURSOR_MAX);
    for (size_t i = 0; i < r->stream->constant_count; i++)
        buffer_init(&r->texts[i], TEMPLATE_TEXT_MAX);

    fill_values(r);
    if (!paginator_open(&r->stream->paginator, &r->values, NULL, &r->paginator, err) ||
        !digest_request(r, err) || !resume(r, err) || !open_exchange(r, err))
        return locate(r, err);
    r->options.slice = NULL;
    r->options.checkpoint = NULL;
    *ret_reader = steal(&r);
    return true;
}

void reader_free(struct reader *r)
{
    if (!r)
        return;
    exchange_free(r->exchange);
    request_done(&r->request);
    paginator_close(&r->paginator);
    buffer_done(&r->cursor);
    for (size_t i = 0; i < MANIFEST_CONSTANTS_MAX; i++)
        buffer_done(&r->texts[i]);
    free(r->account);
    free(r);
}

const uint8_t *reader_request_digest(const struct reader *r)
{
    return r->digest;
}

bool reader_resumed(const struct reader *r)
{
    return r->resumed;
}

uint64_t reader_pages(const struct reader *r)
{
    return paginator_pages(&r->paginator);
}

uint64_t reader_pages_done(const struct reader *r)
{
    return r->paginator.page;
}

static bool fill_constants(struct reader *r, size_t *ret_count, struct error *err)
{
    size_t count = 0;
    r->constants[count++] = (struct walk_constant){"source", r->manifest->source};
    r->constants[count++] = (struct walk_constant){"stream", r->stream->name};
    r->constants[count++] = (struct walk_constant){"account", r->account};
    r->constants[count++] = (struct walk_constant){"slice", r->slice.id};
    r->constants[count++] = (struct walk_constant){"extracted_at", r->moment};
    for (size_t i = 0; i < r->stream->constant_count; i++) {
        const struct manifest_constant *c = &r->stream->constants[i];
        buffer_clear(&r->texts[i]);
        if (!template_ready(&c->value, &r->values) ||
            !template_render(&c->value, &r->values, TEMPLATE_PLAIN, &r->texts[i]) ||
            !buffer_text(&r->texts[i]))
            return error_set(err, ERROR_CONFIG, "the constant %s grows too long", c->name);
        r->constants[count++] = (struct walk_constant){c->name, buffer_text(&r->texts[i])};
    }
    *ret_count = count;
    return true;
}

static bool read_page(struct reader *r, struct exchange_result *ret_result, struct error *err)
{
    struct exchange_call call = {
        .request = &r->request.http,
        .values = &r->values,
        .constants = r->constants,
        .moment = r->moment,
    };
    paginator_fill(&r->paginator, &r->values);
    return request_render(&r->stream->request, settings_base_url(r->options.settings),
                          &r->values, &r->request, err) &&
           fill_constants(r, &call.constant_count, err) &&
           exchange_page(r->exchange, &call, ret_result, err) &&
           paginator_advance(&r->paginator, &ret_result->facts, err);
}

bool reader_next(struct reader *r, struct reader_page *ret_page, struct error *err)
{
    if (r->paginator.done) {
        *ret_page = (struct reader_page){.done = true};
        return true;
    }
    struct exchange_result result;
    uint64_t number = r->paginator.page + 1;
    buffer_clear(&r->cursor);
    if (!read_page(r, &result, err) || !paginator_cursor(&r->paginator, &r->cursor, err)) {
        error_prefix(err, "page %" PRIu64, number);
        return locate(r, err);
    }
    *ret_page = (struct reader_page){
        .last = r->paginator.done,
        .number = number,
        .counts = result.counts,
        .received_bytes = result.received_bytes,
        .decoded_bytes = result.decoded_bytes,
        .attempts = result.attempts,
        .cursor = buffer_text(&r->cursor),
        .drifts = result.drifts,
        .drift_count = result.drift_count,
    };
    return true;
}
