/* SPDX-License-Identifier: Apache-2.0 */
#include "source/manifest_stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const struct place_key stream_keys[] = {
    {"name", true},    {"description", false}, {"default", false},    {"slice", true},
    {"fields", false}, {"request", true},      {"isolate", false},    {"paginator", true},
    {"cost", false},   {"records", true},      {"complete", false},   {"constants", false},
    {"report", false}, {"split", false},       {"when_empty", false}, {"reconcile", false},
    {NULL, false},
};

static struct template_scope scope_of(const struct manifest_shared *shared, uint32_t names)
{
    return (struct template_scope){
        .names = names,
        .settings = shared->settings,
        .setting_count = shared->setting_count,
        .buckets = shared->buckets,
    };
}

static bool read_records(struct place *p, const json_t *value, struct manifest_stream *s,
                         struct error *err)
{
    const json_t *selector = json_object_get(value, "records");
    if (!json_is_string(selector))
        return place_fail_at(p, "records", err, "expected string, found %s",
                             json_type_text(selector));
    s->records = json_string_value(selector); /* "" is the answer itself */
    AUTO(pointer_freep) struct pointer *parsed = pointer_parse(s->records);
    return parsed ||
           place_fail_at(p, "records", err, "expected a JSON Pointer such as /results/*");
}

static bool read_complete(struct place *p, const json_t *value,
                          const struct template_scope *scope, struct facts_wanted *wanted,
                          struct manifest_stream *s, struct error *err)
{
    const json_t *list = NULL;
    if (!place_array(p, value, "complete", COMPLETE_RULES_MAX, &list, err))
        return false;
    if (!list)
        return true;
    s->complete = calloc(json_array_size(list), sizeof *s->complete);
    if (!s->complete)
        return error_memory(err);
    pointer_push(&p->path, "complete");
    for (; s->complete_count < json_array_size(list); s->complete_count++) {
        pointer_push_index(&p->path, s->complete_count);
        if (!complete_read(p, json_array_get(list, s->complete_count), scope, wanted,
                           &s->complete[s->complete_count], err))
            return false;
        pointer_pop(&p->path);
    }
    pointer_pop(&p->path);
    return true;
}

/* What every record can have without being told: source/reader. */
static const char *const reader_constants[] = {
    "source", "stream", "account", "slice", "extracted_at", "position", NULL,
};

static bool constant_name_free(const struct place *p, const char *name, struct error *err)
{
    if (!text_is_identifier(name))
        return place_fail_at(p, name, err, "a constant's name is made of a-z, 0-9 and _");
    for (const char *const *own = reader_constants; *own; own++) {
        if (strcmp(name, *own) == 0)
            return place_fail_at(p, name, err, "every record has this one already");
    }
    return true;
}

static bool read_constants(struct place *p, const json_t *value,
                           const struct template_scope *scope, struct manifest_stream *s,
                           struct error *err)
{
    json_t *object = json_object_get(value, "constants");
    if (!object)
        return true;
    pointer_push(&p->path, "constants");
    if (!json_is_object(object))
        return place_fail(p, err, "expected object, found %s", json_type_text(object));
    if (json_object_size(object) > MANIFEST_CONSTANTS_MAX)
        return place_fail(p, err, "more than %d constants", MANIFEST_CONSTANTS_MAX);
    const char *name;
    json_t *text;
    json_object_foreach (object, name, text) {
        struct manifest_constant *constant = &s->constants[s->constant_count++];
        constant->name = name;
        if (!constant_name_free(p, name, err) ||
            !template_member(p, object, name, scope, &constant->value, err))
            return false;
    }
    pointer_pop(&p->path);
    return true;
}

static bool read_part(struct place *p, const json_t *value, const char *key,
                      const json_t **ret_value)
{
    *ret_value = json_object_get(value, key);
    pointer_push(&p->path, key);
    return true;
}

static bool read_default(struct place *p, const json_t *value, struct manifest_stream *s,
                         struct error *err)
{
    const json_t *wanted = json_object_get(value, "default");
    if (wanted && !json_is_boolean(wanted))
        return place_fail_at(p, "default", err, "expected boolean, found %s",
                             json_type_text(wanted));
    s->named_only = json_is_false(wanted);
    return true;
}

static bool read_fields(struct place *p, const json_t *value, struct manifest_stream *s,
                        struct error *err)
{
    const json_t *part;
    s->has_selection = json_object_get(value, "fields");
    if (!s->has_selection)
        return true;
    if (!read_part(p, value, "fields", &part) || !selection_read(p, part, &s->selection, err))
        return false;
    pointer_pop(&p->path);
    return true;
}

/* {"fields": "id"} */
static bool read_isolate(struct place *p, const json_t *value, struct manifest_stream *s,
                         struct error *err)
{
    static const struct place_key isolate_keys[] = {{"fields", true}, {NULL, false}};
    const json_t *part;
    if (!json_object_get(value, "isolate"))
        return true;
    read_part(p, value, "isolate", &part);
    if (!place_keys(p, part, isolate_keys, err) ||
        !place_text(p, part, "fields", TEMPLATE_TEXT_MAX, &s->isolate, err))
        return false;
    if (!s->has_selection || s->paginator.kind != PAGINATOR_TOKEN || !s->paginator.has_size)
        return place_fail(p, err,
                          "only a stream with {fields} and a paginator whose pages can "
                          "be made smaller can do that");
    pointer_pop(&p->path);
    return true;
}

