/* SPDX-License-Identifier: Apache-2.0 */
#include "source/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "source/quote.h"

enum { DURATION_SIZE = 32 };

static const struct place_key keys[] = {
    {"create", true},         {"id", true},          {"poll", true},     {"batch", false},
    {"cancel", false},        {"results", true},     {"states", true},   {"every", true},
    {"start_timeout", true},  {"expires", true},     {"attempts", true}, {"running", true},
    {"finish_timeout", true}, {"sync_under", false}, {NULL, false},
};
static const struct place_key batch_keys[] = {
    {"request", true}, {"entry", true},    {"most", true}, {"code", true},
    {"body", true},    {"headers", false}, {NULL, false},
};
static const struct place_key state_keys[] = {
    {"description", false}, {"body", true},   {"state", true},
    {"say", false},         {"quote", false}, {NULL, false},
};
static const struct place_key every_keys[] = {{"base", true}, {"cap", true}, {NULL, false}};

static const struct {
    const char *name;
    enum report_finding finding;
    bool says; /* it is of no use, and somebody must be told why */
    enum error_kind error;
} words[] = {
    [REPORT_IS_WAITING] = {"waiting", REPORT_IS_WAITING, false, ERROR_NONE},
    [REPORT_IS_RUNNING] = {"running", REPORT_IS_RUNNING, false, ERROR_NONE},
    [REPORT_IS_DONE] = {"done", REPORT_IS_DONE, false, ERROR_NONE},
    [REPORT_IS_LOST] = {"resubmit", REPORT_IS_LOST, true, ERROR_REMOTE},
    [REPORT_IS_TOO_BIG] = {"split", REPORT_IS_TOO_BIG, true, ERROR_TOO_BIG},
    [REPORT_IS_REFUSED] = {"fail", REPORT_IS_REFUSED, true, ERROR_REMOTE},
    [REPORT_IS_REFUSED + 1] = {NULL, REPORT_IS_RUNNING, false, ERROR_NONE},
};

/* --- the rule ------------------------------------------------------------------------------ */

static bool read_request(struct place *p, const json_t *value, const char *key,
                         const struct template_scope *scope, uint32_t more,
                         struct request_rule *ret_rule, struct error *err)
{
    struct template_scope wider = *scope;
    wider.names |= more;
    pointer_push(&p->path, key);
    if (!request_read(p, json_object_get(value, key), &wider, ret_rule, err))
        return false;
    pointer_pop(&p->path);
    return true;
}

static bool read_pointer(struct place *p, const json_t *value, const char *key,
                         struct pointer **ret_pointer, struct error *err)
{
    const char *text = NULL;
    if (!place_text(p, value, key, POINTER_TEXT_MAX, &text, err))
        return false;
    *ret_pointer = pointer_parse(text);
    return *ret_pointer || place_fail_at(p, key, err, "expected a JSON Pointer such as /id");
}

static bool read_entry(struct place *p, const json_t *value, const struct template_scope *scope,
                       struct template *ret_entry, struct error *err)
{
    struct template_scope wider = *scope;
    wider.names |= 1U << TEMPLATE_REPORT_ID;
    if (!template_member(p, value, "entry", &wider, ret_entry, err))
        return false;
    return template_uses(ret_entry, TEMPLATE_REPORT_ID) ||
           place_fail_at(p, "entry", err, "{report.id} is missing");
}

static bool read_batch(struct place *p, const json_t *value, const struct template_scope *scope,
                       struct report_batch *batch, struct error *err)
{
    const json_t *object = json_object_get(value, "batch");
    int64_t most = 0;
    if (!object)
        return true;
    batch->there = true;
    pointer_push(&p->path, "batch");
    if (!place_keys(p, object, batch_keys, err) ||
        !read_request(p, object, "request", scope, 1U << TEMPLATE_REPORT_BATCH, &batch->request,
                      err) ||
        !read_entry(p, object, scope, &batch->entry, err) ||
        !place_integer(p, object, "most", 2, REPORT_BATCH_MAX, &most, err) ||
        !read_pointer(p, object, "code", &batch->code, err) ||
        !read_pointer(p, object, "body", &batch->body, err) ||
        (json_object_get(object, "headers") &&
         !read_pointer(p, object, "headers", &batch->headers, err)))
        return false;
    batch->most = (size_t)most;
    pointer_pop(&p->path);
    return true;
}

