/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/stop.h"
#include "base/text.h"

enum { READ_STEP = 64 * 1024 };

char *file_join(const char *folder, const char *name)
{
    return text_format("%s/%s", folder, name);
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool file_read_fd(int fd, const char *name, struct buffer *ret_content, struct error *err)
{
    for (;;) {
        size_t room = ret_content->max - ret_content->len;
        size_t step = room < READ_STEP ? room : READ_STEP;
        if (step == 0) {
            char extra;
            ssize_t more;
            while ((more = read(fd, &extra, 1)) < 0 && errno == EINTR)
                ;
            if (more < 0)
                return error_errno(err, ERROR_IO, errno, "%s", name);
            if (more == 0)
                return true;
            return error_set(err, ERROR_IO, "%s: longer than %zu bytes", name,
                             ret_content->max);
        }
        if (!buffer_reserve(ret_content, step))
            return error_memory(err);
        ssize_t got = read(fd, ret_content->data + ret_content->len, step);
        if (got == 0)
            return true;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_errno(err, ERROR_IO, errno, "%s", name);
        ret_content->len += (size_t)got;
    }
}

bool file_read(const char *path, struct buffer *ret_content, struct error *err)
{
    AUTO(cleanup_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0)
        return error_errno(err, ERROR_IO, errno, "%s", path);
    if (!S_ISREG(st.st_mode))
        return error_set(err, ERROR_IO, "%s: not a regular file", path);
    return file_read_fd(fd, path, ret_content, err);
}

bool file_sync_folder(const char *path, struct error *err)
{
    AUTO(cleanup_close) int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) < 0)
        return error_errno(err, ERROR_IO, errno, "%s", path);
    return true;
}

static bool write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t written = write(fd, data, len);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        data += written;
        len -= (size_t)written;
    }
    return fsync(fd) == 0;
}

static bool sync_parent(const char *path, struct error *err)
{
    AUTO(cleanup_free) char *copy = strdup(path);
    if (!copy)
        return error_memory(err);
    return file_sync_folder(dirname(copy), err);
}

/* Opens path.new. Always that name, so that what a kill leaves behind is replaced by the next
 * write and never gathers. */
static bool open_beside(const char *path, char **ret_temporary, int *ret_fd, struct error *err)
{
    AUTO(cleanup_free) char *temporary = text_format("%s.new", path);
    if (!temporary)
        return error_memory(err);
    unlink(temporary);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_errno(err, ERROR_IO, errno, "%s", path);
    *ret_temporary = steal(&temporary);
    *ret_fd = fd;
    return true;
}

static bool write_beside(const char *path, const void *data, size_t len, char **ret_temporary,
                         struct error *err)
{
    AUTO(cleanup_free) char *temporary = NULL;
    AUTO(cleanup_close) int fd = -1;
    if (!open_beside(path, &temporary, &fd, err))
        return false;
    if (!write_all(fd, data, len)) {
        error_errno(err, ERROR_IO, errno, "%s", path);
        unlink(temporary);
        return false;
    }
    *ret_temporary = steal(&temporary);
    return true;
}

bool file_open_new(const char *path, int *ret_fd, struct error *err)
{
    AUTO(cleanup_free) char *temporary = NULL;
    if (file_exists(path))
        return error_errno(err, ERROR_IO, EEXIST, "%s", path);
    return open_beside(path, &temporary, ret_fd, err);
}

bool file_keep_new(const char *path, struct error *err)
{
    AUTO(cleanup_free) char *temporary = text_format("%s.new", path);
    AUTO(cleanup_close) int fd = temporary ? open(temporary, O_RDONLY | O_CLOEXEC) : -1;
    if (!temporary)
        return error_memory(err);
    bool kept = fd >= 0 && fsync(fd) == 0 && link(temporary, path) == 0; /* never replaces */
    if (!kept)
        error_errno(err, ERROR_IO, errno, "%s", path);
    unlink(temporary);
    return kept && sync_parent(path, err);
}

bool file_write_atomic(const char *path, const void *data, size_t len, struct error *err)
{
    AUTO(cleanup_free) char *temporary = NULL;
    if (!write_beside(path, data, len, &temporary, err))
        return false;
    if (rename(temporary, path) < 0) {
        error_errno(err, ERROR_IO, errno, "%s", path);
        unlink(temporary);
        return false;
    }
    return sync_parent(path, err);
}

