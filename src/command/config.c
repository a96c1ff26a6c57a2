/* SPDX-License-Identifier: Apache-2.0 */
#include "command/config.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/text.h"

enum { ENVIRONMENT_NAME_MAX = 160 };

static const char policy_prefix[] = "policy ";

static const struct config_row fixed_rows[] = {
    {"extract", "state", CONFIG_TEXT, .help = "folder of stage, keys, quota and warehouse"},
    {"extract", "data", CONFIG_TEXT, .fallback = EXTRACT_DATADIR,
     .help = "folder that holds sources/ and schemas/"},
    {"extract", "max_wait", CONFIG_DURATION, .fallback = "15m",
     .help = "the longest wait for quota before a run parks"},
    {"quota", "share", CONFIG_PERCENT, .fallback = "100%",
     .help = "how much of every limit may be used; the rest is left to other tools"},
    {"keys", "kek", CONFIG_REFERENCE,
     .help = "the key that everything is sealed with (default: kek.key in the state folder)"},
    {"keys", "passphrase", CONFIG_REFERENCE, .help = "a passphrase to derive that key from"},
    {"http", "ca_file", CONFIG_TEXT, .help = "certificates trusted besides the system's"},
    {"warehouse", "driver", CONFIG_CHOICE, .choices = "sqlite postgres none",
     .fallback = "sqlite", .help = "where records are loaded"},
    {"delivery", "retry", CONFIG_DURATION, .fallback = "5m",
     .help = "how long a sink that is out of order is tried again"},
    {"stage", "retention", CONFIG_DURATION, .fallback = "30d",
     .help = "how long loaded segments are kept"},
    {"stage", "quarantine_retention", CONFIG_DURATION, .fallback = "90d",
     .help = "how long quarantined records are kept"},
    {"stage", "budget", CONFIG_SIZE, .fallback = "0",
     .help = "fetching stops when the stage has more, while a sink is down (0: no limit)"},
    {"stage", "free_space", CONFIG_SIZE, .fallback = "64MiB",
     .help = "fetching stops when the disk has less"},
};

/* One line of the file. */
struct entry {
    char *section;
    char *key;
    char *value;
    int line;
};

/* What a row holds once config_finish has been here. */
struct setting {
    struct config_row row;
    const char *value;
    char *owned; /* the value when it came from the environment */
    char *origin; /* NULL: the default, or the file */
    int line; /* of the file; 0: not from there */
};

struct config {
    char *path;
    struct entry *entries;
    size_t entry_count;
    struct setting *settings;
    size_t setting_count;
};

/* Reading the file: inih takes lines from us, so that we can count them and refuse long ones. */
struct reading {
    struct config *config;
    const char *text;
    int line;
    struct error *err;
    bool failed;
};

static char *next_line(char *line, int size, void *stream)
{
    struct reading *r = stream;
    if (!*r->text || r->failed)
        return NULL;
    r->line++;
    size_t len = strcspn(r->text, "\n");
    const char *first = r->text + strspn(r->text, " \t"); /* inih would continue a value */
    size_t used = len - (size_t)(first - r->text);
    if (*first == '#' || *first == ';')
        used = 0; /* a comment may be of any length */
    if (used + 2 > (size_t)size) {
        error_set(r->err, ERROR_CONFIG, "%s:%d: longer than %d characters", r->config->path,
                  r->line, size - 2);
        r->failed = true;
        return NULL;
    }
    memcpy(line, first, used);
    line[used] = '\n';
    line[used + 1] = '\0';
    r->text += len + (r->text[len] == '\n');
    return line;
}

static const struct entry *find_entry(const struct config *c, const char *section,
                                      const char *key)
{
    for (size_t i = 0; i < c->entry_count; i++) {
        const struct entry *e = &c->entries[i];
        if (strcmp(e->section, section) == 0 && strcmp(e->key, key) == 0)
            return e;
    }
    return NULL;
}

static bool add_entry(struct reading *r, const char *section, const char *key,
                      const char *value)
{
    struct config *c = r->config;
    if (!*section)
        return error_set(r->err, ERROR_CONFIG, "%s:%d: '%s' stands before any [section]",
                         c->path, r->line, key);
    if (strlen(section) > CONFIG_SECTION_MAX)
        return error_set(r->err, ERROR_CONFIG, "%s:%d: the section's name is too long", c->path,
                         r->line);
    const struct entry *twin = find_entry(c, section, key);
    if (twin)
        return error_set(r->err, ERROR_CONFIG, "%s:%d: [%s] %s was set in line %d already",
                         c->path, r->line, section, key, twin->line);
    if (c->entry_count == CONFIG_ENTRIES_MAX)
        return error_set(r->err, ERROR_CONFIG, "%s:%d: more than %d settings", c->path, r->line,
                         CONFIG_ENTRIES_MAX);

    struct entry *e = &c->entries[c->entry_count];
    *e = (struct entry){strdup(section), strdup(key), strdup(value), r->line};
    c->entry_count++;
    return (e->section && e->key && e->value) || error_memory(r->err);
}

