/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/reference.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/text.h"

enum {
    FD_MAX = 1 << 20, /* far above any limit of open files */
    NAME_MAX_LENGTH = 255,
    OTHERS = S_IRWXG | S_IRWXO,
    /* systemd gives the user of a service access by an ACL, which shows as group bits */
    OTHERS_THAN_THE_SERVICE = S_IWGRP | S_IXGRP | S_IRWXO,
};

static bool is_word(const char *text, const char *extra)
{
    size_t len = strlen(text);
    if (len == 0 || len > NAME_MAX_LENGTH)
        return false;
    for (const char *c = text; *c; c++) {
        bool word = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                    (*c >= '0' && *c <= '9') || *c == '_' || strchr(extra, *c);
        if (!word)
            return false;
    }
    return true;
}

static bool valid_variable(const char *name)
{
    return is_word(name, "") && !(name[0] >= '0' && name[0] <= '9');
}

static bool valid_path(const char *path)
{
    return *path != '\0';
}

static bool parse_fd(const char *text, int *ret_fd)
{
    int64_t fd;
    if (!text_parse_int64(text, strlen(text), &fd) || fd < 0 || fd > FD_MAX)
        return false;
    if (fd == STDOUT_FILENO || fd == STDERR_FILENO)
        return false;
    *ret_fd = (int)fd;
    return true;
}

static bool valid_fd(const char *text)
{
    int fd;
    return parse_fd(text, &fd);
}

static bool valid_credential(const char *name)
{
    return is_word(name, "-.@:") && name[0] != '.';
}

static bool take_content(const struct buffer *content, struct secret **ret_secret,
                         struct error *err)
{
    size_t len = content->len;
    if (len > 0 && content->data[len - 1] == '\n')
        len--;
    if (len == 0)
        return error_set(err, ERROR_AUTH, "empty");

    struct secret *secret = secret_copy(content->data, len);
    if (!secret)
        return error_memory(err);
    *ret_secret = secret;
    return true;
}

static bool read_env(const char *name, struct secret **ret_secret, struct error *err)
{
    char *value = getenv(name);
    if (!value)
        return error_set(err, ERROR_AUTH,
                         "not set (a variable is removed when it has been read)");
    size_t len = strlen(value);
    if (len == 0)
        return error_set(err, ERROR_AUTH, "empty");
    if (len > REFERENCE_SECRET_MAX)
        return error_set(err, ERROR_AUTH, "longer than %d bytes", REFERENCE_SECRET_MAX);

    struct secret *secret = secret_copy(value, len);
    if (!secret)
        return error_memory(err);
    secret_wipe(value, len); /* /proc/<pid>/environ shows these very bytes */
    unsetenv(name);
    *ret_secret = secret;
    return true;
}

/* Reads what path was when it was opened, after a look at that very file. */
static bool read_private(const char *path, mode_t refused, struct secret **ret_secret,
                         struct error *err)
{
    AUTO(cleanup_close)
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0)
        return error_errno(err, ERROR_AUTH, errno, "%s", path);
    if (!S_ISREG(st.st_mode))
        return error_set(err, ERROR_AUTH, "%s: not a regular file", path);
    if (st.st_uid != geteuid() && st.st_uid != 0)
        return error_set(err, ERROR_AUTH, "%s: belongs to another user", path);
    if (st.st_mode & refused)
        return error_set(err, ERROR_AUTH, "%s: others may use it; run: chmod go= '%s'", path,
                         path);

    AUTO(buffer_done) struct buffer content;
    buffer_init(&content, REFERENCE_SECRET_MAX);
    return file_read_fd(fd, path, &content, err) && take_content(&content, ret_secret, err);
}

static bool read_file(const char *path, struct secret **ret_secret, struct error *err)
{
    return file_check_private(path, err) && read_private(path, OTHERS, ret_secret, err);
}

static bool read_credential(const char *name, struct secret **ret_secret, struct error *err)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    if (!folder || *folder != '/')
        return error_set(err, ERROR_AUTH,
                         "CREDENTIALS_DIRECTORY is not set; run as a systemd service with "
                         "LoadCredential= or LoadCredentialEncrypted=");
    AUTO(cleanup_free) char *path = file_join(folder, name);
    if (!path)
        return error_memory(err);
    return read_private(path, OTHERS_THAN_THE_SERVICE, ret_secret, err);
}

