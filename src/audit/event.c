/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/event.h"

#include <string.h>

#include "audit/audit_sql.h"
#include "audit/tree.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "codec/hex.h"
#include "codec/json.h"

static const char *const kinds[EVENT_KIND_COUNT] = {
    [EVENT_STORE_CREATED] = "store.created",
    [EVENT_RUN_START] = "run.start",
    [EVENT_RUN_END] = "run.end",
    [EVENT_ACCOUNT_FAILED] = "account.failed",
    [EVENT_PAGE_STAGED] = "page.staged",
    [EVENT_SLICE_COMPLETED] = "slice.completed",
    [EVENT_SLICE_FAILED] = "slice.failed",
    [EVENT_DAYS_OUT_OF_REACH] = "days.out_of_reach",
    [EVENT_SLICE_CUT] = "slice.cut",
    [EVENT_REPORT_CREATED] = "report.created",
    [EVENT_SLICE_UNCHANGED] = "slice.unchanged",
    [EVENT_SLICE_RECONCILED] = "slice.reconciled",
    [EVENT_SLICE_DIFFERS] = "slice.differs",
    [EVENT_CHECKPOINT_RESET] = "checkpoint.reset",
    [EVENT_SCHEMA_DRIFT] = "schema.drift",
    [EVENT_FIELDS_WITHHELD] = "fields.withheld",
    [EVENT_BATCH_DELIVERED] = "batch.delivered",
    [EVENT_BATCH_RECOVERED] = "batch.recovered",
    [EVENT_BATCH_REPLAYED] = "batch.replayed",
    [EVENT_RECORD_REFUSED] = "record.refused",
    [EVENT_TABLE_CHANGED] = "table.changed",
    [EVENT_QUOTA_PARKED] = "quota.parked",
    [EVENT_API_VERSION] = "api.version",
    [EVENT_CREDENTIALS_RENEWED] = "credentials.renewed",
    [EVENT_KEY_CREATED] = "key.created",
    [EVENT_KEY_ROTATED] = "key.rotated",
    [EVENT_KEY_ESCROWED] = "key.escrowed",
    [EVENT_CONFIG_CHANGED] = "config.changed",
    [EVENT_RETENTION_PURGED] = "retention.purged",
    [EVENT_AUDIT_EXPORTED] = "audit.exported",
};

static const char *const outcomes[EVENT_OUTCOME_COUNT] = {
    [EVENT_DONE] = "done",
    [EVENT_FAILED] = "failed",
};

const char *event_kind_name(enum event_kind kind)
{
    return kinds[kind];
}

const char *event_outcome_name(enum event_outcome outcome)
{
    return outcomes[outcome];
}

const char *event_tables(void)
{
    return audit_sql_tables;
}

/* jansson refuses a NULL value, which a text that is not UTF-8 becomes, too. */
static bool put_text(json_t *object, const char *name, const char *value)
{
    return !value || json_object_set_new(object, name, json_string(value)) == 0;
}

static bool put_integer(json_t *object, const char *name, int64_t value)
{
    return json_object_set_new(object, name, json_integer(value)) == 0;
}

static bool put_hash(json_t *object, const char *name, const uint8_t *hash)
{
    char text[HEX_SIZE(TREE_HASH_SIZE)];
    if (!hash)
        return true;
    hex_encode(hash, TREE_HASH_SIZE, text);
    return put_text(object, name, text);
}

/* A list that turned out empty is left out. Takes the member, which may be NULL. */
static bool put_member(json_t *object, const char *name, json_t *member, bool ok)
{
    if (ok && json_object_size(member) > 0)
        return json_object_set_new(object, name, member) == 0;
    json_decref(member);
    return ok;
}

static bool put_actor(json_t *root, const struct event_context *context)
{
    json_t *actor = json_object();
    bool ok = actor && put_integer(actor, "uid", context->uid) &&
              put_text(actor, "user", context->user) && put_text(actor, "name", context->actor);
    return put_member(root, "actor", actor, ok);
}

static bool put_details(json_t *root, const struct event *event)
{
    json_t *details = json_object();
    bool ok = details != NULL;
    for (size_t i = 0; ok && i < EVENT_DETAILS_MAX && event->details[i].name; i++)
        ok = put_text(details, event->details[i].name, event->details[i].value);
    return put_member(root, "details", details, ok);
}