static bool read_quotes(struct place *p, const json_t *value, struct facts_wanted *wanted,
                        struct report_state *state, struct error *err)
{
    const json_t *list = NULL;
    if (!place_array(p, value, "quote", REPORT_CONDITIONS_MAX, &list, err))
        return false;
    pointer_push(&p->path, "quote");
    for (; state->quote_count < json_array_size(list); state->quote_count++) {
        const char *at = json_string_value(json_array_get(list, state->quote_count));
        pointer_push_index(&p->path, state->quote_count);
        if (!facts_want(p, at ? at : "", wanted, &state->quotes[state->quote_count], err))
            return false;
        pointer_pop(&p->path);
    }
    pointer_pop(&p->path);
    return true;
}

static bool read_state(struct place *p, const json_t *value, const struct template_scope *scope,
                       struct facts_wanted *wanted, struct report_state *state,
                       struct error *err)
{
    const char *description; /* for who reads the manifest */
    size_t word = 0;
    if (!place_keys(p, value, state_keys, err) ||
        !place_text(p, value, "description", PLACE_DESCRIPTION_MAX, &description, err) ||
        !conditions_read(p, value, "body", REPORT_CONDITIONS_MAX, scope, wanted,
                         &state->conditions, &state->condition_count, err) ||
        !place_row(p, value, "state", words, sizeof *words, &word, err) ||
        !place_text(p, value, "say", 256, &state->say, err) ||
        !read_quotes(p, value, wanted, state, err))
        return false;
    state->finding = words[word].finding;
    if (words[word].says != (state->say != NULL))
        return place_fail(p, err,
                          "\"say\" is for reports that come to nothing, and for all of "
                          "them");
    return true;
}

static bool read_states(struct place *p, const json_t *value,
                        const struct template_scope *scope, struct report_rule *rule,
                        struct error *err)
{
    const json_t *list = NULL;
    if (!place_array(p, value, "states", REPORT_STATES_MAX, &list, err))
        return false;
    rule->states = calloc(json_array_size(list), sizeof *rule->states);
    if (!rule->states)
        return error_memory(err);
    pointer_push(&p->path, "states");
    while (rule->state_count < json_array_size(list)) {
        const json_t *one = json_array_get(list, rule->state_count);
        pointer_push_index(&p->path, rule->state_count);
        if (!read_state(p, one, scope, &rule->wanted, &rule->states[rule->state_count++], err))
            return false;
        pointer_pop(&p->path);
    }
    pointer_pop(&p->path);
    return true;
}

static bool read_every(struct place *p, const json_t *value, struct backoff_rule *every,
                       struct error *err)
{
    const json_t *object = json_object_get(value, "every");
    const int64_t least = CLOCK_SECOND_NS / 100;
    pointer_push(&p->path, "every");
    if (!place_keys(p, object, every_keys, err) ||
        !place_duration(p, object, "base", least, 3600 * CLOCK_SECOND_NS, &every->base_ns,
                        err) ||
        !place_duration(p, object, "cap", every->base_ns, 3600 * CLOCK_SECOND_NS,
                        &every->cap_ns, err))
        return false;
    pointer_pop(&p->path);
    return true;
}

static bool read_bounds(struct place *p, const json_t *value, struct report_rule *rule,
                        struct error *err)
{
    return read_every(p, value, &rule->every, err) &&
           place_duration(p, value, "start_timeout", CLOCK_SECOND_NS, CLOCK_DAY_NS,
                          &rule->start_timeout_ns, err) &&
           place_duration(p, value, "finish_timeout", rule->start_timeout_ns, 2 * CLOCK_DAY_NS,
                          &rule->finish_timeout_ns, err) &&
           place_duration(p, value, "expires", rule->finish_timeout_ns, 365 * CLOCK_DAY_NS,
                          &rule->expires_ns, err) &&
           place_integer(p, value, "attempts", 1, REPORT_ATTEMPTS_MAX, &rule->attempts, err) &&
           place_integer(p, value, "running", 1, REPORT_RUNNING_MAX, &rule->running, err) &&
           place_integer(p, value, "sync_under", 0, INT64_MAX, &rule->sync_under, err);
}

