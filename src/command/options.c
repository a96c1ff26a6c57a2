/* SPDX-License-Identifier: Apache-2.0 */
#include "command/options.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/zone.h"

enum { OPTION_NAME_MAX = 64 };

bool options_has(const struct options *o, enum table_option option)
{
    return o->value[option] != NULL;
}

bool options_json(const struct options *o)
{
    const char *format = o->value[TABLE_OUTPUT];
    return format && strcmp(format, "json") == 0;
}

bool options_ask_json(int argc, char *const argv[])
{
    for (int i = 1; i < argc; i++) {
        const char *next = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--output=json") == 0 || strcmp(argv[i], "-ojson") == 0 ||
            ((strcmp(argv[i], "--output") == 0 || strcmp(argv[i], "-o") == 0) &&
             strcmp(next, "json") == 0))
            return true;
    }
    return false;
}

bool options_want_stream(const struct options *o, const char *stream)
{
    return o->stream_count == 0 || text_find(stream, o->streams) >= 0;
}

static bool unknown_option(const char *given, enum table_command command, struct error *err)
{
    const char *names[TABLE_OPTION_COUNT + 1];
    size_t count = 0;
    for (int i = 0; i < TABLE_OPTION_COUNT; i++) {
        if (table_options[i].commands & TABLE_BIT(command))
            names[count++] = table_options[i].name;
    }
    names[count] = NULL;
    const char *nearest = text_nearest(given, names);
    const char *verb = table_commands[command].name;
    return error_set(err, ERROR_USAGE, "unknown option --%.64s for `extract%s%s`%s%s%s", given,
                     *verb ? " " : "", verb, nearest ? "; did you mean --" : "",
                     nearest ? nearest : "", nearest ? "?" : "");
}

static bool unknown_command(const char *given, struct error *err)
{
    const char *names[TABLE_COMMAND_COUNT + 1];
    size_t count = 0;
    for (int i = 0; i < TABLE_COMMAND_COUNT; i++) {
        if (*table_commands[i].name)
            names[count++] = table_commands[i].name;
    }
    names[count] = NULL;
    const char *nearest = text_nearest(given, names);
    for (size_t i = 0; !nearest && i < count; i++) /* "keys" alone */
        nearest = text_starts_with(names[i], given) ? names[i] : NULL;
    return error_set(err, ERROR_USAGE, "unknown command '%.64s'%s%s%s", given,
                     nearest ? "; did you mean `extract " : "; see extract --help",
                     nearest ? nearest : "", nearest ? "`?" : "");
}

/* The words before the first option choose the command; *ret_next is the first after them. */
static bool parse_command(int argc, char *const argv[], struct options *o, int *ret_next,
                          struct error *err)
{
    char words[OPTION_NAME_MAX] = "";
    int next = 1;
    for (; next < argc && next <= 2 && argv[next][0] != '-'; next++) {
        size_t len = strlen(words);
        snprintf(words + len, sizeof words - len, "%s%s", len ? " " : "", argv[next]);
    }
    for (int i = 0; i < TABLE_COMMAND_COUNT; i++) {
        if (strcmp(table_commands[i].name, words) == 0) {
            o->command = (enum table_command)i;
            *ret_next = next;
            return true;
        }
    }
    return unknown_command(words, err);
}

static int find_option(const char *name, size_t len, enum table_command command)
{
    for (int i = 0; i < TABLE_OPTION_COUNT; i++) {
        const struct table_option_row *row = &table_options[i];
        if ((row->commands & TABLE_BIT(command)) && strlen(row->name) == len &&
            memcmp(row->name, name, len) == 0)
            return i;
    }
    return -1;
}

static int find_letter(char letter, enum table_command command)
{
    for (int i = 0; i < TABLE_OPTION_COUNT; i++) {
        if (letter && table_options[i].letter == letter &&
            (table_options[i].commands & TABLE_BIT(command)))
            return i;
    }
    return -1;
}

static bool store(struct options *o, int option, const char *value, struct error *err)
{
    const struct table_option_row *row = &table_options[option];
    if (row->choices && !text_is_word_of(value, row->choices))
        return error_set(err, ERROR_USAGE, "--%s %.64s: not one of: %s", row->name, value,
                         row->choices);

    if (option == TABLE_STREAM || option == TABLE_ACCOUNT) {
        bool stream = option == TABLE_STREAM;
        size_t *count = stream ? &o->stream_count : &o->account_count;
        if (*count == OPTIONS_LIST_MAX)
            return error_set(err, ERROR_USAGE, "--%s: more than %d of them", row->name,
                             OPTIONS_LIST_MAX);
        (stream ? o->streams : o->accounts)[(*count)++] = value;
    }
    o->value[option] = value;
    return true;
}

static bool parse_long(struct options *o, int argc, char *const argv[], int *next,
                       struct error *err)
{
    const char *name = argv[*next] + 2;
    size_t len = strcspn(name, "=");
    const char *value = name[len] == '=' ? name + len + 1 : NULL;
    int option = find_option(name, len, o->command);
    if (option < 0) {
        char given[OPTION_NAME_MAX];
        snprintf(given, sizeof given, "%.*s", (int)(len < 63 ? len : 63), name);
        return unknown_option(given, o->command, err);
    }

