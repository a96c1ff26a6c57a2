/* SPDX-License-Identifier: Apache-2.0 */
#include "command/context.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/log.h"
#include "base/text.h"
#include "sink/registry.h"

enum { SOURCE_LIST_MAX = 512 };

static const char policy_prefix[] = "policy ";

/* A source's section holds exactly what its settings take. */
static bool declare_source(struct context *c, struct context_source *source, struct error *err)
{
    size_t count = settings_keys(source->settings, source->keys);
    for (size_t i = 0; i < count; i++) {
        const struct config_row row = {
            .section = source->manifest->source,
            .key = source->keys[i].name,
            /* the settings' own rules are applied by settings_set */
            .type =
                strcmp(source->keys[i].type, "reference") == 0 ? CONFIG_REFERENCE : CONFIG_TEXT,
            .fallback = source->keys[i].value,
            .help = source->keys[i].description,
        };
        if (!config_declare(c->config, &row, err))
            return false;
    }
    source->key_count = count;
    return true;
}

/* A sink's section holds what the settings of its drivers take. */
static bool declare_sinks(struct context *c, struct error *err)
{
    static const enum config_type types[] = {
        [DRIVER_TEXT] = CONFIG_TEXT,           [DRIVER_INTEGER] = CONFIG_INTEGER,
        [DRIVER_DURATION] = CONFIG_DURATION,   [DRIVER_SIZE] = CONFIG_SIZE,
        [DRIVER_BOOLEAN] = CONFIG_BOOLEAN,     [DRIVER_CHOICE] = CONFIG_CHOICE,
        [DRIVER_REFERENCE] = CONFIG_REFERENCE,
    };
    const struct driver *driver;
    for (size_t d = 0; (driver = registry_at(d)); d++)
        for (size_t i = 0; i < driver->setting_count; i++) {
            const struct driver_setting *s = &driver->settings[i];
            const struct config_row row = {
                .section = driver->sink,
                .key = s->key,
                .type = types[s->type],
                .choices = s->choices,
                .minimum = s->minimum,
                .maximum = s->maximum,
                .fallback = s->fallback,
                .help = s->help,
            };
            if (!config_declare(c->config, &row, err))
                return false;
        }
    return true;
}

static struct context_source *find_source(struct context *c, const char *name)
{
    for (size_t i = 0; i < c->source_count; i++) {
        if (strcmp(c->sources[i].manifest->source, name) == 0)
            return &c->sources[i];
    }
    return NULL;
}

/* Whether the source has what --stream and --account name. */
static bool check_names(const struct options *o, const struct manifest *m, struct error *err)
{
    size_t ignored;
    for (size_t i = 0; i < o->stream_count; i++) {
        if (!manifest_find_stream(m, o->streams[i], &ignored, err))
            return error_prefix(err, "--stream %.64s", o->streams[i]);
    }
    for (size_t i = 0; i < o->account_count; i++) {
        bool single = m->accounts.kind == ACCOUNT_SINGLE;
        if (single && strcmp(o->accounts[i], MANIFEST_SINGLE_ACCOUNT) != 0)
            return error_set(err, ERROR_USAGE, "--account %.64s: %s has no accounts",
                             o->accounts[i], m->source);
        if (!single && !account_is_id(&m->accounts, o->accounts[i]))
            return error_set(err, ERROR_USAGE,
                             "--account %.64s: no account of %s has such an id", o->accounts[i],
                             m->source);
    }
    return true;
}

static bool load_source(struct context *c, const char *name, struct error *err)
{
    if (find_source(c, name))
        return true;
    if (c->source_count == CONTEXT_SOURCES_MAX)
        return error_set(err, ERROR_CONFIG, "more than %d sources are configured",
                         CONTEXT_SOURCES_MAX);
    AUTO(cleanup_free)
    char *path =
        text_format("%s/sources/%s.json", config_text(c->config, "extract", "data"), name);
    if (!path)
        return error_memory(err);
    struct context_source *source = &c->sources[c->source_count];
    if (!manifest_load(path, &source->manifest, err))
        return false;
    c->source_count++;
    source->settings = settings_new(source->manifest);
    return source->settings ? declare_source(c, source, err) : error_memory(err);
}

