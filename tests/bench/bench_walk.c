/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walk against jansson's json_loadb over the same page: bench_walk SCHEMA.json PAGE.json
 *
 * The page goes to two walks, in pieces of the size that curl delivers: one whose policy keeps
 * every column, and one with the schema's own policy.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/file.h"
#include "crypto/pseudonym.h"
#include "crypto/secret.h"
#include "measure.h"
#include "record/policy.h"
#include "record/schema.h"
#include "record/walk.h"

static bool take_record(void *context, const char *line, size_t len, size_t fleeting,
                        struct error *err)
{
    uint64_t *bytes = context;
    (void)line;
    (void)fleeting;
    (void)err;
    *bytes += len;
    return true;
}

static bool take_misfit(void *context, const char *line, size_t len, const char *reason,
                        uint64_t position, struct error *err)
{
    (void)context;
    (void)line;
    (void)len;
    return error_set(err, ERROR_DATA, "record %" PRIu64 ": %s", position, reason);
}

static bool walk_page(struct walk *w, const struct buffer *page, struct error *err)
{
    static const struct walk_constant constants[] = {
        {"api_version", "1.4"},
        {"seed", "b92435b8050047da"},
        {"page", "1"},
        {"extracted_at", "2026-11-20T09:30:00Z"},
    };
    if (!walk_begin(w, constants, sizeof constants / sizeof *constants, err))
        return false;
    for (size_t at = 0; at < page->len; at += MEASURE_CHUNK) {
        size_t len = page->len - at < MEASURE_CHUNK ? page->len - at : MEASURE_CHUNK;
        if (!walk_feed(w, page->data + at, len, err))
            return false;
    }
    return walk_finish(w, err);
}

static bool new_walk(const struct policy *policy, const struct pseudonym *pseudonym,
                     uint64_t *bytes, struct walk **ret_walk, struct error *err)
{
    static const char *const captures[] = {"/info/results", "/info/version", "/error", NULL};
    return walk_new(
        &(struct walk_options){
            .policy = policy,
            .pseudonym = pseudonym,
            .selector = "/results/*",
            .captures = captures,
            .output = {.context = bytes, .record = take_record, .quarantine = take_misfit},
        },
        ret_walk, err);
}

/* A column that only its action makes fit (the year of a date) keeps that action. */
static bool keep_all(const struct schema *schema, const struct policy *own,
                     struct policy **ret_policy, struct error *err)
{
    struct policy_override overrides[SCHEMA_COLUMNS_MAX];
    size_t count = schema_column_count(schema);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (mask_result(policy_mask(own, (int)i)) != MASK_INTEGER)
            overrides[kept++] =
                (struct policy_override){schema_columns(schema)[i].name, "keep"};
    return policy_new(schema, overrides, kept, ret_policy, err);
}

static bool run(const char *schema_path, const char *page_path, struct error *err)
{
    AUTO(buffer_done) struct buffer page = {.max = MEASURE_PAGE_MAX};
    AUTO(schema_freep) struct schema *schema = NULL;
    AUTO(policy_freep) struct policy *keeping = NULL;
    AUTO(policy_freep) struct policy *masking = NULL;
    AUTO(secret_freep) struct secret *key = secret_random(PSEUDONYM_KEY_SIZE);
    AUTO(pseudonym_freep) struct pseudonym *pseudonym = key ? pseudonym_new(key, 1) : NULL;
    AUTO(walk_freep) struct walk *keep = NULL;
    AUTO(walk_freep) struct walk *mask = NULL;
    uint64_t kept = 0;
    uint64_t masked = 0;
    if (!pseudonym)
        return error_memory(err);
    if (!file_read(page_path, &page, err) || !schema_load(schema_path, &schema, err) ||
        !policy_new(schema, NULL, 0, &masking, err) ||
        !keep_all(schema, masking, &keeping, err) ||
        !new_walk(keeping, pseudonym, &kept, &keep, err) ||
        !new_walk(masking, pseudonym, &masked, &mask, err))
        return false;

    double rates[3][MEASURE_ROUNDS];
    for (size_t i = 0; i < MEASURE_ROUNDS; i++) {
        if (!measure_jansson(&page, &rates[0][i], err))
            return false;

        int64_t start_ns = clock_monotonic_ns();
        if (!walk_page(keep, &page, err))
            return false;
        rates[1][i] = measure_rate(&page, start_ns);

        start_ns = clock_monotonic_ns();
        if (!walk_page(mask, &page, err))
            return false;
        rates[2][i] = measure_rate(&page, start_ns);
    }

    double base = measure_median(rates[0]);
    printf("page                    %9zu bytes, %" PRIu64 " records; kept %" PRIu64
           " bytes, masked %" PRIu64 "\n",
           page.len, walk_counts(keep)->released, kept / MEASURE_ROUNDS,
           masked / MEASURE_ROUNDS);
    measure_print("jansson json_loadb", base, base);
    measure_print("walk, all kept", measure_median(rates[1]), base);
    measure_print("walk, schema's policy", measure_median(rates[2]), base);
    return true;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: bench_walk SCHEMA.json PAGE.json\n");
        return 64;
    }
    struct error err;
    if (secret_init(&err) && run(argv[1], argv[2], &err))
        return 0;
    fprintf(stderr, "bench_walk: %s\n", err.text);
    return error_exit_status(err.kind);
}
