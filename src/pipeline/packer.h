/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packs segments for all threads that fetch, one at a time: a segment takes a millisecond, what is
 * needed for it a megabyte.
 */
#ifndef PIPELINE_PACKER_H
#define PIPELINE_PACKER_H

#include <stdbool.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "record/segment.h"

struct packer;

struct packer *packer_new(void); /* NULL when memory is out */
void packer_free(struct packer *p);
CLEANUP_DEFINE(struct packer, packer_free)

/* ret_packed is initialised and empty; its frame takes no more room than it has bytes. The segment
 * stays as it is. */
bool packer_pack(struct packer *p, const struct segment *segment,
                 struct segment_packed *ret_packed, struct error *err);

#endif
