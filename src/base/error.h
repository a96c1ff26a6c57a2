/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What went wrong, in words for the user, and what to do next, as a kind.
 *
 * A function that can fail returns bool and takes `struct error *err` last. On failure it fills
 * *err (never NULL) and leaves its outputs as they were. The caller adds where it happened with
 * error_prefix, once per layer, and passes it up; the command logs it once. One table in
 * error.c maps kinds to names and exit statuses.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>
#include <stdint.h>

enum { ERROR_TEXT_MAX = 1024 };

enum error_kind {
    ERROR_NONE,
    ERROR_USAGE, /* the command line is wrong: stop */
    ERROR_CONFIG, /* the configuration is wrong: stop, the text names file and line */
    ERROR_MANIFEST, /* a manifest or schema is wrong: stop, the text names file and pointer */
    ERROR_AUTH, /* credentials refused or unreadable: refresh once, then stop */
    ERROR_QUOTA, /* the API's limit: wait until not_before_ns, or park */
    ERROR_NETWORK, /* no answer, or a broken one: back off, then stop */
    ERROR_REMOTE, /* the API answered that it cannot: back off, then stop */
    ERROR_TOO_BIG, /* the API cannot answer so much at once: ask for smaller parts */
    ERROR_ACCOUNT, /* this account cannot be read: the others can */
    ERROR_DATA, /* the data is not what the contract says: quarantine or stop */
    ERROR_STORE, /* the stage cannot be used: stop, safe to run again */
    ERROR_SINK, /* the sink cannot be used: stop, safe to run again */
    ERROR_CRYPTO, /* a key is missing or a seal is broken: stop loudly */
    ERROR_IO, /* a file cannot be read or written: stop */
    ERROR_BUSY, /* another run holds the lock: run again later */
    ERROR_STOPPED, /* asked to stop by a signal: run again to go on */
    ERROR_BUG, /* cannot happen: stop loudly */
    ERROR_KIND_COUNT
};

struct error {
    enum error_kind kind;
    int64_t not_before_ns; /* ERROR_QUOTA, ERROR_BUSY: when to try again, Unix time; else 0 */
    char text[ERROR_TEXT_MAX]; /* UTF-8, whatever it was made of */
};

/* Both return false, so that a failing line is one line. Text that does not fit is cut. */
bool error_set(struct error *err, enum error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Puts "prefix: " before the text; the kind stays. */
bool error_prefix(struct error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* error_set with ": <strerror>" at the end. */
bool error_errno(struct error *err, enum error_kind kind, int number, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Out of memory: ERROR_BUG with a fixed text. Returns false. */
bool error_memory(struct error *err);

/* The stable name of a kind ("config", "quota", …), and the status the process ends with. */
const char *error_kind_name(enum error_kind kind);
int error_exit_status(enum error_kind kind);

#endif
