/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scanner against jansson's json_loadb over the same page: bench_scan PAGE.json
 *
 * The page goes to the scanner in pieces of the size that curl delivers, and once more whole. The
 * handler touches every token and keeps nothing.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/file.h"
#include "measure.h"
#include "record/scan.h"

struct tally {
    uint64_t tokens;
    uint64_t bytes;
};

static bool count_token(void *context, const struct scan_token *token, struct error *err)
{
    struct tally *tally = context;
    (void)err;
    tally->tokens++;
    tally->bytes += token->len + token->flaws + token->escaped;
    return true;
}

static bool count_close(void *context, enum scan_kind kind, struct error *err)
{
    struct tally *tally = context;
    (void)err;
    tally->tokens += kind == SCAN_OBJECT;
    return true;
}

static bool scan_page(struct scan *s, const struct buffer *page, size_t chunk,
                      struct error *err)
{
    scan_reset(s);
    for (size_t at = 0; at < page->len; at += chunk) {
        size_t len = page->len - at < chunk ? page->len - at : chunk;
        if (!scan_feed(s, page->data + at, len, err))
            return false;
    }
    return scan_finish(s, err);
}

static bool run(const char *path, struct error *err)
{
    AUTO(buffer_done) struct buffer page = {.max = MEASURE_PAGE_MAX};
    if (!file_read(path, &page, err))
        return false;
    struct tally tally = {0};
    AUTO(scan_freep)
    struct scan *s = scan_new(&(struct scan_handler){
        .context = &tally,
        .open = count_token,
        .close = count_close,
        .key = count_token,
        .scalar = count_token,
    });
    if (!s)
        return error_memory(err);

    double jansson[MEASURE_ROUNDS];
    double chunks[MEASURE_ROUNDS];
    double whole[MEASURE_ROUNDS];
    for (size_t i = 0; i < MEASURE_ROUNDS; i++) {
        if (!measure_jansson(&page, &jansson[i], err))
            return false;

        int64_t start_ns = clock_monotonic_ns();
        if (!scan_page(s, &page, MEASURE_CHUNK, err))
            return false;
        chunks[i] = measure_rate(&page, start_ns);

        start_ns = clock_monotonic_ns();
        if (!scan_page(s, &page, page.len, err))
            return false;
        whole[i] = measure_rate(&page, start_ns);
    }

    double base = measure_median(jansson);
    printf("page                    %9zu bytes, %" PRIu64 " tokens\n", page.len,
           tally.tokens / (2 * MEASURE_ROUNDS));
    measure_print("jansson json_loadb", base, base);
    measure_print("scan, 16 KiB pieces", measure_median(chunks), base);
    measure_print("scan, in one piece", measure_median(whole), base);
    return true;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: bench_scan PAGE.json\n");
        return 64;
    }
    struct error err;
    if (run(argv[1], &err))
        return 0;
    fprintf(stderr, "bench_scan: %s\n", err.text);
    return error_exit_status(err.kind);
}
