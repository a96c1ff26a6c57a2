/* SPDX-License-Identifier: Apache-2.0 */
/* extract keys init | list | verify | rotate */
#include <stdio.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "command/context.h"
#include "command/inspection.h"
#include "stage/stages.h"

static const char *key_place(const struct keyring *k)
{
    const char *file = keyring_key_file(k);
    return file ? file : keyring_source(k);
}

/* --- init ---------------------------------------------------------------------------------- */

/* A stage, open for an event about the key that seals it. */
static bool open_stage(const struct deployment *d, const char *source, int64_t wait_ns,
                       struct store **ret_store, struct event_context *ret_audit,
                       struct error *err)
{
    AUTO(store_closep) struct store *s = NULL;
    if (!deployment_open_stage(d, source, wait_ns, &s, err) || !store_begin(s, err))
        return false;
    *ret_audit = d->audit;
    ret_audit->source = source;
    ret_audit->log = store_uuid(s);
    *ret_store = steal(&s);
    return true;
}

/* What is decided about the key is an event of every stage it seals. */
static bool audit_escrow(const struct deployment *d, const char *source, const char *decision,
                         struct error *err)
{
    AUTO(store_closep) struct store *s = NULL;
    struct event_context audit;
    if (!open_stage(d, source, 0, &s, &audit, err))
        return false;
    const struct event escrowed = {
        .kind = EVENT_KEY_ESCROWED,
        .object = keyring_kek_id(d->keyring),
        .details = {{"decision", decision}},
    };
    if (!event_append(store_db(s), &audit, &escrowed, err))
        return false;
    crashpoint("escrow.commit");
    return store_commit(s, err);
}

bool cmd_keys_init(struct context *c, int *ret_status, struct error *err)
{
    const char *copy = c->options->value[TABLE_ESCROW];
    bool none = options_has(c->options, TABLE_NO_ESCROW);
    if (!copy == !none)
        return error_set(
            err, ERROR_USAGE,
            "say what becomes of a copy of the key: --escrow FILE writes one, to be "
            "moved off this machine; --no-escrow keeps none, and losing the key then "
            "loses what is staged");

    AUTO(deployment_freep) struct deployment *d = NULL;
    if (!deployment_open(&c->deployment, DEPLOYMENT_KEYS | DEPLOYMENT_CREATE, 0, &d, err))
        return false;
    if (copy && !keyring_escrow(d->keyring, copy, err))
        return false;
    enum ring_escrow decision = copy ? RING_ESCROW_COPIED : RING_ESCROW_DECLINED;
    AUTO(folder_names_done) struct folder_names stages = {0};
    if (!stages_list(c->state, &stages, err))
        return false;
    for (size_t i = 0; i < stages.count; i++) {
        if (!audit_escrow(d, stages.name[i], ring_escrow_name(decision), err))
            return false;
    }
    if (!keyring_settle_escrow(d->keyring, decision, err))
        return false;

    *ret_status = 0;
    if (context_json(c))
        return context_print_json(
            json_pack("{s:s, s:s, s:b, s:s?}", "kek", keyring_kek_id(d->keyring), "source",
                      key_place(d->keyring), "made", d->keyring_made, "escrow", copy),
            err);
    printf("key %s, %s in %s\n", keyring_kek_id(d->keyring),
           d->keyring_made ? "made" : "already there", key_place(d->keyring));
    if (copy)
        printf("copy written to %s: move it off this machine now\n", copy);
    return true;
}

/* --- list ---------------------------------------------------------------------------------- */

static void format_time(int64_t ns, char ret_text[CLOCK_RFC3339_SIZE])
{
    if (ns)
        clock_format_rfc3339(ns / CLOCK_SECOND_NS * CLOCK_SECOND_NS, ret_text);
    else
        snprintf(ret_text, CLOCK_RFC3339_SIZE, "-");
}

static bool list_keyring(const struct keyring *k, json_t *out, struct error *err)
{
    struct keyring_entry entries[KEYRING_ENTRIES_MAX];
    size_t count = keyring_list(k, entries);
    for (size_t i = 0; i < count; i++) {
        char since[CLOCK_RFC3339_SIZE];
        format_time(entries[i].since_ns, since);
        json_t *row =
            json_pack("{s:s, s:s, s:i, s:s}", "use", keyring_use_name(entries[i].use), "kek",
                      entries[i].kek_id, "version", (int)entries[i].version, "since", since);
        if (json_array_append_new(out, row) < 0)
            return error_memory(err);
    }
    return true;
}

static bool list_stage(const struct context *c, const struct keyring *k, const char *source,
                       json_t *out, struct error *err)
{
    const struct store_options options = deployment_stage(&c->deployment, source, k);
    AUTO(store_closep) struct store *s = NULL;
    if (!store_open_read(&options, &s, err))
        return false;
    struct dek_info info = {0};
    for (bool found;;) {
        if (!dek_next(store_deks(s), info.id, &info, &found, err))
            return false;
        if (!found)
            return true;
        char since[CLOCK_RFC3339_SIZE];
        format_time(info.created_ns, since);
        json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:I, s:s}", "use", "seals", "source",
                                source, "stream", info.stream, "kek", info.kek_id, "records",
                                (json_int_t)info.records, "since", since);
        if (json_array_append_new(out, row) < 0)
            return error_memory(err);
    }
}

