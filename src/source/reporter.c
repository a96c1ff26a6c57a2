/* SPDX-License-Identifier: Apache-2.0 */
#include "source/reporter.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "crypto/secret.h"

enum { BATCH_TEXT_MAX = 64 * 1024 };

struct reporter {
    struct exchange_options options;
    const struct manifest *manifest;
    const struct manifest_stream *stream;
    const struct report_rule *rule;
    struct exchange *exchange;
    struct template_values values; /* of the stream */
};

bool reporter_new(const struct exchange_options *options, struct reporter **ret_reporter,
                  struct error *err)
{
    AUTO(reporter_freep) struct reporter *r = calloc(1, sizeof *r);
    if (!r)
        return error_memory(err);
    r->options = *options;
    r->manifest = settings_manifest(options->client.settings);
    r->stream = &r->manifest->streams[options->stream];
    r->rule = &r->stream->report;
    r->options.stream = EXCHANGE_NO_STREAM;
    settings_fill(options->client.settings, &r->values);
    r->values.text[TEMPLATE_STREAM] = r->stream->name;
    r->values.text[TEMPLATE_ACCOUNT] = options->account;

    if (!exchange_new(&r->options, &r->exchange, err))
        return false;
    *ret_reporter = steal(&r);
    return true;
}

void reporter_free(struct reporter *r)
{
    if (!r)
        return;
    exchange_free(r->exchange);
    free(r);
}

static uint64_t random_bits(void)
{
    uint64_t bits;
    secret_fill_random(&bits, sizeof bits);
    return bits;
}

/* count: how many requests it stands for. */
static bool ask(struct reporter *r, const struct request_rule *rule,
                const struct template_values *values, size_t count, json_t **ret_root,
                struct exchange_result *ret_result, struct error *err)
{
    AUTO(request_done) struct request request = {0};
    const struct exchange_call call = {
        .request = &request.http,
        .values = values,
        .cost = {&r->stream->costs, &rule->costs},
        .requests = count,
    };
    return request_render(rule, settings_base_url(r->options.client.settings), values, &request,
                          err) &&
           exchange_document(r->exchange, &call, ret_root, ret_result, err);
}

/* Says something about what was asked for and nothing about what else is. */
static bool is_local(enum error_kind kind)
{
    return kind == ERROR_REMOTE || kind == ERROR_DATA || kind == ERROR_ACCOUNT ||
           kind == ERROR_TOO_BIG;
}

bool reporter_create(struct reporter *r, const struct template_values *values,
                     struct report *report, struct error *err)
{
    json_auto_t *answer = NULL;
    struct exchange_result ignored;
    char id[REPORT_ID_SIZE];
    if (!ask(r, &r->rule->create, values, 1, &answer, &ignored, err) ||
        !report_id(r->rule, answer, id, err))
        return false;
    report_created(r->rule, report, id, clock_now_ns(), random_bits());
    return true;
}

bool reporter_cancel(struct reporter *r, struct report *report, struct error *err)
{
    json_auto_t *answer = NULL;
    struct exchange_result ignored;
    struct template_values values = r->values;
    values.text[TEMPLATE_REPORT_ID] = report->id;
    if (!ask(r, &r->rule->cancel, &values, 1, &answer, &ignored, err) && !is_local(err->kind))
        return false;
    report_cancelled(report);
    return true;
}

/* --- polls --------------------------------------------------------------------------------- */

static void take_answer(struct reporter *r, const json_t *answer, struct report *report)
{
    struct error cause = {0};
    enum report_finding finding = report_judge(r->rule, answer, &r->values, &cause);
    credentials_hide(r->options.client.credentials, cause.text, strlen(cause.text));
    report_polled(r->rule, report, finding, &cause, clock_now_ns(), random_bits());
}

static bool poll_alone(struct reporter *r, struct report *report, struct error *err)
{
    json_auto_t *answer = NULL;
    struct exchange_result ignored;
    struct template_values values = r->values;
    values.text[TEMPLATE_REPORT_ID] = report->id;
    if (ask(r, &r->rule->poll, &values, 1, &answer, &ignored, err)) {
        take_answer(r, answer, report);
        return true;
    }
    if (!is_local(err->kind))
        return false;
    report_poll_refused(r->rule, report, err, clock_now_ns(), random_bits());
    return true;
}

/* An entry that is no answer: what the manifest says of such answers decides. */
static bool take_refusal(struct reporter *r, int code, const json_t *body,
                         const struct charge_headers *headers, struct report *report,
                         struct error *err)
{
    struct facts_document document;
    struct error cause;
    facts_of_document(&r->manifest->wanted, code, body, &document);
    document.facts.json = document.facts.whole = body != NULL;
    const struct verdict_rule *verdict =
        verdict_of(r->manifest->errors, r->manifest->error_count, &document.facts, &r->values);
    if (!exchange_inner(r->exchange, headers, verdict, &document.facts, err))
        return false;
    error_set(&cause, verdict->error, "%s (HTTP %d)",
              verdict->say ? verdict->say : "the answer is none", code);
    switch (verdict->kind) {
    case VERDICT_REAUTH: /* alone, it may be asked for with other credentials */
        return poll_alone(r, report, err);
    case VERDICT_QUOTA:
    case VERDICT_RETRY:
        report_postpone(r->rule, report, clock_now_ns(), random_bits());
        return true;
    default:
        report_poll_refused(r->rule, report, &cause, clock_now_ns(), random_bits());
        return true;
    }
}

/* One header of an entry, from its list of them. */
static const char *find_header(const void *context, const char *name)
{
    size_t i;
    const json_t *header;
    json_array_foreach ((const json_t *)context, i, header) {
        const char *found = json_string_value(json_object_get(header, "name"));
        if (found && strcasecmp(found, name) == 0)
            return json_string_value(json_object_get(header, "value"));
    }
    return NULL;
}