    const struct table_option_row *row = &table_options[option];
    if (!row->argument && value)
        return error_set(err, ERROR_USAGE, "--%s takes no value", row->name);
    if (row->argument && !value) {
        if (*next + 1 >= argc)
            return error_set(err, ERROR_USAGE, "--%s needs a value: --%s %s", row->name,
                             row->name, row->argument);
        value = argv[++*next];
    }
    return store(o, option, value ? value : "", err);
}

static bool parse_short(struct options *o, int argc, char *const argv[], int *next,
                        struct error *err)
{
    for (const char *p = argv[*next] + 1; *p; p++) {
        int option = find_letter(*p, o->command);
        if (option < 0)
            return error_set(err, ERROR_USAGE, "unknown option -%c; see extract --help",
                             *p >= ' ' && *p <= '~' ? *p : '?');
        if (!table_options[option].argument) {
            if (!store(o, option, "", err))
                return false;
            continue;
        }
        const char *value = p[1] ? p + 1 : *next + 1 < argc ? argv[++*next] : NULL;
        if (!value)
            return error_set(err, ERROR_USAGE, "-%c needs a value: -%c %s", *p, *p,
                             table_options[option].argument);
        return store(o, option, value, err);
    }
    return true;
}

static bool check_required(const struct options *o, struct error *err)
{
    if (options_has(o, TABLE_HELP) || options_has(o, TABLE_VERSION))
        return true;
    for (int i = 0; i < TABLE_OPTION_COUNT; i++) {
        const struct table_option_row *row = &table_options[i];
        if ((row->required & TABLE_BIT(o->command)) && !o->value[i])
            return error_set(err, ERROR_USAGE, "--%s is missing: --%s %s, %s", row->name,
                             row->name, row->argument, row->help);
    }
    return true;
}

bool options_parse(int argc, char *const argv[], struct options *ret_options, struct error *err)
{
    struct options o = {0};
    int next = 1;
    if (!parse_command(argc, argv, &o, &next, err))
        return false;
    for (; next < argc; next++) {
        const char *word = argv[next];
        bool ok = text_starts_with(word, "--") && word[2]
                      ? parse_long(&o, argc, argv, &next, err)
                  : word[0] == '-' && word[1] && word[1] != '-'
                      ? parse_short(&o, argc, argv, &next, err)
                      : error_set(err, ERROR_USAGE,
                                  "'%.64s' is not an option; see extract --help", word);
        if (!ok)
            return false;
    }
    if (!check_required(&o, err))
        return false;
    *ret_options = o;
    return true;
}

bool options_duration(const struct options *o, enum table_option option, int64_t fallback_ns,
                      int64_t *ret_ns, struct error *err)
{
    const char *text = o->value[option];
    if (!text) {
        *ret_ns = fallback_ns;
        return true;
    }
    if (!text_parse_duration(text, ret_ns))
        return error_set(err, ERROR_USAGE,
                         "--%s %.64s: not a duration; a number and ms, s, m, h or d: 90s, 15m",
                         table_options[option].name, text);
    return true;
}

bool options_number(const struct options *o, enum table_option option, int64_t fallback,
                    int64_t *ret_number, struct error *err)
{
    const char *text = o->value[option];
    int64_t number = fallback;
    if (text && (!text_parse_int64(text, strlen(text), &number) || number < 0))
        return error_set(err, ERROR_USAGE, "--%s %.64s: not a whole number",
                         table_options[option].name, text);
    *ret_number = number;
    return true;
}

static bool read_day(const struct options *o, enum table_option option, int64_t now_ns,
                     struct window_day *ret_day, struct error *err)
{
    const char *text = o->value[option];
    struct window_day day = {.kind = WINDOW_UNSET};
    if (text && !window_parse_day(text, now_ns, &day))
        return error_set(err, ERROR_USAGE,
                         "--%s %.64s: not a time; a date (2026-11-01), an RFC 3339 time, a "
                         "duration back from now (3d), today or yesterday",
                         table_options[option].name, text);
    *ret_day = day;
    return true;
}

bool options_window(const struct options *o, int64_t now_ns, struct window *ret_window,
                    struct error *err)
{
    struct window w;
    if (!read_day(o, TABLE_SINCE, now_ns, &w.since, err) ||
        !read_day(o, TABLE_UNTIL, now_ns, &w.until, err))
        return false;
    *ret_window = w;
    return true;
}

bool options_day(const struct options *o, enum table_option option, int64_t now_ns,
                 int64_t *ret_day, struct error *err)
{
    static const struct slice_rule days = {.kind = SLICE_DAY};
    struct window w = {0};
    AUTO(zone_closep) struct zone *utc = NULL;
    if (!read_day(o, option, now_ns, &w.since, err) || !zone_open("UTC", &utc, err))
        return false;
    *ret_day = window_resolve(&w, &days, utc, now_ns).since;
    return true;
}
