/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Named places at which the crash tests kill the program: before and after every state change.
 *
 * EXTRACT_CRASH_AT=n makes the n-th crash point that is passed (from 1, all threads together)
 * fatal, by SIGKILL to ourselves; EXTRACT_CRASH_AT=name the first one of that name.
 * EXTRACT_CRASH_TRACE=file appends each name passed to a file, so that a test can count them.
 * With neither set a crash point is one load and a branch.
 */
#ifndef BASE_CRASHPOINT_H
#define BASE_CRASHPOINT_H

#include <stdbool.h>

extern bool crashpoint_armed;

/* Reads the environment. Call once, before threads are started. */
void crashpoint_init(void);
void crashpoint_hit(const char *name);

#define crashpoint(name)                               \
    do {                                               \
        if (__builtin_expect(crashpoint_armed, false)) \
            crashpoint_hit(name);                      \
    } while (0)

#endif