static bool load_if_there(struct context *c, const char *name, struct error *err)
{
    AUTO(cleanup_free)
    char *path =
        text_format("%s/sources/%s.json", config_text(c->config, "extract", "data"), name);
    if (!path)
        return error_memory(err);
    return !text_is_identifier(name) || !file_exists(path) || load_source(c, name, err);
}

/* The source of "SOURCE/STREAM". */
static void policy_source(const struct config_policy *p, char ret_name[CONFIG_SECTION_MAX + 1])
{
    snprintf(ret_name, CONFIG_SECTION_MAX + 1, "%.*s", (int)strcspn(p->target, "/"), p->target);
}

/* A section that is no source stays foreign, and config_finish refuses it by name and line; a
 * policy for no source is refused by fill_overrides. */
static bool load_configured_sources(struct context *c, struct error *err)
{
    const char *names[CONTEXT_SOURCES_MAX];
    size_t count = config_foreign_sections(c->config, names, CONTEXT_SOURCES_MAX);
    for (size_t i = 0; i < count; i++) {
        if (!load_if_there(c, names[i], err))
            return false;
    }
    struct config_policy p;
    for (size_t cursor = 0; config_policy_next(c->config, &cursor, &p);) {
        char name[CONFIG_SECTION_MAX + 1];
        policy_source(&p, name);
        if (!load_if_there(c, name, err))
            return false;
    }
    return true;
}

/* A name that is mistyped, or a folder that is not the right one. */
static bool no_source(const char *data, const char *name, struct error *err)
{
    AUTO(folder_names_done) struct folder_names there = {0};
    AUTO(cleanup_free) char *folder = text_format("%s/sources", data);
    AUTO(buffer_done) struct buffer list;
    struct error unreadable;
    buffer_init(&list, SOURCE_LIST_MAX);
    if (!folder)
        return error_memory(err);
    if (!folder_list(folder, ".json", &there, &unreadable) || there.count == 0)
        return error_set(err, ERROR_USAGE,
                         "--source %.64s: there is no %s/%.64s.json, nor any other source: is "
                         "[extract] data right?",
                         name, folder, name);
    for (size_t i = 0; i < there.count; i++)
        if (!buffer_printf(&list, "%s%s", i > 0 ? ", " : "", there.name[i]))
            break; /* the first ones do */
    const char *nearest = text_nearest(name, there.name);
    return error_set(err, ERROR_USAGE,
                     "--source %.64s: there is no %s/%.64s.json%s%s%s; there is %s", name,
                     folder, name, nearest ? " (did you mean " : "", nearest ? nearest : "",
                     nearest ? "?)" : "", buffer_text(&list) ? buffer_text(&list) : "");
}

static bool load_named_source(struct context *c, struct error *err)
{
    const char *name = c->options->value[TABLE_SOURCE];
    if (!name)
        return true;
    const char *data = config_text(c->config, "extract", "data");
    AUTO(cleanup_free) char *path = text_format("%s/sources/%s.json", data, name);
    if (!path)
        return error_memory(err);
    if (!text_is_identifier(name) || !file_exists(path))
        return no_source(data, name, err);
    /* the first source that is loaded */
    return load_source(c, name, err) && check_names(c->options, c->sources[0].manifest, err);
}

static bool apply_settings(struct context *c, struct context_source *source, struct error *err)
{
    const char *section = source->manifest->source;
    settings_reserve(source->settings, 100 - config_percent(c->config, "quota", "share"));
    for (size_t i = 0; i < source->key_count; i++) {
        const char *key = source->keys[i].name;
        if (!config_is_set(c->config, section, key))
            continue;
        if (!settings_set(source->settings, key, config_text(c->config, section, key), err)) {
            char where[CONFIG_WHERE_MAX];
            config_where(c->config, section, key, where);
            return error_prefix(err, "%s: [%s]", where, section);
        }
    }
    return settings_check(source->settings, err) || error_prefix(err, "[%s]", section);
}

