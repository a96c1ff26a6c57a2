/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_keys.h"

enum { GROUPS = 3 };

static void list(struct meta_keys *keys, struct settings_group ret_groups[GROUPS])
{
    ret_groups[0] = meta_settings_group(&keys->settings);
    ret_groups[1] = meta_limits_group(&keys->limits);
    ret_groups[2] = meta_job_settings_group(&keys->jobs);
}

bool meta_keys_read(const char *const *texts, size_t count, struct meta_keys *ret_keys,
                    struct error *err)
{
    struct meta_keys keys;
    struct settings_group groups[GROUPS];
    list(&keys, groups);
    api_settings_init(groups, GROUPS);
    for (size_t i = 0; i < count; i++)
        if (!api_settings_set(groups, GROUPS, texts[i], err))
            return error_prefix(err, "--facebook");
    *ret_keys = keys;
    return true;
}

void meta_keys_print(FILE *out)
{
    struct meta_keys keys;
    struct settings_group groups[GROUPS];
    list(&keys, groups);
    api_settings_print(groups, GROUPS, out);
}
