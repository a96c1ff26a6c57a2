/* SPDX-License-Identifier: Apache-2.0 */
#include "source/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stop.h"
#include "base/text.h"
#include "crypto/secret.h"
#include "source/quote.h"

enum {
    LABEL_SIZE = 48,
    TALLY_MAX = 8,
    DURATION_SIZE = 32,
    QUOTES_SIZE = VERDICT_QUOTES_MAX * (QUOTE_SIZE + 4) + 1,
};

/* What calls itself so is read as JSON. */
static const char *const json_types[] = {"application/json", "text/javascript", NULL};

/* The answer that is being read. */
struct answer {
    struct walk *walk; /* NULL: what comes is not read */
    bool page; /* it has records */
    bool document; /* it is collected */
    int status;
    bool json;
    char content_type[64];
    int64_t retry_after_ns; /* -1: none */
    struct usage_reading readings[MANIFEST_BUCKETS_MAX]; /* what its headers say */
    uint64_t unread;
    bool output_failed; /* the consumer's error is in *err */
    bool broken; /* no JSON, or cut off; the error says where */
    bool unwanted; /* more than EXCHANGE_ERROR_BODY_MAX of what is neither */
};

struct exchange {
    struct exchange_options options;
    const struct manifest *manifest;
    const struct manifest_stream *stream; /* NULL: none */
    struct walk *records; /* reads pages; NULL without a stream */
    struct walk *envelope; /* reads the rest: captures only */
    struct buffer document;
    struct answer answer;
    const char *set_aside; /* of the call */
    const char *account; /* that the call is charged to */
    enum verdict_kind verdict; /* of the last answer */
    char said[ERROR_TEXT_MAX];
    uint64_t asked_as; /* the number of the secrets that the last request had */
    int64_t blocked_until_ns; /* the API said no, and no bucket of ours holds it */
    unsigned refusals; /* in a row, over calls that gave up waiting … */
    char refusal[ERROR_TEXT_MAX]; /* … and what the last of them said */
};

/* What one attempt came to. */
struct outcome {
    enum verdict_kind kind;
    const struct wait_rule *wait;
    bool has_bucket;
    size_t bucket;
    int64_t until_ns; /* the answer says when the API opens again; 0: it does not */
    struct error error; /* in case it is final */
    char label[LABEL_SIZE]; /* for the sum of all attempts */
};

/* The attempts of one page. */
struct course {
    unsigned attempts;
    unsigned failures;
    unsigned refusals;
    bool renewed; /* the credentials, after they were refused */
    int64_t spent_ns; /* without waits for the quota */
    struct outcome last;
    struct {
        char label[LABEL_SIZE];
        unsigned count;
    } tally[TALLY_MAX];
};

/* --- reading an answer ------------------------------------------------------------------- */

static bool quarantine(struct exchange *e, const char *line, size_t len, const char *reason,
                       uint64_t position, struct error *err)
{
    const struct exchange_output *o = &e->options.output;
    if (o->quarantine(o->context, line, len, e->set_aside ? e->set_aside : reason, position,
                      err))
        return true;
    e->answer.output_failed = true;
    return false;
}

static bool on_record(void *context, const char *line, size_t len, size_t fleeting,
                      struct error *err)
{
    struct exchange *e = context;
    if (e->set_aside) /* without its newline */
        return quarantine(e, line, len - 1, NULL, walk_counts(e->records)->records - 1, err);
    if (e->options.output.record(e->options.output.context, line, len, fleeting, err))
        return true;
    e->answer.output_failed = true;
    return false;
}

static bool on_quarantine(void *context, const char *line, size_t len, const char *reason,
                          uint64_t position, struct error *err)
{
    return quarantine(context, line, len, reason, position, err);
}

/* What is set aside as a whole stands for nothing, and is no repetition of anything. */
static enum walk_fate judge(void *context, const struct walk_keyed *record,
                            const char **ret_reason)
{
    const struct exchange *e = context;
    const struct exchange_output *o = &e->options.output;
    return e->set_aside ? WALK_TAKE : o->judge(o->context, record, ret_reason);
}

