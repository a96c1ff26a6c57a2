/* SPDX-License-Identifier: Apache-2.0 */
/* What an account is, from a record that may say anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "source_fixture.h"

static void an_account_is_what_its_record_says(void **state)
{
    (void)state;
    AUTO(manifest_freep)
    struct manifest *m = fixture_manifest("tests/data/manifest/good/token-and-accounts.json");
    static const struct {
        const char *record, *id, *zone, *name;
    } good[] = {
        {"{'account_id': '120208325579370399', 'timezone_name': 'America/St_Johns', 'name': "
         "'Shop \\u0007 GmbH'}",
         "120208325579370399", "America/St_Johns", "Shop ? GmbH"},
        {"{'account_id': 17, 'timezone_name': 'UTC'}", "17", "UTC", ""},
    };
    for (size_t i = 0; i < 2; i++) {
        json_auto_t *record = fixture_json(good[i].record);
        struct account a;
        struct error err = {0};
        assert_true(account_of_record(&m->accounts, record, &a, &err));
        assert_string_equal(a.id, good[i].id);
        assert_string_equal(a.time_zone, good[i].zone);
        assert_string_equal(a.name, good[i].name);
        assert_false(a.failed);
    }
    static const char *const zoneless[] = {
        "{'account_id': '1'}",
        "{'account_id': '1', 'timezone_name': '../../etc/passwd'}",
        "{'account_id': '1', 'timezone_name': 7}",
    };
    for (size_t i = 0; i < 3; i++) {
        json_auto_t *record = fixture_json(zoneless[i]);
        struct account a;
        struct error err = {0};
        assert_true(account_of_record(&m->accounts, record, &a, &err));
        assert_true(a.failed);
        assert_non_null(strstr(a.failure.text, "time zone"));
    }
    static const char *const bad[] = {
        "{}",
        "[]",
        "7",
        "{'account_id': 'act_1'}",
        "{'account_id': '../1'}",
        "{'account_id': ''}",
        "{'account_id': '123456789012345678901'}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        json_auto_t *record = fixture_json(bad[i]);
        struct account a;
        struct error err = {0};
        assert_false(account_of_record(&m->accounts, record, &a, &err));
        assert_int_equal(err.kind, ERROR_DATA);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_account_is_what_its_record_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
