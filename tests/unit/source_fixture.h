/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of src/source share: manifests from the tree and from text. */
#ifndef TESTS_UNIT_SOURCE_FIXTURE_H
#define TESTS_UNIT_SOURCE_FIXTURE_H

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "source/manifest.h"

static inline struct manifest *fixture_manifest(const char *file)
{
    const char *folder = getenv("EXTRACT_SRCDIR");
    AUTO(cleanup_free) char *path = text_format("%s/%s", folder ? folder : ".", file);
    struct manifest *m = NULL;
    struct error err = {0};
    if (!manifest_load(path, &m, &err))
        fail_msg("%s", err.text);
    return m;
}

/* Text with ' for ". */
static inline json_t *fixture_json(const char *text)
{
    AUTO(cleanup_free) char *quoted = strdup(text);
    for (char *c = quoted; *c; c++) {
        if (*c == '\'')
            *c = '"';
    }
    json_t *root = NULL;
    struct error err = {0};
    if (!json_parse(quoted, strlen(quoted), "fixture", ERROR_MANIFEST, &root, &err))
        fail_msg("%s", err.text);
    return root;
}

#endif
