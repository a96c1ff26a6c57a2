/* SPDX-License-Identifier: Apache-2.0 */
#include "source/setting.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/text.h"

struct setting_pattern {
    regex_t compiled;
};

static bool hand_over(char *text, char **ret_text, struct error *err)
{
    if (!text)
        return error_memory(err);
    *ret_text = text;
    return true;
}

static bool read_integer(struct place *p, const json_t *value, struct setting *s,
                         struct error *err)
{
    s->minimum = 0;
    s->maximum = INT64_MAX;
    if (!place_integer(p, value, "minimum", INT64_MIN, INT64_MAX, &s->minimum, err) ||
        !place_integer(p, value, "maximum", s->minimum, INT64_MAX, &s->maximum, err))
        return false;

    const json_t *fallback = json_object_get(value, "default");
    int64_t number = 0;
    if (!place_integer(p, value, "default", s->minimum, s->maximum, &number, err))
        return false;
    if (!fallback)
        return true;
    return hand_over(text_format("%lld", (long long)number), &s->fallback, err);
}

static bool accept_integer(const struct setting *s, const char *value, char **ret_text,
                           struct error *err)
{
    int64_t number;
    if (!text_parse_int64(value, strlen(value), &number) || number < s->minimum ||
        number > s->maximum)
        return error_set(err, ERROR_CONFIG,
                         "%s: expected a whole number from %lld to %lld, found \"%.40s\"",
                         s->name, (long long)s->minimum, (long long)s->maximum, value);
    return hand_over(text_format("%lld", (long long)number), ret_text, err);
}

static bool compile_pattern(const struct place *p, const char *text, struct setting *s,
                            struct error *err)
{
    AUTO(cleanup_free) char *whole = text_format("^(%s)$", text);
    AUTO(cleanup_free) struct setting_pattern *pattern = calloc(1, sizeof *pattern);
    if (!whole || !pattern)
        return error_memory(err);
    int status = regcomp(&pattern->compiled, whole, REG_EXTENDED | REG_NOSUB);
    if (status != 0) {
        char why[128];
        regerror(status, &pattern->compiled, why, sizeof why);
        return place_fail_at(p, "pattern", err, "not a regular expression: %s", why);
    }
    s->pattern = steal(&pattern);
    return true;
}

static bool accept_string(const struct setting *s, const char *value, char **ret_text,
                          struct error *err)
{
    if (strlen(value) > SETTING_VALUE_MAX)
        return error_set(err, ERROR_CONFIG, "%s: longer than %d bytes", s->name,
                         SETTING_VALUE_MAX);
    if (s->pattern && regexec(&s->pattern->compiled, value, 0, NULL, 0) != 0)
        return error_set(err, ERROR_CONFIG, "%s: \"%.40s\" is not allowed: %s", s->name, value,
                         s->description);
    return hand_over(strdup(value), ret_text, err);
}

static bool read_string(struct place *p, const json_t *value, struct setting *s,
                        struct error *err)
{
    const char *pattern = NULL, *fallback = NULL;
    if (!place_text(p, value, "pattern", SETTING_VALUE_MAX, &pattern, err) ||
        !place_text(p, value, "default", SETTING_VALUE_MAX, &fallback, err) ||
        (pattern && !compile_pattern(p, pattern, s, err)))
        return false;
    if (!fallback)
        return true;
    struct error ignored;
    if (!accept_string(s, fallback, &s->fallback, &ignored))
        return place_fail_at(p, "default", err, "the default does not match the pattern");
    return true;
}

static const char *find_choice(const struct setting *s, const char *word, size_t len)
{
    for (const char *const *c = s->choices; *c; c++) {
        if (strlen(*c) == len && strncasecmp(*c, word, len) == 0)
            return *c;
    }
    return NULL;
}

/* Appends the words of a comma list, canonical; each once. */
static bool append_choice(const struct setting *s, const char *word, size_t len,
                          bool seen[SETTING_CHOICES_MAX], struct buffer *out, struct error *err)
{
    const char *choice = find_choice(s, word, len);
    if (!choice) {
        AUTO(cleanup_free) char *copy = strndup(word, len);
        char hint[PLACE_HINT_SIZE] = "";
        if (copy)
            place_hint(copy, s->choices, hint);
        return error_set(err, ERROR_CONFIG, "%s: unknown entry \"%.*s\"%s", s->name,
                         (int)(len < 40 ? len : 40), word, hint);
    }
    for (size_t i = 0; s->choices[i]; i++) {
        if (s->choices[i] != choice)
            continue;
        if (seen[i])
            return error_set(err, ERROR_CONFIG, "%s: %s is there twice", s->name, choice);
        seen[i] = true;
    }
    if ((out->len > 0 && !buffer_append_byte(out, ',')) || !buffer_append_text(out, choice))
        return error_memory(err);
    return true;
}

