/* SPDX-License-Identifier: Apache-2.0 */
#include "base/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

void folder_names_done(struct folder_names *n)
{
    for (size_t i = 0; i < n->count; i++)
        free((char *)n->name[i]);
}

static void closedirp(DIR **folder)
{
    if (*folder)
        closedir(*folder);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool add(struct folder_names *n, const char *folder, const char *file,
                const char *ending, struct error *err)
{
    if (!text_ends_with(file, ending))
        return true;
    AUTO(cleanup_free) char *name = strndup(file, strlen(file) - strlen(ending));
    if (!name)
        return error_memory(err);
    if (!text_is_identifier(name))
        return true;
    if (n->count == FOLDER_NAMES_MAX)
        return error_set(err, ERROR_IO, "%s: more than %d files NAME%s", folder,
                         FOLDER_NAMES_MAX, ending);
    n->name[n->count++] = steal(&name);
    return true;
}

bool folder_list(const char *folder, const char *ending, struct folder_names *ret_names,
                 struct error *err)
{
    AUTO(closedirp) DIR *d = opendir(folder);
    if (!d && errno == ENOENT)
        return true;
    if (!d)
        return error_errno(err, ERROR_IO, errno, "%s", folder);
    for (struct dirent *entry; (entry = readdir(d));) {
        if (!add(ret_names, folder, entry->d_name, ending, err))
            return false;
    }
    qsort(ret_names->name, ret_names->count, sizeof *ret_names->name, by_name);
    return true;
}
