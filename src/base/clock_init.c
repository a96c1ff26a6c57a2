/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock_init.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

static bool parse_instant(const char *text, size_t len, int64_t *ret_ns)
{
    char copy[CLOCK_RFC3339_SIZE];
    if (len >= sizeof copy)
        return false;
    memcpy(copy, text, len);
    copy[len] = '\0';
    return clock_parse_rfc3339(copy, ret_ns);
}

/* FACTOR,REAL,SHOWN */
static bool parse_spec(const char *spec, int64_t *ret_factor, int64_t *ret_real_ns,
                       int64_t *ret_shown_ns)
{
    const char *real = strchr(spec, ',');
    const char *shown = real ? strchr(real + 1, ',') : NULL;
    return shown && text_parse_int64(spec, (size_t)(real - spec), ret_factor) &&
           *ret_factor >= 1 && *ret_factor <= CLOCK_FACTOR_MAX &&
           parse_instant(real + 1, (size_t)(shown - real - 1), ret_real_ns) &&
           parse_instant(shown + 1, strlen(shown + 1), ret_shown_ns);
}

bool clock_init(struct error *err)
{
    const char *spec = getenv(CLOCK_VARIABLE);
    int64_t factor, real_ns, shown_ns;
    if (!spec)
        return true;
    if (!parse_spec(spec, &factor, &real_ns, &shown_ns))
        return error_set(err, ERROR_USAGE,
                         CLOCK_VARIABLE
                         ": FACTOR,REAL,SHOWN is expected, a factor of 1 to %d and "
                         "two RFC 3339 times",
                         CLOCK_FACTOR_MAX);
    return clock_run(factor, real_ns, shown_ns) ||
           error_set(err, ERROR_USAGE,
                     CLOCK_VARIABLE ": by now it would show a year that there is not");
}
