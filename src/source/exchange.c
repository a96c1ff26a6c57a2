/* SPDX-License-Identifier: Apache-2.0 */
#include "source/exchange.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stop.h"
#include "base/text.h"
#include "crypto/secret.h"
#include "source/quote.h"

enum { LABEL_SIZE = 48, TALLY_MAX = 8, DURATION_SIZE = 32 };

static const char json_content[] = "application/json";

/* The answer that is being read. */
struct answer {
    struct walk *walk; /* NULL: what comes is not read */
    int status;
    bool json;
    char content_type[64];
    int64_t retry_after_ns; /* -1: none */
    uint64_t unread;
    bool output_failed; /* the consumer's error is in *err */
    bool broken; /* no JSON, or cut off; the error says where */
    bool unwanted; /* more than EXCHANGE_ERROR_BODY_MAX of what has no records */
};

struct exchange {
    struct exchange_options options;
    const struct manifest *manifest;
    const struct manifest_stream *stream;
    struct walk *records; /* reads pages */
    struct walk *envelope; /* reads errors: captures only */
    struct answer answer;
    int64_t blocked_until_ns; /* the API said no, and no bucket of ours holds it */
};

/* What one attempt came to. */
struct outcome {
    enum verdict_kind kind;
    const struct wait_rule *wait;
    bool has_bucket;
    size_t bucket;
    struct error error; /* in case it is final */
    char label[LABEL_SIZE]; /* for the sum of all attempts */
};

/* The attempts of one page. */
struct course {
    unsigned attempts;
    unsigned failures;
    unsigned refusals;
    int64_t spent_ns; /* without waits for the quota */
    struct outcome last;
    struct {
        char label[LABEL_SIZE];
        unsigned count;
    } tally[TALLY_MAX];
};

/* --- reading an answer ------------------------------------------------------------------- */

static bool on_record(void *context, const char *line, size_t len, size_t fleeting,
                      struct error *err)
{
    struct exchange *e = context;
    if (e->options.output.record(e->options.output.context, line, len, fleeting, err))
        return true;
    e->answer.output_failed = true;
    return false;
}

static bool on_quarantine(void *context, const char *line, size_t len, const char *reason,
                          uint64_t position, struct error *err)
{
    struct exchange *e = context;
    if (e->options.output.quarantine(e->options.output.context, line, len, reason, position,
                                     err))
        return true;
    e->answer.output_failed = true;
    return false;
}

bool exchange_new(const struct exchange_options *options, struct exchange **ret_exchange,
                  struct error *err)
{
    AUTO(exchange_freep) struct exchange *e = calloc(1, sizeof *e);
    if (!e)
        return error_memory(err);
    e->options = *options;
    e->manifest = settings_manifest(options->settings);
    e->stream = &e->manifest->streams[options->stream];

    struct walk_options walk = {
        .policy = options->policy,
        .pseudonym = options->pseudonym,
        .selector = e->stream->records,
        .captures = e->manifest->wanted.pointers,
        .output = {.context = e, .record = on_record, .quarantine = on_quarantine},
    };
    if (!walk_new(&walk, &e->records, err))
        return false;
    walk.policy = NULL;
    if (!walk_new(&walk, &e->envelope, err))
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
    free(e);
}

struct reading {
    struct exchange *e;
    const struct exchange_call *call;
};

static bool on_headers(void *context, const struct http_response *response, struct error *err)
{
    const struct reading *r = context;
    struct answer *a = &r->e->answer;
    bool success = response->status >= 200 && response->status <= 299;
    a->status = response->status;
    a->json = strcmp(response->content_type, json_content) == 0;
    a->retry_after_ns = response->has_retry_after ? response->retry_after_ns : -1;
    snprintf(a->content_type, sizeof a->content_type, "%s", response->content_type);
    if (!a->json)
        return true;

    a->walk = success ? r->e->records : r->e->envelope;
    int64_t now = clock_now_ns();
    clock_format_rfc3339(now - now % (CLOCK_SECOND_NS / 1000), r->call->moment);
    return walk_begin(a->walk, r->call->constants, r->call->constant_count, err);
}

