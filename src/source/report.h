/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports that the API makes in its own time: asked for, asked after, read when they are done.
 *
 *     {"create": {request}, "id": "/report_run_id", "poll": {request}, "states": [{…}],
 *      "results": {request}, …}
 *
 * The state machine is pure: the caller sends what report_next says and tells what came of it.
 *
 *     create ─▶ waiting ─▶ running ─▶ done ─▶ read
 *        ▲         │          ├─────▶ too big: make smaller parts
 *        │         ▼          ▼
 *        └──── cancel ◀─── stuck      failed, expired, gone: create again, `attempts` times;
 *                                     then it counts as too big
 *
 * What an answer means is the first of `states` that fits; one that no rule fits is still
 * running, and the timeouts end that.
 */
#ifndef SOURCE_REPORT_H
#define SOURCE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "codec/place.h"
#include "net/backoff.h"
#include "source/condition.h"
#include "source/facts.h"
#include "source/request.h"
#include "source/template.h"

enum {
    REPORT_ID_SIZE = 65,
    REPORT_STATES_MAX = 32,
    REPORT_CONDITIONS_MAX = 8,
    REPORT_BATCH_MAX = 50, /* reports that are asked after at once */
    REPORT_ATTEMPTS_MAX = 20,
    REPORT_REFUSALS_MAX = 5, /* polls in a row that are refused: the report is gone */
    REPORT_SILENT_MAX = 5, /* polls in a row that tell nothing: from then on its time counts */
    REPORT_RUNNING_MAX = 1000,
};

/* What an answer to a poll says. */
enum report_finding {
    REPORT_IS_WAITING, /* the API has not begun with it */
    REPORT_IS_RUNNING,
    REPORT_IS_DONE,
    REPORT_IS_LOST, /* failed or expired: create it again */
    REPORT_IS_TOO_BIG,
    REPORT_IS_REFUSED, /* it will never be made: give up */
};

struct report_state {
    struct condition *conditions; /* all of them */
    size_t condition_count;
    enum report_finding finding;
    const char *say; /* NULL: nothing to be said */
    size_t quotes[REPORT_CONDITIONS_MAX]; /* the API's own words: the first that is there */
    size_t quote_count;
};

/* How several reports are asked after with one request. */
struct report_batch {
    bool there;
    struct request_rule request; /* has {report.batch} */
    struct template entry; /* one of its elements, JSON; has {report.id} */
    size_t most;
    struct pointer *code; /* where an entry of the answer has its status … */
    struct pointer *body; /* … its document, as text … */
    struct pointer *headers; /* … and a list of {"name": …, "value": …}; NULL: it has none */
};

struct report_rule {
    struct request_rule create;
    struct pointer *id; /* in the answer to create; text or integer */
    struct request_rule poll;
    struct report_batch batch;
    bool has_cancel;
    struct request_rule cancel;
    struct request_rule results; /* in place of the stream's request */
    struct facts_wanted wanted; /* of the answer to a poll */
    struct report_state *states;
    size_t state_count;
    struct backoff_rule every; /* between polls: from base to cap */
    int64_t start_timeout_ns; /* from create to running … */
    int64_t finish_timeout_ns; /* … and to done */
    int64_t expires_ns; /* from create on: older ones are not read any more */
    int64_t attempts; /* reports of one part */
    int64_t running; /* reports of one account and stream at the same time */
    int64_t sync_under; /* with fewer records the last time, the stream's request; 0: never */
};

/* Where a request of a report stands decides what it may name; {report.…} is added where it has a
 * value. */
struct report_scopes {
    struct template_scope of_stream; /* poll, batch, cancel: of any slice */
    struct template_scope of_part; /* create */
    struct template_scope of_page; /* results */
};

/* Reads the rule at p. */
bool report_read(struct place *p, const json_t *value, const struct report_scopes *scopes,
                 struct report_rule *ret_rule, struct error *err);
void report_rule_done(struct report_rule *rule);

enum report_phase {
    REPORT_NONE, /* none yet, or the last one is of no use */
    REPORT_WAITING,
    REPORT_RUNNING,
    REPORT_DONE,
    REPORT_STUCK, /* to be cancelled */
    REPORT_TOO_BIG,
    REPORT_REFUSED,
};

/* One report; {0} before the first. */
struct report {
    enum report_phase phase;
    char id[REPORT_ID_SIZE];
    int64_t created_ns;
    int64_t next_ns; /* nothing is to be done before */
    unsigned attempts; /* reports so far, this one included */
    unsigned polls; /* of this one */
    unsigned refusals; /* polls in a row that were refused */
    unsigned silent; /* polls in a row that told nothing */
    struct error cause; /* why the last one came to nothing; ERROR_NONE: none did */
};

enum report_step {
    REPORT_WAIT, /* until next_ns */
    REPORT_CREATE,
    REPORT_POLL,
    REPORT_CANCEL,
    REPORT_READ,
    REPORT_SPLIT, /* too big, or as often as allowed in vain: cause says why */
    REPORT_GIVE_UP, /* cause says why */
};
enum report_step report_next(const struct report_rule *rule, const struct report *r,
                             int64_t now_ns);

/* The id in the answer to create. ERROR_DATA when there is none. */
bool report_id(const struct report_rule *rule, const json_t *answer,
               char ret_id[REPORT_ID_SIZE], struct error *err);
/* What the answer to a poll says; *ret_cause why it is of no use, in the API's words. */
enum report_finding report_judge(const struct report_rule *rule, const json_t *answer,
                                 const struct template_values *values, struct error *ret_cause);

/* What came of a step. random: any 64 random bits. */
void report_created(const struct report_rule *rule, struct report *r, const char *id,
                    int64_t now_ns, uint64_t random);
void report_polled(const struct report_rule *rule, struct report *r,
                   enum report_finding finding, const struct error *cause, int64_t now_ns,
                   uint64_t random);
/* The poll told nothing, and a later one may; not for ever, when the report had time to be done. */
void report_postpone(const struct report_rule *rule, struct report *r, int64_t now_ns,
                     uint64_t random);
/* The poll itself was refused, as happens right after create. */
void report_poll_refused(const struct report_rule *rule, struct report *r,
                         const struct error *cause, int64_t now_ns, uint64_t random);
void report_cancelled(struct report *r);
/* The report was done, and its results cannot be read: create it again. */
void report_unreadable(const struct report_rule *rule, struct report *r,
                       const struct error *cause, int64_t now_ns, uint64_t random);

#endif
