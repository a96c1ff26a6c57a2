/* SPDX-License-Identifier: Apache-2.0 */
#include "source/reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "source/paginator.h"
#include "source/request.h"
#include "source/selection.h"

enum {
    /* what every record gets besides the manifest's constants, in manifest.c */
    READER_CONSTANTS = 5,
    READER_WHY_SIZE = 512,
    READER_RESTARTS_MAX = 3, /* of one slice in one run */
    DIGEST_TEXT_MAX = REQUEST_TEXT_MAX + 8192,
};

struct reader {
    struct reader_options options;
    const struct manifest *manifest;
    const struct manifest_stream *stream;
    const struct request_rule *rule; /* of its pages */
    struct slice slice;
    struct slice_mark mark;
    char mark_text[SLICE_MARK_SIZE];
    char since[CLOCK_RFC3339_SIZE];
    char since_unix[24];
    struct buffer fields;
    char *account;
    struct template_values values;
    struct paginator paginator;
    struct request request;
    struct exchange *exchange;
    struct buffer cursor;
    uint8_t digest[DIGEST_SIZE];
    bool resumed;
    unsigned restarts;
    char why[READER_WHY_SIZE]; /* the last page was isolated, or lacks gated fields */
    bool ungated; /* gated fields are not asked for any more */
    struct buffer texts[MANIFEST_CONSTANTS_MAX];
    struct walk_constant constants[MANIFEST_CONSTANTS_MAX + READER_CONSTANTS];
    char moment[CLOCK_RFC3339_SIZE];
};

static void fill_values(struct reader *r)
{
    settings_fill(r->options.client.settings, &r->values);
    r->values.text[TEMPLATE_STREAM] = r->stream->name;
    r->values.text[TEMPLATE_ACCOUNT] = r->account;
    r->values.text[TEMPLATE_SLICE_DAY] = r->slice.from;
    r->values.text[TEMPLATE_SLICE_FROM] = r->slice.from;
    r->values.text[TEMPLATE_SLICE_TO] = r->slice.to;
    const struct reader_part *part = r->options.part;
    r->values.text[TEMPLATE_PART_FILTER] = part ? part->filter : "";
    r->values.text[TEMPLATE_REPORT_ID] = part ? part->report : NULL;
}

static bool fill_fields(struct reader *r, struct error *err)
{
    const struct reader_part *part = r->options.part;
    if (!r->stream->has_selection)
        return true;
    if (part && part->fields) {
        r->values.text[TEMPLATE_FIELDS] = part->fields;
        return true;
    }
    buffer_clear(&r->fields);
    if (!selection_render(&r->stream->selection, r->options.policy, !r->ungated, &r->fields,
                          err))
        return false;
    r->values.text[TEMPLATE_FIELDS] = buffer_text(&r->fields);
    return r->values.text[TEMPLATE_FIELDS] || error_memory(err);
}

/* From here on the reading covers what mark says. */
static void set_mark(struct reader *r, const struct slice_mark *mark)
{
    r->mark = *mark;
    slice_format_mark(mark, r->mark_text);
    clock_format_rfc3339(mark->since_ns, r->since);
    snprintf(r->since_unix, sizeof r->since_unix, "%" PRId64, mark->since_ns / CLOCK_SECOND_NS);
    r->values.text[TEMPLATE_SLICE_SINCE] = mark->has_since ? r->since : NULL;
    r->values.text[TEMPLATE_SLICE_SINCE_UNIX] = mark->has_since ? r->since_unix : NULL;
}

/* The request with names in place of what the paginator and the reading put in. */
static bool digest_request(struct reader *r, struct error *err)
{
    static const char *const names[] = {
        [TEMPLATE_PAGE_NUMBER] = "page.number",
        [TEMPLATE_PAGE_SIZE] = "page.size",
        [TEMPLATE_CURSOR] = "cursor",
        [TEMPLATE_CURSOR_RAW] = "cursor.raw",
        [TEMPLATE_SLICE_SINCE] = "slice.since",
        [TEMPLATE_SLICE_SINCE_UNIX] = "slice.since_unix",
    };
    struct template_values values = r->values;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        values.text[i] = names[i] ? names[i] : values.text[i];

    AUTO(request_done) struct request request = {0};
    AUTO(buffer_done) struct buffer text;
    buffer_init(&text, DIGEST_TEXT_MAX);
    if (!request_render(r->rule, settings_base_url(r->options.client.settings), &values,
                        &request, err))
        return false;
    const char *records = r->stream->records;
    if (!request_describe(&request.http, &text) ||
        !buffer_printf(&text, "%zu:%s%" PRIu64 "/%" PRIu64, strlen(records), records,
                       r->paginator.size, r->paginator.total))
        return error_memory(err);
    digest_blake2b(text.data, text.len, r->digest);
    return true;
}

