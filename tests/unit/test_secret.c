/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/secret.h"

static int start(void **state)
{
    (void)state;
    struct error err;
    setenv("SSLKEYLOGFILE", "/tmp/keys", 1);
    setenv("SQLITE_TMPDIR", "/tmp", 1);
    setenv("OPENSSL_CONF", "/tmp/x", 1);
    setenv("CURL_HOME", "/tmp", 1);
    setenv("CURL_SSL_BACKEND", "x", 1);
    setenv("CURLY", "kept", 1);
    setenv("EXTRACT_KEPT", "kept", 1);
    return secret_init(&err) ? 0 : -1;
}

static void hostile_variables_are_removed_and_others_kept(void **state)
{
    (void)state;
    const char *const gone[] = {"SSLKEYLOGFILE", "SQLITE_TMPDIR", "OPENSSL_CONF", "CURL_HOME",
                                "CURL_SSL_BACKEND"};
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        assert_null(getenv(gone[i]));
    assert_string_equal(getenv("CURLY"), "kept");
    assert_string_equal(getenv("EXTRACT_KEPT"), "kept");
}

static void the_process_leaves_no_core(void **state)
{
    (void)state;
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
    assert_int_equal(limit.rlim_max, 0);
#ifndef __SANITIZE_ADDRESS__
    assert_int_equal(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
#endif
}

static void a_new_secret_is_zero_and_a_copy_is_its_own(void **state)
{
    (void)state;
    const uint8_t zero[33] = {0};
    AUTO(secret_freep) struct secret *s = secret_new(sizeof zero);
    assert_int_equal(secret_length(s), sizeof zero);
    assert_memory_equal(secret_view(s), zero, sizeof zero);

    char text[] = "hunter2";
    AUTO(secret_freep) struct secret *copy = secret_copy(text, 7);
    secret_wipe(text, sizeof text);
    assert_memory_equal(text, zero, sizeof text);
    assert_memory_equal(secret_view(copy), "hunter2", 7);
    assert_ptr_equal(secret_bytes(copy), secret_view(copy));

    AUTO(secret_freep) struct secret *empty = secret_copy(NULL, 0);
    assert_int_equal(secret_length(empty), 0);
    secret_free(NULL);
}

static void random_secrets_differ(void **state)
{
    (void)state;
    AUTO(secret_freep) struct secret *a = secret_random(32);
    AUTO(secret_freep) struct secret *b = secret_random(32);
    assert_false(secret_equal(secret_view(a), secret_view(b), 32));
    assert_true(secret_equal(secret_view(a), secret_view(a), 32));
    uint8_t c[32] = {0}, d[32] = {0};
    secret_fill_random(c, sizeof c);
    assert_memory_not_equal(c, d, sizeof c);
}

static void reading_behind_a_secret_ends_the_process(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(STDERR_FILENO);
        signal(SIGSEGV, SIG_DFL); /* the test harness catches it */
        struct secret *s = secret_new(32);
        volatile uint8_t byte = *(volatile uint8_t *)(secret_bytes(s) + 32);
        (void)byte;
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void no_memory_to_lock_is_reported_and_secrets_work(void **state)
{
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    print_message("skipped: AddressSanitizer makes mlock do nothing\n");
    skip();
#endif
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        /* root may lock without a limit */
        struct rlimit none = {0};
        bool limited = setrlimit(RLIMIT_MEMLOCK, &none) == 0 &&
                       (geteuid() != 0 || setresuid(65534, 65534, 65534) == 0);
        struct secret *s = secret_random(32);
        bool done = limited && s && !secret_locked();
        secret_free(s);
        _exit(done ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_variables_are_removed_and_others_kept),
        cmocka_unit_test(the_process_leaves_no_core),
        cmocka_unit_test(a_new_secret_is_zero_and_a_copy_is_its_own),
        cmocka_unit_test(random_secrets_differ),
        cmocka_unit_test(reading_behind_a_secret_ends_the_process),
        cmocka_unit_test(no_memory_to_lock_is_reported_and_secrets_work),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
