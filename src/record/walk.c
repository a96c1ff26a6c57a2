/* SPDX-License-Identifier: Apache-2.0 */
#include "record/walk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/envelope.h"
#include "record/plan.h"
#include "record/recorder.h"
#include "record/scan.h"
#include "record/verbatim.h"

_Static_assert((int)WALK_CAPTURES_MAX == (int)ENVELOPE_CAPTURES_MAX &&
                   (int)WALK_CAPTURE_MAX == (int)ENVELOPE_VALUE_MAX &&
                   (int)WALK_LINE_MAX == (int)RECORDER_LINE_MAX &&
                   (int)WALK_REASON_MAX == (int)RECORDER_REASON_MAX,
               "what the header says is what holds");

/* Tells unknown fields apart without making their path again. */
struct drift_key {
    const struct plan_object *object;
    uint64_t hash; /* of the name, as it is shown */
};

struct walk {
    struct scan *scan;
    struct envelope *envelope;
    struct plan *plan; /* NULL: captures only */
    struct recorder *recorder;
    struct walk_output output;
    enum schema_unknown unknown;
    bool keyed; /* the output judges by key */
    bool recording; /* within a record */
    bool watching; /* and captures are looked for in it */
    struct walk_counts counts;
    struct walk_drift drifts[WALK_DRIFT_MAX];
    struct drift_key drift_keys[WALK_DRIFT_MAX];
    size_t drift_count;
};

/* --- unknown fields --- */

static uint64_t hash_name(const char *name, size_t len)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)name[i]) * UINT64_C(0x100000001b3);
    return h;
}

/* A name that may be shown. Others may be personal themselves, or forge a log line. */
static bool is_showable(const char *name, size_t len)
{
    enum { SHOWN_MAX = 64 };
    for (size_t i = 0; i < len; i++) {
        char c = name[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '_' || c == '.' || c == '-'))
            return false;
    }
    return len > 0 && len <= SHOWN_MAX;
}

static void count_drift(struct walk *w, const struct recorder_unknown *u)
{
    struct drift_key key = {u->object, hash_name(u->name, u->len)};
    for (size_t i = 0; i < w->drift_count; i++)
        if (w->drift_keys[i].object == key.object && w->drift_keys[i].hash == key.hash) {
            w->drifts[i].count++;
            return;
        }
    if (w->drift_count == WALK_DRIFT_MAX)
        return;
    w->drift_keys[w->drift_count] = key;
    struct walk_drift *drift = &w->drifts[w->drift_count++];
    drift->count = 1;
    snprintf(drift->path, sizeof drift->path, "%s/%.*s", u->object->path, (int)u->len, u->name);
}

static bool note_unknown(struct walk *w, struct recorder_unknown u, struct error *err)
{
    static const char problem[] = "the schema does not name this field";
    if (!is_showable(u.name, u.len)) {
        u.name = "*";
        u.len = 1;
    }
    w->counts.unknown++;
    count_drift(w, &u);
    char path[WALK_REASON_MAX];
    switch (w->unknown) {
    case SCHEMA_UNKNOWN_DROP:
        break;
    case SCHEMA_UNKNOWN_QUARANTINE:
        snprintf(path, sizeof path, "%s/%.*s", u.object->path, (int)u.len, u.name);
        recorder_misfit(w->recorder, path, "%s", problem);
        break;
    case SCHEMA_UNKNOWN_STOP:
        return error_set(err, ERROR_DATA, "record %" PRIu64 ": %s/%.*s: %s",
                         w->counts.records - 1, u.object->path, (int)u.len, u.name, problem);
    }
    return true;
}

/* --- records --- */

/* The record has fitted so far: its key decides. */
static bool judge(struct walk *w, const char *line, size_t lasting, enum walk_fate *ret_fate,
                  const char **ret_reason, struct error *err)
{
    struct walk_keyed record = {.line = line, .len = lasting};
    record.key = recorder_key_text(w->recorder, &record.key_len);
    if (!record.key)
        return error_memory(err);
    *ret_fate = w->output.judge(w->output.context, &record, ret_reason);
    return true;
}

