/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One answer asked for and read, a page of records or a small document: THE one place where a
 * request is tried again.
 *
 *     limiter -> wait or park -> http_send -> walk -> verdict -> complete -> done
 *        ^------------------------ back off <---------'
 *
 * Every answer, a refusal too, is read for what it says about the quota, and that is booked for all
 * runs (source/charge.h). While the API blocks a bucket no request that is charged to it is sent.
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
#include "codec/json.h"
#include "crypto/pseudonym.h"
#include "net/http.h"
#include "quota/limiter.h"
#include "record/policy.h"
#include "record/walk.h"
#include "source/charge.h"
#include "source/credentials.h"
#include "source/facts.h"
#include "source/settings.h"
#include "source/verdict.h"

enum {
    EXCHANGE_ERROR_BODY_MAX = 1024 * 1024, /* of an answer that is neither page nor document */
    EXCHANGE_DOCUMENT_MAX = JSON_DOCUMENT_MAX,
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
    enum walk_fate (*judge)(void *context, const struct walk_keyed *record,
                            const char **ret_reason);
};

/* Who is told about waits, before they begin, about the API's version, once for each thing that
 * there is to say of it in a run, about headers on the quota that make no sense, and about
 * credentials. Any may be NULL. */
struct exchange_watch {
    void *context;
    void (*waiting)(void *context, const char *why, int64_t until_ns);
    void (*retrying)(void *context, const struct error *cause, unsigned attempt,
                     int64_t wait_ns);
    void (*version)(void *context, const struct version_notice *notice);
    void (*malformed)(void *context, const char *header, const struct error *why);
    /* secrets were refused, and others were found where they are: of these names */
    void (*renewed)(void *context, const char *names);
};

/* In place of a stream: what is asked belongs to none (a list of accounts), no pages. */
#define EXCHANGE_NO_STREAM SIZE_MAX

/* Who asks, and through what: the same for all that one thread asks of a source. */
struct exchange_client {
    const struct settings *settings; /* checked */
    struct credentials *credentials; /* NULL: nobody's */
    struct http *http;
    struct limiter *limiter; /* NULL: nothing is counted, only refusals are obeyed */
    struct version_log *versions; /* of the run; NULL: versions are not looked at */
    int64_t max_wait_ns; /* a longer wait for quota parks */
    bool yields; /* a wait for quota is ERROR_QUOTA at once: the caller waits, and asks again */
    struct exchange_watch watch;
};

struct exchange_options {
    struct exchange_client client;
    size_t stream; /* by position in the manifest */
    const char *account; /* who is charged; NULL: the app alone */
    const struct policy *policy; /* this and the next two: of pages */
    const struct pseudonym *pseudonym;
    struct exchange_output output;
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
    const struct walk_constant *constants; /* this and the next two: of pages */
    size_t constant_count;
    char *moment; /* CLOCK_RFC3339_SIZE */
    struct cost_of cost;
    const char *account; /* who is charged, in place of the options'; NULL: who they say */
    size_t requests; /* that a batch stands for, and is charged as; 0: it is one request */
    /* What the records are set aside for: they go to output.quarantine with this reason, those
     * that fit, too. NULL: they are records. */
    const char *set_aside;
};

/* What came. Valid until the next call. A document has no counts and no drifts. */
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
 * Credentials that are refused are read again, and the request is repeated once when others are
 * found (credentials_renew).
 *
 * False: ERROR_QUOTA (parked: not_before_ns), ERROR_STOPPED (asked to stop before an attempt),
 * ERROR_REMOTE, ERROR_NETWORK, ERROR_AUTH, ERROR_DATA, ERROR_TOO_BIG, ERROR_ACCOUNT with the
 * attempts folded into one text, or an error of the output. None of them needs anything undone
 * but what `begin` forgets.
 */
bool exchange_page(struct exchange *e, const struct exchange_call *call,
                   struct exchange_result *ret_result, struct error *err);

/*
 * The same for an answer that is small and wanted whole: an account list, a report job, a token.
 * The body is parsed, up to EXCHANGE_DOCUMENT_MAX; the caller owns *ret_root. Neither output nor
 * `complete` has a part in it. Errors as above, and ERROR_DATA for a document that is too long.
 */
bool exchange_document(struct exchange *e, const struct exchange_call *call, json_t **ret_root,
                       struct exchange_result *ret_result, struct error *err);

/* How many requests that cost this, of at most `most`, can be sent together now without coming
 * near a limit; at least 1: a single one waits for its turn. */
bool exchange_room(const struct exchange *e, const struct cost_of *cost,
                   const struct template_values *values, unsigned most, unsigned *ret_room,
                   struct error *err);

/*
 * An answer inside of the last one, such as an entry of a batch: what its headers say is booked
 * like any other's, and when it is a refusal for the quota, nobody on this host asks again before
 * the wait is over. verdict: what the manifest says of it, by these facts; NULL: nothing is wrong.
 */
bool exchange_inner(struct exchange *e, const struct charge_headers *headers,
                    const struct verdict_rule *verdict, const struct facts *facts,
                    struct error *err);

/* What the last answer meant, after a call that failed: VERDICT_SPLIT, VERDICT_SHRINK,
 * VERDICT_SKIP and VERDICT_RESTART are for the caller to act on. VERDICT_FAIL when there was no
 * answer to judge. */
enum verdict_kind exchange_verdict(const struct exchange *e);
/* What that answer said, without the attempts and what to do next; valid until the next call. */
const char *exchange_said(const struct exchange *e);

#endif