static bool find_target(struct context *c, const struct config_policy *p,
                        const struct manifest **ret_manifest, const char **ret_stream,
                        struct error *err)
{
    char name[CONFIG_SECTION_MAX + 1];
    policy_source(p, name);
    const struct context_source *source = find_source(c, name);
    const char *slash = strchr(p->target, '/');
    if (!source || !slash)
        return error_set(err, ERROR_CONFIG,
                         "must be [%sSOURCE/STREAM] with a source of the sources folder",
                         policy_prefix);
    size_t stream;
    if (!manifest_find_stream(source->manifest, slash + 1, &stream, err)) {
        err->kind = ERROR_CONFIG;
        return false;
    }
    *ret_manifest = source->manifest;
    *ret_stream = source->manifest->streams[stream].name;
    return true;
}

/* Every policy must be for something that there is: one that a typing error puts out of force would
 * let out what it was to hide. Those of the deployment's source are kept. */
static bool fill_overrides(struct context *c, const struct manifest *m, struct error *err)
{
    struct deployment_options *d = &c->deployment;
    d->overrides = c->overrides;
    d->overrides_file = config_path(c->config);
    struct config_policy p;
    for (size_t cursor = 0; config_policy_next(c->config, &cursor, &p);) {
        const struct manifest *of;
        const char *stream;
        if (!find_target(c, &p, &of, &stream, err))
            return error_prefix(err, "%s:%d: [%s]", config_path(c->config), p.line, p.section);
        if (of != m)
            continue;
        if (d->override_count == CONTEXT_OVERRIDES_MAX)
            return error_set(err, ERROR_CONFIG, "%s: more than %d policies are configured",
                             config_path(c->config), CONTEXT_OVERRIDES_MAX);
        c->overrides[d->override_count++] = (struct deployment_override){
            .stream = stream,
            .column = p.column,
            .action = p.action,
            .line = p.line,
        };
    }
    return true;
}

static bool is_turned_on(const struct context *c, const struct driver *driver)
{
    if (driver->enabled_by)
        return config_is_set(c->config, driver->sink, driver->enabled_by);
    return strcmp(config_text(c->config, driver->sink, "driver"), driver->name) == 0;
}

static void fill_sinks(struct context *c)
{
    struct deployment_options *o = &c->deployment;
    const struct driver *driver;
    for (size_t d = 0; (driver = registry_at(d)) && o->sink_count < DEPLOYMENT_SINKS_MAX; d++) {
        if (!is_turned_on(c, driver))
            continue;
        struct deployment_sink *sink = &o->sinks[o->sink_count++];
        sink->driver = driver;
        for (size_t i = 0; i < driver->setting_count; i++)
            sink->values[i] = config_text(c->config, driver->sink, driver->settings[i].key);
    }
}

static bool fill_deployment(struct context *c, struct error *err)
{
    const char *name = c->options->value[TABLE_SOURCE];
    c->deployment = (struct deployment_options){
        .state = c->state,
        .data = config_text(c->config, "extract", "data"),
        .source = name,
        .kek = config_text(c->config, "keys", "kek"),
        .passphrase = config_text(c->config, "keys", "passphrase"),
        .ca_file = config_text(c->config, "http", "ca_file"),
        .sink_retry_ns = config_duration_ns(c->config, "delivery", "retry"),
        .stage_budget = config_size(c->config, "stage", "budget"),
        .free_space = config_size(c->config, "stage", "free_space"),
        .actor = c->options->value[TABLE_ACTOR],
    };
    struct context_source *source = name ? find_source(c, name) : NULL;
    c->deployment.settings = source ? source->settings : NULL;
    if (source)
        c->deployment.accounts = c->options->account_count > 0
                                     ? c->options->accounts
                                     : settings_accounts(source->settings);
    fill_sinks(c);
    return fill_overrides(c, source ? source->manifest : NULL, err);
}

static bool apply_all_settings(struct context *c, struct error *err)
{
    for (size_t i = 0; i < c->source_count; i++) {
        if (!apply_settings(c, &c->sources[i], err))
            return false;
    }
    return true;
}

