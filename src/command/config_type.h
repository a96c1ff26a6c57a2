/* SPDX-License-Identifier: Apache-2.0 */
/* What may be set, and what a value of each type looks like. */
#ifndef COMMAND_CONFIG_TYPE_H
#define COMMAND_CONFIG_TYPE_H

#include <stdbool.h>
#include <stdint.h>

enum { CONFIG_WANTED_SIZE = 256 };

enum config_type {
    CONFIG_TEXT,
    CONFIG_INTEGER,
    CONFIG_DURATION,
    CONFIG_SIZE,
    CONFIG_PERCENT,
    CONFIG_BOOLEAN,
    CONFIG_CHOICE,
    CONFIG_REFERENCE,
};

/* What may be set. Strings are borrowed and must outlive the configuration. */
struct config_row {
    const char *section;
    const char *key;
    enum config_type type;
    const char *choices; /* CONFIG_CHOICE: "sqlite postgres" */
    int64_t minimum; /* CONFIG_INTEGER; both 0: any */
    int64_t maximum;
    const char *fallback; /* NULL: unset */
    const char *help;
};

bool config_type_fits(const struct config_row *row, const char *text);
/* What would fit: "a whole number from 1 to 100". */
void config_type_wanted(const struct config_row *row, char ret_text[CONFIG_WANTED_SIZE]);
/* "70%", from 1 to 100. */
bool config_type_percent(const char *text, unsigned *ret_percent);

#endif
