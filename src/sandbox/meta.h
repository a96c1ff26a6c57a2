/* SPDX-License-Identifier: Apache-2.0 */
/* Meta's Marketing API, as the `facebook` service of the sandbox. */
#ifndef SANDBOX_META_H
#define SANDBOX_META_H

#include "sandbox/service.h"

extern const struct service meta_service;

#endif
