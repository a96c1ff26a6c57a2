/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "codec/json.h"
#include "crypto/digest.h"
#include "record/policy.h"

static const char text[] =
    "{\"type\":\"object\",\"x-table\":\"people\",\"x-key\":[\"id\"],\"properties\":{"
    "\"id\":{\"type\":\"string\",\"x-pii\":\"pseudonym:uuid\",\"x-column\":{\"type\":\"text\"}}"
    ","
    "\"postcode\":{\"type\":[\"integer\",\"string\"],\"x-pii\":\"drop\","
    "\"x-column\":{\"type\":\"text\"}},"
    "\"born\":{\"type\":\"string\",\"x-pii\":\"generalise:year-start\","
    "\"x-column\":{\"type\":\"timestamptz\"}},"
    "\"actions\":{\"type\":\"array\",\"x-column\":{\"type\":\"json\"},"
    "\"items\":{\"type\":\"string\",\"x-pii\":\"pseudonym:text\"}},"
    "\"secret\":{\"type\":\"string\",\"x-pii\":\"drop\"}},"
    "\"x-derived\":{\"area\":{\"from\":\"{/postcode}\",\"x-pii\":\"truncate:2\","
    "\"x-column\":{\"type\":\"text\"}}}}";

static int load(void **state)
{
    json_t *root;
    struct schema *schema;
    struct error err;
    if (!json_parse(text, strlen(text), "people", ERROR_MANIFEST, &root, &err) ||
        !schema_from_json(root, "people", &schema, &err))
        return -1;
    json_decref(root);
    *state = schema;
    return 0;
}

static int unload(void **state)
{
    schema_free(*state);
    return 0;
}

static const struct mask *mask_of(const struct policy *p, const char *column)
{
    int at = schema_column_find(policy_schema(p), column, strlen(column));
    assert_true(at >= 0);
    return policy_mask(p, at);
}

static void without_overrides_the_schema_decides(void **state)
{
    AUTO(policy_freep) struct policy *p = NULL;
    struct error err;
    assert_true(policy_new(*state, NULL, 0, &p, &err));
    assert_int_equal(mask_of(p, "id")->kind, MASK_PSEUDONYM);
    assert_int_equal(mask_of(p, "postcode")->kind, MASK_DROP);
    assert_int_equal(mask_of(p, "born")->kind, MASK_YEAR_START);
    assert_int_equal(mask_of(p, "actions")->kind, MASK_KEEP);
    assert_int_equal(mask_of(p, "area")->kind, MASK_TRUNCATE);
}

static void an_override_replaces_the_action_of_one_column(void **state)
{
    const struct policy_override overrides[] = {
        {"postcode", "truncate:2"}, {"area", "drop"}, {"actions", "drop"}, {"id", "keep"}};
    AUTO(policy_freep) struct policy *p = NULL;
    struct error err;
    assert_true(policy_new(*state, overrides, 4, &p, &err));
    assert_int_equal(mask_of(p, "postcode")->kind, MASK_TRUNCATE);
    assert_int_equal(mask_of(p, "area")->kind, MASK_DROP);
    assert_int_equal(mask_of(p, "actions")->kind, MASK_DROP);
    assert_int_equal(mask_of(p, "id")->kind, MASK_KEEP);
    assert_int_equal(mask_of(p, "born")->kind, MASK_YEAR_START);
}

static void an_override_that_cannot_be_is_explained(void **state)
{
    static const struct {
        struct policy_override override;
        const char *part;
    } rows[] = {
        {{"postcod", "keep"}, "people has no column \"postcod\"; did you mean \"postcode\"?"},
        {{"secret", "keep"}, "people has no column \"secret\""},
        {{"postcode", "truncat:2"}, "did you mean \"truncate:N\"?"},
        {{"postcode", "truncate:0"}, "should be truncate:N, N between 1 and 32"},
        {{"born", "pseudonym:name"}, "born: pseudonym:name makes a text"},
        {{"postcode", "pseudonym:postcod"}, "did you mean \"postcode\"?"},
        {{"actions", "pseudonym:text"}, "can only be kept"},
        {{"id", "drop"}, "key column"},
        {{"id", "truncate:2"}, "key column"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct policy *p = NULL;
        struct error err;
        assert_false(policy_new(*state, &rows[i].override, 1, &p, &err));
        assert_int_equal(err.kind, ERROR_CONFIG);
        assert_null(p);
        if (!strstr(err.text, rows[i].part))
            fail_msg("%s", err.text);
    }
}

static void a_column_is_set_once(void **state)
{
    const struct policy_override overrides[] = {{"postcode", "keep"}, {"postcode", "drop"}};
    struct policy *p = NULL;
    struct error err;
    assert_false(policy_new(*state, overrides, 2, &p, &err));
    assert_string_equal(err.text, "postcode is set twice");
}

static void the_digest_tells_policies_apart(void **state)
{
    const struct policy_override same[] = {{"postcode", "drop"}};
    const struct policy_override other[] = {{"postcode", "keep"}};
    const struct policy_override wider[] = {{"area", "truncate:3"}};
    AUTO(policy_freep) struct policy *a = NULL;
    AUTO(policy_freep) struct policy *b = NULL;
    AUTO(policy_freep) struct policy *c = NULL;
    AUTO(policy_freep) struct policy *d = NULL;
    struct error err;
    assert_true(policy_new(*state, NULL, 0, &a, &err));
    assert_true(policy_new(*state, same, 1, &b, &err));
    assert_true(policy_new(*state, other, 1, &c, &err));
    assert_true(policy_new(*state, wider, 1, &d, &err));
    assert_memory_equal(policy_digest(a), policy_digest(b), DIGEST_SIZE);
    assert_memory_not_equal(policy_digest(a), policy_digest(c), DIGEST_SIZE);
    assert_memory_not_equal(policy_digest(a), policy_digest(d), DIGEST_SIZE);
}

static void the_digest_covers_leaves_within_json_columns(void **state)
{
    AUTO(policy_freep) struct policy *a = NULL;
    AUTO(policy_freep) struct policy *b = NULL;
    AUTO(schema_freep) struct schema *other = NULL;
    struct error err;
    json_t *root;
    assert_true(json_parse(text, strlen(text), "people", ERROR_MANIFEST, &root, &err));
    json_t *items = json_object_get(
        json_object_get(json_object_get(root, "properties"), "actions"), "items");
    assert_int_equal(json_object_set_new(items, "x-pii", json_string("keep")), 0);
    assert_true(schema_from_json(root, "people", &other, &err));
    json_decref(root);
    assert_true(policy_new(*state, NULL, 0, &a, &err));
    assert_true(policy_new(other, NULL, 0, &b, &err));
    assert_memory_not_equal(policy_digest(a), policy_digest(b), DIGEST_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_overrides_the_schema_decides),
        cmocka_unit_test(an_override_replaces_the_action_of_one_column),
        cmocka_unit_test(an_override_that_cannot_be_is_explained),
        cmocka_unit_test(a_column_is_set_once),
        cmocka_unit_test(the_digest_tells_policies_apart),
        cmocka_unit_test(the_digest_covers_leaves_within_json_columns),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