bool report_read(struct place *p, const json_t *value, const struct report_scopes *scopes,
                 struct report_rule *ret_rule, struct error *err)
{
    const uint32_t id = 1U << TEMPLATE_REPORT_ID;
    AUTO(report_rule_done) struct report_rule rule = {0};
    if (!place_keys(p, value, keys, err) ||
        !read_request(p, value, "create", &scopes->of_part, 0, &rule.create, err) ||
        !read_pointer(p, value, "id", &rule.id, err) ||
        !read_request(p, value, "poll", &scopes->of_stream, id, &rule.poll, err) ||
        !read_batch(p, value, &scopes->of_stream, &rule.batch, err) ||
        !read_request(p, value, "results", &scopes->of_page, id, &rule.results, err) ||
        !read_states(p, value, &scopes->of_stream, &rule, err) ||
        !read_bounds(p, value, &rule, err))
        return false;
    rule.has_cancel = json_object_get(value, "cancel") != NULL;
    if (rule.has_cancel &&
        !read_request(p, value, "cancel", &scopes->of_stream, id, &rule.cancel, err))
        return false;
    *ret_rule = rule;
    rule = (struct report_rule){0};
    return true;
}

void report_rule_done(struct report_rule *rule)
{
    request_rule_done(&rule->create);
    request_rule_done(&rule->poll);
    request_rule_done(&rule->batch.request);
    request_rule_done(&rule->cancel);
    request_rule_done(&rule->results);
    pointer_free(rule->id);
    pointer_free(rule->batch.code);
    pointer_free(rule->batch.body);
    pointer_free(rule->batch.headers);
    for (size_t i = 0; rule->states && i < rule->state_count; i++)
        conditions_done(rule->states[i].conditions, rule->states[i].condition_count);
    free(rule->states);
    *rule = (struct report_rule){0};
}

/* --- answers ------------------------------------------------------------------------------- */

/* An id goes into paths and into JSON: nothing that means something there. */
static bool is_id(const char *text)
{
    size_t len = strlen(text);
    return len > 0 && len < REPORT_ID_SIZE &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") ==
               len;
}

bool report_id(const struct report_rule *rule, const json_t *answer,
               char ret_id[REPORT_ID_SIZE], struct error *err)
{
    const json_t *id = pointer_get(answer, rule->id);
    char number[24] = "";
    if (json_is_integer(id))
        snprintf(number, sizeof number, "%" PRId64, (int64_t)json_integer_value(id));
    const char *text = json_is_string(id) ? json_string_value(id) : number;
    if (!is_id(text))
        return error_set(err, ERROR_DATA, "the answer does not say which report was begun");
    snprintf(ret_id, REPORT_ID_SIZE, "%s", text);
    return true;
}

static void quote_state(const struct report_state *state, const struct facts *facts,
                        struct error *ret_cause)
{
    const char *quote = NULL;
    char quoted[QUOTE_SIZE] = "";
    for (size_t i = 0; i < state->quote_count && !quote; i++)
        quote = facts->text[state->quotes[i]];
    quote_text(quote, quoted);
    error_set(ret_cause, words[state->finding].error, "%s%s%s%s", state->say,
              *quoted ? ": \"" : "", quoted, *quoted ? "\"" : "");
}

enum report_finding report_judge(const struct report_rule *rule, const json_t *answer,
                                 const struct template_values *values, struct error *ret_cause)
{
    struct facts_document document;
    facts_of_document(&rule->wanted, 200, answer, &document);
    for (size_t i = 0; i < rule->state_count; i++) {
        const struct report_state *state = &rule->states[i];
        if (!conditions_hold(state->conditions, state->condition_count, &document.facts,
                             values))
            continue;
        if (state->say)
            quote_state(state, &document.facts, ret_cause);
        return state->finding;
    }
    return REPORT_IS_RUNNING;
}

/* --- the state machine --------------------------------------------------------------------- */

static bool is_expired(const struct report_rule *rule, const struct report *r, int64_t now_ns)
{
    return now_ns - r->created_ns > rule->expires_ns;
}

static enum report_step another(const struct report_rule *rule, const struct report *r)
{
    return r->attempts < (uint64_t)rule->attempts ? REPORT_CREATE : REPORT_SPLIT;
}

