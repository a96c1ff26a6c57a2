/* SPDX-License-Identifier: Apache-2.0 */
/* All keys of --facebook: the tables of the modules that have some, in the order of --help. */
#ifndef SANDBOX_META_KEYS_H
#define SANDBOX_META_KEYS_H

#include <stdio.h>

#include "sandbox/meta_job.h"
#include "sandbox/meta_limits.h"
#include "sandbox/meta_settings.h"

/* The values of all tables; one member for each. */
struct meta_keys {
    struct meta_settings settings;
    struct meta_limits limits;
    struct meta_job_rules jobs;
};

/* Sets what the texts say, the rest to what it is without. ERROR_USAGE names the key. */
bool meta_keys_read(const char *const *texts, size_t count, struct meta_keys *ret_keys,
                    struct error *err);
void meta_keys_print(FILE *out);

#endif