static bool end_record(struct walk *w, struct error *err)
{
    const char *reason;
    size_t len;
    const char *line = recorder_end(w->recorder, &len, &reason);
    enum walk_fate fate = reason ? WALK_SET_ASIDE : WALK_TAKE;
    w->recording = false;
    if (!line)
        return error_memory(err);
    size_t fleeting = recorder_fleeting(w->recorder);
    if (!reason && w->keyed && !judge(w, line, len - fleeting, &fate, &reason, err))
        return false;
    switch (fate) {
    case WALK_TAKE:
        w->counts.released++;
        return w->output.record(w->output.context, line, len, fleeting, err);
    case WALK_DROP:
        w->counts.repeated++;
        return true;
    case WALK_SET_ASIDE:
        break;
    }
    w->counts.quarantined++;
    return w->output.quarantine(w->output.context, line, len - 1, reason, w->counts.records - 1,
                                err);
}

/* The selector ends at something that is no object. */
static bool refuse_record(struct walk *w, const struct scan_token *token, struct error *err)
{
    recorder_refuse(w->recorder, w->counts.records++, token);
    return end_record(w, err);
}

/* --- tokens --- */

/* Whether the envelope has to know: always around records, within them when it looks there. */
static bool is_envelope(const struct walk *w)
{
    return !w->recording || w->watching;
}

/* The plan tells known keys apart by their place: no need to look for duplicates among them, unless
 * somebody else looks at them as well. */
static void leave_keys(struct walk *w)
{
    if (!w->watching && recorder_knows_keys(w->recorder))
        scan_own_keys(w->scan);
}

static bool on_open(void *context, const struct scan_token *token, struct error *err)
{
    struct walk *w = context;
    struct envelope_sight sight = {0};
    if (is_envelope(w) && !envelope_open(w->envelope, token, &sight, err))
        return false;
    if (w->recording) {
        recorder_open(w->recorder, token);
        leave_keys(w);
        return true;
    }
    if (sight.record && token->kind == SCAN_OBJECT) {
        recorder_begin(w->recorder, w->counts.records++);
        w->recording = true;
        w->watching = sight.inside;
        leave_keys(w);
        return true;
    }
    if (sight.record && !refuse_record(w, token, err))
        return false;
    if (!sight.inside) {
        envelope_close(w->envelope);
        scan_skip(w->scan);
    }
    return true;
}

static bool on_close(void *context, enum scan_kind kind, struct error *err)
{
    struct walk *w = context;
    (void)kind;
    bool ends = w->recording && recorder_close(w->recorder);
    if (ends || is_envelope(w))
        envelope_close(w->envelope);
    return !ends || end_record(w, err);
}

static bool on_key(void *context, const struct scan_token *token, struct error *err)
{
    struct walk *w = context;
    bool matters = false;
    if (is_envelope(w) && !envelope_key(w->envelope, token, &matters, err))
        return false;
    if (w->recording) {
        struct recorder_unknown unknown;
        enum recorder_key key = recorder_key(w->recorder, token, &unknown);
        if (key == RECORDER_UNKNOWN && !note_unknown(w, unknown, err))
            return false;
        matters |= key == RECORDER_WANTED;
    }
    if (!matters)
        scan_skip(w->scan);
    return true;
}

static size_t on_members(void *context, const char *bytes, size_t len)
{
    struct walk *w = context;
    return recorder_members(w->recorder, bytes, len);
}

static bool on_scalar(void *context, const struct scan_token *token, struct error *err)
{
    struct walk *w = context;
    struct envelope_sight sight = {0};
    if (w->recording)
        recorder_scalar(w->recorder, token);
    if (!is_envelope(w))
        return true;
    return envelope_scalar(w->envelope, token, &sight, err) &&
           (!sight.record || refuse_record(w, token, err));
}

/* --- the walk --- */