static bool open_walks(struct exchange *e, struct error *err)
{
    struct walk_options walk = {.captures = e->manifest->wanted.pointers};
    if (!walk_new(&walk, &e->envelope, err))
        return false;
    if (!e->stream)
        return true;
    walk.policy = e->options.policy;
    walk.pseudonym = e->options.pseudonym;
    walk.selector = e->stream->records;
    walk.output = (struct walk_output){e, on_record, on_quarantine,
                                       e->options.output.judge ? judge : NULL};
    return walk_new(&walk, &e->records, err);
}

bool exchange_new(const struct exchange_options *options, struct exchange **ret_exchange,
                  struct error *err)
{
    AUTO(exchange_freep) struct exchange *e = calloc(1, sizeof *e);
    if (!e)
        return error_memory(err);
    e->options = *options;
    e->manifest = settings_manifest(options->client.settings);
    if (options->stream != EXCHANGE_NO_STREAM)
        e->stream = &e->manifest->streams[options->stream];
    e->account = options->account;
    buffer_init(&e->document, EXCHANGE_DOCUMENT_MAX);
    if (!open_walks(e, err))
        return false;
    *ret_exchange = steal(&e);
    return true;
}

void exchange_free(struct exchange *e)
{
    if (!e)
        return;
    walk_free(e->records);
    walk_free(e->envelope);
    buffer_done(&e->document);
    free(e);
}

struct reading {
    struct exchange *e;
    const struct exchange_call *call;
    bool document; /* is wanted */
};

static bool begin_page(const struct reading *r, struct error *err)
{
    int64_t now = clock_now_ns();
    clock_format_rfc3339(now - now % (CLOCK_SECOND_NS / 1000), r->call->moment);
    return walk_begin(r->e->records, r->call->constants, r->call->constant_count, err);
}

static bool on_headers(void *context, const struct http_response *response, struct error *err)
{
    const struct reading *r = context;
    struct answer *a = &r->e->answer;
    bool success = response->status >= 200 && response->status <= 299;
    a->status = response->status;
    a->json = text_find(response->content_type, json_types) >= 0;
    a->retry_after_ns = response->has_retry_after ? response->retry_after_ns : -1;
    snprintf(a->content_type, sizeof a->content_type, "%s", response->content_type);
    if (!a->json)
        return true;

    a->page = success && !r->document;
    a->document = success && r->document;
    a->walk = a->page ? r->e->records : r->e->envelope;
    return a->page ? begin_page(r, err) : walk_begin(a->walk, NULL, 0, err);
}

/* Counts what has no records, and keeps it where it is wanted. */
static bool collect(struct exchange *e, const void *data, size_t len, struct error *err)
{
    struct answer *a = &e->answer;
    if (a->document)
        return buffer_append(&e->document, data, len) ||
               error_set(err, ERROR_DATA, "the answer is longer than %d bytes",
                         EXCHANGE_DOCUMENT_MAX);
    a->unread += len;
    a->unwanted = a->unread > EXCHANGE_ERROR_BODY_MAX;
    return !a->unwanted || error_set(err, ERROR_DATA, "too long for an answer without records");
}

static bool on_body(void *context, const void *data, size_t len, struct error *err)
{
    const struct reading *r = context;
    struct answer *a = &r->e->answer;
    if (!a->page && !collect(r->e, data, len, err))
        return false;
    if (!a->walk || walk_feed(a->walk, data, len, err))
        return true;
    a->broken = !a->output_failed;
    return false;
}

/* The schema wants to stop at fields that it does not name, and there was one. */
static bool stopped_by_schema(const struct exchange *e)
{
    return e->answer.page &&
           schema_unknown(policy_schema(e->options.policy)) == SCHEMA_UNKNOWN_STOP &&
           walk_counts(e->records)->unknown > 0;
}

/* --- judging it -------------------------------------------------------------------------- */

static void collect_facts(const struct exchange *e, bool whole, struct facts *ret_facts)
{
    const struct answer *a = &e->answer;
    *ret_facts = (struct facts){.status = a->status, .json = a->json, .whole = whole};
    if (!whole)
        return;
    ret_facts->records = walk_counts(a->walk)->records;
    for (size_t i = 0; i < e->manifest->wanted.count; i++)
        ret_facts->text[i] = walk_capture(a->walk, i);
}