static bool put_counts(json_t *root, const struct event *event)
{
    json_t *counts = json_object();
    bool ok = counts != NULL;
    for (size_t i = 0; ok && i < EVENT_COUNTS_MAX && event->counts[i].name; i++)
        ok = put_integer(counts, event->counts[i].name, event->counts[i].value);
    return put_member(root, "counts", counts, ok);
}

static bool put_digests(json_t *root, const struct event *event)
{
    json_t *digests = json_object();
    bool ok = digests != NULL;
    for (size_t i = 0; ok && i < EVENT_DIGESTS_MAX && event->digests[i].name; i++)
        ok = put_hash(digests, event->digests[i].name, event->digests[i].value);
    return put_member(root, "digests", digests, ok);
}

static bool put_all(json_t *root, const struct event_context *context,
                    const struct event *event, uint64_t index, const uint8_t *prev)
{
    char now[CLOCK_RFC3339_SIZE];
    clock_format_rfc3339(clock_now_ns(), now);
    return root && put_integer(root, "v", EVENT_VERSION) &&
           put_integer(root, "index", (int64_t)index) && put_hash(root, "prev", prev) &&
           put_text(root, "time", now) && put_text(root, "kind", kinds[event->kind]) &&
           put_text(root, "outcome", outcomes[event->outcome]) &&
           put_text(root, "log", context->log) && put_text(root, "source", context->source) &&
           put_text(root, "run", context->run) && put_text(root, "object", event->object) &&
           put_text(root, "reason", event->reason) && put_actor(root, context) &&
           put_details(root, event) && put_counts(root, event) && put_digests(root, event);
}

static bool make_entry(const struct event_context *context, const struct event *event,
                       uint64_t index, const uint8_t *prev, struct buffer *ret_entry,
                       struct error *err)
{
    json_t *root = json_object();
    bool ok = put_all(root, context, event, index, prev);
    if (!ok)
        error_set(err, ERROR_DATA, "audit event %s: a text that is not UTF-8",
                  kinds[event->kind]);
    else if (!json_canonical(root, ret_entry, err))
        ok = error_set(err, ERROR_DATA, "audit event %s: more than %d bytes",
                       kinds[event->kind], EVENT_ENTRY_MAX);
    json_decref(root);
    return ok;
}

/* The leaf hash of the last event; zeros when there is none. */
static bool read_last_leaf(struct sqlite *db, uint64_t size, uint8_t ret_hash[TREE_HASH_SIZE],
                           struct error *err)
{
    bool found = true;
    memset(ret_hash, 0, TREE_HASH_SIZE);
    if (size > 0 && !tree_get(db, 0, size - 1, &found, ret_hash, err))
        return false;
    return found || error_set(err, ERROR_STORE, "%s: the last audit event has no leaf hash",
                              sqlite_path(db));
}

static bool insert_entry(struct sqlite *db, uint64_t index, const struct buffer *entry,
                         struct error *err)
{
    struct sqlite_statement *s = sqlite_statement(db, audit_sql_event_put, err);
    if (!s)
        return false;
    sqlite_bind_int(s, 1, (int64_t)index);
    sqlite_bind_text(s, 2, (const char *)entry->data, entry->len);
    return sqlite_run(s, err);
}

bool event_append(struct sqlite *db, const struct event_context *context,
                  const struct event *event, struct error *err)
{
    if (!sqlite_in_transaction(db))
        return error_set(err, ERROR_BUG, "audit event %s outside of a transaction",
                         kinds[event->kind]);
    struct tree tree;
    uint8_t leaf[TREE_HASH_SIZE];
    if (!tree_load(db, &tree, err) || !read_last_leaf(db, tree.size, leaf, err))
        return false;

    AUTO(buffer_done) struct buffer entry;
    buffer_init(&entry, EVENT_ENTRY_MAX);
    if (!make_entry(context, event, tree.size, leaf, &entry, err) ||
        !insert_entry(db, tree.size, &entry, err))
        return false;
    tree_leaf(entry.data, entry.len, leaf);
    return tree_append(db, &tree, leaf, err);
}
