/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scanner x plan: finds the records of a response at the record selector, walks each against
 * the plan, and writes the masked record as one line of NDJSON. Besides, it captures the few
 * small values of the envelope that somebody asked for (a count, a next token, an error text).
 *
 *     http body ─▶ walk_feed ─▶ scan ─┬─▶ plan: keep │ mask │ drop │ unknown ─▶ line ─▶ output
 *                                     └─▶ captures
 *
 * A kept value is the slice of bytes it was; a masked one is unescaped, normalised, replaced; a
 * dropped one is skipped. A field that the schema does not name is not released. A record that
 * does not fit (a wrong type, a flaw in a released value, a missing required field, a key that
 * is null) is no line: it goes to `quarantine` with what of it was masked so far, and the walk
 * goes on.
 */
#ifndef RECORD_WALK_H
#define RECORD_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "crypto/pseudonym.h"
#include "record/policy.h"
#include "record/schema.h"

enum {
    WALK_LINE_MAX = 4 * 1024 * 1024, /* one masked record */
    WALK_CAPTURE_MAX = 16 * 1024, /* one captured value (cursors reach 2.4 KB) */
    WALK_CAPTURES_MAX = 32,
    WALK_REASON_MAX = 256,
    WALK_DRIFT_MAX = 100, /* different unknown paths that are told apart */
};

/* A value that the records get from their surroundings: {"api_version", "1.4"}. Named in
 * templates of x-derived without a leading slash: {api_version}. {position} is the walk's own:
 * the record's number within the page, from 0. */
struct walk_constant {
    const char *name;
    const char *value;
};

/* What becomes of a record that fits. */
enum walk_fate {
    WALK_TAKE,
    WALK_DROP, /* another one said the same: it is counted, as repeated */
    WALK_SET_ASIDE, /* to quarantine */
};

/* A record that fits, and its key: the columns of the key as they stand in the line, each with a
 * comma behind it, in the order of the key. */
struct walk_keyed {
    const char *line;
    size_t len; /* without its fleeting end */
    const char *key;
    size_t key_len;
};

struct walk_output {
    void *context;
    /* One masked record: a JSON object of columns and its newline. Valid during the call. The
     * columns that differ from one reading to the next ({extracted_at}, x-fleeting) are in its last
     * `fleeting` bytes: without them two lines of equal content are equal. 0: none. */
    bool (*record)(void *context, const char *line, size_t len, size_t fleeting,
                   struct error *err);
    /* A record that did not fit. line: the columns that did, as a JSON object without newline.
     * reason: what was wrong and where, without any value: "/location/postcode: expected
     * integer or string, found object". position: its number within the page. */
    bool (*quarantine)(void *context, const char *line, size_t len, const char *reason,
                       uint64_t position, struct error *err);
    /* Where records are merged or replaced by key: asked of each that fits, before it is handed on.
     * *ret_reason: why it is set aside; a constant, without any value. NULL: all are taken. */
    enum walk_fate (*judge)(void *context, const struct walk_keyed *record,
                            const char **ret_reason);
};

struct walk_options {
    const struct policy *policy; /* NULL: no records are wanted, captures only */
    const struct pseudonym *pseudonym; /* NULL only when no action needs it */
    const char *selector; /* JSON Pointer with `*`: "/results/" and a star */
    const char *const *captures; /* JSON Pointers, NULL-terminated; `*`: the last one wins */
    struct walk_output output;
};

struct walk_counts {
    uint64_t records; /* found at the selector, released or not */
    uint64_t released;
    uint64_t quarantined;
    uint64_t repeated; /* dropped: the judge knew them */
    uint64_t unknown; /* values of fields that the schema does not name; not looked into */
};

/* A path that the schema does not name, and how often it came. A name that is not plain
 * ([A-Za-z0-9_.-], at most 64) stands there as `*`: it may be personal itself. */
struct walk_drift {
    char path[256];
    uint64_t count;
};

struct walk;

/* Everything in options is copied but policy and pseudonym, which must live longer.
 * ERROR_MANIFEST for a bad pointer. */
bool walk_new(const struct walk_options *options, struct walk **ret_walk, struct error *err);
void walk_free(struct walk *w);
CLEANUP_DEFINE(struct walk, walk_free)

/* Begins a response. The constants are copied; count 0 is fine for captures only. */
bool walk_begin(struct walk *w, const struct walk_constant *constants, size_t count,
                struct error *err);
/* The next bytes of the body. ERROR_DATA: not JSON (the text names the byte offset); errors of
 * the output callbacks pass through. */
bool walk_feed(struct walk *w, const void *data, size_t len, struct error *err);
bool walk_finish(struct walk *w, struct error *err);

const struct walk_counts *walk_counts(const struct walk *w);
/* What the response had at capture i (by position in options.captures): the unescaped text of a
 * string, the literal of a number, true, false, null; "{" or "[" for a container; NULL when the
 * response had nothing there. Valid until walk_begin. */
const char *walk_capture(const struct walk *w, size_t i);
/* The JSON kind of it: "string", "number", "boolean", "null", "object", "array"; NULL: absent.
 */
const char *walk_capture_kind(const struct walk *w, size_t i);
/* Unknown paths of this response, most frequent first. */
size_t walk_drifts(const struct walk *w, const struct walk_drift **ret_drifts);

#endif
