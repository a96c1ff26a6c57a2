/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/api_settings.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

enum { CHOICE_MAX = 32 };

static int64_t *place_of(const struct settings_group *group, const struct setting *row)
{
    return (int64_t *)((char *)group->values + row->offset);
}

void api_settings_init(const struct settings_group *groups, size_t count)
{
    for (size_t g = 0; g < count; g++)
        for (size_t i = 0; i < groups[g].count; i++)
            *place_of(&groups[g], &groups[g].rows[i]) = groups[g].rows[i].fallback;
}

int64_t api_settings_choice(const char *choices, const char *word)
{
    size_t len = strlen(word);
    int64_t place = 0;
    for (const char *p = choices; len > 0; p += strcspn(p, "|") + 1, place++) {
        size_t choice = strcspn(p, "|");
        if (choice == len && memcmp(p, word, len) == 0)
            return place;
        if (p[choice] == '\0')
            break;
    }
    return -1;
}

static bool parse(const struct setting *row, const char *value, int64_t *ret_value)
{
    int64_t number;
    if (row->choices) {
        number = api_settings_choice(row->choices, value);
        if (number < 0)
            return false;
    } else if (!text_parse_int64(value, strlen(value), &number) || number < row->least ||
               number > row->most) {
        return false;
    }
    *ret_value = number;
    return true;
}

static bool wrong(const struct setting *row, const char *value, struct error *err)
{
    if (row->choices)
        return error_set(err, ERROR_USAGE, "%s=%s: expected %s", row->name, value,
                         row->choices);
    return error_set(err, ERROR_USAGE, "%s=%s: expected a number from %" PRId64 " to %" PRId64,
                     row->name, value, row->least, row->most);
}

static bool unknown(const struct settings_group *groups, size_t count, const char *name,
                    struct error *err)
{
    const char *known[API_SETTINGS_MAX + 1] = {NULL};
    size_t n = 0;
    for (size_t g = 0; g < count; g++)
        for (size_t i = 0; i < groups[g].count && n < API_SETTINGS_MAX; i++)
            known[n++] = groups[g].rows[i].name;
    const char *nearest = text_nearest(name, known);
    return error_set(err, ERROR_USAGE, "%s: no such key%s%s; --help lists them", name,
                     nearest ? ", did you mean " : "", nearest ? nearest : "");
}

bool api_settings_set(const struct settings_group *groups, size_t count, const char *text,
                      struct error *err)
{
    char name[CHOICE_MAX] = "";
    const char *equals = strchr(text, '=');
    if (!equals)
        return error_set(err, ERROR_USAGE, "%s: KEY=VALUE is expected", text);
    if ((size_t)(equals - text) < sizeof name)
        memcpy(name, text, (size_t)(equals - text));
    for (size_t g = 0; g < count; g++)
        for (size_t i = 0; i < groups[g].count; i++) {
            const struct setting *row = &groups[g].rows[i];
            if (strcmp(row->name, name) == 0)
                return parse(row, equals + 1, place_of(&groups[g], row)) ||
                       wrong(row, equals + 1, err);
        }
    return unknown(groups, count, name, err);
}

static void print_row(const struct setting *row, FILE *out)
{
    char text[64];
    snprintf(text, sizeof text, "%s=%s", row->name, row->choices ? row->choices : "NUMBER");
    fprintf(out, "  %-30s %s", text, row->help);
    if (row->choices) {
        const char *p = row->choices;
        for (int64_t i = 0; i < row->fallback; i++)
            p += strcspn(p, "|") + 1;
        fprintf(out, " (%.*s)\n", (int)strcspn(p, "|"), p);
    } else {
        fprintf(out, " (%" PRId64 ")\n", row->fallback);
    }
}

void api_settings_print(const struct settings_group *groups, size_t count, FILE *out)
{
    for (size_t g = 0; g < count; g++)
        for (size_t i = 0; i < groups[g].count; i++)
            print_row(&groups[g].rows[i], out);
}
