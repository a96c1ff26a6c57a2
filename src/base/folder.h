/* SPDX-License-Identifier: Apache-2.0 */
/* What a folder holds, by name: files NAME.ending with an identifier for a name. */
#ifndef BASE_FOLDER_H
#define BASE_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { FOLDER_NAMES_MAX = 256 };

struct folder_names {
    const char *name[FOLDER_NAMES_MAX + 1]; /* without the ending, sorted, NULL-terminated */
    size_t count;
};

/* Anything else in it is passed over; a folder that is not there has none. To be done with in every
 * case; starts as {0}. ERROR_IO. */
bool folder_list(const char *folder, const char *ending, struct folder_names *ret_names,
                 struct error *err);
void folder_names_done(struct folder_names *n);

#endif
