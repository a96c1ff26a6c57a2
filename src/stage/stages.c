/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/stages.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

static const char ending[] = ".stage";

void stages_done(struct stages *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->sources[i]);
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

/* NAME.stage with the name of a source; anything else is not ours. */
static bool add(struct stages *s, const char *folder, const char *file, struct error *err)
{
    if (!text_ends_with(file, ending))
        return true;
    AUTO(cleanup_free) char *source = strndup(file, strlen(file) - strlen(ending));
    if (!source)
        return error_memory(err);
    if (!text_is_identifier(source))
        return true;
    if (s->count == STAGES_MAX)
        return error_set(err, ERROR_IO, "%s: more than %d stages", folder, STAGES_MAX);
    s->sources[s->count++] = steal(&source);
    return true;
}

bool stages_list(const char *folder, struct stages *ret_stages, struct error *err)
{
    AUTO(closedirp) DIR *d = opendir(folder);
    if (!d && errno == ENOENT)
        return true;
    if (!d)
        return error_errno(err, ERROR_IO, errno, "%s", folder);
    for (struct dirent *entry; (entry = readdir(d));) {
        if (!add(ret_stages, folder, entry->d_name, err))
            return false;
    }
    qsort(ret_stages->sources, ret_stages->count, sizeof *ret_stages->sources, by_name);
    return true;
}
