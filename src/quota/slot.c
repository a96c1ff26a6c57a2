/* SPDX-License-Identifier: Apache-2.0 */
#include "quota/slot.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/cleanup.h"
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

static struct flock lock_of(off_t byte)
{
    return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
}

/* Counts the taken places, and finds a free one. */
static bool look(int fd, off_t first, unsigned *ret_taken, off_t *ret_free)
{
    *ret_taken = 0;
    *ret_free = -1;
    for (off_t byte = first; byte < first + SLOT_MAX; byte++) {
        struct flock lock = lock_of(byte);
        if (fcntl(fd, F_OFD_GETLK, &lock) < 0)
            return false;
        if (lock.l_type != F_UNLCK)
            ++*ret_taken;
        else if (*ret_free < 0)
            *ret_free = byte;
    }
    return true;
}

bool slot_take(const char *path, const char *key, unsigned parallel, int *ret_fd,
               struct error *err)
{
    AUTO(cleanup_close) int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return error_errno(err, ERROR_IO, errno, "%s", path);
    unsigned taken;
    off_t free;
    if (!look(fd, first_byte(key), &taken, &free))
        return error_errno(err, ERROR_IO, errno, "%s", path);
    *ret_fd = -1;
    if (taken >= parallel || free < 0)
        return true;
    struct flock lock = lock_of(free);
    if (fcntl(fd, F_OFD_SETLK, &lock) < 0)
        return error_errno(err, ERROR_IO, errno, "%s", path);
    *ret_fd = fd;
    fd = -1;
    return true;
}