/* "HTTP 503, text/html" */
static void name_answer(const struct answer *a, char ret_label[LABEL_SIZE])
{
    char quoted[QUOTE_SIZE];
    snprintf(ret_label, LABEL_SIZE, "HTTP %d%s%.24s", a->status, a->json ? "" : ", ",
             a->json            ? ""
             : *a->content_type ? quote_text(a->content_type, quoted)
                                : "no content type");
}

/* A service that repeats a secret does not get it into our logs. Returns the words without it, in
 * text, which is begun here; NULL: there are none. */
static const char *without_secrets(const struct exchange *e, const char *words,
                                   struct buffer *text)
{
    buffer_init(text, WALK_CAPTURE_MAX + 1);
    if (!words || !buffer_append(text, words, strnlen(words, WALK_CAPTURE_MAX)) ||
        !buffer_text(text))
        return NULL;
    credentials_hide(e->options.client.credentials, (char *)text->data, text->len);
    return buffer_text(text);
}

static void quote_words(const struct exchange *e, const char *words, char ret_text[QUOTE_SIZE])
{
    AUTO(buffer_done) struct buffer text;
    quote_text(without_secrets(e, words, &text), ret_text);
}

/* `: "(#17) User request limit reached", "Wait a little"`, or "". */
static void quote_answer(const struct exchange *e, const struct verdict_rule *rule,
                         const struct facts *facts, char ret_text[QUOTES_SIZE])
{
    size_t len = 0;
    *ret_text = '\0';
    for (size_t i = 0; i < rule->quote_count; i++) {
        char quoted[QUOTE_SIZE];
        quote_words(e, facts->text[rule->quotes[i]], quoted);
        if (*quoted && !strstr(ret_text, quoted))
            len += (size_t)snprintf(ret_text + len, QUOTES_SIZE - len, "%s \"%s\"",
                                    len > 0 ? "," : ":", quoted);
    }
}

/* The header's word for it, or the body's. */
static int64_t opens_at(const struct usage_reading readings[MANIFEST_BUCKETS_MAX],
                        const struct verdict_rule *rule, const struct facts *facts)
{
    if (rule->kind != VERDICT_QUOTA)
        return 0;
    const struct usage_reading *r = &readings[rule->bucket];
    if (r->regain_ns || r->reset_ns)
        return r->regain_ns ? r->regain_ns : r->reset_ns;
    return wait_until(&rule->wait, facts, clock_now_ns());
}

static void judge_verdict(const struct exchange *e, const struct verdict_rule *rule,
                          const struct facts *facts, const struct error *broken,
                          struct outcome *o)
{
    char quoted[QUOTES_SIZE];
    quote_answer(e, rule, facts, quoted);
    o->kind = rule->kind;
    o->wait = rule->has_wait ? &rule->wait : &e->manifest->retry.wait;
    o->has_bucket = rule->has_bucket;
    o->bucket = rule->bucket;
    o->until_ns = opens_at(e->answer.readings, rule, facts);
    name_answer(&e->answer, o->label);
    error_set(&o->error, rule->error, "%s%s (%s)", rule->say, quoted, o->label);
    if (rule->body == VERDICT_BROKEN)
        error_set(&o->error, rule->error, "%s: %.200s", rule->say, broken->text);
}

static void judge_complete(const struct exchange *e, const struct complete_rule *rule,
                           const struct facts *facts, const struct template_values *values,
                           struct outcome *o)
{
    char why[CONDITION_TEXT_SIZE];
    condition_describe(&rule->condition, facts, values, why);
    o->kind = rule->retry ? VERDICT_RETRY : VERDICT_FAIL;
    o->wait = &e->manifest->retry.wait;
    snprintf(o->label, sizeof o->label, "a page that is not whole");
    error_set(&o->error, ERROR_DATA, "%s: %s", rule->because, why);
}

/* What an answer that ended means. broken is the walk's error, if there was one. */
static void judge_answer(struct exchange *e, const struct exchange_call *call,
                         const struct error *broken, struct facts *ret_facts, struct outcome *o)
{
    const struct answer *a = &e->answer;
    collect_facts(e, a->walk && !a->broken && !a->unwanted, ret_facts);
    const struct verdict_rule *rule =
        verdict_of(e->manifest->errors, e->manifest->error_count, ret_facts, call->values);
    judge_verdict(e, rule, ret_facts, broken, o);
    if (rule->kind != VERDICT_OK || !a->page)
        return;
    const struct complete_rule *missing = complete_broken(
        e->stream->complete, e->stream->complete_count, ret_facts, call->values);
    if (missing)
        judge_complete(e, missing, ret_facts, call->values, o);
}

