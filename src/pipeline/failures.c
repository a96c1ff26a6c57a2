/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/failures.h"

#include <stdio.h>
#include <string.h>

/* Says something about the account, and nothing about the next one. */
static bool is_of_account(enum error_kind kind)
{
    return kind == ERROR_REMOTE || kind == ERROR_DATA || kind == ERROR_ACCOUNT ||
           kind == ERROR_TOO_BIG;
}

static bool is_same_stream(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static struct failure *find(struct failures *f, const char *stream, const char *account,
                            enum error_kind kind)
{
    for (size_t i = 0; i < f->count; i++) {
        struct failure *known = &f->list[i];
        if (known->error.kind == kind && strcmp(known->account, account) == 0 &&
            is_same_stream(known->stream, stream))
            return known;
    }
    return NULL;
}

bool failures_note(struct failures *f, const char *stream, const char *account, uint64_t slices,
                   const struct error *cause)
{
    const char *whose = !stream || is_of_account(cause->kind) ? account : "";
    struct failure *known = find(f, stream, whose, cause->kind);
    if (!known && f->count == FAILURES_MAX) {
        f->more++;
        return false;
    }
    if (!known) {
        known = &f->list[f->count++];
        *known = (struct failure){.stream = stream, .error = *cause};
        snprintf(known->account, sizeof known->account, "%s", whose);
    }
    known->slices += slices;
    if (cause->not_before_ns > known->error.not_before_ns)
        known->error = *cause;
    return true;
}
