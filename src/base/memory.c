/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/file.h"

int64_t memory_peak_kib(void)
{
    enum { STATUS_MAX = 64 * 1024 };
    static const char name[] = "\nVmHWM:";
    AUTO(buffer_done) struct buffer status;
    struct error ignored;
    long long kib;
    buffer_init(&status, STATUS_MAX);
    const char *text =
        file_read("/proc/self/status", &status, &ignored) ? buffer_text(&status) : NULL;
    const char *line = text ? strstr(text, name) : NULL;
    if (line && sscanf(line + sizeof name - 1, "%lld kB", &kib) == 1)
        return kib;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}
