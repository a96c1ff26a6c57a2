/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/result.h"

#include "base/clock.h"

void result_init(struct result *result, const struct deployment *d)
{
    *result = (struct result){
        .stream_count = d->stream_count,
        .started_ns = clock_now_ns(),
    };
    result->ended_ns = result->started_ns;
    for (size_t i = 0; i < d->stream_count; i++)
        result->streams[i].name = d->streams[i].name;
}

const struct error *result_failure(const struct result *result)
{
    for (size_t i = 0; i < result->stream_count; i++) {
        if (result->streams[i].failed)
            return &result->streams[i].error;
    }
    return result->load_failed ? &result->load_error : NULL;
}

int result_exit_status(const struct result *result)
{
    const struct error *failure = result_failure(result);
    size_t failed = 0, worked = 0;
    uint64_t quarantined = 0;
    for (size_t i = 0; i < result->stream_count; i++) {
        failed += result->streams[i].failed;
        worked += !result->streams[i].failed && result->streams[i].slices > 0;
        quarantined += result->streams[i].quarantined;
    }
    if (failure && error_exit_status(failure->kind) == error_exit_status(ERROR_QUOTA))
        return error_exit_status(failure->kind);
    if (failure)
        return failed > 0 && worked > 0 ? 1 : error_exit_status(failure->kind);
    return quarantined > 0 ? 1 : 0;
}
