/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one thread that owns the stage's writing connection. Others hand it work through a bounded
 * queue, which is the back-pressure on fetching:
 *
 *     fetch ── segments, quarantine, page ──▶ ┌────────┐  compress, seal, insert; a page's
 *     load  ── position ────────────────────▶ │ writer │  segments, checkpoint and event commit
 *     run   ── event ───────────────────────▶ └────────┘  together or not at all
 *
 * One page is open at a time, and belongs to the fetching thread that claimed it: other pages,
 * positions and events wait until it is committed or discarded. A page shares the transaction of
 * the one before it when all of it is waiting in the queue already: nothing that is at hand waits
 * for what is still to come. The first error ends the writer; every call fails with it then.
 */
#ifndef PIPELINE_WRITER_H
#define PIPELINE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/event.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "record/segment.h"
#include "stage/append.h"
#include "stage/checkpoint.h"
#include "stage/part.h"
#include "stage/seal.h"
#include "stage/store.h"
#include "stage/sums.h"

enum { WRITER_FETCHERS_MAX = 16 };

/* What is behind a page that is whole. Texts and digests are borrowed until the writer ends, but
 * for the checkpoint's cursor, which is copied; events' texts are copied by nobody: they must be
 * constants or live as long. */
struct writer_page {
    struct append_origin origin;
    struct checkpoint checkpoint;
    uint64_t records;
    uint64_t released;
    uint64_t quarantined;
    uint64_t repeated; /* neither of these two: another one said the same */
    uint64_t unknown;
    uint64_t decoded_bytes;
    uint64_t unchanged; /* of released; the writer fills it in */
    bool same; /* of a whole slice: it holds what it held, and nothing is staged */
    uint64_t expected_records; /* of the run; these three are for the one who watches */
    uint64_t quota_used;
    uint64_t quota_capacity;
    char drift[256]; /* the most frequent path that the schema does not name; "" */
    char withheld[256]; /* why, from this page on, fields are not asked for any more; "" */
    /* With the last page of a slice that is delivered as a whole: what the slice holds, in
     * whatever order (record/setdigest.h). Not known: it was not read in one go. */
    bool has_content;
    uint8_t content[DIGEST_SIZE];
    struct sums_slice sums; /* with the last page: what the slice adds up to */
};

struct writer_options {
    struct store *store; /* borrowed, used by the writer's thread alone while it runs */
    const struct event_context *audit;
    uint64_t free_space; /* a page is not begun when the disk has less … */
    uint64_t budget; /* … or when the stage has more; 0: no limit */
    size_t fetchers; /* threads that fetch; each may be filling a segment */
    void *context;
    /* After a page became durable, on the writer's thread. Its checkpoint has no cursor. */
    void (*staged)(void *context, const struct writer_page *page);
};

struct writer;

/* Starts the thread. */
bool writer_new(const struct writer_options *options, struct writer **ret_writer,
                struct error *err);
/* Rolls back an open page, ends the thread. NULL is accepted. */
void writer_free(struct writer *w);
CLEANUP_DEFINE(struct writer, writer_free)

/* An empty segment to fill; waits while all are on their way. Comes back through writer_segment or
 * writer_return. NULL: the writer has failed. */
struct segment *writer_take(struct writer *w);
void writer_return(struct writer *w, struct segment *segment);

/* The next page is the caller's: waits while that of another thread is open. To be called before
 * the first thing of a page; writer_commit and writer_discard give it up, also when they fail. */
void writer_claim(struct writer *w);
/* The next part of the open page. Takes the segment over. A part that holds what it held when it
 * was last read (stage/content.h) is counted and not staged, unless all is wanted, or the slice is
 * delivered as a whole. */
bool writer_segment(struct writer *w, const struct append_origin *origin, bool all,
                    struct segment *segment, struct error *err);
/* The same of a segment that was packed already: its frame is taken over, and packed holds none
 * any more. */
bool writer_packed(struct writer *w, const struct append_origin *origin,
                   struct segment_packed *packed, struct error *err);
bool writer_quarantine(struct writer *w, const struct append_origin *origin, uint64_t position,
                       const char *line, size_t len, const char *reason, struct error *err);
/* The page is whole: checkpoint, events, commit. Returns before that is done. */
bool writer_commit(struct writer *w, const struct writer_page *page, struct error *err);
/* The page is to be forgotten: it is fetched again. */
bool writer_discard(struct writer *w, struct error *err);
/* A slice was read to its end and holds what it held the last time: nothing of it is staged. The
 * page stands for all of them. Waits until it is durable; claims nothing. */
bool writer_unchanged(struct writer *w, const struct writer_page *slice, struct error *err);
/* Waits until everything handed over so far is durable. */
bool writer_flush(struct writer *w, struct error *err);

/* Any thread; all of these wait until it is durable. */
bool writer_event(struct writer *w, const struct event *event, struct error *err);
bool writer_position(struct writer *w, const char *sink, const char *stream, int64_t seq,
                     const struct event *event, struct error *err);
/* A record of a segment that a sink does not take goes to quarantine, with the reason. */
struct writer_refusal {
    const struct seal_segment *about;
    uint32_t index; /* of the record in the segment, from 0 */
    const char *line;
    size_t len;
    const char *reason; /* without any value */
};
bool writer_refused(struct writer *w, const char *sink, const struct writer_refusal *refusal,
                    struct error *err);
/* What a slice that is being read was cut into, and the reports of its parts (stage/part.h), in
 * place of those with the same paths. They go with the last page of the slice. */
struct writer_parts {
    const struct part_slice *slice;
    const struct part *list;
    size_t count;
    bool anew; /* all that the slice has are forgotten first */
};
bool writer_parts(struct writer *w, const struct writer_parts *parts, const struct event *event,
                  struct error *err);
/* A sink lacks what was purged: what the stream's slices held when they were last read counts no
 * more, so that those that are read again are staged, be they as they were. */
bool writer_forget(struct writer *w, const char *stream, struct error *err);
/* Notes why a sink did not get further. */
bool writer_sink_failed(struct writer *w, const char *sink, const char *stream, const char *why,
                        struct error *err);

#endif