static int on_entry(void *user, const char *section, const char *key, const char *value)
{
    struct reading *r = user;
    if (r->failed)
        return 0;
    r->failed = !add_entry(r, section, key, value ? value : "");
    return !r->failed;
}

static bool holds_nul(const struct buffer *b)
{
    return b->len > 0 && memchr(b->data, 0, b->len);
}

static bool read_entries(struct config *c, struct error *err)
{
    struct stat st;
    if (stat(c->path, &st) < 0)
        return error_errno(err, ERROR_CONFIG, errno, "%s", c->path);
    if ((st.st_uid != geteuid() && st.st_uid != 0) || (st.st_mode & (S_IWGRP | S_IWOTH)))
        return error_set(err, ERROR_CONFIG,
                         "%s: must belong to you or root and be writable by nobody else; run: "
                         "chmod go-w '%s'",
                         c->path, c->path);

    AUTO(buffer_done) struct buffer content;
    buffer_init(&content, CONFIG_FILE_MAX);
    if (!file_read(c->path, &content, err)) {
        err->kind = ERROR_CONFIG;
        return false;
    }
    if (holds_nul(&content))
        return error_set(err, ERROR_CONFIG, "%s: holds a NUL byte", c->path);
    struct reading r = {.config = c, .err = err};
    r.text = buffer_text(&content);
    if (!r.text)
        return error_memory(err);
    int bad_line = ini_parse_stream(next_line, &r, on_entry, &r);
    if (r.failed)
        return false;
    if (bad_line != 0)
        return error_set(err, ERROR_CONFIG, "%s:%d: neither [section] nor key = value", c->path,
                         bad_line > 0 ? bad_line : 0);
    return true;
}

/* The file that counts, by precedence; NULL when there is none. */
static char *find_file(const char *path)
{
    if (path)
        return strdup(path);
    const char *named = getenv("EXTRACT_CONFIG");
    if (named && *named)
        return strdup(named);

    const char *xdg = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    char *candidates[] = {
        xdg && *xdg == '/' ? text_format("%s/extract/extract.conf", xdg) : NULL,
        home && *home == '/' ? text_format("%s/.config/extract/extract.conf", home) : NULL,
        strdup("/etc/extract/extract.conf"),
    };
    char *found = NULL;
    for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++) {
        if (!found && candidates[i] && file_exists(candidates[i]))
            found = steal(&candidates[i]);
        free(candidates[i]);
    }
    return found;
}

void config_free(struct config *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->entry_count; i++) {
        free(c->entries[i].section);
        free(c->entries[i].key);
        free(c->entries[i].value);
    }
    for (size_t i = 0; i < c->setting_count; i++) {
        free(c->settings[i].owned);
        free(c->settings[i].origin);
    }
    free(c->entries);
    free(c->settings);
    free(c->path);
    free(c);
}

static struct setting *find(const struct config *c, const char *section, const char *key)
{
    for (size_t i = 0; i < c->setting_count; i++) {
        const struct config_row *row = &c->settings[i].row;
        if (strcmp(row->section, section) == 0 && strcmp(row->key, key) == 0)
            return &c->settings[i];
    }
    return NULL;
}

bool config_override(struct config *c, const char *section, const char *key, const char *value,
                     const char *origin, struct error *err)
{
    struct setting *s = find(c, section, key);
    if (!s)
        return error_set(err, ERROR_BUG, "[%s] %s is not declared", section, key);
    s->value = value;
    free(s->origin);
    s->origin = strdup(origin);
    return s->origin || error_memory(err);
}

static bool is_policy(const char *section)
{
    return text_starts_with(section, policy_prefix);
}

static bool section_known(const struct config *c, const char *section)
{
    for (size_t i = 0; i < c->setting_count; i++) {
        if (strcmp(c->settings[i].row.section, section) == 0)
            return true;
    }
    return false;
}

size_t config_foreign_sections(const struct config *c, const char **ret_names, size_t max)
{
    size_t count = 0;
    for (size_t i = 0; i < c->entry_count && count < max; i++) {
        const char *section = c->entries[i].section;
        bool seen = is_policy(section) || section_known(c, section);
        for (size_t j = 0; j < count && !seen; j++)
            seen = strcmp(ret_names[j], section) == 0;
        if (!seen)
            ret_names[count++] = section;
    }
    return count;
}

