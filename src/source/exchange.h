/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One page asked for and read: THE one place where a request is tried again.
 *
 *     limiter -> wait or park -> http_send -> walk -> verdict -> complete -> done
 *        ^------------------------ back off <---------'
 *
 * Attempts, the time they take and every wait are bounded by the manifest; a wait for the quota
 * is bounded by max_wait, and a longer one parks: ERROR_QUOTA with not_before_ns. Records go to
 * the output as they are read, before it is known that the page is whole: begin is called
 * before each attempt, and what came since counts only when exchange_page returns true.
 */
#ifndef SOURCE_EXCHANGE_H
#define SOURCE_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "crypto/pseudonym.h"
#include "net/http.h"
#include "quota/limiter.h"
#include "record/policy.h"
#include "record/walk.h"
#include "source/facts.h"
#include "source/settings.h"

enum {
    EXCHANGE_ERROR_BODY_MAX = 1024 * 1024, /* of an answer that has no records */
};

/* Where records go. An error of these ends the page at once and passes through. */
struct exchange_output {
    void *context;
    bool (*begin)(void *context, struct error *err); /* forget what this page gave so far */
    /* as of struct walk_output */
    bool (*record)(void *context, const char *line, size_t len, size_t fleeting,
                   struct error *err);
    bool (*quarantine)(void *context, const char *line, size_t len, const char *reason,
                       uint64_t position, struct error *err);
};

/* Who is told about waits, before they begin. Either may be NULL. */
struct exchange_watch {
    void *context;
    void (*waiting)(void *context, const char *why, int64_t until_ns);
    void (*retrying)(void *context, const struct error *cause, unsigned attempt,
                     int64_t wait_ns);
};

struct exchange_options {
    const struct settings *settings;
    size_t stream; /* by position in the manifest */
    const char *account;
    struct http *http;
    struct limiter *limiter;
    const struct policy *policy;
    const struct pseudonym *pseudonym;
    int64_t max_wait_ns;
    struct exchange_output output;
    struct exchange_watch watch;
};

struct exchange;

/* The options are copied, what they point to must live longer. */
bool exchange_new(const struct exchange_options *options, struct exchange **ret_exchange,
                  struct error *err);
void exchange_free(struct exchange *e);
CLEANUP_DEFINE(struct exchange, exchange_free)

/* What is asked. moment is one of the constants' values: it is set to the time of the
 * answer. */
struct exchange_call {
    const struct http_request *request;
    const struct template_values *values;
    const struct walk_constant *constants;
    size_t constant_count;
    char *moment; /* CLOCK_RFC3339_SIZE */
};

/* What came. Valid until the next page. */
struct exchange_result {
    struct facts facts;
    struct walk_counts counts;
    const struct walk_drift *drifts;
    size_t drift_count;
    unsigned attempts;
    uint64_t received_bytes; /* of the answer that counts */
    uint64_t decoded_bytes;
};

/*
 * False: ERROR_QUOTA (parked: not_before_ns), ERROR_STOPPED (asked to stop before an attempt),
 * ERROR_REMOTE, ERROR_NETWORK, ERROR_AUTH, ERROR_DATA with the attempts folded into one text,
 * or an error of the output. None of them needs anything undone but what `begin` forgets.
 */
bool exchange_page(struct exchange *e, const struct exchange_call *call,
                   struct exchange_result *ret_result, struct error *err);

#endif
