/* SPDX-License-Identifier: Apache-2.0 */
/* The warehouses that there are. */
#ifndef SINK_REGISTRY_H
#define SINK_REGISTRY_H

#include "base/error.h"
#include "sink/driver.h"

/* NULL for a name that is none: ERROR_CONFIG, with the nearest one. */
const struct driver *registry_find(const char *name, struct error *err);

#endif
