/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Another clock in the place of the system's, for tests of several programs that share it:
 *
 *     EXTRACT_CLOCK=60,2026-11-28T03:40:16Z,2026-11-20T09:00:00Z
 *
 * At the system's instant 03:40:16 the clock showed 09:00:00, and it runs 60 times as fast: a wait
 * of a minute takes a second.
 */
#ifndef BASE_CLOCK_INIT_H
#define BASE_CLOCK_INIT_H

#include <stdbool.h>

#include "base/error.h"

#define CLOCK_VARIABLE "EXTRACT_CLOCK"

/* Does what the variable says when it is set; a main calls this before anything else. ERROR_USAGE
 * when it makes no sense, and the clock stays the system's. */
bool clock_init(struct error *err);

#endif
