/* SPDX-License-Identifier: Apache-2.0 */
/* extract check: everything a run needs, looked at one by one, nothing fetched or made. A source
 * that wants credentials is asked about them, and about the accounts that they can see. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "command/context.h"
#include "command/progress.h"
#include "crypto/secret.h"
#include "net/cluster.h"
#include "pipeline/access.h"

/* The WAL-reset race of SQLite, fixed in 3.51.3; we avoid it by having one writer. */
enum { SQLITE_SOUND_VERSION = 3051003 };

enum {
    SCRIPT_MAX = 1024 * 1024,
    ACCOUNTS_SHOWN = 50, /* of those that are fine */
};

enum finding { FOUND_GOOD, FOUND_NOTICE, FOUND_BAD };

/* What the checks share and fill in. */
struct check {
    struct context *context;
    struct deployment *deployment;
    json_t *findings;
    enum finding worst;
    size_t failures;
    const char *failed; /* the first one; this and the next only then */
    struct error error;
};

static void found(struct check *k, enum finding finding, const char *what, const char *text)
{
    static const char *const words[] = {"ok", "note", "FAILED"};
    if (!context_json(k->context))
        printf("%-8s%-16s%s\n", words[finding], what, text);
    json_array_append_new(k->findings, json_pack("{s:s, s:s, s:s}", "check", what, "result",
                                                 words[finding], "text", text));
    if (finding > k->worst)
        k->worst = finding;
}

static void failed(struct check *k, const char *what, const struct error *err)
{
    if (k->failures++ == 0) {
        k->failed = what;
        k->error = *err;
    }
    found(k, FOUND_BAD, what, err->text);
}

static void check_configuration(struct check *k)
{
    const char *path = config_path(k->context->config);
    found(k, FOUND_GOOD, "configuration", path ? path : "no file, all defaults");
}

static void check_source(struct check *k)
{
    char text[256];
    struct error err;
    const struct deployment_options *o = &k->context->deployment;
    if (!o->source)
        return;
    if (!deployment_open(o, 0, 0, &k->deployment, &err)) {
        failed(k, "source", &err);
        return;
    }
    const struct manifest *m = k->deployment->manifest;
    const char *version = settings_version(o->settings);
    char words[VERSION_WORDS_SIZE];
    snprintf(text, sizeof text, "%s, API %s, %zu streams", o->source, version, m->stream_count);
    found(k, FOUND_GOOD, "source", text);
    version_words(&m->versions, version, clock_day_of(clock_now_ns()), words);
    if (*words)
        found(k, FOUND_NOTICE, "version", words);
}

/* Which secrets are at hand, by name. */
static void tell_credentials(struct check *k, const struct access *a)
{
    const struct auth_rule *auth = &k->deployment->manifest->auth;
    AUTO(buffer_done) struct buffer text;
    buffer_init(&text, SCRIPT_MAX);
    for (size_t i = 0; i < auth->secret_count; i++) {
        bool set = settings_reference(k->deployment->options->settings, i) != NULL;
        buffer_printf(&text, "%s%s%s", i > 0 ? ", " : "", auth->names[i],
                      set ? "" : " not set");
    }
    if (auth->proof.query)
        buffer_append_text(&text, credentials_proven(a->credentials)
                                      ? ": requests carry a proof"
                                      : ": requests carry no proof");
    found(k, FOUND_GOOD, "credentials", buffer_text(&text) ? buffer_text(&text) : "");
}

/* Nobody says what it is good for: we cannot ask as we should, or the service has its reasons. */
static void tell_unknown_token(struct check *k, const struct access *a, struct error *why)
{
    char lacking[ACCESS_NAMES_SIZE], text[INTROSPECTION_TEXT_SIZE];
    access_token_lacks(a, lacking);
    error_prefix(why, "the service does not say what it is good for");
    snprintf(text, sizeof text, "the service does not say what it is good for without [%s] %s",
             k->deployment->manifest->source, lacking);
    found(k, FOUND_NOTICE, "token", *lacking ? text : why->text);
}