static bool bad_mark(struct error *err)
{
    return error_set(err, ERROR_STORE, "the checkpoint's mark is none of this stream's slices");
}

/* What the reading covers, where slices have marks: that of the checkpoint goes on, or the next
 * one begins behind it. Without a checkpoint of the same request it is everything. */
static bool begin_reading(struct reader *r, const struct reader_checkpoint *c,
                          struct error *err)
{
    struct slice_mark last, mark;
    if (r->stream->slice.kind != SLICE_CHANGES)
        return true;
    if (c && !slice_parse_mark(c->mark ? c->mark : "", &last))
        return bad_mark(err);
    mark = c && !c->complete
               ? last
               : slice_next_mark(&r->stream->slice, c ? &last : NULL, clock_now_ns());
    set_mark(r, &mark);
    return true;
}

/* From the checkpoint when it is one of the same pages. */
static bool resume(struct reader *r, struct error *err)
{
    const struct reader_checkpoint *c = r->options.checkpoint;
    r->resumed = c && memcmp(c->digest, r->digest, DIGEST_SIZE) == 0;
    if (!begin_reading(r, r->resumed ? c : NULL, err))
        return false;
    bool anew = r->stream->slice.kind != SLICE_DAY && c && c->complete;
    if (!r->resumed || anew)
        return true;
    paginator_close(&r->paginator);
    return paginator_open(&r->stream->paginator, &r->values, c->cursor, &r->paginator, err);
}

