/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

bool journal_init(struct journal *j, const char *path, struct error *err)
{
    *j = (struct journal){.fd = -1};
    pthread_mutex_init(&j->mutex, NULL);
    if (!path)
        return true;
    j->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (j->fd < 0)
        return error_errno(err, ERROR_IO, errno, "%s", path);
    return true;
}

void journal_done(struct journal *j)
{
    if (j->fd >= 0)
        close(j->fd);
    j->fd = -1;
    pthread_mutex_destroy(&j->mutex);
}

bool journal_is_kept(const struct journal *j)
{
    return j->fd >= 0;
}

static bool write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t written = write(fd, data, len);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        data += written;
        len -= (size_t)written;
    }
    return true;
}

bool journal_append(struct journal *j, const char *lines, size_t len)
{
    pthread_mutex_lock(&j->mutex);
    bool done = write_all(j->fd, lines, len);
    pthread_mutex_unlock(&j->mutex);
    return done;
}
