/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_shape.h"

#include <string.h>

static const char *take(const struct fault_hit *hit, char ret_name[FAULT_ARGUMENT_SIZE])
{
    if (!hit->on)
        return NULL;
    memcpy(ret_name, hit->argument, FAULT_ARGUMENT_SIZE);
    return ret_name;
}

void meta_shape_choose(struct meta_shape *shape, const struct fault_set *faults)
{
    const struct fault_hit *hits = faults->hits;
    shape->extra = hits[FAULT_META_EXTRA_FIELD].on;
    shape->missing = take(&hits[FAULT_META_MISSING_FIELD], shape->names[0]);
    shape->list = take(&hits[FAULT_META_LIST], shape->names[1]);
    shape->other = take(&hits[FAULT_META_OTHER], shape->names[2]);
}

/* The member `"name":"…"`, from its quote to behind its value, which must be a text. */
static bool find_text_member(char *record, char *end, const char *name, char **ret_start,
                             char **ret_value, char **ret_end)
{
    size_t len = strlen(name);
    for (char *p = record; (p = memmem(p, (size_t)(end - p), name, len)); p++) {
        char *value = p + len + 2;
        if (p[-1] != '"' || value >= end || memcmp(p + len, "\":\"", 3) != 0)
            continue;
        char *last = value + 1;
        while (last < end && *last != '"')
            last += *last == '\\' ? 2 : 1;
        if (last >= end)
            return false;
        *ret_start = p - 1;
        *ret_value = value;
        *ret_end = last + 1;
        return true;
    }
    return false;
}

static char *insert(char *place, const char *text, char *end)
{
    size_t len = strlen(text);
    memmove(place + len, place, (size_t)(end - place));
    memcpy(place, text, len);
    return end + len;
}

static char *cut_member(char *record, char *start, char *behind, char *end)
{
    if (*behind == ',')
        behind++;
    else if (start > record + 1)
        start--; /* the comma before the last member */
    memmove(start, behind, (size_t)(end - behind));
    return end - (behind - start);
}

char *meta_shape_edit(const struct meta_shape *shape, char *record, char *end)
{
    char *start, *value, *behind;
    if (shape->missing &&
        find_text_member(record, end, shape->missing, &start, &value, &behind))
        end = cut_member(record, start, behind, end);
    if (shape->list && find_text_member(record, end, shape->list, &start, &value, &behind)) {
        end = insert(behind, "]", end);
        end = insert(value, "[", end);
    }
    if (shape->other && find_text_member(record, end, shape->other, &start, &value, &behind))
        behind[-2] = behind[-2] == '9' ? '0' : (char)(behind[-2] + 1);
    if (shape->extra)
        end = insert(record + 1,
                     end > record + 2 ? "\"sandbox_extra\":\"1\"," : "\"sandbox_extra\":\"1\"",
                     end);
    return end;
}