/* What takes room is made when it is needed: a reader may be asked for its digest alone. */
static bool open_exchange(struct reader *r, struct error *err)
{
    if (r->exchange)
        return true;
    const struct exchange_options options = {
        .client = r->options.client,
        .stream = r->options.stream,
        .account = r->account,
        .policy = r->options.policy,
        .pseudonym = r->options.pseudonym,
        .output = r->options.output,
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
    r->manifest = settings_manifest(options->client.settings);
    r->stream = &r->manifest->streams[options->stream];
    r->rule = options->part ? options->part->request : &r->stream->request;
    r->slice = *options->slice;
    buffer_init(&r->cursor, PAGINATOR_CURSOR_MAX);
    buffer_init(&r->fields, SELECTION_TEXT_MAX);
    for (size_t i = 0; i < r->stream->constant_count; i++)
        buffer_init(&r->texts[i], TEMPLATE_TEXT_MAX);

    fill_values(r);
    if (!fill_fields(r, err) ||
        !paginator_open(&r->stream->paginator, &r->values, NULL, &r->paginator, err) ||
        !digest_request(r, err) || !resume(r, err))
        return locate(r, err);
    paginator_share(&r->paginator, options->sizing);
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
    buffer_done(&r->fields);
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

const char *reader_mark(const struct reader *r)
{
    return r->mark_text;
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

/* Asks for the page at the paginator's place. set_aside: as of struct exchange_call. */
static bool ask(struct reader *r, const char *set_aside, struct exchange_result *ret_result,
                struct error *err)
{
    struct exchange_call call = {
        .request = &r->request.http,
        .values = &r->values,
        .constants = r->constants,
        .moment = r->moment,
        .cost = {&r->stream->costs, &r->rule->costs},
        .set_aside = set_aside,
    };
    paginator_fill(&r->paginator, &r->values);
    return open_exchange(r, err) &&
           request_render(r->rule, settings_base_url(r->options.client.settings), &r->values,
                          &r->request, err) &&
           fill_constants(r, &call.constant_count, err) &&
           exchange_page(r->exchange, &call, ret_result, err);
}

static void note_why(struct reader *r)
{
    snprintf(r->why, sizeof r->why, "%.*s", READER_WHY_SIZE - 1, exchange_said(r->exchange));
    text_make_utf8(r->why);
}

/* The page holds one object and cannot be read: asks for what tells it apart alone, and goes on
 * behind it. */
static bool isolate(struct reader *r, struct exchange_result *ret_result, struct error *err)
{
    const char *fields = r->values.text[TEMPLATE_FIELDS];
    note_why(r);
    r->values.text[TEMPLATE_FIELDS] = r->stream->isolate;
    bool asked = ask(r, r->why, ret_result, err);
    r->values.text[TEMPLATE_FIELDS] = fields;
    return asked || error_prefix(err, "isolated");
}

/* The account may be readable without the fields that not everybody may see. */
static bool withhold(struct reader *r, struct error *err)
{
    if (err->kind != ERROR_ACCOUNT || r->ungated ||
        (r->options.part && r->options.part->fields) || !r->stream->has_selection ||
        !selection_is_gated(&r->stream->selection))
        return false;
    note_why(r);
    r->ungated = true;
    return fill_fields(r, err);
}

/* How a page came about that could not be had as it was asked for at first. */
struct adaption {
    unsigned shrunk;
    bool isolated;
    bool withheld;
};

/* What is too big is asked for again, smaller; what may not be seen is not asked for again. */
static bool read_page(struct reader *r, struct exchange_result *ret_result,
                      struct adaption *adaption, struct error *err)
{
    while (!ask(r, NULL, ret_result, err)) {
        if (withhold(r, err)) {
            adaption->withheld = true;
            continue;
        }
        if (err->kind != ERROR_TOO_BIG || exchange_verdict(r->exchange) != VERDICT_SHRINK)
            return false;
        if (paginator_shrink(&r->paginator)) {
            adaption->shrunk++;
            continue;
        }
        if (!r->stream->isolate || !isolate(r, ret_result, err))
            return false;
        adaption->isolated = true;
        break;
    }
    if (!paginator_advance(&r->paginator, &ret_result->facts, err))
        return false;
    if (adaption->isolated) /* it is behind us */
        paginator_restore(&r->paginator);
    return true;
}

/* The cursor is dead, and there is a first page to go back to. */
static bool may_restart(struct reader *r, const struct error *err)
{
    return err->kind == ERROR_REMOTE && exchange_verdict(r->exchange) == VERDICT_RESTART &&
           r->paginator.page > 0 && r->restarts++ < READER_RESTARTS_MAX;
}

bool reader_next(struct reader *r, struct reader_page *ret_page, struct error *err)
{
    if (r->paginator.done) {
        *ret_page = (struct reader_page){.done = true};
        return true;
    }
    struct exchange_result result;
    struct adaption adaption = {0};
    uint64_t number = r->paginator.page + 1;
    buffer_clear(&r->cursor);
    if (!read_page(r, &result, &adaption, err) ||
        !paginator_cursor(&r->paginator, &r->cursor, err)) {
        if (may_restart(r, err)) {
            paginator_restart(&r->paginator);
            *ret_page = (struct reader_page){.restarted = true};
            return true;
        }
        error_prefix(err, "page %" PRIu64, number);
        return locate(r, err);
    }
    *ret_page = (struct reader_page){
        .last = r->paginator.done,
        .shrunk = adaption.shrunk,
        .isolated = adaption.isolated ? r->why : NULL,
        .withheld = adaption.withheld && !adaption.isolated ? r->why : NULL,
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

bool reader_prove_empty(struct reader *r, struct error *err)
{
    if (!r->stream->has_when_empty)
        return true;
    AUTO(request_done) struct request request = {0};
    const struct exchange_call call = {
        .request = &request.http,
        .values = &r->values,
        .cost = {&r->stream->costs, &r->stream->when_empty.request.costs},
    };
    json_auto_t *answer = NULL;
    struct exchange_result ignored;
    return (open_exchange(r, err) &&
            request_render(&r->stream->when_empty.request,
                           settings_base_url(r->options.client.settings), &r->values, &request,
                           err) &&
            exchange_document(r->exchange, &call, &answer, &ignored, err) &&
            emptiness_judge(&r->stream->when_empty, answer, err)) ||
           locate(r, err);
}
