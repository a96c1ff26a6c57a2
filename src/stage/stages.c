/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/stages.h"

bool stages_list(const char *folder, struct folder_names *ret_sources, struct error *err)
{
    return folder_list(folder, ".stage", ret_sources, err);
}
