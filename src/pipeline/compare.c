/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/compare.h"

#include <pthread.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/columns.h"
#include "record/policy.h"

/* A stream that is to add up to another one. */
struct pair {
    size_t stream; /* places in the manifest, both */
    size_t with;
    const struct comparison_rule *rule;
    const char *sums[COMPARISON_SUMS_MAX]; /* of the rule's, those that both streams keep */
    size_t count;
};

/* The columns of a stream that some comparison sums, each once. */
struct summed {
    size_t count;
    int columns[COMPARE_COLUMNS_MAX]; /* places in the schema */
};

/* One side of a day that waits for the other one. */
struct side {
    size_t pair;
    bool is_with;
    char account[COMPARE_ACCOUNT_MAX + 1];
    char slice[SLICE_ID_SIZE];
    struct total sums[COMPARISON_SUMS_MAX];
    uint64_t unread;
};

struct compare {
    const struct deployment *deployment;
    struct pair pairs[MANIFEST_STREAMS_MAX];
    size_t pair_count;
    struct summed summed[MANIFEST_STREAMS_MAX]; /* by stream */
    bool awaited[MANIFEST_STREAMS_MAX]; /* read by this run, whatever was */
    pthread_mutex_t mutex; /* for what stands below */
    void *waiting; /* tree of struct side, by tsearch */
    size_t waiting_count;
};

/* What was added, of a page or of a slice. */
struct sums {
    struct total totals[COMPARE_COLUMNS_MAX]; /* by the stream's summed columns */
    uint64_t unread;
};

struct compare_tally {
    const struct compare *compare;
    size_t stream;
    struct columns *columns;
    struct sums open; /* of the page */
    struct sums whole;
};

/* --- what is compared --- */

static const struct schema *schema_of(const struct compare *c, size_t stream)
{
    return c->deployment->streams[stream].schema;
}

static bool holds_numbers(const struct schema_column *column)
{
    return column->type == SCHEMA_INTEGER || column->type == SCHEMA_BIGINT ||
           column->type == SCHEMA_NUMERIC;
}

/* The place of the column among the summed ones; -1: it is not there yet. */
static int find_summed(const struct summed *summed, int column)
{
    for (size_t i = 0; i < summed->count; i++)
        if (summed->columns[i] == column)
            return (int)i;
    return -1;
}

static bool check_column(const struct compare *c, size_t stream, const char *name,
                         struct error *err)
{
    const struct schema *schema = schema_of(c, stream);
    const char *source = c->deployment->manifest->source;
    const char *of = c->deployment->streams[stream].name;
    int column = schema_column_find(schema, name, strlen(name));
    return (column >= 0 && holds_numbers(&schema_columns(schema)[column])) ||
           error_set(err, ERROR_MANIFEST, "%s: reconcile sums the column %s of %s, %s", source,
                     name, of,
                     column < 0 ? "which its schema does not have" : "which holds no numbers");
}

/* What a policy drops or rounds adds up to something else. */
static bool is_kept(const struct compare *c, size_t stream, const char *name)
{
    int column = schema_column_find(schema_of(c, stream), name, strlen(name));
    return policy_mask(c->deployment->streams[stream].policy, column)->kind == MASK_KEEP;
}

static bool want_column(struct compare *c, size_t stream, const char *name, struct error *err)
{
    struct summed *summed = &c->summed[stream];
    int column = schema_column_find(schema_of(c, stream), name, strlen(name));
    if (find_summed(summed, column) >= 0)
        return true;
    if (summed->count == COMPARE_COLUMNS_MAX)
        return error_set(err, ERROR_MANIFEST, "%s: reconcile sums more than %d columns of %s",
                         c->deployment->manifest->source, COMPARE_COLUMNS_MAX,
                         c->deployment->streams[stream].name);
    summed->columns[summed->count++] = column;
    return true;
}

