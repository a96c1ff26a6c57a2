/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/packer.h"

#include <pthread.h>
#include <stdlib.h>

#include "codec/zstandard.h"

struct packer {
    pthread_mutex_t lock; /* of the two below */
    struct zstandard *zstandard;
    struct segment_packed packed;
};

struct packer *packer_new(void)
{
    AUTO(packer_freep) struct packer *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    pthread_mutex_init(&p->lock, NULL);
    segment_packed_init(&p->packed);
    p->zstandard = zstandard_new();
    return p->zstandard ? steal(&p) : NULL;
}

void packer_free(struct packer *p)
{
    if (!p)
        return;
    zstandard_free(p->zstandard);
    segment_packed_done(&p->packed);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

/* Under the lock. */
static bool pack(struct packer *p, const struct segment *segment,
                 struct segment_packed *ret_packed, struct error *err)
{
    struct buffer frame = ret_packed->frame;
    if (!segment_pack(segment, p->zstandard, &p->packed, err))
        return false;
    if (!buffer_append(&frame, p->packed.frame.data, p->packed.frame.len))
        return error_memory(err);
    *ret_packed = p->packed;
    ret_packed->frame = frame;
    return true;
}

bool packer_pack(struct packer *p, const struct segment *segment,
                 struct segment_packed *ret_packed, struct error *err)
{
    pthread_mutex_lock(&p->lock);
    bool ok = pack(p, segment, ret_packed, err);
    pthread_mutex_unlock(&p->lock);
    return ok;
}
