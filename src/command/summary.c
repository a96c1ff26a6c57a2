/* SPDX-License-Identifier: Apache-2.0 */
#include "command/summary.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"

enum { FAILED_NAMES_SIZE = DEPLOYMENT_STREAMS_MAX * 64 };

/* The word for an exit status: what a scheduler decides by. */
static const char *status_word(int exit_status)
{
    static const struct {
        int status;
        const char *word;
    } words[] = {{0, "done"}, {99, "done"}, {1, "partly failed"}, {75, "resumable"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (words[i].status == exit_status)
            return words[i].word;
    }
    return "failed";
}

/* Something may wait for its quota although what is told is something else. */
static bool resume_at(const struct result *result, const struct error *failure,
                      char ret_text[CLOCK_RFC3339_SIZE])
{
    const struct error wait = {.kind = ERROR_QUOTA, .not_before_ns = result->resume_ns};
    if (failure && context_resume_at(failure, ret_text))
        return true;
    return result->resume_ns > 0 && context_resume_at(&wait, ret_text);
}

static json_t *stream_json(const struct result *result, const struct result_stream *s)
{
    return json_pack(
        "{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:I, s:I, s:I, s:I, s:I, "
        "s:s, s:I, s:s, s:s?, s:s?, s:s?}",
        "stream", s->name, "slices", (json_int_t)s->slices, "slices_complete",
        (json_int_t)s->complete, "pages", (json_int_t)s->pages, "records",
        (json_int_t)s->records, "staged", (json_int_t)(s->released - s->unchanged), "unchanged",
        (json_int_t)s->unchanged, "quarantined", (json_int_t)result_quarantined(result, s),
        "repeated", (json_int_t)s->repeated, "purged", (json_int_t)s->purged, "unknown_fields",
        (json_int_t)s->unknown, "drift", s->drift, "bytes", (json_int_t)s->decoded_bytes,
        "loaded", (json_int_t)result_delivered(result, s, "warehouse"), "published",
        (json_int_t)result_delivered(result, s, "kafka"), "compared", (json_int_t)s->compared,
        "differing", (json_int_t)s->differing, "difference", s->difference, "withheld",
        (json_int_t)s->withheld, "withheld_why", s->withheld_why, "out_of_reach",
        *s->out_of_reach ? s->out_of_reach : NULL, "error_kind",
        s->failed ? error_kind_name(s->error.kind) : NULL, "error",
        s->failed ? s->error.text : NULL);
}

static json_t *sink_json(const struct result_sink *s)
{
    return json_pack("{s:s, s:s?, s:s?}", "sink", s->name, "error_kind",
                     s->failed ? error_kind_name(s->error.kind) : NULL, "error",
                     s->failed ? s->error.text : NULL);
}

static json_t *failures_json(const struct failures *f)
{
    json_t *list = json_array();
    for (size_t i = 0; i < f->count; i++) {
        const struct failure *one = &f->list[i];
        json_array_append_new(
            list, json_pack("{s:s?, s:s?, s:I, s:s, s:s}", "stream", one->stream, "account",
                            *one->account ? one->account : NULL, "slices",
                            (json_int_t)one->slices, "error_kind",
                            error_kind_name(one->error.kind), "error", one->error.text));
    }
    return list;
}

static bool print_json(const struct deployment *d, const struct result *result,
                       const struct error *failure, int exit_status, struct error *err)
{
    json_t *streams = json_array(), *sinks = json_array();
    json_int_t staged = 0, unchanged = 0, loaded = 0, published = 0, quarantined = 0;
    for (size_t i = 0; i < result->stream_count; i++) {
        const struct result_stream *s = &result->streams[i];
        json_array_append_new(streams, stream_json(result, s));
        staged += (json_int_t)(s->released - s->unchanged);
        unchanged += (json_int_t)s->unchanged;
        loaded += (json_int_t)result_delivered(result, s, "warehouse");
        published += (json_int_t)result_delivered(result, s, "kafka");
        quarantined += (json_int_t)result_quarantined(result, s);
    }
    for (size_t i = 0; i < result->sink_count; i++)
        json_array_append_new(sinks, sink_json(&result->sinks[i]));
    char started[CLOCK_RFC3339_SIZE], again[CLOCK_RFC3339_SIZE];
    clock_format_rfc3339(result->started_ns, started);
    bool resumable = resume_at(result, failure, again);
    return context_print_json(
        json_pack("{s:i, s:s, s:s, s:s, s:i, s:s?, s:s?, s:s?, s:s, s:I, s:I, s:I, s:I, s:I, "
                  "s:I, s:I, s:o, s:o, s:o, s:I}",
                  "version", SUMMARY_VERSION, "source", d->options->source, "run", d->run,
                  "status", status_word(exit_status), "exit_status", exit_status, "resume_at",
                  resumable ? again : NULL, "error_kind",
                  failure ? error_kind_name(failure->kind) : NULL, "error",
                  failure ? failure->text : NULL, "started", started, "milliseconds",
                  (json_int_t)((result->ended_ns - result->started_ns) / 1000000), "staged",
                  staged, "unchanged", unchanged, "loaded", loaded, "published", published,
                  "quarantined", quarantined, "peak_rss_kib", (json_int_t)memory_peak_kib(),
                  "streams", streams, "sinks", sinks, "failures",
                  failures_json(&result->failures), "more_failures",
                  (json_int_t)result->failures.more),
        err);
}

static void print_stream(const struct deployment *d, const struct result *result,
                         const struct result_stream *s)
{
    uint64_t published = result_delivered(result, s, "kafka");
    uint64_t quarantined = result_quarantined(result, s);
    fprintf(stderr, "%s/%s: ", d->options->source, s->name);
    if (s->slices == 0 && !result_is_new(result, s))
        fputs(s->failed ? "failed, nothing was read" : "nothing new", stderr);
    else
        fprintf(stderr, "%" PRIu64 " records staged from %" PRIu64 " pages, %" PRIu64 " loaded",
                s->released - s->unchanged, s->pages, result_delivered(result, s, "warehouse"));
    if (s->unchanged)
        fprintf(stderr, ", %" PRIu64 " unchanged", s->unchanged);
    if (published)
        fprintf(stderr, ", %" PRIu64 " published", published);
    if (quarantined)
        fprintf(stderr, ", %" PRIu64 " in quarantine (extract show --source %s --quarantine)",
                quarantined, d->options->source);
    if (s->repeated)
        fprintf(stderr, ", %" PRIu64 " repeated, each counted once", s->repeated);
    if (s->purged)
        fprintf(stderr, ", %" PRIu64 " slices are not in the stage any more", s->purged);
    if (s->differing)
        fprintf(stderr, ", %" PRIu64 " of %" PRIu64 " days do not add up (%s)", s->differing,
                s->compared, s->difference);
    if (*s->out_of_reach)
        fprintf(stderr, ", days before %s are out of reach", s->out_of_reach);
    if (s->unknown)
        fprintf(stderr, ", %" PRIu64 " values of unknown fields not taken (%s)", s->unknown,
                s->drift);
    if (s->withheld)
        fprintf(stderr,
                ", %" PRIu64 " slices without fields that the credentials may not see (%s)",
                s->withheld, s->withheld_why);
    fputc('\n', stderr);
}

/* Of what a run that failed did not come to, nobody knows whether there is something new. */
static bool is_told(const struct result *result, const struct result_stream *s,
                    const struct error *failure)
{
    return s->failed || s->slices > 0 || s->differing > 0 || result_is_new(result, s) ||
           (s->wanted && !failure);
}

static void print_text(const struct deployment *d, const struct result *result,
                       const struct error *failure, int exit_status)
{
    for (size_t i = 0; i < result->stream_count; i++) {
        const struct result_stream *stream = &result->streams[i];
        if (is_told(result, stream, failure))
            print_stream(d, result, stream);
    }
    char again[CLOCK_RFC3339_SIZE];
    bool resumable = resume_at(result, failure, again);
    fprintf(stderr, "%s after %.1f s", status_word(exit_status),
            (double)(result->ended_ns - result->started_ns) / (double)CLOCK_SECOND_NS);
    if (resumable)
        fprintf(stderr, "; run the same command again at %s or later", again);
    fputc('\n', stderr);
}

/* What goes on with the next run is no error. slices: of an account that failed, told when they are
 * several. */
static void log_failure(const char *failed, const char *parked, const char *of,
                        const char *name, uint64_t slices, const struct error *error)
{
    char again[CLOCK_RFC3339_SIZE], several[40] = "";
    bool resumable = context_resume_at(error, again);
    if (slices > 1)
        snprintf(several, sizeof several, " slices=%" PRIu64, slices);
    log_event(resumable ? LOG_LEVEL_WARNING : LOG_LEVEL_ERROR, resumable ? parked : failed,
              "%s%s%skind=%s%s %s", of, name, *name ? " " : "", error_kind_name(error->kind),
              several, error->text);
}

/* A token that is refused is one thing, whichever streams met it; and so is what has the same
 * text. */
static bool is_same(const struct failure *a, const struct failure *b)
{
    return a->stream && b->stream && a->error.kind == b->error.kind &&
           (a->error.kind == ERROR_AUTH || strcmp(a->error.text, b->error.text) == 0);
}

/* What failed like the first one, from it on. */
struct alike {
    char names[FAILED_NAMES_SIZE]; /* of streams, commas between */
    uint64_t slices;
};

/* Another account of the same stream did. */
static bool is_named(const struct failures *f, size_t first, size_t i)
{
    for (size_t k = first; k < i; k++) {
        if (is_same(&f->list[k], &f->list[first]) &&
            strcmp(f->list[k].stream, f->list[i].stream) == 0)
            return true;
    }
    return false;
}

/* False: an earlier one failed like it, or it is no stream. */
static bool list_alike(const struct failures *f, size_t first, struct alike *ret_alike)
{
    size_t len = 0;
    *ret_alike = (struct alike){.slices = 0};
    for (size_t i = 0; i < first; i++) {
        if (is_same(&f->list[i], &f->list[first]))
            return false;
    }
    for (size_t i = first; i < f->count; i++) {
        if (!is_same(&f->list[i], &f->list[first]))
            continue;
        ret_alike->slices += f->list[i].slices;
        if (!is_named(f, first, i) && len < sizeof ret_alike->names)
            len += (size_t)snprintf(ret_alike->names + len, sizeof ret_alike->names - len,
                                    "%s%s", len > 0 ? "," : "", f->list[i].stream);
    }
    return len > 0;
}

static bool log_streams(const struct result *result, const struct error *failure)
{
    const struct failures *f = &result->failures;
    struct alike alike;
    bool told = false;
    for (size_t i = 0; i < f->count; i++) {
        if (list_alike(f, i, &alike))
            log_failure("stream.failed", "stream.parked", "stream=", alike.names,
                        *f->list[i].account ? alike.slices : 0, &f->list[i].error);
        told = told || (failure && strcmp(f->list[i].error.text, failure->text) == 0);
    }
    if (f->more > 0)
        log_error("failures.more",
                  "count=%" PRIu64 " are not told here: extract audit export has them all",
                  f->more);
    return told;
}

static void log_failures(const struct result *result, const struct error *failure)
{
    /* every account that cannot be read has been told when it was found out */
    bool told = log_streams(result, failure) || !failure || failure == &result->account_error;
    for (size_t i = 0; i < result->sink_count; i++) {
        const struct result_sink *s = &result->sinks[i];
        if (s->failed)
            log_failure("delivery.failed", "delivery.stopped", "sink=", s->name, 0, &s->error);
        told = told || (s->failed && failure == &s->error);
    }
    if (!told)
        log_failure("failed", "failed", "", "", 0, failure);
}

bool summary_print(struct context *c, const struct deployment *d, const struct result *result,
                   const struct error *failure, int exit_status, struct error *err)
{
    log_failures(result, failure);
    if (context_json(c))
        return print_json(d, result, failure, exit_status, err);
    if (!options_has(c->options, TABLE_QUIET) || exit_status != 0)
        print_text(d, result, failure, exit_status);
    return true;
}