static bool unknown_section(const struct config *c, const struct entry *e, struct error *err)
{
    const char *names[CONFIG_ROWS_MAX + 1];
    for (size_t i = 0; i < c->setting_count; i++)
        names[i] = c->settings[i].row.section;
    names[c->setting_count] = NULL;
    const char *nearest = text_nearest(e->section, names);
    return error_set(err, ERROR_CONFIG, "%s:%d: unknown section [%s]%s%s%s", c->path, e->line,
                     e->section, nearest ? "; did you mean [" : "", nearest ? nearest : "",
                     nearest ? "]?" : "");
}

static bool unknown_key(const struct config *c, const struct entry *e, struct error *err)
{
    const char *names[CONFIG_ROWS_MAX + 1];
    size_t count = 0;
    for (size_t i = 0; i < c->setting_count; i++) {
        if (strcmp(c->settings[i].row.section, e->section) == 0)
            names[count++] = c->settings[i].row.key;
    }
    names[count] = NULL;
    const char *nearest = text_nearest(e->key, names);
    return error_set(err, ERROR_CONFIG, "%s:%d: [%s] has no key '%s'%s%s%s", c->path, e->line,
                     e->section, e->key, nearest ? "; did you mean '" : "",
                     nearest ? nearest : "", nearest ? "'?" : "");
}

static bool check_known(const struct config *c, struct error *err)
{
    for (size_t i = 0; i < c->entry_count; i++) {
        const struct entry *e = &c->entries[i];
        if (is_policy(e->section) || find(c, e->section, e->key))
            continue;
        return section_known(c, e->section) ? unknown_key(c, e, err)
                                            : unknown_section(c, e, err);
    }
    return true;
}

static void environment_name(const struct config_row *row, char *out, size_t size)
{
    snprintf(out, size, "EXTRACT_%s_%s", row->section, row->key);
    if (strcmp(row->section, "extract") == 0)
        snprintf(out, size, "EXTRACT_%s", row->key);
    for (char *p = out; *p; p++)
        *p = isalnum((unsigned char)*p) ? (char)toupper((unsigned char)*p) : '_';
}

static bool read_value_file(const char *path, char **ret_value, struct error *err)
{
    AUTO(buffer_done) struct buffer content;
    buffer_init(&content, CONFIG_FILE_MAX);
    if (!file_read(path, &content, err)) {
        err->kind = ERROR_CONFIG;
        return false;
    }
    if (holds_nul(&content))
        return error_set(err, ERROR_CONFIG, "%s: holds a NUL byte", path);
    while (content.len && content.data[content.len - 1] == '\n')
        content.len--;
    const char *text = buffer_text(&content);
    *ret_value = text ? strdup(text) : NULL;
    return *ret_value || error_memory(err);
}

static bool apply_environment(struct setting *s, struct error *err)
{
    char name[ENVIRONMENT_NAME_MAX], file_name[ENVIRONMENT_NAME_MAX + 5];
    environment_name(&s->row, name, sizeof name);
    snprintf(file_name, sizeof file_name, "%s_FILE", name);

    const char *value = getenv(name);
    const char *path = getenv(file_name);
    if (!value && !path)
        return true;
    if (value && path)
        return error_set(err, ERROR_CONFIG, "environment: both %s and %s are set", name,
                         file_name);
    if (!value && !read_value_file(path, &s->owned, err))
        return error_prefix(err, "environment %s", file_name);
    s->value = value ? value : s->owned;
    s->origin = text_format("environment %s", value ? name : file_name);
    return s->origin || error_memory(err);
}

/* The value of a row, from the lowest precedence to the highest but the command line. */
static bool resolve(const struct config *c, struct setting *s, struct error *err)
{
    const struct entry *e = find_entry(c, s->row.section, s->row.key);
    s->value = e ? e->value : s->row.fallback;
    s->line = e ? e->line : 0;
    return apply_environment(s, err);
}

bool config_declare(struct config *c, const struct config_row *row, struct error *err)
{
    if (c->setting_count == CONFIG_ROWS_MAX)
        return error_set(err, ERROR_BUG, "more than %d settings are declared", CONFIG_ROWS_MAX);
    struct setting *s = &c->settings[c->setting_count++];
    s->row = *row;
    return resolve(c, s, err);
}

