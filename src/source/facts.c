/* SPDX-License-Identifier: Apache-2.0 */
#include "source/facts.h"

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