static bool add_pair(struct compare *c, size_t stream, struct error *err)
{
    const struct manifest *m = c->deployment->manifest;
    struct pair pair = {.stream = stream, .rule = &m->streams[stream].comparison};
    if (!manifest_find_stream(m, pair.rule->with, &pair.with, err))
        return false;
    for (size_t i = 0; i < pair.rule->count; i++) {
        const char *name = pair.rule->sums[i];
        if (!check_column(c, pair.stream, name, err) || !check_column(c, pair.with, name, err))
            return false;
        if (!is_kept(c, pair.stream, name) || !is_kept(c, pair.with, name))
            continue;
        if (!want_column(c, pair.stream, name, err) || !want_column(c, pair.with, name, err))
            return false;
        pair.sums[pair.count++] = name;
    }
    if (pair.count > 0)
        c->pairs[c->pair_count++] = pair;
    return true;
}

bool compare_new(const struct deployment *d, struct compare **ret_compare, struct error *err)
{
    AUTO(compare_freep) struct compare *c = calloc(1, sizeof *c);
    if (!c)
        return error_memory(err);
    pthread_mutex_init(&c->mutex, NULL);
    c->deployment = d;
    for (size_t i = 0; i < d->manifest->stream_count; i++)
        if (d->manifest->streams[i].has_comparison && !add_pair(c, i, err))
            return false;
    *ret_compare = steal(&c);
    return true;
}

void compare_free(struct compare *c)
{
    if (!c)
        return;
    tdestroy(c->waiting, free);
    pthread_mutex_destroy(&c->mutex);
    free(c);
}

void compare_await(struct compare *c, size_t stream)
{
    c->awaited[stream] = true;
}

/* --- adding up --- */

bool compare_tally_new(const struct compare *c, size_t stream, struct compare_tally **ret_tally,
                       struct error *err)
{
    AUTO(compare_tally_freep) struct compare_tally *t = NULL;
    if (c->summed[stream].count > 0) {
        t = calloc(1, sizeof *t);
        if (!t || !(t->columns = columns_new(schema_of(c, stream))))
            return error_memory(err);
        columns_want(t->columns, c->summed[stream].columns, c->summed[stream].count);
        t->compare = c;
        t->stream = stream;
    }
    *ret_tally = steal(&t);
    return true;
}

void compare_tally_free(struct compare_tally *t)
{
    if (!t)
        return;
    columns_free(t->columns);
    free(t);
}

/* A column that is absent adds nothing. */
static bool add_value(struct total *total, const struct columns_value *value)
{
    if (value->kind == COLUMNS_NULL)
        return true;
    return value->kind == COLUMNS_INTEGER ? total_add_integer(total, value->integer)
                                          : total_add(total, value->text, value->len);
}

void compare_tally_record(struct compare_tally *t, const char *line, size_t len)
{
    if (!t)
        return;
    const struct summed *summed = &t->compare->summed[t->stream];
    const struct columns_value *values;
    struct error ignored; /* a row that no sink can take is told of where it is refused */
    len -= len > 0 && line[len - 1] == '\n';
    if (!columns_parse(t->columns, line, len, &values, &ignored)) {
        t->open.unread++;
        return;
    }
    for (size_t i = 0; i < summed->count; i++)
        t->open.unread += !add_value(&t->open.totals[i], &values[summed->columns[i]]);
}

void compare_tally_discard(struct compare_tally *t)
{
    if (t)
        t->open = (struct sums){0};
}

static struct sums with_open_page(const struct compare_tally *t)
{
    struct sums sums = t->whole;
    for (size_t i = 0; i < COMPARE_COLUMNS_MAX; i++)
        sums.unread += !total_add_total(&sums.totals[i], &t->open.totals[i]);
    sums.unread += t->open.unread;
    return sums;
}

void compare_tally_commit(struct compare_tally *t)
{
    if (!t)
        return;
    t->whole = with_open_page(t);
    t->open = (struct sums){0};
}

void compare_tally_restart(struct compare_tally *t)
{
    if (t)
        t->open = t->whole = (struct sums){0};
}

