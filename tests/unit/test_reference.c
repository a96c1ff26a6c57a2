/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "crypto/reference.h"

static char folder[64];

static int start(void **state)
{
    (void)state;
    struct error err;
    snprintf(folder, sizeof folder, "/tmp/test_reference.XXXXXX");
    return secret_init(&err) && mkdtemp(folder) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    return rmdir(folder);
}

/* "file:<folder>/secret", and the path in it. */
static char *put_file(const void *content, size_t len, mode_t mode, const char **ret_path)
{
    char *text = text_format("file:%s/secret", folder);
    assert_non_null(text);
    *ret_path = text + 5;
    int fd = open(*ret_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, len), (ssize_t)len);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
    return text;
}

static void check_read(const char *text, const char *expected)
{
    struct error err;
    AUTO(secret_freep) struct secret *secret = NULL;
    if (!reference_read(text, &secret, &err))
        fail_msg("%s", err.text);
    assert_int_equal(secret_length(secret), strlen(expected));
    assert_memory_equal(secret_view(secret), expected, strlen(expected));
}

static void refuse(const char *text, enum error_kind kind, const char *expected)
{
    struct error err = {0};
    struct secret *secret = NULL;
    assert_false(reference_read(text, &secret, &err));
    assert_null(secret);
    assert_int_equal(err.kind, kind);
    if (!strstr(err.text, expected))
        fail_msg("\"%s\" lacks \"%s\"", err.text, expected);
}

