/* SPDX-License-Identifier: Apache-2.0 */
#include "source/likeness.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"

static const char *const own_keys[] = {"name", "description", "default", "reconcile", NULL};

/* RFC 7396 section 2: what patch makes of target, which may be NULL. NULL: memory is out. */
static json_t *merge_patch(const json_t *target, const json_t *patch)
{
    if (!json_is_object(patch))
        return json_deep_copy(patch);
    json_auto_t *merged = json_is_object(target) ? json_deep_copy(target) : json_object();
    const char *name;
    json_t *value, *members = (json_t *)(uintptr_t)patch; /* the macro wants it writable */
    json_object_foreach (members, name, value) {
        if (json_is_null(value)) {
            json_object_del(merged, name);
            continue;
        }
        if (json_object_set_new(merged, name,
                                merge_patch(json_object_get(merged, name), value)) != 0)
            return NULL;
    }
    return json_incref(merged);
}

static const json_t *find_stream(const json_t *streams, const char *name)
{
    for (size_t i = 0; i < json_array_size(streams); i++) {
        const json_t *stream = json_array_get(streams, i);
        const char *other = json_string_value(json_object_get(stream, "name"));
        if (other && strcmp(other, name) == 0)
            return stream;
    }
    return NULL;
}

static bool resolve(struct place *p, const json_t *stream, json_t *before, struct error *err)
{
    const json_t *like = json_object_get(stream, "like");
    json_auto_t *base = NULL;
    if (json_is_string(like)) {
        const json_t *found = find_stream(before, json_string_value(like));
        if (!found)
            return place_fail_at(p, "like", err, "no stream \"%.64s\" stands before this one",
                                 json_string_value(like));
        base = json_deep_copy(found);
        for (const char *const *key = own_keys; *key; key++)
            json_object_del(base, *key);
    }
    json_t *resolved = base ? merge_patch(base, stream) : json_deep_copy(stream);
    if (base)
        json_object_del(resolved, "like");
    return json_array_append_new(before, resolved) == 0 || error_memory(err);
}

bool likeness_resolve(struct place *p, const json_t *streams, json_t **ret_streams,
                      struct error *err)
{
    json_auto_t *resolved = json_array();
    for (size_t i = 0; i < json_array_size(streams); i++) {
        pointer_push_index(&p->path, i);
        if (!resolve(p, json_array_get(streams, i), resolved, err))
            return false;
        pointer_pop(&p->path);
    }
    *ret_streams = json_incref(resolved);
    return true;
}
