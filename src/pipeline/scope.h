/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run, or a plan of one, is about: the accounts, which days it is there, and the slices of
 * each stream that follow from that.
 *
 * Days are calendar days of each account's own time zone. A day that the API has no more is left
 * out, and that is told; so is the rest of a day that has not ended there, unless it was asked for.
 *
 * Where no day is asked for, the list begins where the next nightly run would (pipeline/window), or
 * earlier: with the first day that was last read when the API could still change it. So nights
 * without a run, and accounts that could not be read for a while, leave no gap.
 *
 * Where no account is named, one that was read in the last SCOPE_MISSED_DAYS days and that the
 * service lists no more is in the scope as one that cannot be read: nobody else would miss it.
 */
#ifndef PIPELINE_SCOPE_H
#define PIPELINE_SCOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/zone.h"
#include "pipeline/access.h"
#include "pipeline/agenda.h"
#include "pipeline/window.h"
#include "stage/checkpoint.h"
#include "stage/store.h"

enum { SCOPE_MISSED_DAYS = 28 };

struct scope_account {
    const char *id;
    const char *name; /* may be personal; "" none */
    struct zone *zone;
    int64_t today; /* there, when the scope was made */
    bool failed; /* it cannot be read, for this reason */
    const struct error *failure;
};

/* Whether a slice with this checkpoint need not be read again, as slice_settled says: it is
 * complete, and as old as the beginning of its reading. */
bool scope_settled(const struct scope_account *account, const struct slice_rule *rule,
                   const struct slice *slice, const struct checkpoint *checkpoint);

struct scope_options {
    const struct access *access;
    const struct window *window; /* must live as long */
    struct store *stage; /* what was read before, until the agenda is made; NULL: nothing was */
};

struct scope;

/* Asks for the accounts. Errors as of accounts_list; an account that cannot be read is none. */
bool scope_new(const struct scope_options *options, struct scope **ret_scope,
               struct error *err);
void scope_free(struct scope *s);
CLEANUP_DEFINE(struct scope, scope_free)

const struct scope_account *scope_accounts(const struct scope *s, size_t *ret_count);

struct scope_notes {
    void *context;
    bool (*wanted)(void *context, size_t stream);
    /* Days before the first one were asked for, and the service keeps them no more. NULL: the log
     * alone says so. */
    bool (*out_of_reach)(void *context, size_t stream, const struct scope_account *account,
                         const char *first, struct error *err);
};

/* The lists of all streams that are wanted, by account, for the caller to free before the scope. */
bool scope_agenda(const struct scope *s, const struct scope_notes *notes,
                  struct agenda **ret_agenda, struct error *err);

#endif
