/* SPDX-License-Identifier: Apache-2.0 */
/* The random-user API: /api/, /api/1.0/ to /api/1.4/, portraits. */
#ifndef SANDBOX_RANDOM_USER_H
#define SANDBOX_RANDOM_USER_H

#include "sandbox/service.h"

extern const struct service random_user_service;

#endif
