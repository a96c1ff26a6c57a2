/* SPDX-License-Identifier: Apache-2.0 */
/* The command line, parsed against command/table: what was asked, nothing looked up yet. */
#ifndef COMMAND_OPTIONS_H
#define COMMAND_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "command/table.h"
#include "pipeline/window.h"

enum { OPTIONS_LIST_MAX = 64 };

struct options {
    enum table_command command;
    const char
        *value[TABLE_OPTION_COUNT]; /* the last one given; NULL: not given; "" for flags */
    const char *streams[OPTIONS_LIST_MAX + 1]; /* NULL-terminated, as the next */
    size_t stream_count;
    const char *accounts[OPTIONS_LIST_MAX + 1];
    size_t account_count;
};

/* Borrows from argv. ERROR_USAGE names what is wrong and the nearest option or command. --help and
 * --version are parsed like any other option and end the check for required ones. */
bool options_parse(int argc, char *const argv[], struct options *ret_options,
                   struct error *err);

/* Whether a command line that could not be parsed asks for JSON: whoever reads the answer is to
 * get one all the same. */
bool options_ask_json(int argc, char *const argv[]);

bool options_has(const struct options *o, enum table_option option);
/* --output json was asked for. */
bool options_json(const struct options *o);

/* --stream names it, or there is none. */
bool options_want_stream(const struct options *o, const char *stream);

/* A duration option in ns, or the fallback when it was not given. */
bool options_duration(const struct options *o, enum table_option option, int64_t fallback_ns,
                      int64_t *ret_ns, struct error *err);
/* A whole number >= 0, or the fallback. */
bool options_number(const struct options *o, enum table_option option, int64_t fallback,
                    int64_t *ret_number, struct error *err);
/* --since and --until as they were given, at now_ns. */
bool options_window(const struct options *o, int64_t now_ns, struct window *ret_window,
                    struct error *err);
/* The day that --since or --until names by UTC; the fallback is today. */
bool options_day(const struct options *o, enum table_option option, int64_t now_ns,
                 int64_t *ret_day, struct error *err);

#endif
