/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks which accounts there are: all that the credentials can see, or those that the user named.
 *
 *     few are named ──▶ `one` about each; its limits are used up: ─┐
 *     many, or none ──▶ the list, page by page ◀───────────────────┘
 *                         └─▶ named, and not in the list: `one`
 *
 * An account that cannot be read is in the answer with its failure: the others are not held up. One
 * that the list has without a proper id is called by its place there, "#3".
 * What would fail for every account (credentials, quota, network) ends the asking.
 */
#ifndef SOURCE_ACCOUNTS_H
#define SOURCE_ACCOUNTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "source/account.h"
#include "source/exchange.h"

enum {
    ACCOUNTS_MAX = 10000,
    ACCOUNTS_PAGES_MAX = 2000, /* of the list */
    ACCOUNTS_ASKED_MAX = 16, /* so many are asked about without reading the list */
};

struct accounts_options {
    struct exchange_client client; /* waits for quota, whatever it says about yielding */
    const char *const *wanted; /* ids, NULL-terminated; NULL or empty: all */
};

/* In the order they were named, or of their ids; for the caller to free. Errors as of
 * exchange_document; ERROR_DATA also for a list without an end. No account at all is no error. */
bool accounts_list(const struct accounts_options *options, struct account **ret_accounts,
                   size_t *ret_count, struct error *err);

#endif