void compare_tally_sums(const struct compare_tally *t, struct sums_slice *ret_sums)
{
    *ret_sums = (struct sums_slice){0};
    if (!t)
        return;
    const struct schema_column *columns = schema_columns(schema_of(t->compare, t->stream));
    const struct summed *summed = &t->compare->summed[t->stream];
    const struct sums sums = with_open_page(t);
    ret_sums->count = summed->count;
    ret_sums->unread = sums.unread;
    for (size_t i = 0; i < summed->count; i++) {
        ret_sums->names[i] = columns[summed->columns[i]].name;
        ret_sums->totals[i] = sums.totals[i];
    }
}

/* --- both sides --- */

static int order_sides(const void *a, const void *b)
{
    const struct side *x = a, *y = b;
    if (x->pair != y->pair)
        return x->pair < y->pair ? -1 : 1;
    int order = strcmp(x->slice, y->slice);
    return order ? order : strcmp(x->account, y->account);
}

static struct side side_of(const struct compare_tally *t, size_t index,
                           const struct compare_slice *slice)
{
    const struct compare *c = t->compare;
    const struct pair *pair = &c->pairs[index];
    struct side side = {
        .pair = index,
        .is_with = pair->with == t->stream,
        .unread = t->whole.unread,
    };
    snprintf(side.account, sizeof side.account, "%s", slice->account);
    snprintf(side.slice, sizeof side.slice, "%s", slice->id);
    for (size_t i = 0; i < pair->count; i++) {
        const char *name = pair->sums[i];
        int column = schema_column_find(schema_of(c, t->stream), name, strlen(name));
        side.sums[i] = t->whole.totals[find_summed(&c->summed[t->stream], column)];
    }
    return side;
}

/* Puts the side where it waits. Under the mutex. */
static bool wait_for_other(struct compare *c, const struct side *side, struct error *err)
{
    if (c->waiting_count == COMPARE_WAITING_MAX)
        return true;
    AUTO(cleanup_free) struct side *copy = malloc(sizeof *copy);
    if (!copy)
        return error_memory(err);
    *copy = *side;
    if (!tsearch(copy, &c->waiting, order_sides))
        return error_memory(err);
    steal(&copy);
    c->waiting_count++;
    return true;
}

/* Takes the other side out, or lets this one wait for it. */
static bool meet(struct compare *c, const struct side *side, bool *ret_met,
                 struct side *ret_other, struct error *err)
{
    *ret_met = false;
    struct side *const *found = tfind(side, &c->waiting, order_sides);
    if (!found)
        return wait_for_other(c, side, err);
    struct side *waiting = *found;
    if (waiting->is_with == side->is_with) { /* read once more: the last reading counts */
        *waiting = *side;
        return true;
    }
    *ret_met = true;
    *ret_other = *waiting;
    tdelete(waiting, &c->waiting, order_sides);
    c->waiting_count--;
    free(waiting);
    return true;
}

/* The other side as an earlier run has read it. */
static bool recall(const struct compare *c, const struct side *side,
                   const struct compare_slice *slice, bool *ret_known, struct side *ret_other,
                   struct error *err)
{
    const struct pair *pair = &c->pairs[side->pair];
    size_t stream = side->is_with ? pair->stream : pair->with;
    struct sums_slice sums = {.count = pair->count};
    memcpy(sums.names, pair->sums, sizeof pair->sums);
    *ret_known = false;
    if (c->awaited[stream])
        return true;
    if (!slice->recall(slice->recall_context, stream, &sums, ret_known, err))
        return false;
    *ret_other = *side;
    ret_other->is_with = !side->is_with;
    ret_other->unread = sums.unread;
    memcpy(ret_other->sums, sums.totals, sizeof ret_other->sums);
    return true;
}