static bool accept_list(const struct setting *s, const char *value, char **ret_text,
                        struct error *err)
{
    static const char blanks[] = " \t";
    AUTO(buffer_done) struct buffer out;
    buffer_init(&out, SETTING_CHOICES_MAX * (SETTING_NAME_MAX + 1));
    bool seen[SETTING_CHOICES_MAX] = {false};
    for (const char *word = value;;) {
        word += strspn(word, blanks);
        size_t whole = strcspn(word, ",");
        size_t len = whole;
        while (len > 0 && strchr(blanks, word[len - 1]))
            len--;
        if (!append_choice(s, word, len, seen, &out, err))
            return false;
        if (word[whole] == '\0')
            break;
        word += whole + 1;
    }
    const char *text = buffer_text(&out);
    return hand_over(text ? strdup(text) : NULL, ret_text, err);
}

static bool read_choices(struct place *p, const json_t *values, struct setting *s,
                         struct error *err)
{
    pointer_push(&p->path, "values");
    size_t i;
    json_t *word;
    json_array_foreach (values, i, word) {
        const char *text = json_is_string(word) ? json_string_value(word) : "";
        size_t len = strlen(text);
        pointer_push_index(&p->path, i);
        if (len == 0 || len > SETTING_NAME_MAX || strpbrk(text, ", \t"))
            return place_fail(p, err, "expected a word without commas and blanks");
        if (find_choice(s, text, len))
            return place_fail(p, err, "%s is there twice", text);
        pointer_pop(&p->path);
        s->choices[i] = text;
    }
    pointer_pop(&p->path);
    return true;
}

static bool read_list(struct place *p, const json_t *value, struct setting *s,
                      struct error *err)
{
    const json_t *values = NULL;
    const char *fallback = NULL;
    if (!place_array(p, value, "values", SETTING_CHOICES_MAX, &values, err) ||
        !read_choices(p, values, s, err) ||
        !place_text(p, value, "default", SETTING_VALUE_MAX, &fallback, err))
        return false;
    struct error why;
    if (fallback && !accept_list(s, fallback, &s->fallback, &why))
        return place_fail_at(p, "default", err, "%s", why.text);
    return true;
}

static const struct place_key integer_keys[] = {
    {"type", true},     {"description", true}, {"default", false},
    {"minimum", false}, {"maximum", false},    {NULL, false},
};
static const struct place_key string_keys[] = {
    {"type", true},     {"description", true}, {"default", false},
    {"pattern", false}, {NULL, false},
};
static const struct place_key list_keys[] = {
    {"type", true}, {"description", true}, {"default", false}, {"values", true}, {NULL, false},
};

static const struct {
    const char *name;
    const struct place_key *keys;
    bool (*read)(struct place *p, const json_t *value, struct setting *s, struct error *err);
    bool (*accept)(const struct setting *s, const char *value, char **ret_text,
                   struct error *err);
} types[] = {
    [SETTING_INTEGER] = {"integer", integer_keys, read_integer, accept_integer},
    [SETTING_STRING] = {"string", string_keys, read_string, accept_string},
    [SETTING_LIST] = {"list", list_keys, read_list, accept_list},
    {NULL, NULL, NULL, NULL},
};

bool setting_read(struct place *p, const char *name, const json_t *value,
                  struct setting *ret_setting, struct error *err)
{
    if (!text_is_identifier(name))
        return place_fail(p, err, "a setting's name is made of a-z, 0-9 and _");

    AUTO(setting_done) struct setting s = {.name = name};
    size_t type = 0;
    if (!place_sort(p, value, "type", types, sizeof *types, &type, err) ||
        !place_keys(p, value, types[type].keys, err) ||
        !place_text(p, value, "description", 512, &s.description, err))
        return false;
    s.type = (enum setting_type)type;
    if (!types[type].read(p, value, &s, err))
        return false;
    *ret_setting = s;
    s = (struct setting){0};
    return true;
}

bool setting_of_pattern(struct place *p, const json_t *object, const char *name,
                        const char *description, struct setting *ret_setting, struct error *err)
{
    struct setting s = {.name = name, .type = SETTING_STRING, .description = description};
    const char *pattern = "";
    if (!place_text(p, object, "pattern", SETTING_VALUE_MAX, &pattern, err) ||
        !compile_pattern(p, pattern, &s, err))
        return false;
    *ret_setting = s;
    return true;
}

void setting_done(struct setting *s)
{
    free(s->fallback);
    if (s->pattern)
        regfree(&s->pattern->compiled);
    free(s->pattern);
    *s = (struct setting){0};
}

bool setting_accept(const struct setting *s, const char *value, char **ret_text,
                    struct error *err)
{
    return types[s->type].accept(s, value, ret_text, err);
}

const char *setting_type_name(enum setting_type type)
{
    return types[type].name;
}