bool config_load(const char *path, struct config **ret_config, struct error *err)
{
    AUTO(config_freep) struct config *c = calloc(1, sizeof *c);
    if (!c)
        return error_memory(err);
    c->entries = calloc(CONFIG_ENTRIES_MAX, sizeof *c->entries);
    c->settings = calloc(CONFIG_ROWS_MAX, sizeof *c->settings);
    if (!c->entries || !c->settings)
        return error_memory(err);
    c->path = find_file(path);
    if (c->path && !read_entries(c, err))
        return false;
    for (size_t i = 0; i < sizeof fixed_rows / sizeof *fixed_rows; i++) {
        if (!config_declare(c, &fixed_rows[i], err))
            return false;
    }
    *ret_config = steal(&c);
    return true;
}

static bool check_type(const struct config *c, const struct setting *s, struct error *err)
{
    const struct config_row *row = &s->row;
    if (!s->value || config_type_fits(row, s->value))
        return true;
    char where[CONFIG_WHERE_MAX], wanted[CONFIG_WANTED_SIZE];
    config_where(c, row->section, row->key, where);
    config_type_wanted(row, wanted);
    /* the value of a reference may be the secret itself, pasted by mistake */
    bool show = row->type != CONFIG_REFERENCE;
    return error_set(err, ERROR_CONFIG, "%s: [%s] %s%s%.64s: must be %s", where, row->section,
                     row->key, show ? " = " : "", show ? s->value : "", wanted);
}

bool config_finish(const struct config *c, struct error *err)
{
    if (!check_known(c, err))
        return false;
    for (size_t i = 0; i < c->setting_count; i++) {
        if (!check_type(c, &c->settings[i], err))
            return false;
    }
    return true;
}

const char *config_text(const struct config *c, const char *section, const char *key)
{
    const struct setting *s = find(c, section, key);
    return s ? s->value : NULL;
}

bool config_is_set(const struct config *c, const char *section, const char *key)
{
    const struct setting *s = find(c, section, key);
    return s && (s->origin || s->line);
}

int64_t config_integer(const struct config *c, const char *section, const char *key)
{
    const char *text = config_text(c, section, key);
    int64_t value = 0;
    if (text)
        text_parse_int64(text, strlen(text), &value);
    return value;
}

int64_t config_duration_ns(const struct config *c, const char *section, const char *key)
{
    const char *text = config_text(c, section, key);
    int64_t value = 0;
    if (text)
        text_parse_duration(text, &value);
    return value;
}

uint64_t config_size(const struct config *c, const char *section, const char *key)
{
    const char *text = config_text(c, section, key);
    uint64_t value = 0;
    if (text)
        text_parse_size(text, &value);
    return value;
}

unsigned config_percent(const struct config *c, const char *section, const char *key)
{
    const char *text = config_text(c, section, key);
    unsigned value = 0;
    if (text)
        config_type_percent(text, &value);
    return value;
}

bool config_boolean(const struct config *c, const char *section, const char *key)
{
    const char *text = config_text(c, section, key);
    bool value = false;
    if (text)
        text_parse_bool(text, &value);
    return value;
}

void config_where(const struct config *c, const char *section, const char *key,
                  char ret_where[CONFIG_WHERE_MAX])
{
    const struct setting *s = find(c, section, key);
    const struct entry *e = s ? NULL : find_entry(c, section, key);
    if (s && s->origin)
        snprintf(ret_where, CONFIG_WHERE_MAX, "%s", s->origin);
    else if ((s && s->line) || e)
        snprintf(ret_where, CONFIG_WHERE_MAX, "%s:%d", c->path, s ? s->line : e->line);
    else
        snprintf(ret_where, CONFIG_WHERE_MAX, "default");
}

bool config_policy_next(const struct config *c, size_t *cursor,
                        struct config_policy *ret_policy)
{
    while (*cursor < c->entry_count) {
        const struct entry *e = &c->entries[(*cursor)++];
        if (!is_policy(e->section))
            continue;
        *ret_policy = (struct config_policy){
            .section = e->section,
            .target = e->section + strlen(policy_prefix),
            .column = e->key,
            .action = e->value,
            .line = e->line,
        };
        return true;
    }
    return false;
}

const char *config_path(const struct config *c)
{
    return c->path;
}

size_t config_rows(const struct config *c)
{
    return c->setting_count;
}

const struct config_row *config_row_at(const struct config *c, size_t i)
{
    return &c->settings[i].row;
}

char *config_default_state(void)
{
    const char *xdg = getenv("XDG_STATE_HOME");
    if (xdg && *xdg == '/')
        return text_format("%s/extract", xdg);
    const char *home = getenv("HOME");
    if (geteuid() != 0 && home && *home == '/')
        return text_format("%s/.local/state/extract", home);
    return strdup("/var/lib/extract");
}
