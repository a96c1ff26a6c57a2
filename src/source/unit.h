/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers and spans of time as an API writes them. The units are a closed table:
 *
 *     seconds    40591
 *     minutes    12.5
 *     duration   "40591s": seconds with their unit, as Google's APIs write them
 */
#ifndef SOURCE_UNIT_H
#define SOURCE_UNIT_H

#include <stdbool.h>
#include <stdint.h>

#include "codec/place.h"

enum unit { UNIT_SECONDS, UNIT_MINUTES, UNIT_DURATION };

/* Reads the member "unit" of an object. */
bool unit_read(struct place *p, const json_t *object, enum unit *ret_unit, struct error *err);

/* A JSON number that is not negative. */
bool unit_number(const char *text, double *ret_value);
/* A span, which is not negative; one beyond USAGE_AWAY_MAX_NS is taken for that. */
bool unit_span(enum unit unit, const char *text, int64_t *ret_ns);

#endif
