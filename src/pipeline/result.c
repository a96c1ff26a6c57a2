/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/result.h"

#include <string.h>

#include "base/clock.h"

void result_init(struct result *result, const struct deployment *d)
{
    *result = (struct result){
        .stream_count = d->stream_count,
        .started_ns = clock_now_ns(),
    };
    result->ended_ns = result->started_ns;
    for (size_t i = 0; i < d->stream_count; i++) {
        result->streams[i].name = d->streams[i].name;
        result->streams[i].wanted = true;
    }
    result->sink_count = d->options->sink_count;
    for (size_t i = 0; i < result->sink_count; i++)
        result->sinks[i].name = d->options->sinks[i].driver->sink;
}

uint64_t result_delivered(const struct result *result, const struct result_stream *stream,
                          const char *sink)
{
    uint64_t rows = 0;
    for (size_t i = 0; i < result->sink_count; i++)
        rows += strcmp(result->sinks[i].name, sink) == 0 ? stream->delivered[i] : 0;
    return rows;
}

uint64_t result_quarantined(const struct result *result, const struct result_stream *stream)
{
    uint64_t records = stream->quarantined;
    for (size_t i = 0; i < result->sink_count; i++)
        records += stream->refused[i];
    return records;
}

bool result_is_new(const struct result *result, const struct result_stream *stream)
{
    bool new = stream->staged;
    for (size_t i = 0; i < result->sink_count; i++)
        new = new || stream->batches[i] > 0;
    return new;
}

/* What is told: the first thing that is wrong; a wait only when nothing is, and then the longest,
 * or a run that goes on when it says is parked again. */
static bool is_told_before(const struct error *e, const struct error *told)
{
    if (!told)
        return true;
    return told->kind == ERROR_QUOTA &&
           (e->kind != ERROR_QUOTA || e->not_before_ns > told->not_before_ns);
}

const struct error *result_failure(const struct result *result)
{
    const struct error *told = NULL;
    for (size_t i = 0; i < result->stream_count; i++) {
        const struct result_stream *stream = &result->streams[i];
        if (stream->failed && is_told_before(&stream->error, told))
            told = &stream->error;
    }
    if (result->accounts_failed > 0 && is_told_before(&result->account_error, told))
        told = &result->account_error;
    for (size_t i = 0; i < result->sink_count; i++) {
        const struct result_sink *sink = &result->sinks[i];
        if (sink->failed && is_told_before(&sink->error, told))
            told = &sink->error;
    }
    return told;
}

/* A token that is refused ends the whole run. */
static bool was_refused(const struct result *result)
{
    for (size_t i = 0; i < result->stream_count; i++) {
        if (result->streams[i].failed && result->streams[i].error.kind == ERROR_AUTH)
            return true;
    }
    return false;
}

int result_exit_status(const struct result *result)
{
    const struct error *failure = result_failure(result);
    size_t failed = result->accounts_failed > 0, worked = 0;
    uint64_t quarantined = 0, differing = 0, purged = 0;
    for (size_t i = 0; i < result->stream_count; i++) {
        const struct result_stream *stream = &result->streams[i];
        failed += stream->failed;
        /* of several accounts some may have failed and the others not */
        worked += (!stream->failed && stream->slices > 0) ||
                  (result->accounts > 1 && stream->complete > 0);
        quarantined += result_quarantined(result, &result->streams[i]);
        differing += result->streams[i].differing;
        purged += result->streams[i].purged;
    }
    if (was_refused(result))
        return error_exit_status(ERROR_AUTH);
    if (failure && error_exit_status(failure->kind) == error_exit_status(ERROR_QUOTA))
        return error_exit_status(failure->kind);
    if (failure)
        return failed > 0 && worked > 0 ? 1 : error_exit_status(failure->kind);
    return quarantined > 0 || differing > 0 || purged > 0 ? 1 : 0;
}
