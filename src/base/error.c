/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Exit statuses follow sysexits.h. */
static const struct {
    const char *name;
    int exit_status;
} kinds[ERROR_KIND_COUNT] = {
    [ERROR_NONE] = {"none", 0},        [ERROR_USAGE] = {"usage", 64},
    [ERROR_CONFIG] = {"config", 78},   [ERROR_MANIFEST] = {"manifest", 78},
    [ERROR_AUTH] = {"auth", 77},       [ERROR_QUOTA] = {"quota", 75},
    [ERROR_NETWORK] = {"network", 69}, [ERROR_REMOTE] = {"remote", 69},
    [ERROR_TOO_BIG] = {"too_big", 69}, [ERROR_ACCOUNT] = {"account", 77},
    [ERROR_DATA] = {"data", 65},       [ERROR_STORE] = {"store", 74},
    [ERROR_SINK] = {"sink", 69},       [ERROR_CRYPTO] = {"crypto", 77},
    [ERROR_IO] = {"io", 74},           [ERROR_BUSY] = {"busy", 75},
    [ERROR_STOPPED] = {"stopped", 75}, [ERROR_BUG] = {"bug", 70},
};

static void __attribute__((format(printf, 3, 0)))
vset(struct error *err, enum error_kind kind, const char *format, va_list args)
{
    err->kind = kind;
    err->not_before_ns = 0;
    vsnprintf(err->text, sizeof err->text, format, args);
    text_make_utf8(err->text);
}

bool error_set(struct error *err, enum error_kind kind, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vset(err, kind, format, args);
    va_end(args);
    return false;
}

bool error_prefix(struct error *err, const char *format, ...)
{
    char text[ERROR_TEXT_MAX];
    memcpy(text, err->text, sizeof text);

    va_list args;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);

    size_t len = strlen(err->text);
    snprintf(err->text + len, sizeof err->text - len, ": %s", text);
    text_make_utf8(err->text);
    return false;
}

bool error_errno(struct error *err, enum error_kind kind, int number, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vset(err, kind, format, args);
    va_end(args);

    size_t len = strlen(err->text);
    snprintf(err->text + len, sizeof err->text - len, ": %s", strerror(number));
    text_make_utf8(err->text);
    return false;
}

bool error_memory(struct error *err)
{
    return error_set(err, ERROR_BUG, "out of memory");
}

const char *error_kind_name(enum error_kind kind)
{
    return kinds[kind].name;
}

int error_exit_status(enum error_kind kind)
{
    return kinds[kind].exit_status;
}
