/* SPDX-License-Identifier: Apache-2.0 */
#include "source/template.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const char settings_prefix[] = "settings.", json_suffix[] = ".json";
static const char secrets_prefix[] = "secrets.";

enum { NAME_SIZE = sizeof settings_prefix + SETTING_NAME_MAX + sizeof json_suffix };

static const struct {
    const char *name;
    bool integer;
    bool optional; /* may be without a value */
} rows[TEMPLATE_SETTING_FIRST] = {
    [TEMPLATE_SOURCE] = {"source", false, false},
    [TEMPLATE_VERSION] = {"version", false, false},
    [TEMPLATE_STREAM] = {"stream", false, false},
    [TEMPLATE_ACCOUNT] = {"account", false, false},
    [TEMPLATE_SLICE_DAY] = {"slice.day", false, false},
    [TEMPLATE_SLICE_FROM] = {"slice.from", false, false},
    [TEMPLATE_SLICE_TO] = {"slice.to", false, false},
    [TEMPLATE_SLICE_SINCE] = {"slice.since", false, true},
    [TEMPLATE_SLICE_SINCE_UNIX] = {"slice.since_unix", true, true},
    [TEMPLATE_FIELDS] = {"fields", false, false},
    [TEMPLATE_PAGE_NUMBER] = {"page.number", true, false},
    [TEMPLATE_PAGE_SIZE] = {"page.size", true, false},
    [TEMPLATE_CURSOR] = {"cursor", false, true},
    [TEMPLATE_CURSOR_RAW] = {"cursor.raw", false, true},
    [TEMPLATE_PART_FILTER] = {"part.filter", false, false},
    [TEMPLATE_PART_IDS] = {"part.ids", false, false},
    [TEMPLATE_REPORT_ID] = {"report.id", false, false},
    [TEMPLATE_REPORT_BATCH] = {"report.batch", false, false},
};

static bool in_scope(uint32_t name, const struct template_scope *scope)
{
    if (name >= TEMPLATE_SECRET_FIRST)
        return true; /* it was found among those of the scope */
    uint32_t bit = name < TEMPLATE_SETTING_FIRST ? name : TEMPLATE_SETTING_FIRST;
    return scope->names >> bit & 1;
}

static const struct setting *setting_of(uint32_t name, const struct template_scope *scope)
{
    if (name < TEMPLATE_SETTING_FIRST || name >= TEMPLATE_SECRET_FIRST)
        return NULL;
    size_t first = name < TEMPLATE_LIST_FIRST ? TEMPLATE_SETTING_FIRST : TEMPLATE_LIST_FIRST;
    return &scope->settings[name - first];
}

static bool may_be_missing(uint32_t name, const struct template_scope *scope)
{
    const struct setting *s = setting_of(name, scope);
    if (name >= TEMPLATE_SECRET_FIRST)
        return true;
    return s ? !s->fallback : rows[name].optional;
}

/* A setting by what stands behind the prefix: its name, or that of a list and ".json". */
static bool find_setting(const char *name, const struct template_scope *scope,
                         uint32_t *ret_name)
{
    for (size_t i = 0; i < scope->setting_count; i++) {
        const struct setting *s = &scope->settings[i];
        size_t len = strlen(s->name);
        if (strncmp(name, s->name, len) != 0)
            continue;
        bool list = s->type == SETTING_LIST && strcmp(name + len, json_suffix) == 0;
        if (!list && name[len] != '\0')
            continue;
        *ret_name = (uint32_t)(i + (list ? TEMPLATE_LIST_FIRST : TEMPLATE_SETTING_FIRST));
        return true;
    }
    return false;
}

static bool find_secret(const char *name, const struct template_scope *scope,
                        uint32_t *ret_name)
{
    int found = scope->secrets ? text_find(name, scope->secrets) : -1;
    if (found < 0)
        return false;
    *ret_name = TEMPLATE_SECRET_FIRST + (uint32_t)found;
    return true;
}

static bool find_name(const char *name, const struct template_scope *scope, uint32_t *ret_name)
{
    for (uint32_t i = 0; i < TEMPLATE_SETTING_FIRST; i++) {
        if (strcmp(name, rows[i].name) == 0) {
            *ret_name = i;
            return true;
        }
    }
    if (text_starts_with(name, settings_prefix))
        return find_setting(name + sizeof settings_prefix - 1, scope, ret_name);
    return text_starts_with(name, secrets_prefix) &&
           find_secret(name + sizeof secrets_prefix - 1, scope, ret_name);
}

static bool unknown_name(const struct place *p, const char *name,
                         const struct template_scope *scope, struct error *err)
{
    char texts[SETTING_COUNT_MAX][NAME_SIZE];
    const char *names[TEMPLATE_NAMES_MAX + 1];
    size_t count = 0;
    for (uint32_t i = 0; i < TEMPLATE_SETTING_FIRST; i++) {
        if (in_scope(i, scope))
            names[count++] = rows[i].name;
    }
    for (size_t i = 0; i < scope->setting_count; i++) {
        snprintf(texts[i], sizeof texts[i], "%s%s", settings_prefix, scope->settings[i].name);
        names[count++] = texts[i];
    }
    names[count] = NULL;
    char hint[PLACE_HINT_SIZE];
    return place_fail(p, err, "unknown placeholder {%.64s}%s", name,
                      place_hint(name, names, hint));
}

