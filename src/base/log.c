/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

enum { LINE_MAX_BYTES = 4096 };

static const char *const level_names[] = {
    [LOG_LEVEL_DEBUG] = "debug",
    [LOG_LEVEL_INFO] = "info",
    [LOG_LEVEL_WARNING] = "warning",
    [LOG_LEVEL_ERROR] = "error",
};

static enum log_level lowest_level = LOG_LEVEL_INFO;

static void write_stderr(enum log_level level, const char *line)
{
    (void)level;
    char out[LINE_MAX_BYTES + 2];
    int len = snprintf(out, sizeof out, "%s\n", line);
    ssize_t written = write(STDERR_FILENO, out, (size_t)len);
    (void)written;
}

static log_handler *current_handler = write_stderr;

void log_set_level(enum log_level lowest)
{
    lowest_level = lowest;
}

void log_set_handler(log_handler *handler)
{
    current_handler = handler ? handler : write_stderr;
}

/* Length of the UTF-8 character at p, or 0 when it must not reach a log: control characters,
 * bytes that are not UTF-8, line separators, bidirectional overrides and isolates. */
static size_t printable(const char *p, size_t left)
{
    unsigned char c = (unsigned char)*p;
    if (c < 0x80)
        return c >= 0x20 && c != 0x7f;
    size_t len = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    if (len > left || !text_is_utf8(p, len))
        return 0;
    bool c1 = c == 0xc2 && (unsigned char)p[1] < 0xa0;
    const unsigned char *u = (const unsigned char *)p;
    bool line = len == 3 && u[0] == 0xe2 && u[1] == 0x80 && u[2] >= 0xa8 && u[2] <= 0xae;
    bool isolate = len == 3 && u[0] == 0xe2 && u[1] == 0x81 && u[2] >= 0xa6 && u[2] <= 0xa9;
    return c1 || line || isolate ? 0 : len;
}

static size_t escape(const char *text, size_t len, char *out, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < len;) {
        size_t n = printable(text + i, len - i);
        if (used + (n ? n : 4) >= size)
            break;
        if (n)
            memcpy(out + used, text + i, n);
        else
            snprintf(out + used, 5, "\\x%02x", (unsigned char)text[i]);
        used += n ? n : 4;
        i += n ? n : 1;
    }
    out[used] = '\0';
    return used;
}

void log_event(enum log_level level, const char *event, const char *format, ...)
{
    if (level < lowest_level)
        return;

    char raw[LINE_MAX_BYTES];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    if (len < 0)
        len = 0;
    if ((size_t)len >= sizeof raw)
        len = sizeof raw - 1;

    char line[LINE_MAX_BYTES];
    char now[CLOCK_RFC3339_SIZE];
    clock_format_rfc3339(clock_now_ns() / CLOCK_SECOND_NS * CLOCK_SECOND_NS, now);
    int head = snprintf(line, sizeof line, "%s %s %s ", now, level_names[level], event);
    escape(raw, (size_t)len, line + head, sizeof line - (size_t)head);
    current_handler(level, line);
}
