/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which version of the API is asked for, which one answers, and how long it will be there.
 *
 *     "version": "v26.0",
 *     "versions": {"pattern": "v[0-9]+\\.[0-9]+", "header": "facebook-api-version",
 *                  "warning_header": "x-ad-api-version-warning",
 *                  "sunset": {"v24.0": "2026-10-06"}}
 *
 * With a pattern, [<source>] api_version takes another version that matches it. An API may answer
 * in another version than it was asked for and call that success: so the headers are looked at
 * whatever the answer is.
 */
#ifndef SOURCE_VERSION_H
#define SOURCE_VERSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "codec/place.h"
#include "source/quote.h"
#include "source/setting.h"

enum {
    VERSION_TEXT_MAX = 32,
    VERSION_SUNSETS_MAX = 32,
    VERSION_NOTICE_DAYS = 60, /* a version that ends sooner is warned of */
    VERSION_NOTICES_MAX = 16, /* different ones of a run */
};

struct version_sunset {
    const char *version;
    int64_t day; /* the first one on which it may be gone, days since 1970-01-01 */
};

struct version_rule {
    struct setting choice; /* api_version; no pattern: the version is fixed */
    bool open; /* it may be chosen */
    const char *header; /* NULL: the API does not say in which version it answers */
    const char *warning_header; /* NULL: nor that one ends */
    struct version_sunset sunsets[VERSION_SUNSETS_MAX];
    size_t sunset_count;
};

/* Reads the rule at p; version is the manifest's own, which has to match. */
bool version_read(struct place *p, const json_t *value, const char *version,
                  struct version_rule *ret_rule, struct error *err);
void version_done(struct version_rule *rule);

/* How long a version has got from a day on. */
enum version_outlook {
    VERSION_UNKNOWN, /* nobody knows when it ends */
    VERSION_LASTING,
    VERSION_ENDING, /* within VERSION_NOTICE_DAYS */
    VERSION_ENDED,
};
enum version_outlook version_outlook(const struct version_rule *rule, const char *version,
                                     int64_t today, int64_t *ret_end_day);
/* One sentence about it for the user; "" when there is nothing to say. */
enum { VERSION_WORDS_SIZE = 160 };
void version_words(const struct version_rule *rule, const char *version, int64_t today,
                   char ret_words[VERSION_WORDS_SIZE]);

/* What an answer said about its version that was not expected. */
struct version_notice {
    const char *asked;
    char served[VERSION_TEXT_MAX + 8]; /* another version than that; "" none */
    char warning[QUOTE_SIZE]; /* the API's words; "" none */
};

/* What was noticed already, by all who share it: one for a run, for any number of threads. */
struct version_log;

struct version_log *version_log_new(void);
void version_log_free(struct version_log *log);
CLEANUP_DEFINE(struct version_log, version_log_free)

/* Looks at the two headers of an answer (NULL: absent). True when there is something to say that
 * nobody was told before. */
bool version_note(struct version_log *log, const char *asked, const char *served,
                  const char *warning, struct version_notice *ret_notice);
/* The notices so far, by position; false behind the last one. */
bool version_noticed(struct version_log *log, size_t i, struct version_notice *ret_notice);

#endif
