/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The settings of one source that are in force: the manifest's defaults, and what the section
 * [<source>] of the configuration sets over them. The keys such a section may have are exactly
 *
 *     base_url           where the API lives
 *     api_version        another version, where the manifest lets one be chosen
 *     accounts           "1,2": these alone, where the API has accounts
 *     streams            the streams of a run that names none, where the manifest has some that
 *                        are not read by default
 *     lookback           "7d" in place of the lookback of every stream that has one
 *     limit_<bucket>     "20000/5m" in place of the manifest's capacity and window, or "none"
 *     <setting>          one of the manifest's
 *     <secret>           one of its auth: a reference to it
 *
 * What is reserved of every limit for other tools is set for all sources together.
 *
 *     settings_new, settings_reserve, settings_set …, settings_check; read only from there on
 */
#ifndef SOURCE_SETTINGS_H
#define SOURCE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "quota/limiter.h"
#include "source/manifest.h"
#include "source/template.h"

enum {
    SETTINGS_KEYS_MAX = 5 + MANIFEST_BUCKETS_MAX + SETTING_COUNT_MAX + AUTH_SECRETS_MAX,
    SETTINGS_ACCOUNTS_MAX = 1000,
    SETTINGS_LIMIT_SIZE = 64,
};

struct settings;

/* All defaults. The manifest must live longer. NULL when memory is out. */
struct settings *settings_new(const struct manifest *m);
void settings_free(struct settings *s);
CLEANUP_DEFINE(struct settings, settings_free)

/* Sets one key. ERROR_CONFIG says what is wrong ("unknown key …, did you mean …?", "users:
 * expected …"); the caller adds file and line. */
bool settings_set(struct settings *s, const char *key, const char *value, struct error *err);
/* Leaves so many percent of every limit to other tools, 0 to USAGE_RESERVED_MAX. */
void settings_reserve(struct settings *s, unsigned percent);
/* What only shows when all is set: the pages of every stream fit the API, and a request's cost
 * fits its bucket. ERROR_CONFIG. */
bool settings_check(const struct settings *s, struct error *err);

/* The keys in their order, for `extract config`, man page and completions. */
struct settings_key {
    char name[SETTING_NAME_MAX + 8];
    const char *type; /* "url", "limit", "reference", "days", "integer", "string", "list" */
    const char *description;
    const char *value; /* in force; NULL: unset */
    bool changed; /* set by settings_set */
};
size_t settings_keys(const struct settings *s, struct settings_key ret_keys[SETTINGS_KEYS_MAX]);

const struct manifest *settings_manifest(const struct settings *s);
/* The version of the API that is asked for. */
const char *settings_version(const struct settings *s);
/* The accounts that alone are wanted, each once, NULL-terminated; empty: all. */
const char *const *settings_accounts(const struct settings *s);
/* Where a secret is, by position in the manifest's auth; NULL: nobody said. */
const char *settings_reference(const struct settings *s, size_t secret);
/* Without a slash at its end. */
const char *settings_base_url(const struct settings *s);
/* The allow-list for the HTTP client, NULL-terminated: the host and port of base_url. */
const char *const *settings_hosts(const struct settings *s);
/* The rule in force of a bucket, by position in the manifest; NULL: no limit. */
const struct bucket_rule *settings_bucket(const struct settings *s, size_t bucket);

/* Whether a run that names no streams reads this one, by position in the manifest. */
bool settings_wants(const struct settings *s, size_t stream);
/* How it is cut, with the lookback in force. */
struct slice_rule settings_slice(const struct settings *s, size_t stream);

/* What the limiter knows a bucket of an account by: "SOURCE/ACCOUNT/BUCKET", or "SOURCE/BUCKET"
 * when all accounts share it. */
void settings_quota_key(const struct settings *s, const char *account, size_t bucket,
                        char ret_key[LIMITER_KEY_MAX + 1]);

/* {source}, {version} and {settings.…} in *values; they point into s. */
void settings_fill(const struct settings *s, struct template_values *values);

/* What a slice of a stream takes, for `extract plan`. */
struct settings_forecast {
    uint64_t pages; /* 0: nobody knows before it is read */
    uint64_t records; /* 0: the same */
    /* of all its pages together, by bucket; of one when nobody knows how many there are */
    uint64_t cost[MANIFEST_BUCKETS_MAX];
    uint64_t create[MANIFEST_BUCKETS_MAX]; /* of having one report made; 0: there are none */
};
bool settings_forecast(const struct settings *s, size_t stream,
                       struct settings_forecast *ret_forecast, struct error *err);

/* What one request costs of a bucket, rendered with values. ERROR_CONFIG when it is no number
 * from 1 up. */
bool settings_cost(const struct cost *cost, const struct template_values *values,
                   uint64_t *ret_amount, struct error *err);

#endif
