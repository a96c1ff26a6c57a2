/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies that spoil another body, whatever API it comes from: cut short, padded, slowed down.
 * All take what they wrap, also on failure, and are NULL when memory is out.
 */
#ifndef SANDBOX_TAMPER_H
#define SANDBOX_TAMPER_H

#include <stdint.h>

#include "sandbox/body.h"

enum {
    TAMPER_CUT_MAX = 64 * 1024, /* bytes at most before a cut */
    TAMPER_PAD_ENDLESS = -1,
};

enum tamper_cut {
    TAMPER_CUT_QUIET, /* the answer ends as if it were whole */
    TAMPER_CUT_BROKEN, /* the connection is cut */
};

/* Lets the first half through, at most TAMPER_CUT_MAX; *ret_len says how much that is. */
struct body *tamper_new_cut_take(struct body *inner, enum tamper_cut how, size_t *ret_len);

/* Puts count blanks (or TAMPER_PAD_ENDLESS of them) behind the first byte that is `after`. */
struct body *tamper_new_pad_take(struct body *inner, char after, int64_t count);

/* Blanks without end in the place of the body's last byte. */
struct body *tamper_new_endless_take(struct body *inner);

/* At most bytes_per_second (>= 1). Breaks when the process is asked to stop. */
struct body *tamper_new_rate_take(struct body *inner, uint64_t bytes_per_second);

#endif
