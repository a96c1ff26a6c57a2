/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/registry.h"

#include <string.h>

#include "base/text.h"
#include "sink/embedded.h"

static const struct driver *const drivers[] = {
    &embedded_driver,
};

enum { DRIVERS = sizeof drivers / sizeof *drivers };

const struct driver *registry_find(const char *name, struct error *err)
{
    const char *names[DRIVERS + 1] = {NULL};
    for (size_t i = 0; i < DRIVERS; i++) {
        if (strcmp(drivers[i]->name, name) == 0)
            return drivers[i];
        names[i] = drivers[i]->name;
    }
    const char *nearest = text_nearest(name, names);
    error_set(err, ERROR_CONFIG,
              "warehouse driver \"%s\": there is none of that name; %s \"%s\"", name,
              nearest ? "did you mean" : "the default is",
              nearest ? nearest : drivers[0]->name);
    return NULL;
}