static void print_key(const json_t *row)
{
    const char *stream = json_string_value(json_object_get(row, "stream"));
    printf("%-12s %s  since %s", json_string_value(json_object_get(row, "use")),
           json_string_value(json_object_get(row, "kek")),
           json_string_value(json_object_get(row, "since")));
    if (stream)
        printf("  %s/%s, %lld records", json_string_value(json_object_get(row, "source")),
               stream, (long long)json_integer_value(json_object_get(row, "records")));
    fputc('\n', stdout);
}

bool cmd_keys_list(struct context *c, int *ret_status, struct error *err)
{
    AUTO(deployment_freep) struct deployment *d = NULL;
    AUTO(folder_names_done) struct folder_names stages = {0};
    if (!deployment_open(&c->deployment, DEPLOYMENT_KEYS, 0, &d, err) ||
        !stages_list(c->state, &stages, err))
        return false;

    AUTO(json_decrefp) json_t *rows = json_array();
    if (!rows || !list_keyring(d->keyring, rows, err))
        return rows ? false : error_memory(err);
    for (size_t i = 0; i < stages.count; i++) {
        if (!list_stage(c, d->keyring, stages.name[i], rows, err))
            return false;
    }

    *ret_status = 0;
    if (context_json(c))
        return context_print_json(json_pack("{s:O}", "keys", rows), err);
    size_t i;
    json_t *row;
    json_array_foreach (rows, i, row)
        print_key(row);
    return true;
}

/* --- verify -------------------------------------------------------------------------------- */

static bool verify_stage(const struct context *c, const struct keyring *k, const char *source,
                         struct inspection *counts, struct error *err)
{
    const struct store_options options = deployment_stage(&c->deployment, source, k);
    AUTO(store_closep) struct store *s = NULL;
    return store_open_read(&options, &s, err) && inspection_run(s, "key.unusable", counts, err);
}

bool cmd_keys_verify(struct context *c, int *ret_status, struct error *err)
{
    AUTO(deployment_freep) struct deployment *d = NULL;
    AUTO(folder_names_done) struct folder_names stages = {0};
    if (!deployment_open(&c->deployment, DEPLOYMENT_KEYS, 0, &d, err) ||
        !stages_list(c->state, &stages, err))
        return false;
    struct inspection counts = {0};
    for (size_t i = 0; i < stages.count; i++) {
        if (!verify_stage(c, d->keyring, stages.name[i], &counts, err))
            return false;
    }
    for (uint32_t v = 1; v <= keyring_pseudonym_version(d->keyring); v++) {
        AUTO(pseudonym_freep) struct pseudonym *p = NULL;
        if (!keyring_pseudonym(d->keyring, v, &p, err))
            return false;
    }
    uint64_t opened = counts.segments + counts.quarantined;
    *ret_status = counts.faults ? error_exit_status(ERROR_CRYPTO) : 0;
    if (context_json(c))
        return context_print_json(json_pack("{s:I, s:I}", "opened", (json_int_t)opened,
                                            "unusable", (json_int_t)counts.faults),
                                  err);
    printf("%llu seals opened in %zu stages, %llu cannot be opened\n",
           (unsigned long long)opened, stages.count, (unsigned long long)counts.faults);
    return true;
}

/* --- rotate -------------------------------------------------------------------------------- */

static bool rewrap_stage(const struct deployment *d, const char *source, int64_t wait_ns,
                         uint64_t *ret_count, struct error *err)
{
    AUTO(store_closep) struct store *s = NULL;
    struct event_context audit;
    if (!open_stage(d, source, wait_ns, &s, &audit, err))
        return false;
    uint64_t count = 0;
    if (!dek_rewrap_all(store_deks(s), &count, err))
        return false;
    const struct event rotated = {
        .kind = EVENT_KEY_ROTATED,
        .object = keyring_kek_id(d->keyring),
        .counts = {{"rewrapped", (int64_t)count}},
    };
    if (!event_append(store_db(s), &audit, &rotated, err))
        return false;
    crashpoint("rotate.commit");
    if (!store_commit(s, err))
        return false;
    crashpoint("rotate.committed");
    *ret_count += count;
    return true;
}

bool cmd_keys_rotate(struct context *c, int *ret_status, struct error *err)
{
    int64_t wait_ns;
    AUTO(deployment_freep) struct deployment *d = NULL;
    AUTO(folder_names_done) struct folder_names stages = {0};
    if (!options_duration(c->options, TABLE_WAIT, 0, &wait_ns, err) ||
        !deployment_open(&c->deployment, DEPLOYMENT_KEYS, 0, &d, err) ||
        !keyring_rotate(d->keyring, err) || !stages_list(c->state, &stages, err))
        return false;
    uint64_t count = 0;
    for (size_t i = 0; i < stages.count; i++) {
        if (!rewrap_stage(d, stages.name[i], wait_ns, &count, err))
            return error_prefix(err, "the rotation is not finished; run it again: %s",
                                stages.name[i]);
    }
    if (!keyring_rotate_finish(d->keyring, err))
        return false;

    *ret_status = 0;
    if (context_json(c))
        return context_print_json(json_pack("{s:s, s:I}", "kek", keyring_kek_id(d->keyring),
                                            "rewrapped", (json_int_t)count),
                                  err);
    printf("key %s is in force; %llu data keys were wrapped anew, no segment was rewritten\n",
           keyring_kek_id(d->keyring), (unsigned long long)count);
    if (keyring_key_file(d->keyring))
        puts("a copy of the old key opens nothing any more: extract keys init --escrow FILE "
             "writes one of the new");
    else
        printf("remove the old key from %s\n", keyring_source(d->keyring));
    return true;
}