/* No answer that ended. False: not for us to judge, *err is final. */
static bool judge_failure(struct exchange *e, struct outcome *o, struct error *err)
{
    if (e->answer.output_failed)
        return false;
    o->wait = &e->manifest->retry.wait;
    o->error = *err;
    if (err->kind == ERROR_NETWORK) {
        o->kind = VERDICT_RETRY;
        snprintf(o->label, sizeof o->label, "no complete answer");
        return true;
    }
    o->kind = VERDICT_FAIL;
    return err->kind == ERROR_DATA; /* a cap was hit, or the schema stops here */
}

/* The service may answer in another version than the one that was asked for. */
static void look_at_version(const struct exchange *e)
{
    const struct version_rule *rule = &e->manifest->versions;
    const struct exchange_client *c = &e->options.client;
    struct version_notice notice;
    const char *served = rule->header ? http_response_header(c->http, rule->header) : NULL;
    const char *warning =
        rule->warning_header ? http_response_header(c->http, rule->warning_header) : NULL;
    AUTO(buffer_done) struct buffer served_text, warning_text;
    served = without_secrets(e, served, &served_text);
    warning = without_secrets(e, warning, &warning_text);
    if (c->versions && c->watch.version &&
        version_note(c->versions, settings_version(c->settings), served, warning, &notice))
        c->watch.version(c->watch.context, &notice);
}

static struct charge charge_of(const struct exchange *e)
{
    return (struct charge){
        .settings = e->options.client.settings,
        .account = e->account,
        .limiter = e->options.client.limiter,
        .requests = 1,
    };
}

static bool note_usage(const struct exchange *e, const struct charge_headers *headers,
                       struct usage_reading ret_readings[MANIFEST_BUCKETS_MAX],
                       struct error *err)
{
    const struct charge charge = charge_of(e);
    const struct charge_watch watch = {e->options.client.watch.context,
                                       e->options.client.watch.malformed};
    return charge_note(&charge, headers, clock_now_ns(), &watch, ret_readings, err);
}

static const char *find_header(const void *context, const char *name)
{
    return http_response_header(context, name);
}

/* What the answer says about the quota, however it ended. */
static bool look_at_usage(struct exchange *e, struct error *err)
{
    const struct charge_headers headers = {e->options.client.http, find_header};
    return note_usage(e, &headers, e->answer.readings, err);
}

/* --- one attempt ------------------------------------------------------------------------- */

static bool attempt(struct reading *reading, struct exchange_result *result,
                    struct outcome *ret_outcome, struct error *err)
{
    struct exchange *e = reading->e;
    const struct exchange_call *call = reading->call;
    if (!reading->document && !e->options.output.begin(e->options.output.context, err))
        return false;

    e->answer = (struct answer){.retry_after_ns = -1};
    buffer_clear(&e->document);
    struct answer *a = &e->answer;
    const struct http_handler handler = {reading, on_headers, on_body};
    const struct http_response *response = NULL;
    struct error failure = {0};
    AUTO(credentials_request_done) struct credentials_request request = {0};
    if (!credentials_apply(e->options.client.credentials, call->request, &request, err))
        return false;
    e->asked_as = request.number;
    bool ended =
        http_send(e->options.client.http, &request.http, &handler, &response, &failure);
    look_at_version(e);
    if (!look_at_usage(e, err))
        return false;
    if (ended && a->walk && !walk_finish(a->walk, &failure))
        a->broken = !a->output_failed;

    if (a->broken && stopped_by_schema(e))
        a->broken = ended = false;
    if (!ended && !a->broken && !a->unwanted) {
        *err = failure;
        return judge_failure(e, ret_outcome, err);
    }
    judge_answer(e, call, &failure, &result->facts, ret_outcome);
    result->received_bytes = response ? response->received_bytes : 0;
    result->decoded_bytes = response ? response->decoded_bytes : 0;
    return true;
}

