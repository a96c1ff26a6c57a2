/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/registry.h"

#include <string.h>

#include "sink/embedded.h"
#include "sink/kafka.h"
#include "sink/postgres.h"

static const struct driver *const drivers[] = {
    &embedded_driver,
    &postgres_driver,
    &kafka_driver,
};

enum { DRIVERS = sizeof drivers / sizeof *drivers };

const struct driver *registry_at(size_t i)
{
    return i < DRIVERS ? drivers[i] : NULL;
}

const struct driver *registry_find(const char *sink, const char *name)
{
    for (size_t i = 0; i < DRIVERS; i++)
        if (strcmp(drivers[i]->sink, sink) == 0 && strcmp(drivers[i]->name, name) == 0)
            return drivers[i];
    return NULL;
}
