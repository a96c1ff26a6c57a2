/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "stage/stages.h"

static void only_stages_of_sources_are_listed_and_sorted(void **state)
{
    (void)state;
    static const char *const files[] = {"random_user.stage",
                                        "google_ads.stage",
                                        "random_user.stage-wal",
                                        "random_user.lock",
                                        "a-b.stage",
                                        ".stage",
                                        "stage"};
    char folder[] = "/tmp/test_stages.XXXXXX";
    struct error err;
    assert_non_null(mkdtemp(folder));
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        AUTO(cleanup_free) char *path = file_join(folder, files[i]);
        assert_true(file_write_new(path, "", 0, &err));
    }
    AUTO(folder_names_done) struct folder_names found = {0};
    assert_true(stages_list(folder, &found, &err));
    assert_int_equal(found.count, 2);
    assert_string_equal(found.name[0], "google_ads");
    assert_string_equal(found.name[1], "random_user");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        AUTO(cleanup_free) char *path = file_join(folder, files[i]);
        unlink(path);
    }
    rmdir(folder);

    AUTO(folder_names_done) struct folder_names none = {0};
    assert_true(stages_list(folder, &none, &err)); /* a folder that is not there */
    assert_int_equal(none.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_stages_of_sources_are_listed_and_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