/* --- waiting ----------------------------------------------------------------------------- */

static bool stopped(struct error *err)
{
    return error_set(err, ERROR_STOPPED,
                     "asked to stop; run the same command again to go on here");
}

/* Waits until until_ns for leave to ask, or parks. asked_ns is when the waiting began. */
static bool hold(struct exchange *e, const char *why, int64_t asked_ns, int64_t until_ns,
                 struct error *err)
{
    if (until_ns - asked_ns > e->options.client.max_wait_ns) {
        char until[CLOCK_RFC3339_SIZE], longest[DURATION_SIZE];
        clock_format_rfc3339((until_ns / CLOCK_SECOND_NS + 1) * CLOCK_SECOND_NS, until);
        text_format_duration(e->options.client.max_wait_ns, longest, sizeof longest);
        error_set(err, ERROR_QUOTA,
                  "%s; parked, because --max-wait is %s. What was read is kept: run the same "
                  "command again at %s or later",
                  why, longest, until);
        err->not_before_ns = until_ns;
        return false;
    }
    if (e->options.client.yields) {
        error_set(err, ERROR_QUOTA, "%s", why);
        err->not_before_ns = until_ns;
        return false;
    }
    if (e->options.client.watch.waiting)
        e->options.client.watch.waiting(e->options.client.watch.context, why, until_ns);
    int64_t left = until_ns - clock_now_ns();
    return left <= 0 || clock_sleep_ns(left) || stopped(err);
}

/* Takes what the request costs, however long that takes within max_wait. For a place among the
 * requests in flight it just waits: those end soon. */
static bool take(const struct reading *r, const char *refusal, int64_t asked_ns,
                 struct limiter_lease *ret_lease, struct error *err)
{
    struct exchange *e = r->e;
    struct charge charge = charge_of(e);
    if (r->call->requests > 0)
        charge.requests = r->call->requests;
    for (;;) {
        struct charge_answer answer;
        if (stop_requested())
            return stopped(err);
        int64_t now = clock_now_ns();
        if (!charge_take(&charge, &r->call->cost, r->call->values, now, &answer, ret_lease,
                         err))
            return false;
        if (answer.wait_ns == 0)
            return true;
        if (answer.crowded
                ? !clock_sleep_ns(answer.wait_ns)
                : !hold(e, refusal ? refusal : answer.why, asked_ns, now + answer.wait_ns, err))
            return answer.crowded ? stopped(err) : false;
    }
}

/* Returns when the request may be sent. refusal: what the API said when it last refused. */
static bool permit(const struct reading *r, const char *refusal,
                   struct limiter_lease *ret_lease, struct error *err)
{
    struct exchange *e = r->e;
    int64_t asked = clock_now_ns();
    if (stop_requested())
        return stopped(err);
    while (clock_now_ns() < e->blocked_until_ns) {
        if (!hold(e, refusal ? refusal : "the service asked to wait", asked,
                  e->blocked_until_ns, err))
            return false;
    }
    return take(r, refusal, asked, ret_lease, err);
}

static uint64_t random_bits(void)
{
    uint64_t bits;
    secret_fill_random(&bits, sizeof bits);
    return bits;
}

/* The API's limit: nobody on this host asks again before the wait is over. */
static bool block(struct exchange *e, const struct outcome *o, unsigned refusals,
                  struct error *err)
{
    const struct bucket_rule *rule = settings_bucket(e->options.client.settings, o->bucket);
    int64_t window_ns = e->manifest->buckets[o->bucket].rule.window_ns;
    struct wait_rule wait = *o->wait;
    const struct wait_facts facts = {
        .count = refusals,
        .random = random_bits(),
        .now_ns = clock_now_ns(),
        .window_ns = rule ? rule->window_ns : window_ns,
        .retry_after_ns = e->answer.retry_after_ns,
        .until_ns = o->until_ns,
    };
    /* who set a shorter window knows the server: no wait need be longer than that */
    if (facts.window_ns < window_ns && wait.minimum_ns > facts.window_ns)
        wait.minimum_ns = facts.window_ns;
    e->blocked_until_ns = facts.now_ns + wait_ns(&wait, &facts);
    const struct charge charge = charge_of(e);
    return charge_block(&charge, o->bucket, e->blocked_until_ns, err);
}

