/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What slices that are delivered as a whole (x-write replace) held when they were last read: one
 * digest a slice, whatever the order of its records (record/setdigest.h). APIs restate days that
 * are weeks old, and most days of such a look-back come back as they were: a slice that holds the
 * same again, under the same schema and policy, need be neither staged nor delivered.
 *
 *     restated_get ─▶ restated_begin, and restated_put at its end, when it is something else
 *
 * That rests on this: the digest is written in the transaction of the slice's last page, and
 * forgotten in that of the first page of the next reading that is staged. So the stage's newest
 * reading of the slice has that content, and every sink has it or will get it; also one that takes
 * segments as they come, and may have had some of a reading that was broken off.
 */
#ifndef STAGE_RESTATED_H
#define STAGE_RESTATED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "stage/append.h"
#include "stage/store.h"

/* What the slice held; false in *ret_known when that is not known, or was read under another schema
 * or policy. */
bool restated_get(struct store *s, const struct append_origin *slice, uint8_t *ret_digest,
                  bool *ret_known, struct error *err);
/* Inside the transaction of the page: with the first one of a slice that is delivered as a whole,
 * what it held is not known any more. Other pages are passed over. */
bool restated_begin(struct store *s, const struct append_origin *page, struct error *err);
/* Inside the transaction of its last page. digest NULL: it is not known what it holds. */
bool restated_put(struct store *s, const struct append_origin *slice, const uint8_t *digest,
                  struct error *err);

/* Inside a transaction. What slices of the stream held is not known any more: those that are read
 * again are delivered. */
bool restated_forget_stream(struct store *s, const char *stream, struct error *err);

#endif
