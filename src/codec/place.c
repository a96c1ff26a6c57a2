/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/place.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

static bool __attribute__((format(printf, 3, 0)))
vfail(const struct place *p, struct error *err, const char *format, va_list args)
{
    char text[ERROR_TEXT_MAX / 2];
    vsnprintf(text, sizeof text, format, args);
    return error_set(err, ERROR_MANIFEST, "%s#%s: %s", p->file, p->path.text, text);
}

bool place_fail(const struct place *p, struct error *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfail(p, err, format, args);
    va_end(args);
    return false;
}

bool place_fail_at(const struct place *p, const char *key, struct error *err,
                   const char *format, ...)
{
    struct place below = *p;
    pointer_push(&below.path, key);
    va_list args;
    va_start(args, format);
    vfail(&below, err, format, args);
    va_end(args);
    return false;
}

const char *place_hint(const char *unknown, const char *const *names,
                       char ret_text[PLACE_HINT_SIZE])
{
    const char *nearest = text_nearest(unknown, names);
    *ret_text = '\0';
    if (nearest)
        snprintf(ret_text, PLACE_HINT_SIZE, " (did you mean %.64s?)", nearest);
    return ret_text;
}

static bool expected(struct place *p, const char *key, const char *what, const json_t *found,
                     struct error *err)
{
    return place_fail_at(p, key, err, "expected %s, found %s", what, json_type_text(found));
}

static bool key_known(const char *name, const struct place_key *keys)
{
    for (; keys->name; keys++) {
        if (strcmp(name, keys->name) == 0)
            return true;
    }
    return false;
}

static bool unknown_key(struct place *p, const char *name, const struct place_key *keys,
                        struct error *err)
{
    const char *names[PLACE_NAMES_MAX + 1];
    size_t count = 0;
    for (; keys->name && count < PLACE_NAMES_MAX; keys++)
        names[count++] = keys->name;
    names[count] = NULL;
    char hint[PLACE_HINT_SIZE];
    return place_fail_at(p, name, err, "unknown key%s", place_hint(name, names, hint));
}

bool place_keys(struct place *p, const json_t *value, const struct place_key *keys,
                struct error *err)
{
    if (!json_is_object(value))
        return place_fail(p, err, "expected object, found %s", json_type_text(value));

    json_t *object = (json_t *)(uintptr_t)value; /* the macro wants it writable */
    const char *name;
    json_t *member;
    json_object_foreach (object, name, member) {
        if (!key_known(name, keys))
            return unknown_key(p, name, keys, err);
    }
    for (; keys->name; keys++) {
        if (keys->required && !json_object_get(value, keys->name))
            return place_fail(p, err, "\"%s\" is missing", keys->name);
    }
    return true;
}

bool place_string(struct place *p, const json_t *object, const char *key, const char **ret_text,
                  struct error *err)
{
    const json_t *member = json_object_get(object, key);
    if (!member)
        return true;
    if (!json_is_string(member))
        return expected(p, key, "string", member, err);
    *ret_text = json_string_value(member);
    return true;
}

bool place_text(struct place *p, const json_t *object, const char *key, size_t max,
                const char **ret_text, struct error *err)
{
    const char *text = NULL;
    if (!place_string(p, object, key, &text, err))
        return false;
    if (!text)
        return true;
    size_t len = strlen(text); /* documents hold no NUL */
    if (len == 0 || len > max)
        return place_fail_at(p, key, err, "expected 1 to %zu bytes of text, found %zu", max,
                             len);
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return place_fail_at(p, key, err, "holds a control character");
    }
    *ret_text = text;
    return true;
}

bool place_integer(struct place *p, const json_t *object, const char *key, int64_t minimum,
                   int64_t maximum, int64_t *ret_value, struct error *err)
{
    const json_t *member = json_object_get(object, key);
    if (!member)
        return true;
    if (!json_is_integer(member))
        return expected(p, key, "integer", member, err);
    int64_t value = json_integer_value(member);
    if (value < minimum || value > maximum)
        return place_fail_at(p, key, err, "expected %lld to %lld, found %lld",
                             (long long)minimum, (long long)maximum, (long long)value);
    *ret_value = value;
    return true;
}

bool place_duration(struct place *p, const json_t *object, const char *key, int64_t minimum_ns,
                    int64_t maximum_ns, int64_t *ret_ns, struct error *err)
{
    const char *text = NULL;
    if (!place_text(p, object, key, 32, &text, err))
        return false;
    if (!text)
        return true;
    int64_t ns;
    if (!text_parse_duration(text, &ns))
        return place_fail_at(p, key, err, "expected a duration such as 90s or 5m");
    if (ns < minimum_ns || ns > maximum_ns) {
        char low[32], high[32];
        text_format_duration(minimum_ns, low, sizeof low);
        text_format_duration(maximum_ns, high, sizeof high);
        return place_fail_at(p, key, err, "expected %s to %s", low, high);
    }
    *ret_ns = ns;
    return true;
}

bool place_array(struct place *p, const json_t *object, const char *key, size_t max,
                 const json_t **ret_array, struct error *err)
{
    const json_t *member = json_object_get(object, key);
    if (!member)
        return true;
    if (!json_is_array(member))
        return expected(p, key, "array", member, err);
    size_t count = json_array_size(member);
    if (count == 0 || count > max)
        return place_fail_at(p, key, err, "expected 1 to %zu elements, found %zu", max, count);
    *ret_array = member;
    return true;
}

bool place_identifier(const struct place *p, const char *key, const char *name,
                      struct error *err)
{
    return text_is_identifier(name) ||
           place_fail_at(p, key, err, "expected a name of a-z, 0-9 and _");
}

bool place_row(struct place *p, const json_t *object, const char *key, const void *rows,
               size_t row_size, size_t *ret_index, struct error *err)
{
    const char *word = NULL;
    if (!place_text(p, object, key, 64, &word, err))
        return false;
    if (!word)
        return true;

    const char *names[PLACE_NAMES_MAX + 1];
    size_t count = 0;
    for (; count < PLACE_NAMES_MAX; count++) {
        names[count] = *(const char *const *)((const char *)rows + count * row_size);
        if (!names[count])
            break;
        if (strcmp(word, names[count]) == 0) {
            *ret_index = count;
            return true;
        }
    }
    names[count] = NULL;
    char hint[PLACE_HINT_SIZE];
    return place_fail_at(p, key, err, "unknown %s \"%.40s\"%s", key, word,
                         place_hint(word, names, hint));
}

bool place_sort(struct place *p, const json_t *value, const char *key, const void *rows,
                size_t row_size, size_t *ret_index, struct error *err)
{
    if (!json_is_object(value))
        return place_fail(p, err, "expected object, found %s", json_type_text(value));
    if (!json_object_get(value, key))
        return place_fail(p, err, "\"%s\" is missing", key);
    return place_row(p, value, key, rows, row_size, ret_index, err);
}
