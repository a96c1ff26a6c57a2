/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of the state folder and files the user names. Everything we make is private (0700,
 * 0600), never follows a symbolic link at its last component, is closed on exec, and is durable
 * when the call returns. Errors are ERROR_IO unless said otherwise and name the path.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

/* Reads a whole regular file into an initialised buffer, up to the buffer's max. */
bool file_read(const char *path, struct buffer *ret_content, struct error *err);
/* Reads a descriptor to its end. name is for errors. */
bool file_read_fd(int fd, const char *name, struct buffer *ret_content, struct error *err);

/* Writes a new file beside path, syncs it, renames it over path, syncs the folder. Mode 0600.
 */
bool file_write_atomic(const char *path, const void *data, size_t len, struct error *err);
/* The same, but fails with ERROR_IO when path exists already. */
bool file_write_new(const char *path, const void *data, size_t len, struct error *err);

/* The same for what is written bit by bit: write to *ret_fd (path.new), then keep it. Until then
 * there is no file at path, and what a kill leaves behind is replaced by the next try. */
bool file_open_new(const char *path, int *ret_fd, struct error *err);
bool file_keep_new(const char *path, struct error *err);

/* Makes the folder and its parents, 0700; an existing folder must be ours (or root's) and not
 * writable by others. */
bool file_make_private_folder(const char *path, struct error *err);

/* Refuses what a secret must not be: a link, not a regular file, of another user than us or
 * root, readable or writable by group or others. */
bool file_check_private(const char *path, struct error *err);

/* An exclusive lock on path (open file description lock, made if need be, holder's pid as text
 * inside). *ret_fd keeps it until closed. wait_ns 0 does not wait. ERROR_BUSY names the holder.
 */
bool file_lock(const char *path, int64_t wait_ns, int *ret_fd, struct error *err);

bool file_exists(const char *path);
bool file_sync_folder(const char *path, struct error *err);
bool file_size(const char *path, uint64_t *ret_size, struct error *err);
/* Bytes free for us on the file system of path. */
bool file_space(const char *path, uint64_t *ret_free, struct error *err);

/* "folder/name", for the caller to free; NULL when memory is out. */
char *file_join(const char *folder, const char *name);

#endif
