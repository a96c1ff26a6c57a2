/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of extract-sandbox. */
#ifndef SANDBOX_ARGUMENTS_H
#define SANDBOX_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { ARGUMENTS_REPEAT_MAX = 64 };

/* Texts are borrowed from argv. */
struct arguments {
    const char *listen;
    bool public;
    const char *port_file; /* NULL: none */
    const char *certificate; /* with key: TLS */
    const char *key;
    bool control;
    bool verbose;
    bool no_gzip;
    uint64_t rate; /* bytes a second of every answer; 0: as fast as it goes */

    const char *seed;
    const char *clock; /* "real" or RFC 3339 */
    const char *journal;
    const char *faults[ARGUMENTS_REPEAT_MAX];
    size_t fault_count;

    uint64_t limit; /* users in a window; 0: no limit */
    int64_t window_ns;
    int limit_status; /* 429 or 503 */
    const char *recorded[ARGUMENTS_REPEAT_MAX];
    size_t recorded_count;
    const char *hostile[ARGUMENTS_REPEAT_MAX];
    size_t hostile_count;
    bool canary;
    const char *facebook[ARGUMENTS_REPEAT_MAX]; /* KEY=VALUE */
    size_t facebook_count;
};

enum arguments_result { ARGUMENTS_RUN, ARGUMENTS_DONE, ARGUMENTS_WRONG };

/* DONE: --help or --version was printed. WRONG: *err is ERROR_USAGE. */
enum arguments_result arguments_parse(int argc, char **argv, struct arguments *ret_arguments,
                                      struct error *err);

#endif
