/* SPDX-License-Identifier: Apache-2.0 */
/* Which sources have a stage in a state folder. */
#ifndef STAGE_STAGES_H
#define STAGE_STAGES_H

#include "base/folder.h"

/* As of folder_list. */
bool stages_list(const char *folder, struct folder_names *ret_sources, struct error *err);

#endif