static bool take_entry(struct reporter *r, const json_t *entry, struct report *report,
                       struct error *err)
{
    const json_t *text = pointer_get(entry, r->rule->batch.body);
    int64_t code = json_integer_value(pointer_get(entry, r->rule->batch.code));
    json_auto_t *body = NULL;
    struct error broken;
    if (code < 100 || code > 599) /* null: it was not answered in time */
        return poll_alone(r, report, err);
    bool is_json =
        json_is_string(text) && json_parse(json_string_value(text), json_string_length(text),
                                           "an entry of a batch", ERROR_DATA, &body, &broken);
    const struct charge_headers headers = {
        r->rule->batch.headers ? pointer_get(entry, r->rule->batch.headers) : NULL,
        find_header};
    if (!is_json || code < 200 || code > 299)
        return take_refusal(r, (int)code, body, &headers, report, err);
    if (!exchange_inner(r->exchange, &headers, NULL, NULL, err))
        return false;
    take_answer(r, body, report);
    return true;
}

/* [entry,entry,…] */
static bool render_batch(struct reporter *r, struct report *const *reports, size_t count,
                         struct buffer *out, struct error *err)
{
    struct template_values values = r->values;
    bool room = buffer_append_byte(out, '[');
    for (size_t i = 0; room && i < count; i++) {
        values.text[TEMPLATE_REPORT_ID] = reports[i]->id;
        room = (i == 0 || buffer_append_byte(out, ',')) &&
               template_render(&r->rule->batch.entry, &values, TEMPLATE_PLAIN, out);
    }
    if (room && buffer_append_byte(out, ']') && buffer_text(out))
        return true;
    return error_set(err, ERROR_CONFIG, "a batch of %zu requests grows too long", count);
}

static bool poll_some(struct reporter *r, struct report *const *reports, size_t count,
                      struct error *err);

/* A batch that is refused as a whole, or whose answer cannot be told apart, is halved. */
static bool poll_halves(struct reporter *r, struct report *const *reports, size_t count,
                        struct error *err)
{
    return poll_some(r, reports, count / 2, err) &&
           poll_some(r, reports + count / 2, count - count / 2, err);
}

static bool poll_batch(struct reporter *r, struct report *const *reports, size_t count,
                       struct error *err)
{
    json_auto_t *answer = NULL;
    struct exchange_result ignored;
    struct template_values values = r->values;
    AUTO(buffer_done) struct buffer batch;
    buffer_init(&batch, BATCH_TEXT_MAX);
    if (!render_batch(r, reports, count, &batch, err))
        return false;
    values.text[TEMPLATE_REPORT_BATCH] = buffer_text(&batch);
    bool ok = ask(r, &r->rule->batch.request, &values, count, &answer, &ignored, err);
    if (!ok && !is_local(err->kind))
        return false;
    if (!ok || json_array_size(answer) != count)
        return poll_halves(r, reports, count, err);
    for (size_t i = 0; i < count; i++) {
        if (!take_entry(r, json_array_get(answer, i), reports[i], err))
            return false;
    }
    return true;
}

static bool poll_some(struct reporter *r, struct report *const *reports, size_t count,
                      struct error *err)
{
    return count > 1 ? poll_batch(r, reports, count, err) : poll_alone(r, reports[0], err);
}

/* How many of them one poll asks after: none that the quota would not let through, as far as is
 * known of it; the next poll is sized by what this one's answer says. */
static bool size_poll(struct reporter *r, size_t count, size_t *ret_size, struct error *err)
{
    const struct report_batch *batch = &r->rule->batch;
    const struct cost_of cost = {&r->stream->costs, &batch->request.costs};
    unsigned most = (unsigned)(count < batch->most ? count : batch->most), room;
    *ret_size = 1;
    if (!batch->there || most < 2)
        return true;
    if (!exchange_room(r->exchange, &cost, &r->values, most, &room, err))
        return false;
    *ret_size = room;
    return true;
}

bool reporter_poll(struct reporter *r, struct report *const *reports, size_t count,
                   struct error *err)
{
    for (size_t i = 0, size; i < count; i += size) {
        if (!size_poll(r, count - i, &size, err) || !poll_some(r, reports + i, size, err))
            return false;
    }
    return true;
}

/* --- lists of ids -------------------------------------------------------------------------- */

static bool list_page(struct reporter *r, const struct split_list *list, struct paginator *p,
                      struct template_values *values, struct split_listed *listed,
                      struct error *err)
{
    json_auto_t *answer = NULL;
    struct exchange_result result;
    if (p->page >= REPORTER_LIST_PAGES_MAX)
        return error_set(err, ERROR_DATA, "the list of ids does not end within %d pages",
                         REPORTER_LIST_PAGES_MAX);
    paginator_fill(p, values);
    if (!ask(r, &list->request, values, 1, &answer, &result, err) ||
        !split_listed_add(list, answer, listed, err))
        return false;
    const json_t *rows = pointer_get(answer, list->records);
    result.facts.records = json_array_size(rows);
    return paginator_advance(p, &result.facts, err);
}

bool reporter_list(struct reporter *r, const struct split_list *list,
                   const struct template_values *values, struct split_listed *listed,
                   struct error *err)
{
    struct template_values all = *values;
    AUTO(paginator_close) struct paginator p = {0};
    if (!paginator_open(&list->paginator, &all, NULL, &p, err))
        return false;
    while (!p.done) {
        if (!list_page(r, list, &p, &all, listed, err))
            return false;
    }
    return true;
}
