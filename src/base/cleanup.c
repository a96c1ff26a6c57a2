/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"

#include <stdlib.h>
#include <unistd.h>

void cleanup_free(void *slot)
{
    void **pointer = slot;
    free(*pointer);
    *pointer = NULL;
}

void cleanup_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}
