/* SPDX-License-Identifier: Apache-2.0 */
/* extract status: how far sources and sinks have come. Reads only; a run may go on beside it. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "command/context.h"
#include "quota/limiter.h"
#include "stage/checkpoint.h"
#include "stage/position.h"
#include "stage/quarantine.h"
#include "stage/read.h"
#include "stage/stages.h"

static json_t *time_json(int64_t ns)
{
    char text[CLOCK_RFC3339_SIZE];
    clock_format_rfc3339(ns / CLOCK_SECOND_NS * CLOCK_SECOND_NS, text);
    return json_string(text);
}

static bool add_streams(struct store *s, json_t *out, struct error *err)
{
    struct read_stream stream = {0};
    for (bool found;;) {
        if (!read_stream_next(s, stream.name, &stream, &found, err))
            return false;
        if (!found)
            return true;
        uint64_t quarantined;
        if (!quarantine_count(s, stream.name, &quarantined, err))
            return false;
        json_array_append_new(out, json_pack("{s:s, s:I, s:I, s:I}", "stream", stream.name,
                                             "last_seq", (json_int_t)stream.last_seq,
                                             "purged_seq", (json_int_t)stream.purged_seq,
                                             "quarantined", (json_int_t)quarantined));
    }
}

static bool add_checkpoints(struct store *s, json_t *out, struct error *err)
{
    struct checkpoint c;
    for (bool first = true, found;; first = false) {
        if (!checkpoint_next(s, first ? NULL : &c, &c, &found, err))
            return false;
        if (!found)
            return true;
        json_array_append_new(
            out, json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:o}", "stream", c.stream, "account",
                           c.account, "slice", c.slice, "state", checkpoint_state_name(c.state),
                           "pages", (json_int_t)c.pages, "records", (json_int_t)c.records,
                           "updated", time_json(c.updated_ns)));
    }
}

static bool add_positions(struct store *s, json_t *out, struct error *err)
{
    struct position p;
    for (bool first = true, found;; first = false) {
        if (!position_next(s, first ? NULL : &p, &p, &found, err))
            return false;
        if (!found)
            return true;
        struct read_stream stream;
        if (!read_stream_get(s, p.stream, &stream, err))
            return false;
        json_array_append_new(out,
                              json_pack("{s:s, s:s, s:I, s:I, s:s, s:o}", "sink", p.sink,
                                        "stream", p.stream, "seq", (json_int_t)p.seq, "behind",
                                        (json_int_t)(stream.last_seq - p.seq), "error", p.error,
                                        "updated", time_json(p.updated_ns)));
    }
}

/* The bucket that a key is of ("SOURCE/ACCOUNT/BUCKET" or "SOURCE/BUCKET"), and whose it is: ""
 * when all accounts share it. False: the manifest has no such bucket now, or it is not limited. */
static bool parse_key(const struct context_source *source, const char *key, size_t *ret_bucket,
                      char ret_account[LIMITER_KEY_MAX + 1])
{
    const char *name = strrchr(key, '/') + 1;
    const char *account = strchr(key, '/') + 1;
    snprintf(ret_account, LIMITER_KEY_MAX + 1, "%.*s",
             account < name ? (int)(name - account - 1) : 0, account);
    for (size_t i = 0; i < source->manifest->bucket_count; i++) {
        const struct manifest_bucket *b = &source->manifest->buckets[i];
        if (strcmp(b->name, name) != 0 || b->of_app != (account == name))
            continue;
        *ret_bucket = i;
        return settings_bucket(source->settings, i);
    }
    return false;
}

static json_t *later_json(int64_t at_ns, int64_t now_ns)
{
    return at_ns > now_ns ? time_json(at_ns) : json_null();
}

static bool add_quota(struct limiter *limiter, const struct context_source *source,
                      const char *key, json_t *out, struct error *err)
{
    size_t bucket;
    char account[LIMITER_KEY_MAX + 1];
    struct limiter_state state;
    int64_t now = clock_now_ns();
    if (!parse_key(source, key, &bucket, account))
        return true;
    const struct bucket_rule *rule = settings_bucket(source->settings, bucket);
    if (!limiter_state(limiter, key, rule, now, &state, err))
        return false;
    json_array_append_new(
        out,
        json_pack("{s:s, s:o, s:I, s:I, s:b, s:i, s:o, s:o, s:o}", "bucket",
                  source->manifest->buckets[bucket].name, "account",
                  *account ? json_string(account) : json_null(), "used", (json_int_t)state.used,
                  "capacity", (json_int_t)state.capacity, "percent", rule->kind == BUCKET_USAGE,
                  "share", (int)(100 - rule->reserved), "blocked_until",
                  later_json(state.blocked_until_ns, now), "next",
                  later_json(state.next_ns, now), "free", later_json(state.free_ns, now)));
    return true;
}