/* False: nothing can be asked with it. */
static bool check_token(struct check *k, const struct access *a)
{
    static const enum finding findings[] = {
        [INTROSPECTION_GOOD] = FOUND_GOOD,
        [INTROSPECTION_SOON] = FOUND_NOTICE,
        [INTROSPECTION_BAD] = FOUND_BAD,
    };
    char text[INTROSPECTION_TEXT_SIZE];
    enum introspection_grade grade;
    struct error err;
    bool told = access_token(a, &grade, text, &err);
    if (!told &&
        err.kind == ERROR_REMOTE) { /* it may be good, and not for asking about itself */
        tell_unknown_token(k, a, &err);
        return true;
    }
    if (!told) {
        failed(k, "token", &err);
        return false;
    }
    if (grade != INTROSPECTION_BAD) {
        found(k, findings[grade], "token", text);
        return true;
    }
    error_set(&err, ERROR_AUTH, "%s", text);
    failed(k, "token", &err);
    return false;
}

static void tell_account(struct check *k, const struct account *a)
{
    char text[ERROR_TEXT_MAX];
    struct error err;
    snprintf(text, sizeof text, "%s: %s%s%s", a->id, a->time_zone, *a->name ? ", " : "",
             a->name);
    if (a->failed) {
        error_set(&err, a->failure.kind, "%s: %.900s", a->id, a->failure.text);
        failed(k, "account", &err);
    } else {
        found(k, FOUND_GOOD, "account", text);
    }
}

static void check_accounts(struct check *k, const struct access *a)
{
    AUTO(cleanup_free) struct account *accounts = NULL;
    size_t count = 0, fine = 0;
    char text[128];
    struct error err;
    if (!access_accounts(a, &accounts, &count, &err)) {
        failed(k, "accounts", &err);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        fine += !accounts[i].failed;
        if (accounts[i].failed || fine <= ACCOUNTS_SHOWN)
            tell_account(k, &accounts[i]);
    }
    snprintf(text, sizeof text, "%zu of %zu can be read", fine, count);
    if (count > 0) {
        found(k, fine == count ? FOUND_GOOD : FOUND_NOTICE, "accounts", text);
        return;
    }
    error_set(&err, ERROR_AUTH, "these credentials can see no account");
    failed(k, "accounts", &err);
}

static void ask_source(struct check *k, const struct watch *watch)
{
    struct access a = {.deployment = k->deployment, .watch = watch};
    const struct manifest *m = k->deployment->manifest;
    struct error err;
    if (!access_open(&a, false, &err)) {
        failed(k, "credentials", &err);
    } else {
        tell_credentials(k, &a);
        if (!m->auth.has_inspect || check_token(k, &a))
            check_accounts(k, &a);
    }
    access_close(&a);
}

/* An API that takes anybody and has no accounts is asked nothing. */
static void check_access(struct check *k)
{
    const struct manifest *m = k->deployment ? k->deployment->manifest : NULL;
    if (!m || m->auth.kind == AUTH_NONE)
        return;
    AUTO(progress_freep)
    struct progress *progress = progress_new(options_has(k->context->options, TABLE_QUIET));
    struct error err;
    if (progress) {
        ask_source(k, progress_watch(progress));
        return;
    }
    error_memory(&err);
    failed(k, "credentials", &err);
}

static void check_state(struct check *k)
{
    char text[512];
    struct error err;
    uint64_t space;
    const char *state = k->context->state;
    if (!file_exists(state)) {
        snprintf(text, sizeof text, "%s is made by the first run", state);
        found(k, FOUND_NOTICE, "state folder", text);
        return;
    }
    if (!file_make_private_folder(state, &err) || !file_space(state, &space, &err)) {
        failed(k, "state folder", &err);
        return;
    }
    snprintf(text, sizeof text, "%s, %llu MiB free", state, (unsigned long long)(space >> 20));
    bool enough = space >= k->context->deployment.free_space;
    if (!enough)
        error_set(&err, ERROR_STORE, "%s: less than [stage] free_space", text);
    if (enough)
        found(k, FOUND_GOOD, "state folder", text);
    else
        failed(k, "state folder", &err);
}

static void check_keys(struct check *k)
{
    char text[512];
    struct error err;
    AUTO(keyring_freep) struct keyring *keyring = NULL;
    AUTO(cleanup_free) char *path = file_join(k->context->state, "keyring.json");
    if (path && !file_exists(path)) {
        found(k, FOUND_NOTICE, "keys",
              "made by the first run; settle the escrow copy before it: "
              "extract keys init --escrow FILE");
        return;
    }
    const struct keyring_options options = {
        .state_folder = k->context->state,
        .kek = k->context->deployment.kek,
        .passphrase = k->context->deployment.passphrase,
    };
    bool made;
    if (!keyring_open(&options, &keyring, &made, &err)) {
        failed(k, "keys", &err);
        return;
    }
    int64_t settled;
    bool open = keyring_escrow_kind(keyring, &settled) == RING_ESCROW_OPEN;
    snprintf(text, sizeof text, "%s from %s%s", keyring_kek_id(keyring),
             keyring_source(keyring),
             open ? "; no escrow copy: extract keys init --escrow FILE" : "");
    found(k, open ? FOUND_NOTICE : FOUND_GOOD, "keys", text);
}

