/* SPDX-License-Identifier: Apache-2.0 */
#include "quota/slot.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "crypto/digest.h"

enum { PLACE_BYTES = 6 }; /* of the digest: 2^48 buckets of SLOT_MAX bytes fit an off_t */

static off_t first_byte(const char *key)
{
    uint8_t digest[DIGEST_SIZE];
    off_t place = 0;
    digest_blake2b(key, strlen(key), digest);
    for (int i = 0; i < PLACE_BYTES; i++)
        place = place << 8 | digest[i];
    return place * SLOT_MAX;
}

/* Some places of a bucket, and what is known of them. */
struct places {
    unsigned taken;
    off_t free; /* the first one; -1: none is known */
};

static struct flock lock_of(off_t from, off_t end)
{
    return (struct flock){
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = from, .l_len = end - from};
}

/* Counts the taken places and finds a free one: asked for all at once, the system names one that is
 * taken, whichever; those on both sides of it are asked for then. */
static bool look(int fd, off_t from, off_t end, struct places *p)
{
    if (from >= end)
        return true;
    struct flock lock = lock_of(from, end);
    if (fcntl(fd, F_OFD_GETLK, &lock) < 0)
        return false;
    if (lock.l_type == F_UNLCK) {
        if (p->free < 0)
            p->free = from;
        return true;
    }
    /* whoever locks more than a place of his takes all of it */
    off_t first = lock.l_start > from ? lock.l_start : from;
    off_t behind = lock.l_len > 0 ? lock.l_start + lock.l_len : end;
    if (behind > end)
        behind = end;
    p->taken += (unsigned)(behind - first);
    return look(fd, from, first, p) && look(fd, behind, end, p);
}

bool slot_open(const char *path, int *ret_fd, struct error *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return error_errno(err, ERROR_IO, errno, "%s", path);
    *ret_fd = fd;
    return true;
}

bool slot_take(int fd, const char *path, const char *key, unsigned parallel, bool *ret_taken,
               struct error *err)
{
    struct places places = {.free = -1};
    off_t first = first_byte(key);
    if (!look(fd, first, first + SLOT_MAX, &places))
        return error_errno(err, ERROR_IO, errno, "%s", path);
    *ret_taken = places.taken < parallel && places.free >= 0;
    if (!*ret_taken)
        return true;
    struct flock lock = lock_of(places.free, places.free + 1);
    return fcntl(fd, F_OFD_SETLK, &lock) == 0 || error_errno(err, ERROR_IO, errno, "%s", path);
}
