/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/text.h"
#include "codec/json.h"
#include "record/schema.h"

static const char *tree(void)
{
    const char *folder = getenv("EXTRACT_SRCDIR");
    return folder ? folder : ".";
}

static bool load_text(const char *text, struct schema **ret_schema, struct error *err)
{
    json_t *root;
    assert_true(json_parse(text, strlen(text), "test", ERROR_MANIFEST, &root, err));
    bool ok = schema_from_json(root, "test", ret_schema, err);
    json_decref(root);
    return ok;
}

static void find_examples(const char *kind, glob_t *ret_found)
{
    AUTO(cleanup_free)
    char *pattern = text_format("%s/tests/data/schema/%s/*.json", tree(), kind);
    assert_int_equal(glob(pattern, 0, NULL, ret_found), 0);
    assert_true(ret_found->gl_pathc > 5);
}

static void every_good_example_is_taken(void **state)
{
    (void)state;
    glob_t found;
    find_examples("good", &found);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        AUTO(schema_freep) struct schema *s = NULL;
        struct error err;
        if (!schema_load(found.gl_pathv[i], &s, &err))
            fail_msg("%s", err.text);
    }
    globfree(&found);
}

/* The first line of NAME.expect beside NAME.json: the JSON Pointer of the error. */
static char *read_expected(const char *path)
{
    AUTO(cleanup_free)
    char *name = text_format("%.*sexpect", (int)(strlen(path) - strlen("json")), path);
    AUTO(buffer_done) struct buffer text = {.max = 4096};
    struct error err;
    if (!file_read(name, &text, &err))
        fail_msg("%s", err.text);
    const char *content = buffer_text(&text);
    return strndup(content, strcspn(content, "\n"));
}

static void every_bad_example_is_refused_at_its_place(void **state)
{
    (void)state;
    glob_t found;
    find_examples("bad", &found);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *path = found.gl_pathv[i];
        AUTO(cleanup_free) char *pointer = read_expected(path);
        AUTO(cleanup_free) char *start = text_format("%s#%s: ", path, pointer);
        struct schema *s = NULL;
        struct error err;
        if (schema_load(path, &s, &err))
            fail_msg("%s was taken", path);
        if (!text_starts_with(err.text, start))
            fail_msg("expected %s, got %s", start, err.text);
        assert_int_equal(err.kind, ERROR_MANIFEST);
        assert_null(s);
    }
    globfree(&found);
}

static void a_missing_file_is_named(void **state)
{
    (void)state;
    struct schema *s = NULL;
    struct error err;
    assert_false(schema_load("/nonexistent/users.json", &s, &err));
    assert_int_equal(err.kind, ERROR_MANIFEST);
    assert_non_null(strstr(err.text, "/nonexistent/users.json"));
}

static void the_nearest_name_is_proposed(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *proposal;
    } rows[] = {
        {"{\"type\":\"object\",\"x-tabel\":\"a\"}", "did you mean x-table?"},
        {"{\"type\":\"object\",\"x-table\":\"t\",\"x-write\":\"merg\",\"properties\":{}}",
         "did you mean merge?"},
        {"{\"type\":\"object\",\"x-table\":\"t\",\"properties\":{\"a\":{\"type\":\"strin\"}}}",
         "did you mean string?"},
        {"{\"type\":\"object\",\"x-table\":\"t\",\"properties\":{\"a\":{\"type\":\"string\","
         "\"x-pii\":\"pseudonym:emial\",\"x-column\":{\"type\":\"text\"}}}}",
         "did you mean \"email\"?"},
        {"{\"type\":\"object\",\"x-table\":\"t\",\"properties\":{\"a\":{\"type\":\"string\","
         "\"x-pii\":\"kep\",\"x-column\":{\"type\":\"text\"}}}}",
         "did you mean \"keep\"?"},
        {"{\"type\":\"object\",\"x-table\":\"t\",\"properties\":{\"a\":{\"type\":\"string\","
         "\"x-pii\":\"keep\",\"x-column\":{\"type\":\"bigin\"}}}}",
         "did you mean bigint?"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct schema *s = NULL;
        struct error err;
        assert_false(load_text(rows[i].text, &s, &err));
        if (!strstr(err.text, rows[i].proposal))
            fail_msg("%s", err.text);
    }
}

static const char small[] =
    "{\"type\":\"object\",\"x-table\":\"things\",\"x-key\":[\"day\",\"id\"],\"x-cursor\":"
    "\"day\","
    "\"x-write\":\"replace\",\"x-unknown\":\"stop\",\"properties\":{"
    "\"id\":{\"type\":\"string\",\"description\":\"the id\",\"x-pii\":\"pseudonym:uuid\","
    "\"x-column\":{\"type\":\"text\"}},"
    "\"spend\":{\"type\":\"string\",\"x-pii\":\"keep\","
    "\"x-column\":{\"name\":\"cost\",\"type\":\"numeric(12,4)\"}},"
    "\"day\":{\"type\":\"string\",\"x-pii\":\"keep\",\"x-column\":{\"type\":\"date\"}}},"
    "\"x-derived\":{\"both\":{\"from\":\"{/id} {page}\",\"x-pii\":\"keep\","
    "\"x-column\":{\"type\":\"text\"}}}}";