bool file_write_new(const char *path, const void *data, size_t len, struct error *err)
{
    AUTO(cleanup_free) char *temporary = NULL;
    return write_beside(path, data, len, &temporary, err) && file_keep_new(path, err);
}

static bool owner_trusted(const struct stat *st)
{
    return st->st_uid == geteuid() || st->st_uid == 0;
}

static bool make_folders(char *path, struct error *err)
{
    for (char *p = path + 1;; p++) {
        if (*p != '/' && *p != '\0')
            continue;
        char kept = *p;
        *p = '\0';
        if (mkdir(path, 0700) < 0 && errno != EEXIST)
            return error_errno(err, ERROR_IO, errno, "%s", path);
        *p = kept;
        if (kept == '\0')
            return true;
    }
}

bool file_make_private_folder(const char *path, struct error *err)
{
    AUTO(cleanup_free) char *copy = strdup(path);
    if (!copy)
        return error_memory(err);
    if (!*copy)
        return error_set(err, ERROR_IO, "the name of a folder is empty");
    if (!make_folders(copy, err))
        return false;

    struct stat st;
    if (stat(path, &st) < 0)
        return error_errno(err, ERROR_IO, errno, "%s", path);
    if (!S_ISDIR(st.st_mode))
        return error_set(err, ERROR_IO, "%s: not a folder", path);
    if (!owner_trusted(&st))
        return error_set(err, ERROR_IO, "%s: belongs to another user", path);
    if (st.st_mode & (S_IWGRP | S_IWOTH))
        return error_set(err, ERROR_IO, "%s: others may write there; run: chmod go-w '%s'",
                         path, path);
    return true;
}

bool file_check_private(const char *path, struct error *err)
{
    struct stat st;
    if (lstat(path, &st) < 0)
        return error_errno(err, ERROR_IO, errno, "%s", path);
    if (S_ISLNK(st.st_mode))
        return error_set(err, ERROR_IO, "%s: a symbolic link; name the file itself", path);
    if (!S_ISREG(st.st_mode))
        return error_set(err, ERROR_IO, "%s: not a regular file", path);
    if (!owner_trusted(&st))
        return error_set(err, ERROR_IO, "%s: belongs to another user", path);
    if (st.st_mode & (S_IRWXG | S_IRWXO))
        return error_set(err, ERROR_IO, "%s: others may use it; run: chmod 600 '%s'", path,
                         path);
    return true;
}

/* The pid that the holder wrote, or 0. */
static long holder_pid(int fd)
{
    char text[24] = "";
    ssize_t len = pread(fd, text, sizeof text - 1, 0);
    int64_t pid = 0;
    if (len > 0 && text_parse_int64(text, strspn(text, "0123456789"), &pid))
        return (long)pid;
    return 0;
}

bool file_lock(const char *path, int64_t wait_ns, int *ret_fd, struct error *err)
{
    AUTO(cleanup_close) int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return error_errno(err, ERROR_IO, errno, "%s", path);

    int64_t end = clock_monotonic_ns() + wait_ns;
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    while (fcntl(fd, F_OFD_SETLK, &lock) < 0) {
        if (errno != EAGAIN && errno != EACCES && errno != EINTR)
            return error_errno(err, ERROR_IO, errno, "%s", path);
        if (stop_requested())
            return error_set(err, ERROR_STOPPED, "%s: stopped while waiting for the lock",
                             path);
        if (clock_monotonic_ns() >= end)
            return error_set(err, ERROR_BUSY, "%s: another run holds it (process %ld)", path,
                             holder_pid(fd));
        clock_sleep_ns(CLOCK_SECOND_NS / 20);
    }

    char text[24];
    int len = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)len, 0) != len)
        return error_errno(err, ERROR_IO, errno, "%s", path);
    *ret_fd = fd;
    fd = -1;
    return true;
}

bool file_size(const char *path, uint64_t *ret_size, struct error *err)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return error_errno(err, ERROR_IO, errno, "%s", path);
    *ret_size = (uint64_t)st.st_size;
    return true;
}

bool file_space(const char *path, uint64_t *ret_free, struct error *err)
{
    struct statvfs st;
    if (statvfs(path, &st) < 0)
        return error_errno(err, ERROR_IO, errno, "%s", path);
    *ret_free = (uint64_t)st.f_bavail * st.f_frsize;
    return true;
}