/* Every bucket of one source that anything is known of, from the database that all runs share. */
static bool add_quotas(const struct context *c, const struct context_source *source,
                       json_t *out, struct error *err)
{
    AUTO(cleanup_free) char *path = file_join(c->state, "quota.db");
    AUTO(limiter_closep) struct limiter *limiter = NULL;
    char key[LIMITER_KEY_MAX + 1] = "";
    if (!path)
        return error_memory(err);
    if (!source || !file_exists(path))
        return true;
    if (!limiter_open(path, &limiter, err))
        return false;
    snprintf(key, sizeof key, "%s/", source->manifest->source);
    const size_t prefix = strlen(key);
    for (bool found;;) {
        if (!limiter_next(limiter, key, key, &found, err))
            return false;
        if (!found || strncmp(key, source->manifest->source, prefix - 1) != 0 ||
            key[prefix - 1] != '/')
            return true;
        if (!add_quota(limiter, source, key, out, err))
            return false;
    }
}

static const struct context_source *configured(const struct context *c, const char *name)
{
    for (size_t i = 0; i < c->source_count; i++) {
        if (strcmp(c->sources[i].manifest->source, name) == 0)
            return &c->sources[i];
    }
    return NULL;
}

static bool add_source(struct context *c, const char *name, json_t *out, struct error *err)
{
    const struct store_options options = deployment_stage(&c->deployment, name, NULL);
    AUTO(store_closep) struct store *s = NULL;
    if (!store_open_read(&options, &s, err))
        return false;
    json_t *streams = json_array(), *checkpoints = json_array(), *positions = json_array(),
           *quotas = json_array();
    json_array_append_new(out,
                          json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "source", name, "stage",
                                    store_uuid(s), "streams", streams, "checkpoints",
                                    checkpoints, "sinks", positions, "quotas", quotas));
    return add_streams(s, streams, err) && add_checkpoints(s, checkpoints, err) &&
           add_positions(s, positions, err) && add_quotas(c, configured(c, name), quotas, err);
}

static const char *text_of(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));
    return text ? text : "";
}

static long long number_of(const json_t *row, const char *key)
{
    return (long long)json_integer_value(json_object_get(row, key));
}

static void print_quota(const json_t *row)
{
    const char *account = text_of(row, "account");
    bool of_one = *account && strcmp(account, MANIFEST_SINGLE_ACCOUNT) != 0;
    printf("  %-21s quota%s%s: ", text_of(row, "bucket"), of_one ? " of " : "",
           of_one ? account : "");
    if (json_is_true(json_object_get(row, "percent")))
        printf("%lld %% used", number_of(row, "used"));
    else
        printf("%lld of %lld used", number_of(row, "used"), number_of(row, "capacity"));
    if (number_of(row, "share") < 100)
        printf(" (our share: %lld %%)", number_of(row, "share"));
    if (*text_of(row, "blocked_until"))
        printf(", blocked until %s", text_of(row, "blocked_until"));
    else if (*text_of(row, "next"))
        printf(", next request at %s", text_of(row, "next"));
    if (*text_of(row, "free"))
        printf(", all free at %s", text_of(row, "free"));
    printf("\n");
}

/* Nothing of it is used, and nobody waits for it. */
static bool is_unused(const json_t *row)
{
    return number_of(row, "used") == 0 && !*text_of(row, "blocked_until") &&
           !*text_of(row, "next");
}

static void print_quotas(const json_t *rows)
{
    size_t i, unused = 0;
    const json_t *row;
    json_array_foreach (rows, i, row) {
        if (is_unused(row))
            unused++;
        else
            print_quota(row);
    }
    if (unused > 0)
        printf("  %zu limits of which nothing is used\n", unused);
}

static void print_checkpoint(const json_t *row)
{
    const char *account = text_of(row, "account");
    bool single = strcmp(account, MANIFEST_SINGLE_ACCOUNT) == 0;
    printf("  %-21s %s%sslice %s %s: %lld pages, %lld records, %s\n", text_of(row, "stream"),
           single ? "" : account, single ? "" : " ", text_of(row, "slice"),
           text_of(row, "state"), number_of(row, "pages"), number_of(row, "records"),
           text_of(row, "updated"));
}

/* Slices of a stream that are complete. */
struct completed {
    const json_t *first, *last; /* by account and slice */
    size_t slices, accounts;
    const char *since, *until, *updated;
    long long records;
    long long missing; /* days between two of an account … */
    int64_t first_missing; /* … the earliest of them */
};

