/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run is to read: a list of slices for each stream of each account. A thread takes whole
 * lists, each once; which of its lists it goes on with is its own affair.
 */
#ifndef PIPELINE_AGENDA_H
#define PIPELINE_AGENDA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "source/slice.h"

enum { AGENDA_LISTS_MAX = 200000 };

struct scope_account; /* pipeline/scope.h */

struct agenda_list {
    size_t stream; /* by its place in the manifest */
    const struct scope_account *account;
    const struct slice *slices; /* by their days; read in turns (pipeline/turns.h) */
    size_t count;
};

struct agenda;

/* NULL when memory is out. */
struct agenda *agenda_new(void);
void agenda_free(struct agenda *a);
CLEANUP_DEFINE(struct agenda, agenda_free)

/* Adds a list, before threads are started. Takes the slices over, account is borrowed. */
bool agenda_add(struct agenda *a, size_t stream, const struct scope_account *account,
                struct slice *slices, size_t count, struct error *err);
size_t agenda_lists(const struct agenda *a);
const struct agenda_list *agenda_list(const struct agenda *a, size_t i);
/* Slices of a stream, of all accounts. */
uint64_t agenda_slices(const struct agenda *a, size_t stream);

/* The next list that nobody took; NULL: none is left. It lives as long as the agenda. */
const struct agenda_list *agenda_take(struct agenda *a);
/* The last list of the stream that nobody took is taken before all others; NULL: there is none. */
const struct agenda_list *agenda_prefer_last(struct agenda *a, size_t stream);
/* No list of the stream is left from now on. Returns how many were. */
size_t agenda_drop(struct agenda *a, size_t stream);
/* No list at all. */
void agenda_stop(struct agenda *a);

#endif