static void columns_come_in_the_order_of_the_schema_and_derived_ones_last(void **state)
{
    (void)state;
    AUTO(schema_freep) struct schema *s = NULL;
    struct error err;
    assert_true(load_text(small, &s, &err));
    static const char *const names[] = {"id", "cost", "day", "both"};
    assert_int_equal(schema_column_count(s), 4);
    for (int i = 0; i < 4; i++) {
        assert_string_equal(schema_columns(s)[i].name, names[i]);
        assert_int_equal(schema_column_find(s, names[i], strlen(names[i])), i);
    }
    assert_int_equal(schema_column_find(s, "co", 2), -1);
    assert_int_equal(schema_column_find(s, "costs", 5), -1);
    assert_int_equal(schema_column_find(s, "", 0), -1);
    assert_string_equal(schema_columns(s)[0].comment, "the id");
    assert_string_equal(schema_columns(s)[1].comment, "");
    assert_int_equal(schema_columns(s)[1].type, SCHEMA_NUMERIC);
    assert_int_equal(schema_columns(s)[1].precision, 12);
    assert_int_equal(schema_columns(s)[1].scale, 4);
}

static void the_annotations_of_the_record_are_read(void **state)
{
    (void)state;
    AUTO(schema_freep) struct schema *s = NULL;
    struct error err;
    assert_true(load_text(small, &s, &err));
    int key[SCHEMA_KEY_MAX];
    assert_string_equal(schema_table(s), "things");
    assert_int_equal(schema_write(s), SCHEMA_REPLACE);
    assert_int_equal(schema_unknown(s), SCHEMA_UNKNOWN_STOP);
    assert_int_equal(schema_cursor(s), 2);
    assert_int_equal(schema_key(s, key), 2);
    assert_int_equal(key[0], 2);
    assert_int_equal(key[1], 0);
    assert_true(schema_columns(s)[0].key);
    assert_false(schema_columns(s)[1].key);
}

static void the_digest_is_of_the_content_not_of_its_layout(void **state)
{
    (void)state;
    AUTO(schema_freep) struct schema *a = NULL;
    AUTO(schema_freep) struct schema *b = NULL;
    AUTO(schema_freep) struct schema *c = NULL;
    struct error err;
    assert_true(load_text("{\"type\":\"object\",\"x-table\":\"t\",\"x-write\":\"append\","
                          "\"properties\":{\"a\":{\"type\":\"string\",\"x-pii\":\"keep\","
                          "\"x-column\":{\"type\":\"text\"}}}}",
                          &a, &err));
    assert_true(load_text("{ \"x-write\":\"append\", \"x-table\":\"t\",\"type\":\"object\",\n"
                          "\"properties\":{\"a\":{\"x-pii\":\"keep\",\"type\":\"string\","
                          "\"x-column\":{\"type\":\"text\"}}}}",
                          &b, &err));
    assert_true(load_text("{\"type\":\"object\",\"x-table\":\"t\",\"x-write\":\"append\","
                          "\"properties\":{\"a\":{\"type\":\"string\",\"x-pii\":\"drop\","
                          "\"x-column\":{\"type\":\"text\"}}}}",
                          &c, &err));
    assert_memory_equal(schema_digest(a), schema_digest(b), DIGEST_SIZE);
    assert_memory_not_equal(schema_digest(a), schema_digest(c), DIGEST_SIZE);
}

static void every_schema_of_the_tree_loads(void **state)
{
    (void)state;
    AUTO(cleanup_free) char *pattern = text_format("%s/schemas/*/*.json", tree());
    glob_t found;
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        AUTO(schema_freep) struct schema *s = NULL;
        struct error err;
        if (!schema_load(found.gl_pathv[i], &s, &err))
            fail_msg("%s", err.text);
    }
    globfree(&found);
}

static void random_users_have_every_column_of_the_tutorials(void **state)
{
    (void)state;
    static const char *const names[] = {
        "user_key",
        "title",
        "first_name",
        "last_name",
        "full_name",
        "gender",
        "nat",
        "street_number",
        "street_name",
        "location",
        "address",
        "city",
        "state",
        "country",
        "postcode",
        "postcode_hash",
        "latitude",
        "longitude",
        "tz_offset_minutes",
        "tz_description",
        "email",
        "email_domain",
        "username",
        "dob",
        "birth_year",
        "dob_age",
        "registered_at",
        "registered_age",
        "phone",
        "cell",
        "id_name",
        "id_value",
        "picture_large",
        "picture_medium",
        "picture_thumbnail",
        "api_version",
        "seed",
        "page",
        "position",
        "extracted_at",
    };
    AUTO(cleanup_free) char *path = text_format("%s/schemas/random_user/users.json", tree());
    AUTO(schema_freep) struct schema *s = NULL;
    struct error err;
    if (!schema_load(path, &s, &err))
        fail_msg("%s", err.text);
    assert_int_equal(schema_column_count(s), sizeof names / sizeof *names);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (schema_column_find(s, names[i], strlen(names[i])) < 0)
            fail_msg("no column %s", names[i]);
    assert_string_equal(schema_table(s), "random_users");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_good_example_is_taken),
        cmocka_unit_test(every_bad_example_is_refused_at_its_place),
        cmocka_unit_test(a_missing_file_is_named),
        cmocka_unit_test(the_nearest_name_is_proposed),
        cmocka_unit_test(columns_come_in_the_order_of_the_schema_and_derived_ones_last),
        cmocka_unit_test(the_annotations_of_the_record_are_read),
        cmocka_unit_test(the_digest_is_of_the_content_not_of_its_layout),
        cmocka_unit_test(every_schema_of_the_tree_loads),
        cmocka_unit_test(random_users_have_every_column_of_the_tutorials),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
