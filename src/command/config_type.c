/* SPDX-License-Identifier: Apache-2.0 */
#include "command/config_type.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "crypto/reference.h"

/* One row per type: does the text fit, and what would. */
static bool is_text(const struct config_row *row, const char *text)
{
    (void)row;
    for (const char *p = text; *p; p++) {
        if (iscntrl((unsigned char)*p))
            return false;
    }
    return *text && text_is_utf8(text, strlen(text));
}

static bool is_integer(const struct config_row *row, const char *text)
{
    int64_t value;
    if (!text_parse_int64(text, strlen(text), &value))
        return false;
    return (!row->minimum && !row->maximum) || (value >= row->minimum && value <= row->maximum);
}

static bool is_duration(const struct config_row *row, const char *text)
{
    (void)row;
    int64_t value;
    return text_parse_duration(text, &value);
}

static bool is_size(const struct config_row *row, const char *text)
{
    (void)row;
    uint64_t value;
    return text_parse_size(text, &value);
}

bool config_type_percent(const char *text, unsigned *ret_percent)
{
    size_t digits = strspn(text, "0123456789");
    int64_t value;
    if (strcmp(text + digits, "%") != 0 || !text_parse_int64(text, digits, &value) ||
        value < 1 || value > 100)
        return false;
    *ret_percent = (unsigned)value;
    return true;
}

static bool is_percent(const struct config_row *row, const char *text)
{
    (void)row;
    unsigned value;
    return config_type_percent(text, &value);
}

static bool is_boolean(const struct config_row *row, const char *text)
{
    (void)row;
    bool value;
    return text_parse_bool(text, &value);
}

static bool is_choice(const struct config_row *row, const char *text)
{
    return text_is_word_of(text, row->choices);
}

static bool is_reference(const struct config_row *row, const char *text)
{
    (void)row;
    struct error ignored;
    return reference_check(text, &ignored);
}

static const struct {
    bool (*fits)(const struct config_row *row, const char *text);
    const char *wanted;
} types[] = {
    [CONFIG_TEXT] = {is_text, "a line of text in UTF-8"},
    [CONFIG_INTEGER] = {is_integer, "a whole number"},
    [CONFIG_DURATION] = {is_duration, "a number and a unit: ms, s, m, h or d (90s, 15m)"},
    [CONFIG_SIZE] = {is_size, "a number and a unit: B, KiB, MiB or GiB"},
    [CONFIG_PERCENT] = {is_percent, "1% to 100%"},
    [CONFIG_BOOLEAN] = {is_boolean, "true or false"},
    [CONFIG_CHOICE] = {is_choice, "one of"},
    [CONFIG_REFERENCE] = {is_reference, "a reference, never the secret itself: env:NAME, "
                                        "file:PATH, fd:NUMBER or credential:NAME"},
};

bool config_type_fits(const struct config_row *row, const char *text)
{
    return types[row->type].fits(row, text);
}

void config_type_wanted(const struct config_row *row, char ret_text[CONFIG_WANTED_SIZE])
{
    char range[80] = "";
    if (row->type == CONFIG_INTEGER && (row->minimum || row->maximum))
        snprintf(range, sizeof range, " from %lld to %lld", (long long)row->minimum,
                 (long long)row->maximum);
    if (row->type == CONFIG_CHOICE)
        snprintf(range, sizeof range, ": %s", row->choices);
    snprintf(ret_text, CONFIG_WANTED_SIZE, "%s%s", types[row->type].wanted, range);
}
