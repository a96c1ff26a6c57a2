/* SPDX-License-Identifier: Apache-2.0 */
/* A gzip stream (RFC 1952) of another body, at zlib's fastest level. The only file with zlib. */
#ifndef SANDBOX_GZIP_H
#define SANDBOX_GZIP_H

#include "sandbox/body.h"

/* Takes inner, also on failure; NULL when memory is out. */
struct body *gzip_new_take(struct body *inner);

#endif