/* --- giving up --------------------------------------------------------------------------- */

static void count_attempt(struct course *c)
{
    size_t i = 0;
    while (i < TALLY_MAX - 1 && c->tally[i].count > 0 &&
           strcmp(c->tally[i].label, c->last.label) != 0)
        i++;
    snprintf(c->tally[i].label, LABEL_SIZE, "%s", i < TALLY_MAX - 1 ? c->last.label : "others");
    c->tally[i].count++;
}

static const char *next_step(const struct exchange *e, enum error_kind kind)
{
    if (kind == ERROR_ACCOUNT && !e->account)
        return "let the credentials read accounts, then run again";
    switch (kind) {
    case ERROR_AUTH:
        return "check the credentials of this source, then run again";
    case ERROR_ACCOUNT:
        return "the other accounts go on; let the credentials see this one, or leave it out";
    case ERROR_TOO_BIG:
        return "nothing of this page was kept; ask for less at once";
    case ERROR_DATA:
        return "nothing of this answer was kept; if running again does not help, the API has "
               "changed";
    default:
        return "nothing of this answer was kept; run the same command again later";
    }
}

/* The last error, with all attempts folded into it. */
static bool give_up(const struct exchange *e, const struct course *c, struct error *err)
{
    char folded[256] = "";
    size_t len = 0;
    for (size_t i = 0; i < TALLY_MAX && c->tally[i].count > 0 && len < sizeof folded; i++)
        len += (size_t)snprintf(folded + len, sizeof folded - len, "%s%u × %s",
                                i > 0 ? ", " : "", c->tally[i].count, c->tally[i].label);

    const struct error *last = &c->last.error;
    char spent[DURATION_SIZE];
    int64_t unit = c->spent_ns < CLOCK_SECOND_NS ? CLOCK_SECOND_NS / 1000 : CLOCK_SECOND_NS;
    text_format_duration(c->spent_ns / unit * unit, spent, sizeof spent);
    if (c->attempts > 1)
        return error_set(err, last->kind, "%.560s; gave up after %u attempts in %s (%s); %s",
                         last->text, c->attempts, spent, folded, next_step(e, last->kind));
    return error_set(err, last->kind, "%.700s; %s", last->text, next_step(e, last->kind));
}

/* After a failure: false when there is no point in, or no time for, another attempt. */
static bool back_off(struct exchange *e, struct course *c, struct error *err)
{
    const struct manifest_retry *retry = &e->manifest->retry;
    const struct wait_facts facts = {
        .count = ++c->failures,
        .random = random_bits(),
        .now_ns = clock_now_ns(),
        .retry_after_ns = e->answer.retry_after_ns,
    };
    int64_t wait = wait_ns(c->last.wait, &facts);
    if (c->attempts >= (unsigned)retry->attempts || c->spent_ns + wait > retry->deadline_ns)
        return give_up(e, c, err);
    if (e->options.client.watch.retrying)
        e->options.client.watch.retrying(e->options.client.watch.context, &c->last.error,
                                         c->attempts, wait);
    c->spent_ns += wait;
    return clock_sleep_ns(wait) || stopped(err);
}

static bool refused(struct exchange *e, struct course *c, struct error *err)
{
    e->refusals = ++c->refusals;
    snprintf(e->refusal, sizeof e->refusal, "%s", c->last.error.text);
    if (!block(e, &c->last, c->refusals, err))
        return false;
    if (c->attempts < (unsigned)e->manifest->retry.attempts)
        return true;
    give_up(e, c, err);
    err->not_before_ns = e->blocked_until_ns;
    return false;
}

/* Other secrets may have been put where ours came from. */
static bool renew(struct exchange *e, struct course *c, struct error *err)
{
    struct credentials_renewal renewal;
    credentials_renew(e->options.client.credentials, e->asked_as, &renewal);
    if (renewal.first && e->options.client.watch.renewed)
        e->options.client.watch.renewed(e->options.client.watch.context, renewal.text);
    if (renewal.renewed && !c->renewed) {
        c->renewed = true;
        return true;
    }
    const struct error refusal = c->last.error;
    if (!renewal.renewed && *renewal.text)
        error_set(&c->last.error, refusal.kind, "%.400s; %s", refusal.text, renewal.text);
    return give_up(e, c, err);
}