/* The state folder in force, which `extract config` shows in every case. */
static bool settle_state(struct context *c, struct error *err)
{
    const char *state = c->options->value[TABLE_STATE];
    if (state && !config_override(c->config, "extract", "state", state, "--state", err))
        return false;
    state = config_text(c->config, "extract", "state");
    c->state = state ? strdup(state) : config_default_state();
    if (!c->state)
        return error_memory(err);
    return state || config_override(c->config, "extract", "state", c->state, "default", err);
}

/* Secrets stand as references, so the digest tells nothing of them. */
static bool digest_config(struct context *c, struct error *err)
{
    AUTO(buffer_done) struct buffer text;
    buffer_init(&text, CONFIG_FILE_MAX);
    for (size_t i = 0; i < config_rows(c->config); i++) {
        const struct config_row *row = config_row_at(c->config, i);
        const char *value = config_text(c->config, row->section, row->key);
        if (value && !buffer_printf(&text, "[%s] %s=%s\n", row->section, row->key, value))
            return error_memory(err);
    }
    for (size_t i = 0; i < c->deployment.override_count; i++) {
        const struct deployment_override *o = &c->overrides[i];
        if (!buffer_printf(&text, "[policy %s] %s=%s\n", o->stream, o->column, o->action))
            return error_memory(err);
    }
    digest_blake2b(text.data, text.len, c->deployment.config_digest);
    return true;
}

bool context_init(struct context *c, const struct options *options, struct error *err)
{
    *c = (struct context){.options = options};
    return config_load(options->value[TABLE_CONFIG_FILE], &c->config, err) &&
           declare_sinks(c, err) && settle_state(c, err) && load_named_source(c, err) &&
           load_configured_sources(c, err) && config_finish(c->config, err) &&
           apply_all_settings(c, err) && fill_deployment(c, err) && digest_config(c, err);
}

void context_done(struct context *c)
{
    config_free(c->config);
    for (size_t i = 0; i < CONTEXT_SOURCES_MAX; i++) {
        settings_free(c->sources[i].settings);
        manifest_free(c->sources[i].manifest);
    }
    free(c->state);
}

bool context_json(const struct context *c)
{
    return options_json(c->options);
}

bool context_resume_at(const struct error *failure, char ret_text[CLOCK_RFC3339_SIZE])
{
    if (error_exit_status(failure->kind) != error_exit_status(ERROR_QUOTA))
        return false;
    int64_t at = failure->not_before_ns ? failure->not_before_ns : clock_now_ns();
    clock_format_rfc3339((at + CLOCK_SECOND_NS - 1) / CLOCK_SECOND_NS * CLOCK_SECOND_NS,
                         ret_text);
    return true;
}

void context_print_failure(const char *command, const struct error *failure)
{
    struct error ignored; /* of the output; what ended the command was logged */
    char again[CLOCK_RFC3339_SIZE];
    bool resumable = context_resume_at(failure, again);
    context_print_json(json_pack("{s:s, s:s?, s:i, s:s, s:s, s:s?}", "status",
                                 resumable ? "resumable" : "failed", "command", command,
                                 "exit_status", error_exit_status(failure->kind), "error_kind",
                                 error_kind_name(failure->kind), "error", failure->text,
                                 "resume_at", resumable ? again : NULL),
                       &ignored);
}

void context_warn_of_version(const struct context *c)
{
    char words[VERSION_WORDS_SIZE];
    const struct settings *s = c->deployment.settings;
    version_words(&settings_manifest(s)->versions, settings_version(s),
                  clock_day_of(clock_now_ns()), words);
    if (*words)
        log_warning("api.version_ends", "%s", words);
}

bool context_print_json(json_t *value, struct error *err)
{
    AUTO(json_decrefp) json_t *owned = value;
    AUTO(buffer_done) struct buffer line;
    buffer_init(&line, JSON_DOCUMENT_MAX);
    if (!owned)
        return error_memory(err);
    if (!json_canonical(owned, &line, err))
        return false;
    if (fwrite(line.data, 1, line.len, stdout) != line.len || putchar('\n') == EOF ||
        fflush(stdout) != 0)
        return error_set(err, ERROR_IO, "standard output cannot be written");
    return true;
}
