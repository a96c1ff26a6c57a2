/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "net/trust.h"

#define OURS "-----BEGIN CERTIFICATE-----\nours\n"
#define SYSTEM "-----BEGIN CERTIFICATE-----\nsystem\n"

static char folder[64], ours[96], bundle[96], empty[96], missing[96];

static int make_files(void **state)
{
    (void)state;
    struct error err;
    snprintf(folder, sizeof folder, "/tmp/extract-trust-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(ours, sizeof ours, "%s/ours", folder);
    snprintf(bundle, sizeof bundle, "%s/bundle", folder);
    snprintf(empty, sizeof empty, "%s/empty", folder);
    snprintf(missing, sizeof missing, "%s/missing", folder);
    return file_write_new(ours, OURS, strlen(OURS), &err) &&
                   file_write_new(bundle, SYSTEM, strlen(SYSTEM), &err) &&
                   file_write_new(empty, "", 0, &err)
               ? 0
               : -1;
}

static int remove_files(void **state)
{
    (void)state;
    unlink(ours);
    unlink(bundle);
    unlink(empty);
    return rmdir(folder);
}

struct trust_case {
    const char *ca_file;
    const char *bundle;
    bool folder;
    const char *pem; /* at first */
    const char *waits;
    bool widens;
    const char *wide; /* pem then */
};

static const struct trust_case cases[] = {
    {NULL, bundle, true, "", bundle, true, ""},
    {ours, bundle, true, OURS "\n", bundle, true, OURS "\n" SYSTEM "\n"},
    {NULL, bundle, false, "", NULL, false, ""},
    {ours, bundle, false, OURS "\n" SYSTEM "\n", NULL, false, OURS "\n" SYSTEM "\n"},
    {ours, missing, false, OURS "\n", NULL, false, OURS "\n"},
    {ours, missing, true, OURS "\n", missing, true, OURS "\n"},
    {ours, NULL, true, OURS "\n", NULL, false, OURS "\n"},
    {NULL, NULL, false, "", NULL, false, ""},
};

static void assert_pem(const struct trust *t, const char *expected)
{
    assert_int_equal(t->pem.len, strlen(expected));
    assert_memory_equal(t->pem.len ? (const char *)t->pem.data : "", expected, t->pem.len);
}

static void the_bundle_waits_where_a_folder_has_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct trust_case *c = &cases[i];
        struct error err;
        AUTO(trust_done) struct trust t;
        assert_true(trust_init(&t, c->ca_file, c->bundle, c->folder, &err));
        assert_pem(&t, c->pem);
        assert_ptr_equal(t.bundle, c->waits);
        assert_int_equal(trust_widen(&t), c->widens);
        assert_pem(&t, c->wide);
        assert_null(t.bundle);
        assert_false(trust_widen(&t));
    }
}

static void a_file_without_a_certificate_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *ca_file;
        enum error_kind kind;
        const char *text;
    } bad[] = {
        {empty, ERROR_CONFIG, "no certificate in PEM form"},
        {missing, ERROR_IO, "ca_file: "},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct error err;
        AUTO(trust_done) struct trust t;
        assert_false(trust_init(&t, bad[i].ca_file, bundle, true, &err));
        assert_int_equal(err.kind, bad[i].kind);
        assert_non_null(strstr(err.text, bad[i].text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bundle_waits_where_a_folder_has_the_same),
        cmocka_unit_test(a_file_without_a_certificate_is_refused),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
