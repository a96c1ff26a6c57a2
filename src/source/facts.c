/* SPDX-License-Identifier: Apache-2.0 */
#include "source/facts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool facts_want(const struct place *p, const char *pointer, struct facts_wanted *wanted,
                size_t *ret_index, struct error *err)
{
    for (size_t i = 0; i < wanted->count; i++) {
        if (strcmp(wanted->pointers[i], pointer) == 0) {
            *ret_index = i;
            return true;
        }
    }
    AUTO(pointer_freep) struct pointer *parsed = pointer_parse(pointer);
    if (!parsed || parsed->depth == 0)
        return place_fail(p, err, "expected a JSON Pointer such as /info/results");
    if (wanted->count == WALK_CAPTURES_MAX)
        return place_fail(p, err, "more than %d different values are asked for",
                          WALK_CAPTURES_MAX);
    wanted->pointers[wanted->count] = pointer;
    *ret_index = wanted->count++;
    return true;
}

static const char *text_of(const json_t *value, char number[32])
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        return json_string_value(value);
    case JSON_INTEGER:
        snprintf(number, 32, "%" PRId64, (int64_t)json_integer_value(value));
        return number;
    case JSON_REAL:
        snprintf(number, 32, "%.15g", json_real_value(value));
        return number;
    case JSON_TRUE:
        return "true";
    case JSON_FALSE:
        return "false";
    case JSON_NULL:
        return "null";
    case JSON_OBJECT:
        return "{";
    case JSON_ARRAY:
        return "[";
    }
    return NULL;
}

void facts_of_document(const struct facts_wanted *wanted, int status, const json_t *document,
                       struct facts_document *ret_facts)
{
    ret_facts->facts = (struct facts){.status = status, .json = true, .whole = true};
    for (size_t i = 0; i < wanted->count; i++) {
        AUTO(pointer_freep) struct pointer *at = pointer_parse(wanted->pointers[i]);
        const json_t *value = at ? pointer_get(document, at) : NULL;
        if (value)
            ret_facts->facts.text[i] = text_of(value, ret_facts->numbers[i]);
    }
}
