/* SPDX-License-Identifier: Apache-2.0 */
/* One stream of a manifest, read from its place in `streams` (source/manifest.h). */
#ifndef SOURCE_MANIFEST_STREAM_H
#define SOURCE_MANIFEST_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "codec/place.h"
#include "source/comparison.h"
#include "source/complete.h"
#include "source/cost.h"
#include "source/emptiness.h"
#include "source/facts.h"
#include "source/paginator.h"
#include "source/report.h"
#include "source/request.h"
#include "source/selection.h"
#include "source/slice.h"
#include "source/split.h"
#include "source/template.h"

enum { MANIFEST_BUCKETS_MAX = COST_BUCKETS_MAX, MANIFEST_CONSTANTS_MAX = 16 };

/* A value that every record of a page gets; its template is plain text. */
struct manifest_constant {
    const char *name;
    struct template value;
};

struct manifest_stream {
    const char *name; /* an identifier; schemas/<source>/<name>.json is its schema */
    const char *description;
    bool named_only; /* "default": false: read only when somebody names it */
    struct slice_rule slice;
    bool has_selection;
    struct selection selection; /* {fields} */
    const char *isolate; /* {fields} of a request that only tells records apart; NULL: none */
    struct request_rule request;
    struct paginator_rule paginator;
    struct costs costs; /* of its pages, and the usual ones of all that is asked for it */
    const char *records; /* record selector: a JSON Pointer with `*` */
    bool has_when_empty;
    struct emptiness_rule when_empty; /* what a slice without records has to prove */
    struct complete_rule *complete;
    size_t complete_count;
    struct manifest_constant constants[MANIFEST_CONSTANTS_MAX];
    size_t constant_count;
    bool has_report;
    struct report_rule report; /* records come from reports that are made first */
    bool has_split;
    struct split_rule split; /* what is too big is cut by this */
    bool has_comparison;
    struct comparison_rule comparison; /* "reconcile" */
};

/* Its slices may be read in several parts, or from reports that are made first. */
bool manifest_has_parts(const struct manifest_stream *stream);

/* What streams share with the rest of their manifest. */
struct manifest_shared {
    const struct setting *settings;
    size_t setting_count;
    const char *const *buckets; /* names, NULL-terminated */
    struct facts_wanted *wanted; /* what answers must tell is added to it */
};

/* A stream that failed to be read holds what it had, for manifest_stream_done. */
bool manifest_stream_read(struct place *p, const json_t *value,
                          const struct manifest_shared *shared,
                          struct manifest_stream *ret_stream, struct error *err);
void manifest_stream_done(struct manifest_stream *s);

#endif