/* What follows an attempt that did not give the page: true to try again. */
static bool go_on(struct exchange *e, struct course *c, struct error *err)
{
    count_attempt(c);
    switch (c->last.kind) {
    case VERDICT_QUOTA:
        return refused(e, c, err);
    case VERDICT_RETRY:
        return back_off(e, c, err);
    case VERDICT_REAUTH:
        return renew(e, c, err);
    case VERDICT_OK:
    case VERDICT_SPLIT:
    case VERDICT_SHRINK:
    case VERDICT_SKIP:
    case VERDICT_RESTART:
    case VERDICT_FAIL:
        break;
    }
    return give_up(e, c, err);
}

/* Asks until there is an answer that counts. */
static bool ask(struct reading *r, struct exchange_result *result, struct error *err)
{
    struct exchange *e = r->e;
    struct course c = {.refusals = e->refusals};
    e->set_aside = r->call->set_aside;
    e->account = r->call->account ? r->call->account : e->options.account;
    e->verdict = VERDICT_FAIL;
    *e->said = '\0';
    for (;;) {
        const char *refusal = c.refusals > 0 ? e->refusal : NULL;
        AUTO(limiter_release) struct limiter_lease lease = {0};
        if (!permit(r, refusal, &lease, err))
            return false;
        c.attempts++;
        c.last = (struct outcome){0};
        int64_t started = clock_monotonic_ns();
        if (!attempt(r, result, &c.last, err))
            return false;
        limiter_release(&lease);
        c.spent_ns += clock_monotonic_ns() - started;
        e->verdict = c.last.kind;
        if (c.last.kind != VERDICT_QUOTA)
            e->refusals = 0;
        if (c.last.kind == VERDICT_OK)
            break;
        snprintf(e->said, sizeof e->said, "%s", c.last.error.text);
        if (!go_on(e, &c, err))
            return false;
    }
    result->attempts = c.attempts;
    return true;
}

bool exchange_page(struct exchange *e, const struct exchange_call *call,
                   struct exchange_result *ret_result, struct error *err)
{
    struct exchange_result result = {0};
    struct reading reading = {.e = e, .call = call};
    if (!ask(&reading, &result, err))
        return false;
    result.counts = *walk_counts(e->records);
    if (e->set_aside) {
        result.counts.quarantined += result.counts.released;
        result.counts.released = 0;
    }
    result.drift_count = walk_drifts(e->records, &result.drifts);
    *ret_result = result;
    return true;
}

bool exchange_document(struct exchange *e, const struct exchange_call *call, json_t **ret_root,
                       struct exchange_result *ret_result, struct error *err)
{
    struct exchange_result result = {0};
    struct reading reading = {.e = e, .call = call, .document = true};
    if (!ask(&reading, &result, err) ||
        !json_parse((const char *)e->document.data, e->document.len, "the answer", ERROR_DATA,
                    ret_root, err))
        return false;
    *ret_result = result;
    return true;
}

bool exchange_room(const struct exchange *e, const struct cost_of *cost,
                   const struct template_values *values, unsigned most, unsigned *ret_room,
                   struct error *err)
{
    const struct charge charge = charge_of(e);
    if (!charge_room(&charge, cost, values, most, clock_now_ns(), ret_room, err))
        return false;
    *ret_room = *ret_room > 0 ? *ret_room : 1;
    return true;
}

bool exchange_inner(struct exchange *e, const struct charge_headers *headers,
                    const struct verdict_rule *verdict, const struct facts *facts,
                    struct error *err)
{
    struct usage_reading readings[MANIFEST_BUCKETS_MAX];
    if (!note_usage(e, headers, readings, err))
        return false;
    if (!verdict || verdict->kind != VERDICT_QUOTA)
        return true;
    const struct outcome refused = {
        .wait = verdict->has_wait ? &verdict->wait : &e->manifest->retry.wait,
        .bucket = verdict->bucket,
        .until_ns = opens_at(readings, verdict, facts),
    };
    return block(e, &refused, 1, err);
}

enum verdict_kind exchange_verdict(const struct exchange *e)
{
    return e->verdict;
}

const char *exchange_said(const struct exchange *e)
{
    return e->said;
}