static void the_four_forms_are_references(void **state)
{
    (void)state;
    struct error err;
    const char *const good[] = {"env:TOKEN", "env:_x9",    "file:/etc/x",         "file:x",
                                "fd:0",      "fd:3",       "credential:kek",      "fd:1048576",
                                "file:a b",  "file:env:X", "credential:a.b-c_d@e"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(reference_check(good[i], &err));
    assert_string_equal(reference_file("file:/a:b"), "/a:b");
    assert_null(reference_file("env:A"));
    assert_null(reference_file("/a"));
}

static void a_literal_is_refused_and_never_shown(void **state)
{
    (void)state;
    const char *const bad[] = {"hunter2",
                               "",
                               "env:",
                               "env:hunter2 x",
                               "env:9hunter2",
                               "env:h=2",
                               "file:",
                               "fd:",
                               "fd:hunter2",
                               "fd:-1",
                               "fd:1",
                               "fd:2",
                               "fd:1048577",
                               "fd: 3",
                               "credential:",
                               "ENV:hunter2",
                               "credential:a/hunter2",
                               "credential:..",
                               "credential:.hunter2",
                               " env:hunter2",
                               "extract-kek-1 hunter2"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct error err = {0};
        assert_false(reference_check(bad[i], &err));
        assert_int_equal(err.kind, ERROR_CONFIG);
        assert_null(strstr(err.text, "hunter2"));
        const char *const names[] = {"env:NAME", "file:PATH", "fd:N", "credential:NAME"};
        for (size_t n = 0; n < 4; n++)
            assert_non_null(strstr(err.text, names[n]));
        refuse(bad[i], ERROR_CONFIG, "by reference");
    }
}

static void a_variable_is_read_once_and_overwritten_in_place(void **state)
{
    (void)state;
    setenv("EXTRACT_TEST_TOKEN", "hunter2\n", 1);
    char *place = getenv("EXTRACT_TEST_TOKEN");
    check_read("env:EXTRACT_TEST_TOKEN", "hunter2\n");
    assert_memory_equal(place, "\0\0\0\0\0\0\0\0", 8);
    assert_null(getenv("EXTRACT_TEST_TOKEN"));
    refuse("env:EXTRACT_TEST_TOKEN", ERROR_AUTH, "env:EXTRACT_TEST_TOKEN: not set");
}

static void what_is_needed_again_is_kept(void **state)
{
    (void)state;
    struct secret *secret = NULL;
    struct error err;
    setenv("EXTRACT_TEST_TOKEN", "hunter2", 1);
    for (int i = 0; i < 2; i++) {
        assert_true(reference_read_again("env:EXTRACT_TEST_TOKEN", &secret, &err));
        assert_int_equal(secret_length(secret), 7);
        assert_memory_equal(secret_view(secret), "hunter2", 7);
        secret_free(secret);
        assert_null(getenv("EXTRACT_TEST_TOKEN"));
    }
    assert_false(reference_read_again("env:EXTRACT_TEST_OTHER", &secret, &err));
    assert_int_equal(err.kind, ERROR_AUTH);
    assert_false(reference_read_again("hunter2", &secret, &err));
    assert_int_equal(err.kind, ERROR_CONFIG);

    /* a file is read anew: a password may be changed while we run */
    const char *path;
    AUTO(cleanup_free) char *file = put_file("one", 3, 0600, &path);
    assert_true(reference_read_again(file, &secret, &err));
    secret_free(secret);
    unlink(path);
    assert_false(reference_read_again(file, &secret, &err));
}

static void an_empty_secret_is_refused(void **state)
{
    (void)state;
    const char *path;
    setenv("EXTRACT_TEST_TOKEN", "", 1);
    refuse("env:EXTRACT_TEST_TOKEN", ERROR_AUTH, "empty");
    AUTO(cleanup_free) char *empty = put_file("", 0, 0600, &path);
    refuse(empty, ERROR_AUTH, "empty");
    AUTO(cleanup_free) char *newline = put_file("\n", 1, 0600, &path);
    refuse(newline, ERROR_AUTH, "empty");
    unlink(path);
}

static void one_newline_at_the_end_of_a_file_is_stripped(void **state)
{
    (void)state;
    const char *path;
    AUTO(cleanup_free) char *a = put_file("hunter2", 7, 0600, &path);
    check_read(a, "hunter2");
    AUTO(cleanup_free) char *b = put_file("hunter2\n", 8, 0400, &path);
    check_read(b, "hunter2");
    unlink(path);
    AUTO(cleanup_free) char *c = put_file("a\nhunter2\n\n", 11, 0600, &path);
    check_read(c, "a\nhunter2\n");
    unlink(path);
}

static void a_file_that_others_may_use_is_refused(void **state)
{
    (void)state;
    for (mode_t bit = 01; bit <= 040; bit <<= 1) {
        const char *path;
        AUTO(cleanup_free) char *text = put_file("hunter2", 7, 0600 | bit, &path);
        refuse(text, ERROR_AUTH, "chmod 600");
        unlink(path);
    }
}

static void a_file_of_another_user_is_refused(void **state)
{
    (void)state;
    if (geteuid() != 0) {
        print_message("skipped: only root can give a file away\n");
        skip();
    }
    const char *path;
    AUTO(cleanup_free) char *text = put_file("hunter2", 7, 0600, &path);
    assert_int_equal(chown(path, 12345, 0), 0);
    refuse(text, ERROR_AUTH, "another user");
    unlink(path);
}

static void what_is_no_plain_file_is_refused(void **state)
{
    (void)state;
    const char *path;
    AUTO(cleanup_free) char *plain = put_file("hunter2", 7, 0600, &path);
    check_read(plain, "hunter2");
    AUTO(cleanup_free) char *other = text_format("%s/link", folder);
    AUTO(cleanup_free) char *reference = text_format("file:%s", other);

    assert_int_equal(symlink(path, other), 0);
    refuse(reference, ERROR_AUTH, "symbolic link");
    unlink(other);
    assert_int_equal(mkfifo(other, 0600), 0);
    refuse(reference, ERROR_AUTH, "not a regular file");
    unlink(other);
    assert_int_equal(mkdir(other, 0700), 0);
    refuse(reference, ERROR_AUTH, "not a regular file");
    rmdir(other);
    refuse(reference, ERROR_AUTH, "No such file");
    unlink(path);
}

static void a_secret_has_a_maximum(void **state)
{
    (void)state;
    static char content[REFERENCE_SECRET_MAX + 1];
    memset(content, 'x', sizeof content);
    const char *path;
    AUTO(cleanup_free) char *fits = put_file(content, REFERENCE_SECRET_MAX, 0600, &path);
    struct error err;
    AUTO(secret_freep) struct secret *secret = NULL;
    assert_true(reference_read(fits, &secret, &err));
    assert_int_equal(secret_length(secret), REFERENCE_SECRET_MAX);
    AUTO(cleanup_free) char *long_file = put_file(content, sizeof content, 0600, &path);
    refuse(long_file, ERROR_AUTH, "longer than 65536");
    unlink(path);

    char *value = malloc(sizeof content + 1);
    assert_non_null(value);
    memset(value, 'x', sizeof content);
    value[sizeof content] = '\0';
    setenv("EXTRACT_TEST_TOKEN", value, 1);
    refuse("env:EXTRACT_TEST_TOKEN", ERROR_AUTH, "longer than 65536");
    unsetenv("EXTRACT_TEST_TOKEN");
    free(value);
}

static void a_descriptor_is_read_to_its_end_and_closed(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "hunter2\n", 8), 8);
    close(ends[1]);
    AUTO(cleanup_free) char *text = text_format("fd:%d", ends[0]);
    check_read(text, "hunter2");
    assert_int_equal(fcntl(ends[0], F_GETFD), -1);
    refuse(text, ERROR_AUTH, "Bad file descriptor");
}