/* What an earlier run has read is not read by this one: nobody waits for it. */
static bool find_other(struct compare *c, const struct side *side,
                       const struct compare_slice *slice, bool *ret_found,
                       struct side *ret_other, struct error *err)
{
    if (!recall(c, side, slice, ret_found, ret_other, err))
        return false;
    if (*ret_found)
        return true;
    pthread_mutex_lock(&c->mutex);
    bool ok = meet(c, side, ret_found, ret_other, err);
    pthread_mutex_unlock(&c->mutex);
    return ok;
}

static void say(const struct total *sum, const struct total *with, bool near,
                char ret_said[COMPARE_SAID_SIZE])
{
    char sum_text[TOTAL_TEXT_SIZE], with_text[TOTAL_TEXT_SIZE];
    total_format(sum, sum_text);
    total_format(with, with_text);
    if (total_is_near(sum, with, 0))
        snprintf(ret_said, COMPARE_SAID_SIZE, "%s", sum_text);
    else
        snprintf(ret_said, COMPARE_SAID_SIZE, "%s, %s %s", sum_text, near ? "near" : "not",
                 with_text);
}

static struct compare_outcome judge(const struct compare *c, const struct side *rows,
                                    const struct side *with)
{
    const struct pair *pair = &c->pairs[rows->pair];
    struct compare_outcome o = {
        .stream = c->deployment->streams[pair->stream].name,
        .with = c->deployment->streams[pair->with].name,
        .account = rows->account,
        .slice = rows->slice,
        .count = pair->count,
        .first = -1,
        .unread = rows->unread + with->unread,
    };
    for (size_t i = 0; i < o.count; i++) {
        bool near = total_is_near(&rows->sums[i], &with->sums[i], pair->rule->millionths);
        o.names[i] = pair->sums[i];
        say(&rows->sums[i], &with->sums[i], near, o.said[i]);
        if (!near && o.first < 0)
            o.first = (int)i;
    }
    o.differs = o.first >= 0 || o.unread > 0;
    return o;
}

bool compare_complete(struct compare *c, const struct compare_tally *t,
                      const struct compare_slice *slice, struct error *err)
{
    for (size_t i = 0; t && i < c->pair_count; i++) {
        if (c->pairs[i].stream != t->stream && c->pairs[i].with != t->stream)
            continue;
        const struct side side = side_of(t, i, slice);
        struct side other;
        bool found;
        if (!find_other(c, &side, slice, &found, &other, err))
            return false;
        if (!found)
            continue;
        const struct compare_outcome outcome =
            side.is_with ? judge(c, &other, &side) : judge(c, &side, &other);
        if (!slice->report(slice->report_context, &outcome, err))
            return false;
    }
    return true;
}

/* --- what is made of it --- */

void compare_event(const struct compare_outcome *outcome, struct event *ret_event)
{
    enum { FIRST_SUM = 3 };
    *ret_event = (struct event){
        .kind = outcome->differs ? EVENT_SLICE_DIFFERS : EVENT_SLICE_RECONCILED,
        .object = outcome->stream,
        .details = {{"account", outcome->account},
                    {"slice", outcome->slice},
                    {"with", outcome->with}},
    };
    for (size_t i = 0; i < outcome->count; i++)
        ret_event->details[FIRST_SUM + i] =
            (struct event_text){outcome->names[i], outcome->said[i]};
    if (outcome->unread)
        ret_event->counts[0] = (struct event_count){"unread", (int64_t)outcome->unread};
}

void compare_count(const struct compare_outcome *outcome, struct result_stream *result)
{
    result->compared++;
    result->differing += outcome->differs;
    if (!outcome->differs || *result->difference)
        return;
    if (outcome->first >= 0)
        snprintf(result->difference, sizeof result->difference, "%s of %s: %s is %s as in %s",
                 outcome->slice, outcome->account, outcome->names[outcome->first],
                 outcome->said[outcome->first], outcome->with);
    else
        snprintf(result->difference, sizeof result->difference,
                 "%s of %s: %llu values cannot be added", outcome->slice, outcome->account,
                 (unsigned long long)outcome->unread);
}