static bool on_body(void *context, const void *data, size_t len, struct error *err)
{
    const struct reading *r = context;
    struct answer *a = &r->e->answer;
    a->unread += a->walk == r->e->records ? 0 : len;
    if (a->unread > EXCHANGE_ERROR_BODY_MAX) {
        a->unwanted = true;
        return error_set(err, ERROR_DATA, "too long for an answer without records");
    }
    if (!a->walk || walk_feed(a->walk, data, len, err))
        return true;
    a->broken = !a->output_failed;
    return false;
}

/* The schema wants to stop at fields that it does not name, and there was one. */
static bool stopped_by_schema(const struct exchange *e)
{
    return e->answer.walk == e->records &&
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

static void judge_verdict(const struct exchange *e, const struct verdict_rule *rule,
                          const struct facts *facts, const struct error *broken,
                          struct outcome *o)
{
    const char *words = rule->has_quote ? facts->text[rule->quote] : NULL;
    char quoted[QUOTE_SIZE] = "";
    quote_text(words, quoted);
    o->kind = rule->kind;
    o->wait = rule->has_wait ? &rule->wait : &e->manifest->retry.wait;
    o->has_bucket = rule->has_bucket;
    o->bucket = rule->bucket;
    name_answer(&e->answer, o->label);
    error_set(&o->error, rule->error, "%s%s%s%s (%s)", rule->say, *quoted ? ": \"" : "", quoted,
              *quoted ? "\"" : "", o->label);
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
    if (rule->kind != VERDICT_OK)
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

/* --- one attempt ------------------------------------------------------------------------- */

static bool attempt(struct exchange *e, const struct exchange_call *call,
                    struct exchange_result *result, struct outcome *ret_outcome,
                    struct error *err)
{
    if (!e->options.output.begin(e->options.output.context, err))
        return false;

    e->answer = (struct answer){.retry_after_ns = -1};
    struct answer *a = &e->answer;
    struct reading reading = {e, call};
    const struct http_handler handler = {&reading, on_headers, on_body};
    const struct http_response *response = NULL;
    struct error failure = {0};
    bool ended = http_send(e->options.http, call->request, &handler, &response, &failure);
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
    if (until_ns - asked_ns > e->options.max_wait_ns) {
        char until[CLOCK_RFC3339_SIZE], longest[DURATION_SIZE];
        clock_format_rfc3339((until_ns / CLOCK_SECOND_NS + 1) * CLOCK_SECOND_NS, until);
        text_format_duration(e->options.max_wait_ns, longest, sizeof longest);
        error_set(err, ERROR_QUOTA,
                  "%s; parked, because --max-wait is %s. What was read is kept: run the same "
                  "command again at %s or later",
                  why, longest, until);
        err->not_before_ns = until_ns;
        return false;
    }
    if (e->options.watch.waiting)
        e->options.watch.waiting(e->options.watch.context, why, until_ns);
    int64_t left = until_ns - clock_now_ns();
    return left <= 0 || clock_sleep_ns(left) || stopped(err);
}

/* Takes what the request costs of one bucket, however long that takes within max_wait. */
static bool take(struct exchange *e, const struct manifest_cost *cost,
                 const struct template_values *values, const char *refusal, int64_t asked_ns,
                 struct error *err)
{
    const struct bucket_rule *rule = settings_bucket(e->options.settings, cost->bucket);
    const char *name = e->manifest->buckets[cost->bucket].name;
    if (!rule)
        return true;
    char key[LIMITER_KEY_MAX + 1], window[DURATION_SIZE], why[128];
    settings_quota_key(e->options.settings, e->options.account, cost->bucket, key);
    text_format_duration(rule->window_ns, window, sizeof window);
    snprintf(why, sizeof why, "the limit of %" PRIu64 " %s per %s is used up", rule->capacity,
             name, window);

    uint64_t amount;
    if (!settings_cost(cost, values, &amount, err))
        return false;
    for (;;) {
        int64_t wait;
        if (stop_requested())
            return stopped(err);
        int64_t now = clock_now_ns();
        if (!limiter_take(e->options.limiter, key, rule, amount, now, &wait, err))
            return error_prefix(err, "limit_%s", name);
        if (wait == 0)
            return true;
        if (!hold(e, refusal ? refusal : why, asked_ns, now + wait, err))
            return false;
    }
}

/* Returns when the request may be sent. refusal: what the API said when it last refused. */
static bool permit(struct exchange *e, const struct template_values *values,
                   const char *refusal, struct error *err)
{
    int64_t asked = clock_now_ns();
    if (stop_requested())
        return stopped(err);
    while (clock_now_ns() < e->blocked_until_ns) {
        if (!hold(e, refusal ? refusal : "the service asked to wait", asked,
                  e->blocked_until_ns, err))
            return false;
    }
    for (size_t i = 0; i < e->stream->cost_count; i++) {
        if (!take(e, &e->stream->costs[i], values, refusal, asked, err))
            return false;
    }
    return true;
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
    const struct bucket_rule *rule = settings_bucket(e->options.settings, o->bucket);
    struct wait_rule wait = *o->wait;
    const struct wait_facts facts = {
        .count = refusals,
        .random = random_bits(),
        .now_ns = clock_now_ns(),
        .window_ns = rule ? rule->window_ns : e->manifest->buckets[o->bucket].rule.window_ns,
        .retry_after_ns = e->answer.retry_after_ns,
    };
    /* who set a shorter window knows the server: no wait need be longer than that */
    if (wait.minimum_ns > facts.window_ns)
        wait.minimum_ns = facts.window_ns;
    e->blocked_until_ns = facts.now_ns + wait_ns(&wait, &facts);
    if (!rule)
        return true;
    char key[LIMITER_KEY_MAX + 1];
    settings_quota_key(e->options.settings, e->options.account, o->bucket, key);
    return limiter_block(e->options.limiter, key, e->blocked_until_ns, err);
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

static const char *next_step(enum error_kind kind)
{
    switch (kind) {
    case ERROR_AUTH:
        return "check the credentials of this source, then run again";
    case ERROR_DATA:
        return "nothing of this page was kept; if running again does not help, the API has "
               "changed";
    default:
        return "nothing of this page was kept; run the same command again later";
    }
}

/* The last error, with all attempts folded into it. */
static bool give_up(const struct course *c, struct error *err)
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
                         last->text, c->attempts, spent, folded, next_step(last->kind));
    return error_set(err, last->kind, "%.700s; %s", last->text, next_step(last->kind));
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
        return give_up(c, err);
    if (e->options.watch.retrying)
        e->options.watch.retrying(e->options.watch.context, &c->last.error, c->attempts, wait);
    c->spent_ns += wait;
    return clock_sleep_ns(wait) || stopped(err);
}

static bool refused(struct exchange *e, struct course *c, struct error *err)
{
    if (!block(e, &c->last, ++c->refusals, err))
        return false;
    if (c->attempts < (unsigned)e->manifest->retry.attempts)
        return true;
    give_up(c, err);
    err->not_before_ns = e->blocked_until_ns;
    return false;
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
    case VERDICT_OK:
    case VERDICT_REAUTH:
    case VERDICT_FAIL:
        break;
    }
    return give_up(c, err);
}

bool exchange_page(struct exchange *e, const struct exchange_call *call,
                   struct exchange_result *ret_result, struct error *err)
{
    struct exchange_result result = {0};
    struct course c = {0};
    for (;;) {
        const char *refusal = c.refusals > 0 ? c.last.error.text : NULL;
        if (!permit(e, call->values, refusal, err))
            return false;
        c.attempts++;
        c.last = (struct outcome){0};
        int64_t started = clock_monotonic_ns();
        if (!attempt(e, call, &result, &c.last, err))
            return false;
        c.spent_ns += clock_monotonic_ns() - started;
        if (c.last.kind == VERDICT_OK)
            break;
        if (!go_on(e, &c, err))
            return false;
    }
    result.counts = *walk_counts(e->records);
    result.drift_count = walk_drifts(e->records, &result.drifts);
    result.attempts = c.attempts;
    *ret_result = result;
    return true;
}