static bool make_recorder(struct walk *w, const struct walk_options *options, struct error *err)
{
    if (!plan_new(options->policy, &w->plan, err))
        return false;
    verbatim_mark(w->plan);
    if (w->plan->needs_pseudonym && !options->pseudonym)
        return error_set(err, ERROR_BUG, "the policy needs a pseudonym key");
    w->unknown = schema_unknown(w->plan->schema);
    w->keyed = options->output.judge && schema_write(w->plan->schema) != SCHEMA_APPEND;
    w->recorder = recorder_new(w->plan, options->pseudonym);
    return w->recorder || error_memory(err);
}

bool walk_new(const struct walk_options *options, struct walk **ret_walk, struct error *err)
{
    AUTO(walk_freep) struct walk *w = calloc(1, sizeof *w);
    if (!w)
        return error_memory(err);
    w->output = options->output;
    if (options->policy && !make_recorder(w, options, err))
        return false;
    if (!envelope_new(options->policy ? options->selector : NULL, options->captures,
                      &w->envelope, err))
        return false;
    w->scan = scan_new(&(struct scan_handler){
        .context = w,
        .open = on_open,
        .close = on_close,
        .key = on_key,
        .scalar = on_scalar,
        .members = on_members,
    });
    if (!w->scan)
        return error_memory(err);
    *ret_walk = steal(&w);
    return true;
}

void walk_free(struct walk *w)
{
    if (!w)
        return;
    scan_free(w->scan);
    envelope_free(w->envelope);
    recorder_free(w->recorder);
    plan_free(w->plan);
    free(w);
}

static const char *find_constant(const struct walk_constant *constants, size_t count,
                                 const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(constants[i].name, name) == 0)
            return constants[i].value;
    return NULL;
}

static bool take_constants(struct walk *w, const struct walk_constant *constants, size_t count,
                           struct error *err)
{
    size_t needed = w->plan->constant_count;
    AUTO(cleanup_free) const char **values = calloc(needed + 1, sizeof *values);
    if (!values)
        return error_memory(err);
    for (size_t i = 0; i < needed; i++) {
        values[i] = find_constant(constants, count, w->plan->constants[i]);
        if (!values[i])
            return error_set(
                err, ERROR_MANIFEST,
                "a derived column of %s needs {%s}, which this stream does not give",
                schema_table(w->plan->schema), w->plan->constants[i]);
    }
    return recorder_constants(w->recorder, values, err);
}

bool walk_begin(struct walk *w, const struct walk_constant *constants, size_t count,
                struct error *err)
{
    scan_reset(w->scan);
    envelope_reset(w->envelope);
    w->recording = false;
    w->counts = (struct walk_counts){0};
    w->drift_count = 0;
    return !w->plan || take_constants(w, constants, count, err);
}

static int more_frequent(const void *a, const void *b)
{
    uint64_t left = ((const struct walk_drift *)a)->count;
    uint64_t right = ((const struct walk_drift *)b)->count;
    return left < right ? 1 : left > right ? -1 : 0;
}

/* The response has ended, well or not. */
static void sort_drifts(struct walk *w)
{
    qsort(w->drifts, w->drift_count, sizeof *w->drifts, more_frequent);
}

bool walk_feed(struct walk *w, const void *data, size_t len, struct error *err)
{
    if (scan_feed(w->scan, data, len, err))
        return true;
    sort_drifts(w);
    return false;
}

bool walk_finish(struct walk *w, struct error *err)
{
    sort_drifts(w);
    return scan_finish(w->scan, err);
}

const struct walk_counts *walk_counts(const struct walk *w)
{
    return &w->counts;
}

const char *walk_capture(const struct walk *w, size_t i)
{
    return envelope_capture(w->envelope, i);
}

const char *walk_capture_kind(const struct walk *w, size_t i)
{
    return envelope_capture_kind(w->envelope, i);
}

size_t walk_drifts(const struct walk *w, const struct walk_drift **ret_drifts)
{
    *ret_drifts = w->drifts;
    return w->drift_count;
}