static void standard_input_stays_open_on_nothing(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int ends[2];
        struct error err;
        struct secret *secret = NULL;
        char byte;
        bool done = pipe(ends) == 0 && write(ends[1], "x", 1) == 1 && dup2(ends[0], 0) == 0 &&
                    close(ends[1]) == 0 && reference_read("fd:0", &secret, &err) &&
                    read(0, &byte, 1) == 0;
        secret_free(secret);
        _exit(done ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void a_credential_comes_from_its_folder(void **state)
{
    (void)state;
    const char *path;
    unsetenv("CREDENTIALS_DIRECTORY");
    refuse("credential:secret", ERROR_AUTH, "CREDENTIALS_DIRECTORY is not set");
    setenv("CREDENTIALS_DIRECTORY", "tmp", 1);
    refuse("credential:secret", ERROR_AUTH, "CREDENTIALS_DIRECTORY is not set");
    setenv("CREDENTIALS_DIRECTORY", folder, 1);
    refuse("credential:secret", ERROR_AUTH, "No such file");

    const mode_t good[] = {0400, 0600, 0440};
    for (size_t i = 0; i < 3; i++) {
        AUTO(cleanup_free) char *text = put_file("hunter2\n", 8, good[i], &path);
        assert_non_null(text);
        check_read("credential:secret", "hunter2");
        unlink(path);
    }
    const mode_t bad[] = {0620, 0604, 0602, 0610};
    for (size_t i = 0; i < 4; i++) {
        AUTO(cleanup_free) char *text = put_file("hunter2", 7, bad[i], &path);
        refuse(text, ERROR_AUTH, "chmod 600");
        refuse("credential:secret", ERROR_AUTH, "others may use it");
        unlink(path);
    }
    AUTO(cleanup_free) char *text = put_file("hunter2", 7, 0600, &path);
    check_read(text, "hunter2");
    AUTO(cleanup_free) char *link_path = text_format("%s/link", folder);
    assert_int_equal(symlink(path, link_path), 0);
    refuse("credential:link", ERROR_AUTH, "symbolic links");
    unlink(link_path);
    unlink(path);
    unsetenv("CREDENTIALS_DIRECTORY");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_four_forms_are_references),
        cmocka_unit_test(a_literal_is_refused_and_never_shown),
        cmocka_unit_test(a_variable_is_read_once_and_overwritten_in_place),
        cmocka_unit_test(what_is_needed_again_is_kept),
        cmocka_unit_test(an_empty_secret_is_refused),
        cmocka_unit_test(one_newline_at_the_end_of_a_file_is_stripped),
        cmocka_unit_test(a_file_that_others_may_use_is_refused),
        cmocka_unit_test(a_file_of_another_user_is_refused),
        cmocka_unit_test(what_is_no_plain_file_is_refused),
        cmocka_unit_test(a_secret_has_a_maximum),
        cmocka_unit_test(a_descriptor_is_read_to_its_end_and_closed),
        cmocka_unit_test(standard_input_stays_open_on_nothing),
        cmocka_unit_test(a_credential_comes_from_its_folder),
    };
    return cmocka_run_group_tests(tests, start, end);
}