/* A row behind the last one: what is not there between them? */
static void count_gap(struct completed *c, const json_t *row)
{
    int64_t last, day;
    if (c->slices == 0 || strcmp(text_of(c->last, "account"), text_of(row, "account")) != 0 ||
        !clock_parse_date(text_of(c->last, "slice"), &last) ||
        !clock_parse_date(text_of(row, "slice"), &day) || day - last < 2)
        return;
    if (c->missing == 0 || last + 1 < c->first_missing)
        c->first_missing = last + 1;
    c->missing += day - last - 1;
}

static void count_completed(struct completed *c, const json_t *row)
{
    const char *slice = text_of(row, "slice"), *updated = text_of(row, "updated");
    bool first = c->slices == 0;
    count_gap(c, row);
    c->accounts += first || strcmp(text_of(c->last, "account"), text_of(row, "account")) != 0;
    c->since = first || strcmp(slice, c->since) < 0 ? slice : c->since;
    c->until = first || strcmp(slice, c->until) > 0 ? slice : c->until;
    c->updated = first || strcmp(updated, c->updated) > 0 ? updated : c->updated;
    c->records += number_of(row, "records");
    c->first = first ? row : c->first;
    c->last = row;
    c->slices++;
}

static void print_missing(const struct completed *c)
{
    char first[CLOCK_DATE_SIZE];
    clock_format_date(c->first_missing, first);
    if (c->missing > 0)
        printf("; %lld day%s between them %s not, the first is %s", c->missing,
               c->missing > 1 ? "s" : "", c->missing > 1 ? "are" : "is", first);
}

/* An agency has thousands of them. */
static void print_completed(struct completed *c)
{
    if (c->slices == 1) {
        print_checkpoint(c->first);
    } else if (c->slices > 1) {
        printf("  %-21s %zu slices of %zu account%s complete, %s%s%s: %lld records, %s",
               text_of(c->first, "stream"), c->slices, c->accounts, c->accounts > 1 ? "s" : "",
               c->since, strcmp(c->since, c->until) != 0 ? " to " : "",
               strcmp(c->since, c->until) != 0 ? c->until : "", c->records, c->updated);
        print_missing(c);
        printf("\n");
    }
    *c = (struct completed){0};
}

static void print_checkpoints(const json_t *rows)
{
    size_t i;
    const json_t *row;
    struct completed completed = {0};
    json_array_foreach (rows, i, row) {
        if (completed.slices > 0 &&
            strcmp(text_of(completed.last, "stream"), text_of(row, "stream")) != 0)
            print_completed(&completed);
        if (strcmp(text_of(row, "state"), checkpoint_state_name(CHECKPOINT_COMPLETE)) == 0)
            count_completed(&completed, row);
        else
            print_checkpoint(row);
    }
    print_completed(&completed);
}

static void print_stream(const json_t *row, const char *source)
{
    printf("  %-21s staged up to segment %lld", text_of(row, "stream"),
           number_of(row, "last_seq"));
    if (number_of(row, "purged_seq") > 0)
        printf(", purged up to %lld", number_of(row, "purged_seq"));
    if (number_of(row, "quarantined") > 0)
        printf(", %lld in quarantine (extract show --source %s --quarantine)",
               number_of(row, "quarantined"), source);
    printf("\n");
}

static void print_source(const json_t *source)
{
    size_t i;
    const json_t *row;
    printf("%s\n", text_of(source, "source"));
    if (json_array_size(json_object_get(source, "streams")) == 0)
        printf("  nothing is staged yet\n");
    json_array_foreach (json_object_get(source, "streams"), i, row)
        print_stream(row, text_of(source, "source"));
    print_checkpoints(json_object_get(source, "checkpoints"));
    json_array_foreach (json_object_get(source, "sinks"), i, row)
        printf("  %-21s %s: delivered up to segment %lld, %lld behind, %s%s%s\n",
               text_of(row, "stream"), text_of(row, "sink"), number_of(row, "seq"),
               number_of(row, "behind"), text_of(row, "updated"),
               *text_of(row, "error") ? "; last error: " : "", text_of(row, "error"));
    print_quotas(json_object_get(source, "quotas"));
}

bool cmd_status(struct context *c, int *ret_status, struct error *err)
{
    AUTO(json_decrefp) json_t *sources = json_array();
    AUTO(folder_names_done) struct folder_names stages = {0};
    const char *only = c->options->value[TABLE_SOURCE];
    if (!stages_list(c->state, &stages, err))
        return false;
    for (size_t i = 0; i < stages.count; i++) {
        if ((!only || strcmp(only, stages.name[i]) == 0) &&
            !add_source(c, stages.name[i], sources, err))
            return false;
    }

    *ret_status = 0;
    if (context_json(c))
        return context_print_json(
            json_pack("{s:s, s:O}", "state", c->state, "sources", sources), err);
    size_t i;
    json_t *source;
    json_array_foreach (sources, i, source)
        print_source(source);
    if (json_array_size(sources) == 0)
        printf("nothing is staged in %s\n", c->state);
    return true;
}
