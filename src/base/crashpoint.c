/* SPDX-License-Identifier: Apache-2.0 */
#include "base/crashpoint.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME_MAX_BYTES = 80 };

bool crashpoint_armed;

static long fatal_at; /* 0: none */
static const char *fatal_name; /* NULL: none */
static atomic_long passed;
static int trace_fd = -1;

void crashpoint_init(void)
{
    const char *at = getenv("EXTRACT_CRASH_AT");
    const char *trace = getenv("EXTRACT_CRASH_TRACE");
    if (at) {
        fatal_at = strtol(at, NULL, 10);
        fatal_name = fatal_at > 0 ? NULL : at;
    }
    if (trace)
        trace_fd = open(trace, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    crashpoint_armed = at || trace_fd >= 0;
}

void crashpoint_hit(const char *name)
{
    if (trace_fd >= 0) {
        char line[NAME_MAX_BYTES + 2];
        int len = snprintf(line, sizeof line, "%.*s\n", NAME_MAX_BYTES, name);
        ssize_t written = write(trace_fd, line, (size_t)len);
        (void)written;
    }
    if (atomic_fetch_add(&passed, 1) + 1 == fatal_at ||
        (fatal_name && strcmp(name, fatal_name) == 0))
        kill(getpid(), SIGKILL);
}
