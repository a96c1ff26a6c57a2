/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LD_PRELOAD: what a power cut would leave of a folder. A write counts when it was synced, a name
 * when its folder was.
 *
 *     POWERCUT_DIR     the folder; it has no folders in it
 *     POWERCUT_SHADOW  gets, with every sync in it: a file's content as INODE, and lines
 *                      "INODE NAME" of the folder as names. Nothing else would be there.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Without a shadow that can be relied on, the test shows nothing. */
static void give_up(const char *what)
{
    perror(what);
    abort();
}

static void shadow_path(char path[PATH_MAX], const char *name)
{
    snprintf(path, PATH_MAX, "%s/%s", getenv("POWERCUT_SHADOW"), name);
}

/* Takes its place at once: the program may be killed at any instruction. */
static void settle(const char *name)
{
    char from[PATH_MAX], to[PATH_MAX];
    shadow_path(from, "new");
    shadow_path(to, name);
    if (rename(from, to) < 0)
        give_up(to);
}

static FILE *begin(void)
{
    char path[PATH_MAX];
    shadow_path(path, "new");
    FILE *out = fopen(path, "w");
    if (!out)
        give_up(path);
    return out;
}

static void keep_file(const char *self, ino_t inode)
{
    char buffer[65536], name[32];
    size_t len;
    FILE *in = fopen(self, "r"), *out = begin();
    if (!in)
        give_up(self);
    while ((len = fread(buffer, 1, sizeof buffer, in)) > 0)
        if (fwrite(buffer, 1, len, out) != len)
            give_up(self);
    fclose(in);
    if (fclose(out) != 0)
        give_up(self);
    snprintf(name, sizeof name, "%lu", (unsigned long)inode);
    settle(name);
}

static void keep_names(const char *folder)
{
    DIR *in = opendir(folder);
    FILE *out = begin();
    if (!in)
        give_up(folder);
    for (struct dirent *e; (e = readdir(in));)
        if (e->d_type == DT_REG)
            fprintf(out, "%lu %s\n", (unsigned long)e->d_ino, e->d_name);
    closedir(in);
    if (fclose(out) != 0)
        give_up(folder);
    settle("names");
}

static int keep(int fd, const char *real_name)
{
    const char *folder = getenv("POWERCUT_DIR");
    char self[64], path[PATH_MAX] = "";
    struct stat st;
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    size_t len = folder ? strlen(folder) : 0;
    if (!folder || readlink(self, path, sizeof path - 1) < 0 ||
        strncmp(path, folder, len) != 0 || (path[len] && path[len] != '/') ||
        fstat(fd, &st) < 0)
        return ((int (*)(int))dlsym(RTLD_NEXT, real_name))(fd);
    pthread_mutex_lock(&lock);
    if (S_ISDIR(st.st_mode))
        keep_names(folder);
    else
        keep_file(self, st.st_ino);
    pthread_mutex_unlock(&lock);
    return 0;
}

int fsync(int fd)
{
    return keep(fd, "fsync");
}

int fdatasync(int fd)
{
    return keep(fd, "fdatasync");
}