static bool read_when_empty(struct place *p, const json_t *value,
                            const struct template_scope *scope, struct manifest_stream *s,
                            struct error *err)
{
    const json_t *part;
    s->has_when_empty = json_object_get(value, "when_empty") != NULL;
    if (!s->has_when_empty)
        return true;
    read_part(p, value, "when_empty", &part);
    if (!emptiness_read(p, part, scope, &s->when_empty, err))
        return false;
    pointer_pop(&p->path);
    return true;
}

static bool read_comparison(struct place *p, const json_t *value, struct manifest_stream *s,
                            struct error *err)
{
    const json_t *part;
    s->has_comparison = json_object_get(value, "reconcile");
    if (!s->has_comparison)
        return true;
    if (!read_part(p, value, "reconcile", &part) ||
        !comparison_read(p, part, &s->comparison, err))
        return false;
    pointer_pop(&p->path);
    return true;
}

/* What is asked before a page costs the same, and may be about several slices. */
static bool costs_the_same(struct place *p, const struct manifest_shared *shared,
                           const struct manifest_stream *s, struct error *err)
{
    for (size_t i = 0; i < s->costs.count; i++) {
        const struct cost *cost = &s->costs.list[i];
        for (uint32_t name = TEMPLATE_SLICE_DAY; name < TEMPLATE_SETTING_FIRST; name++) {
            if (!template_uses(&cost->amount, name))
                continue;
            pointer_push(&p->path, "cost");
            return place_fail_at(p, shared->buckets[cost->bucket], err,
                                 "reports cost the same unless they say otherwise, and have "
                                 "neither slice nor page");
        }
    }
    return true;
}

/* What must be asked before a page is. of_part: the names that a request without a page may use. */
static bool read_preparation(struct place *p, const json_t *value,
                             const struct manifest_shared *shared, uint32_t of_part,
                             struct manifest_stream *s, struct error *err)
{
    const struct report_scopes scopes = {
        .of_stream = scope_of(shared, TEMPLATE_OF_STREAM),
        .of_part = scope_of(shared, of_part),
        .of_page = scope_of(shared, of_part | s->paginator.names),
    };
    const json_t *object;
    s->has_report = json_object_get(value, "report") != NULL;
    if ((s->has_report || s->has_split) && !costs_the_same(p, shared, s, err))
        return false;
    if (s->has_report) {
        read_part(p, value, "report", &object);
        if (!report_read(p, object, &scopes, &s->report, err))
            return false;
        pointer_pop(&p->path);
    }
    if (s->has_split) {
        read_part(p, value, "split", &object);
        if (!split_read(p, object, &scopes.of_part, shared->wanted, &s->split, err))
            return false;
        pointer_pop(&p->path);
    }
    return true;
}

bool manifest_stream_read(struct place *p, const json_t *value,
                          const struct manifest_shared *shared, struct manifest_stream *s,
                          struct error *err)
{
    const json_t *part;
    s->description = "";
    if (!place_keys(p, value, stream_keys, err) ||
        !place_text(p, value, "name", 63, &s->name, err) ||
        !place_identifier(p, "name", s->name, err) ||
        !place_text(p, value, "description", PLACE_DESCRIPTION_MAX, &s->description, err) ||
        !read_default(p, value, s, err))
        return false;

    struct template_scope of_run = scope_of(shared, TEMPLATE_OF_STREAM);
    if (!read_part(p, value, "slice", &part) || !slice_read(p, part, &s->slice, err))
        return false;
    pointer_pop(&p->path);
    if (!read_part(p, value, "paginator", &part) ||
        !paginator_read(p, part, &of_run, shared->wanted, &s->paginator, err))
        return false;
    pointer_pop(&p->path);
    if (!read_fields(p, value, s, err) || !read_isolate(p, value, s, err))
        return false;

    s->has_split = json_object_get(value, "split") != NULL;
    uint32_t of_slice = TEMPLATE_OF_STREAM | s->slice.names;
    uint32_t of_part = of_slice | (uint32_t)s->has_selection << TEMPLATE_FIELDS |
                       (uint32_t)s->has_split << TEMPLATE_PART_FILTER;
    struct template_scope of_slice_alone = scope_of(shared, of_slice);
    struct template_scope of_page = scope_of(shared, of_slice | s->paginator.names);
    struct template_scope of_request = scope_of(shared, of_part | s->paginator.names);
    if (!read_part(p, value, "request", &part) ||
        !request_read(p, part, &of_request, &s->request, err))
        return false;
    pointer_pop(&p->path);
    return costs_read(p, value, &of_page, &s->costs, err) && read_records(p, value, s, err) &&
           read_complete(p, value, &of_page, shared->wanted, s, err) &&
           read_constants(p, value, &of_page, s, err) &&
           read_preparation(p, value, shared, of_part, s, err) &&
           read_when_empty(p, value, &of_slice_alone, s, err) &&
           read_comparison(p, value, s, err);
}

void manifest_stream_done(struct manifest_stream *s)
{
    request_rule_done(&s->request);
    costs_done(&s->costs);
    emptiness_done(&s->when_empty);
    for (size_t i = 0; i < s->complete_count; i++)
        complete_done(&s->complete[i]);
    free(s->complete);
    report_rule_done(&s->report);
    split_rule_done(&s->split);
}

bool manifest_has_parts(const struct manifest_stream *stream)
{
    return stream->has_report || stream->has_split;
}