/* Whatever is opened next must not become standard input by chance. */
static void close_for_good(int fd)
{
    close(fd);
    if (fd == STDIN_FILENO)
        (void)!open("/dev/null", O_RDONLY);
}

static bool read_fd(const char *text, struct secret **ret_secret, struct error *err)
{
    int fd;
    if (!parse_fd(text, &fd))
        return error_set(err, ERROR_BUG, "a descriptor that was not checked");
    AUTO(buffer_done) struct buffer content;
    buffer_init(&content, REFERENCE_SECRET_MAX);
    bool done = file_read_fd(fd, "the descriptor", &content, err);
    close_for_good(fd);
    return done && take_content(&content, ret_secret, err);
}

static const struct form {
    const char *prefix;
    bool (*valid)(const char *rest);
    bool (*read)(const char *rest, struct secret **ret_secret, struct error *err);
} forms[] = {
    {"env:", valid_variable, read_env},
    {"file:", valid_path, read_file},
    {"fd:", valid_fd, read_fd},
    {"credential:", valid_credential, read_credential},
};

/* The form that text has, and what follows its prefix; NULL when it has none. */
static const struct form *find_form(const char *text, const char **ret_rest)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const char *rest = text + strlen(forms[i].prefix);
        if (text_starts_with(text, forms[i].prefix) && forms[i].valid(rest)) {
            *ret_rest = rest;
            return &forms[i];
        }
    }
    return NULL;
}

static bool refuse(struct error *err)
{
    return error_set(err, ERROR_CONFIG,
                     "a secret is given by reference: env:NAME, file:PATH, fd:N or "
                     "credential:NAME (what stands here is none of them and is not shown)");
}

bool reference_check(const char *text, struct error *err)
{
    const char *rest;
    return find_form(text, &rest) || refuse(err);
}

const char *reference_file(const char *text)
{
    const char *rest;
    const struct form *form = find_form(text, &rest);
    return form && form->read == read_file ? rest : NULL;
}

bool reference_may_change(const char *text)
{
    const char *rest;
    const struct form *form = find_form(text, &rest);
    return form && form->read != read_env && form->read != read_fd;
}

bool reference_read(const char *text, struct secret **ret_secret, struct error *err)
{
    const char *rest;
    const struct form *form = find_form(text, &rest);
    if (!form)
        return refuse(err);
    if (form->read(rest, ret_secret, err))
        return true;
    if (err->kind == ERROR_IO)
        err->kind = ERROR_AUTH;
    if (!text_starts_with(err->text, rest))
        return error_prefix(err, "%s", text);
    const struct error about_path = *err; /* which stands in it already */
    return error_set(err, about_path.kind, "file:%s", about_path.text);
}

/* --- What can be read once and is needed again ------------------------------------------- */

enum { KEPT_MAX = 16 };

static pthread_mutex_t kept_lock = PTHREAD_MUTEX_INITIALIZER;
static struct kept {
    char *text; /* the reference */
    struct secret *secret;
} kept[KEPT_MAX];
static size_t kept_count;

static bool copy_kept(const struct kept *k, struct secret **ret_secret, struct error *err)
{
    struct secret *copy = secret_copy(secret_view(k->secret), secret_length(k->secret));
    if (!copy)
        return error_memory(err);
    *ret_secret = copy;
    return true;
}

static bool keep(const char *text, struct secret **ret_secret, struct error *err)
{
    for (size_t i = 0; i < kept_count; i++)
        if (strcmp(kept[i].text, text) == 0)
            return copy_kept(&kept[i], ret_secret, err);
    if (kept_count == KEPT_MAX)
        return error_set(err, ERROR_CONFIG, "more than %d secrets", KEPT_MAX);
    AUTO(cleanup_free) char *name = strdup(text);
    AUTO(secret_freep) struct secret *secret = NULL;
    if (!name)
        return error_memory(err);
    if (!reference_read(text, &secret, err))
        return false;
    const struct kept own = {name, secret};
    if (!copy_kept(&own, ret_secret, err))
        return false;
    kept[kept_count++] = (struct kept){steal(&name), steal(&secret)};
    return true;
}

bool reference_read_again(const char *text, struct secret **ret_secret, struct error *err)
{
    const char *rest;
    if (!find_form(text, &rest) || reference_may_change(text))
        return reference_read(text, ret_secret, err);
    pthread_mutex_lock(&kept_lock);
    bool ok = keep(text, ret_secret, err);
    pthread_mutex_unlock(&kept_lock);
    return ok;
}
