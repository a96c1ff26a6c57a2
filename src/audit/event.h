/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the program did, written down in the same transaction that did it: no event, no change.
 *
 * An event is one canonical JSON object (keys sorted, no blanks, no floats), at most
 * EVENT_ENTRY_MAX bytes, and a leaf of the audit tree (audit/tree.h):
 *
 *     actor    {"name": what --actor said, "uid": Unix user id, "user": its name}
 *     counts   {name: integer}
 *     details  {name: text}
 *     digests  {name: 64 hex digits}
 *     index    of the leaf, from 0
 *     kind     "page.staged", …: the table in event.c
 *     log      the id of the stage that the log belongs to
 *     object   what it happened to: a stream, a key id, a path
 *     outcome  "done", "failed"
 *     prev     leaf hash of the event before, 64 zeros in the first
 *     reason   why it failed or was asked for
 *     run      the run's id
 *     source   the API's name
 *     time     RFC 3339, UTC, up to nanoseconds
 *     v        1
 *
 * What does not apply is left out. Events hold no personal data: counts instead of values,
 * pseudonyms instead of names, so that erasing a person never has to touch the log.
 */
#ifndef AUDIT_EVENT_H
#define AUDIT_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "db/sqlite.h"

enum {
    EVENT_VERSION = 1,
    EVENT_ENTRY_MAX = 65535, /* what a tlog tile takes (C2SP tlog-tiles) */
    EVENT_DETAILS_MAX = 16,
    EVENT_COUNTS_MAX = 16,
    EVENT_DIGESTS_MAX = 8,
};

enum event_kind {
    EVENT_STORE_CREATED,
    EVENT_RUN_START,
    EVENT_RUN_END,
    EVENT_ACCOUNT_FAILED, /* it cannot be read at all */
    EVENT_PAGE_STAGED,
    EVENT_SLICE_COMPLETED,
    EVENT_SLICE_FAILED,
    EVENT_DAYS_OUT_OF_REACH, /* that were asked for: the API keeps them no more */
    EVENT_SLICE_CUT, /* it is too big for the API: parts stand for it, or for one of its parts */
    EVENT_REPORT_CREATED,
    EVENT_SLICE_UNCHANGED,
    EVENT_SLICE_RECONCILED, /* its rows add up to what another stream says */
    EVENT_SLICE_DIFFERS, /* they do not */
    EVENT_CHECKPOINT_RESET,
    EVENT_SCHEMA_DRIFT,
    EVENT_FIELDS_WITHHELD, /* rows lack fields that the credentials may not see */
    EVENT_BATCH_DELIVERED,
    EVENT_BATCH_RECOVERED, /* a commit whose outcome was unknown was found in the sink */
    EVENT_BATCH_REPLAYED, /* segments that were delivered before */
    EVENT_RECORD_REFUSED, /* by a sink; it is in quarantine */
    EVENT_TABLE_CHANGED,
    EVENT_QUOTA_PARKED,
    EVENT_API_VERSION, /* the service answers in another version, or says that one ends */
    EVENT_CREDENTIALS_RENEWED, /* refused in the middle of a run, and read again */
    EVENT_KEY_CREATED,
    EVENT_KEY_ROTATED,
    EVENT_KEY_ESCROWED,
    EVENT_CONFIG_CHANGED,
    EVENT_RETENTION_PURGED,
    EVENT_AUDIT_EXPORTED,
    EVENT_KIND_COUNT
};

enum event_outcome { EVENT_DONE, EVENT_FAILED, EVENT_OUTCOME_COUNT };

/* What all events of a process have in common. All texts are UTF-8. */
struct event_context {
    const char *log; /* the stage id, in hex */
    const char *source;
    const char *run; /* NULL outside of runs */
    int64_t uid;
    const char *user; /* NULL when the uid has no name */
    const char *actor; /* NULL when nobody said */
};

struct event_text {
    const char *name;
    const char *value; /* NULL: left out */
};

struct event_count {
    const char *name;
    int64_t value;
};

struct event_digest {
    const char *name;
    const uint8_t *value; /* DIGEST_SIZE bytes; NULL: left out */
};

/* The lists end with the first entry that has no name. */
struct event {
    enum event_kind kind;
    enum event_outcome outcome;
    const char *object; /* NULL: left out */
    const char *reason; /* NULL: left out */
    struct event_text details[EVENT_DETAILS_MAX];
    struct event_count counts[EVENT_COUNTS_MAX];
    struct event_digest digests[EVENT_DIGESTS_MAX];
};

/* "page.staged", "done": stable names. */
const char *event_kind_name(enum event_kind kind);
const char *event_outcome_name(enum event_outcome outcome);

/* The script that makes the tables of log and tree in a stage that is new. */
const char *event_tables(void);

/* Appends to log and tree, now by the clock, inside the caller's transaction (without one:
 * ERROR_BUG). ERROR_DATA when the entry would be longer than EVENT_ENTRY_MAX or a text is not
 * UTF-8: then the caller must not commit either. */
bool event_append(struct sqlite *db, const struct event_context *context,
                  const struct event *event, struct error *err);

#endif
