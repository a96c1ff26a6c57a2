/* SPDX-License-Identifier: Apache-2.0 */
/* The sinks that there are, each a driver. */
#ifndef SINK_REGISTRY_H
#define SINK_REGISTRY_H

#include <stddef.h>

#include "sink/driver.h"

/* From 0 on; NULL behind the last one. */
const struct driver *registry_at(size_t i);

/* By what [section] driver says; NULL when there is none of that name. */
const struct driver *registry_find(const char *sink, const char *name);

#endif