static bool resolve(const struct place *p, const char *text, size_t len,
                    const struct template_scope *scope, uint32_t *ret_name, struct error *err)
{
    char name[NAME_SIZE];
    if (len >= sizeof name)
        return place_fail(p, err, "a placeholder is too long");
    memcpy(name, text, len);
    name[len] = '\0';

    if (!find_name(name, scope, ret_name))
        return unknown_name(p, name, scope, err);
    if (!in_scope(*ret_name, scope))
        return place_fail(p, err, "{%s} has no value here", name);
    if (!scope->optional && may_be_missing(*ret_name, scope))
        return place_fail(p, err, "{%s} may be without a value, and this cannot be left out",
                          name);
    return true;
}

static bool add(const struct place *p, struct template *t, struct template_part part,
                struct error *err)
{
    if (t->count == TEMPLATE_PARTS_MAX)
        return place_fail(p, err, "more than %d parts", TEMPLATE_PARTS_MAX);
    t->parts[t->count++] = part;
    return true;
}

bool template_read(const struct place *p, const char *text, const struct template_scope *scope,
                   struct template *ret_template, struct error *err)
{
    struct template t = {0};
    for (const char *c = text; *c; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return place_fail(p, err, "holds a control character");
    }
    while (*text) {
        size_t len = strcspn(text, "{}");
        struct template_part part = {.literal = text, .len = len};
        if (len > 0) {
            text += len;
        } else if (text[0] == text[1]) { /* a doubled brace */
            part.len = 1;
            text += 2;
        } else {
            size_t name_len = strcspn(text + 1, "{}");
            if (text[0] == '}' || text[1 + name_len] != '}')
                return place_fail(p, err, "a brace has no partner (a single one is doubled)");
            part.literal = NULL;
            if (!resolve(p, text + 1, name_len, scope, &part.name, err))
                return false;
            text += name_len + 2;
        }
        if (!add(p, &t, part, err))
            return false;
    }
    *ret_template = t;
    return true;
}

bool template_member(struct place *p, const json_t *object, const char *name,
                     const struct template_scope *scope, struct template *ret_template,
                     struct error *err)
{
    const char *text = NULL;
    if (!place_text(p, object, name, TEMPLATE_TEXT_MAX, &text, err))
        return false;
    if (!text)
        return true;
    pointer_push(&p->path, name);
    if (!template_read(p, text, scope, ret_template, err))
        return false;
    pointer_pop(&p->path);
    return true;
}

bool template_ready(const struct template *t, const struct template_values *values)
{
    for (size_t i = 0; i < t->count; i++) {
        if (!t->parts[i].literal && !values->text[t->parts[i].name])
            return false;
    }
    return true;
}

bool template_is_integer(const struct template *t, const struct template_scope *scope)
{
    if (t->count != 1 || t->parts[0].literal)
        return false;
    if (t->parts[0].name >= TEMPLATE_SECRET_FIRST)
        return false;
    const struct setting *s = setting_of(t->parts[0].name, scope); /* no list is an integer */
    return s ? s->type == SETTING_INTEGER : rows[t->parts[0].name].integer;
}

bool template_uses(const struct template *t, uint32_t name)
{
    for (size_t i = 0; i < t->count; i++) {
        if (!t->parts[i].literal && t->parts[i].name == name)
            return true;
    }
    return false;
}

/* RFC 3986, 2.3 */
static bool is_unreserved(unsigned char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           c == '-' || c == '.' || c == '_' || c == '~';
}

bool template_encode(const char *value, size_t len, struct buffer *out)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t done = 0; done < len;) {
        size_t end = done;
        while (end < len && is_unreserved((unsigned char)value[end]))
            end++;
        if (!buffer_append(out, value + done, end - done))
            return false;
        if (end < len) {
            unsigned char c = (unsigned char)value[end++];
            const char triplet[] = {'%', digits[c >> 4], digits[c & 15]};
            if (!buffer_append(out, triplet, sizeof triplet))
                return false;
        }
        done = end;
    }
    return true;
}

bool template_render(const struct template *t, const struct template_values *values,
                     enum template_encoding encoding, struct buffer *out)
{
    for (size_t i = 0; i < t->count; i++) {
        const struct template_part *part = &t->parts[i];
        const char *text = part->literal ? part->literal : values->text[part->name];
        size_t len = part->literal ? part->len : strlen(text);
        bool encoded = part->literal
                           ? encoding == TEMPLATE_QUERY
                           : encoding != TEMPLATE_PLAIN && part->name != TEMPLATE_CURSOR_RAW;
        if (!(encoded ? template_encode(text, len, out) : buffer_append(out, text, len)))
            return false;
    }
    return true;
}