static void check_stage(struct check *k)
{
    struct error err;
    const struct deployment_options *o = &k->context->deployment;
    const struct store_options options = deployment_stage(o, o->source, NULL);
    if (!options.source || !store_exists(&options))
        return;
    AUTO(store_closep) struct store *s = NULL;
    if (store_open_read(&options, &s, &err))
        found(k, FOUND_GOOD, "stage", store_path(s));
    else
        failed(k, "stage", &err);
}

/* Opened for reading, and asked what every stream of the source would find there. */
static bool try_sink(const struct deployment *d, size_t i, struct buffer *script,
                     struct error *err)
{
    const struct sink_options options = deployment_sink(d, i, true);
    AUTO(sink_closep) struct sink *sink = NULL;
    if (!sink_open(&options, &sink, err))
        return false;
    for (size_t stream = 0; stream < d->stream_count; stream++) {
        const struct driver_stream target = deployment_stream(d, stream);
        struct ddl_change change;
        if (!sink_plan(sink, &target, script, &change, err))
            return false;
    }
    return true;
}

static void check_sinks(struct check *k)
{
    const struct deployment *d = k->deployment;
    for (size_t i = 0; d && i < d->options->sink_count; i++) {
        const struct driver *driver = d->options->sinks[i].driver;
        AUTO(buffer_done) struct buffer script;
        buffer_init(&script, SCRIPT_MAX);
        struct error err;
        char text[128];
        if (!try_sink(d, i, &script, &err)) {
            failed(k, driver->sink, &err);
            continue;
        }
        snprintf(text, sizeof text, "%s%s", driver->name,
                 script.len ? ": extract ddl says what is made or changed there" : "");
        found(k, script.len ? FOUND_NOTICE : FOUND_GOOD, driver->sink, text);
    }
}

static void check_memory(struct check *k)
{
    if (secret_locked())
        found(k, FOUND_GOOD, "memory", "keys are locked in memory");
    else
        found(k, FOUND_NOTICE, "memory",
              "keys cannot be locked in memory (ulimit -l): encrypt swap, or raise the limit");
}

static void check_sqlite(struct check *k)
{
    char text[160];
    int v = sqlite_library_version();
    bool sound = v >= SQLITE_SOUND_VERSION;
    snprintf(text, sizeof text, "SQLite %d.%d.%d%s", v / 1000000, v / 1000 % 1000, v % 1000,
             sound ? ""
                   : ": older than 3.51.3; never open the stage for writing with another "
                     "program");
    found(k, sound ? FOUND_GOOD : FOUND_NOTICE, "libraries", text);
}

static void check_librdkafka(struct check *k)
{
    char text[160];
    bool sound;
    const char *version = cluster_library(&sound);
    snprintf(text, sizeof text, "librdkafka %s%s", version,
             sound ? ""
                   : ": may fail when it sends again; use 2.5 or newer, or Debian's 2.0.2");
    found(k, sound ? FOUND_GOOD : FOUND_NOTICE, "libraries", text);
}

static void (*const checks[])(struct check *) = {
    check_configuration, check_source, check_access, check_state,  check_keys,
    check_stage,         check_sinks,  check_memory, check_sqlite, check_librdkafka,
};

bool cmd_check(struct context *c, int *ret_status, struct error *err)
{
    AUTO(json_decrefp) json_t *findings = json_array();
    if (!findings)
        return error_memory(err);
    struct check k = {.context = c, .findings = findings};
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        checks[i](&k);
    deployment_free(k.deployment);
    if (k.failures > 0 && !context_json(c))
        printf("%zu FAILED, first: %s\n", k.failures, k.failed);
    *ret_status = k.worst == FOUND_BAD ? error_exit_status(k.error.kind) : 0;
    return !context_json(c) || context_print_json(json_pack("{s:O}", "checks", findings), err);
}