enum report_step report_next(const struct report_rule *rule, const struct report *r,
                             int64_t now_ns)
{
    bool due = now_ns >= r->next_ns;
    switch (r->phase) {
    case REPORT_NONE:
        return another(rule, r) == REPORT_CREATE && !due ? REPORT_WAIT : another(rule, r);
    case REPORT_WAITING:
    case REPORT_RUNNING:
        return is_expired(rule, r, now_ns) ? another(rule, r) : due ? REPORT_POLL : REPORT_WAIT;
    case REPORT_DONE:
        return is_expired(rule, r, now_ns) ? another(rule, r) : REPORT_READ;
    case REPORT_STUCK:
        return REPORT_CANCEL;
    case REPORT_TOO_BIG:
        return REPORT_SPLIT;
    case REPORT_REFUSED:
        break;
    }
    return REPORT_GIVE_UP;
}

/* A quarter less to a quarter more than the rule's wait, so that reports which were created
 * together are not asked after together for ever. */
static int64_t jittered(const struct backoff_rule *every, unsigned count, uint64_t random)
{
    int64_t wait = backoff_ceiling(every, count);
    return wait - wait / 4 + (int64_t)(random % ((uint64_t)wait / 2 + 1));
}

void report_created(const struct report_rule *rule, struct report *r, const char *id,
                    int64_t now_ns, uint64_t random)
{
    snprintf(r->id, sizeof r->id, "%s", id);
    r->phase = REPORT_WAITING;
    r->created_ns = now_ns;
    r->attempts++;
    r->polls = r->refusals = r->silent = 0;
    r->next_ns = now_ns + jittered(&rule->every, 0, random);
}

/* The next one is created after a while, a longer one each time. */
static void lose(const struct report_rule *rule, struct report *r, const struct error *cause,
                 int64_t now_ns, uint64_t random)
{
    r->phase = REPORT_NONE;
    r->cause = *cause;
    r->next_ns = now_ns + jittered(&rule->every, r->attempts, random);
}

/* It takes too long: to be done, or to be begun. */
static void check_time(const struct report_rule *rule, struct report *r, bool begun,
                       int64_t now_ns)
{
    int64_t most = begun ? rule->finish_timeout_ns : rule->start_timeout_ns;
    char text[DURATION_SIZE];
    if (now_ns - r->created_ns <= most)
        return;
    text_format_duration(most, text, sizeof text);
    error_set(&r->cause, ERROR_REMOTE, "the report was not %s after %s",
              begun ? "done" : "begun", text);
    r->phase = rule->has_cancel ? REPORT_STUCK : REPORT_NONE;
}

void report_polled(const struct report_rule *rule, struct report *r,
                   enum report_finding finding, const struct error *cause, int64_t now_ns,
                   uint64_t random)
{
    r->polls++;
    r->refusals = r->silent = 0;
    r->next_ns = now_ns + jittered(&rule->every, r->polls, random);
    switch (finding) {
    case REPORT_IS_WAITING:
    case REPORT_IS_RUNNING:
        r->phase = finding == REPORT_IS_WAITING ? REPORT_WAITING : REPORT_RUNNING;
        check_time(rule, r, r->phase == REPORT_RUNNING, now_ns);
        break;
    case REPORT_IS_DONE:
        r->phase = REPORT_DONE;
        break;
    case REPORT_IS_LOST:
        lose(rule, r, cause, now_ns, random);
        break;
    case REPORT_IS_TOO_BIG:
        r->phase = REPORT_TOO_BIG;
        r->cause = *cause;
        break;
    case REPORT_IS_REFUSED:
        r->phase = REPORT_REFUSED;
        r->cause = *cause;
        break;
    }
}

void report_postpone(const struct report_rule *rule, struct report *r, int64_t now_ns,
                     uint64_t random)
{
    r->next_ns = now_ns + jittered(&rule->every, r->polls + 1, random);
    if (++r->silent > REPORT_SILENT_MAX) /* one of an earlier run may be done long since */
        check_time(rule, r, true, now_ns);
}

void report_poll_refused(const struct report_rule *rule, struct report *r,
                         const struct error *cause, int64_t now_ns, uint64_t random)
{
    r->refusals++;
    r->next_ns = now_ns + jittered(&rule->every, r->refusals, random);
    if (r->refusals > REPORT_REFUSALS_MAX)
        lose(rule, r, cause, now_ns, random);
}

void report_cancelled(struct report *r)
{
    r->phase = REPORT_NONE;
}

void report_unreadable(const struct report_rule *rule, struct report *r,
                       const struct error *cause, int64_t now_ns, uint64_t random)
{
    lose(rule, r, cause, now_ns, random);
}
