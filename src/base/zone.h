/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time zones by their IANA name, from the system's TZif files (RFC 9636; Debian: tzdata). The
 * time zone of the process (TZ, /etc/localtime) plays no part. A zone does not change once it is
 * open, and may be used by any thread.
 *
 * Days are calendar days as in base/clock.h. A day of a zone has mostly 24 hours; where clocks
 * change it may have 23 or 25, and where the date line moved there was none at all.
 */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"

enum {
    ZONE_NAME_MAX = 64,
    ZONE_FILE_MAX = 256 * 1024,
    ZONE_TRANSITION_MAX = 8192 /* the longest of today's files has 236 */
};

struct zone;

/* A letter of A-Z, then letters, digits and any of _+-/, at most ZONE_NAME_MAX bytes: what the
 * IANA database has, and nothing that could leave its folder. */
bool zone_name_is_valid(const char *name);

/* "UTC" needs no file. ERROR_DATA: not a name, or a file that is no TZif of version 2 or later;
 * ERROR_CONFIG: this host has no zone of that name; ERROR_IO. */
bool zone_open(const char *name, struct zone **ret_zone, struct error *err);
/* From the content of a file. name is for errors. */
bool zone_parse(const char *name, const uint8_t *data, size_t len, struct zone **ret_zone,
                struct error *err);
void zone_close(struct zone *z);
CLEANUP_DEFINE(struct zone, zone_close)

/* Seconds east of UTC at that instant. */
int32_t zone_offset_s(const struct zone *z, int64_t ns);

/* The day that the calendar there shows at that instant. */
int64_t zone_day_of(const struct zone *z, int64_t ns);

/* The first instant at which the calendar there shows that day, or a later one when it had no
 * such day. Days of the years of base/clock.h; beyond them the nearest instant there is. */
int64_t zone_day_start_ns(const struct zone *z, int64_t day);

#endif
