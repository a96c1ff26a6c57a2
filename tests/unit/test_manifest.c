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
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "source/manifest.h"

static const char *tree(void)
{
    const char *folder = getenv("EXTRACT_SRCDIR");
    return folder ? folder : ".";
}

static void find_examples(const char *pattern, size_t least, glob_t *ret_found)
{
    AUTO(cleanup_free) char *path = text_format("%s/%s", tree(), pattern);
    assert_int_equal(glob(path, 0, NULL, ret_found), 0);
    assert_true(ret_found->gl_pathc >= least);
}

static void every_good_example_is_taken(void **state)
{
    (void)state;
    glob_t found;
    find_examples("tests/data/manifest/good/*.json", 5, &found);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        AUTO(manifest_freep) struct manifest *m = NULL;
        struct error err = {0};
        if (!manifest_load(found.gl_pathv[i], &m, &err))
            fail_msg("%s", err.text);
    }
    globfree(&found);
}

/* The pointer on the first line of the .expect beside an example. */
static void read_expected(const char *path, char ret_pointer[POINTER_TEXT_MAX])
{
    AUTO(cleanup_free) char *expect = text_format("%.*sexpect", (int)strlen(path) - 4, path);
    AUTO(buffer_done) struct buffer text;
    struct error err;
    buffer_init(&text, 4096);
    assert_true(file_read(expect, &text, &err));
    snprintf(ret_pointer, POINTER_TEXT_MAX, "%.*s", (int)strcspn(buffer_text(&text), "\n"),
             buffer_text(&text));
}

static void every_bad_example_is_refused_with_its_place(void **state)
{
    (void)state;
    glob_t found;
    find_examples("tests/data/manifest/bad/*.json", 100, &found);
    size_t faults = 0;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        AUTO(manifest_freep) struct manifest *m = NULL;
        struct error err = {0};
        char pointer[POINTER_TEXT_MAX];
        read_expected(found.gl_pathv[i], pointer);
        AUTO(cleanup_free) char *start = text_format("%s#%s: ", found.gl_pathv[i], pointer);
        bool taken = manifest_load(found.gl_pathv[i], &m, &err);
        if (!taken && err.kind == ERROR_MANIFEST && text_starts_with(err.text, start))
            continue;
        faults++;
        print_error("%s: expected #%s, got %s\n", found.gl_pathv[i], pointer,
                    taken ? "no error" : err.text);
    }
    globfree(&found);
    assert_int_equal(faults, 0);
}

static void a_key_with_a_slip_is_answered_with_the_nearest_one(void **state)
{
    (void)state;
    AUTO(cleanup_free)
    char *path = text_format("%s/tests/data/manifest/bad/stream-unknown-key.json", tree());
    struct manifest *m = NULL;
    struct error err = {0};
    assert_false(manifest_load(path, &m, &err));
    assert_non_null(strstr(err.text, "(did you mean request?)"));
    assert_null(m);
}

static void a_file_that_is_not_there_is_named(void **state)
{
    (void)state;
    struct manifest *m = NULL;
    struct error err = {0};
    assert_false(manifest_load("/nowhere/absent.json", &m, &err));
    assert_int_equal(err.kind, ERROR_MANIFEST);
    assert_non_null(strstr(err.text, "/nowhere/absent.json"));
}

/* Tears one member after the other out of every good example: nothing may break. */
static void try_without_each_member(json_t *root, json_t *value)
{
    const char *name;
    void *next;
    json_t *inner;
    json_object_foreach_safe(value, next, name, inner)
    {
        AUTO(cleanup_free) char *key = strdup(name);
        json_incref(inner);
        try_without_each_member(root, inner);
        json_object_set_new(value, key, json_null());
        struct manifest *m = NULL;
        struct error err = {0};
        if (manifest_from_json(root, "torn", &m, &err))
            manifest_free(m);
        else
            assert_true(text_starts_with(err.text, "torn#"));
        json_object_set_new(value, key, inner);
    }
    size_t i;
    json_array_foreach (value, i, inner) {
        try_without_each_member(root, inner);
    }
}

static void a_null_anywhere_is_refused_or_harmless(void **state)
{
    (void)state;
    glob_t found;
    find_examples("tests/data/manifest/good/*.json", 5, &found);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        json_auto_t *root = NULL;
        struct error err = {0};
        assert_true(json_read_file(found.gl_pathv[i], ERROR_MANIFEST, &root, &err));
        try_without_each_member(root, root);
    }
    globfree(&found);
}

static void every_manifest_of_the_tree_is_taken(void **state)
{
    (void)state;
    glob_t found;
    find_examples("sources/*.json", 1, &found);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        AUTO(manifest_freep) struct manifest *m = NULL;
        struct error err = {0};
        if (!manifest_load(found.gl_pathv[i], &m, &err))
            fail_msg("%s", err.text);
        const char *name = strrchr(found.gl_pathv[i], '/') + 1;
        assert_int_equal(strncmp(name, m->source, strlen(m->source)), 0);
        assert_string_equal(name + strlen(m->source), ".json");
    }
    globfree(&found);
}

static void what_is_loaded_can_be_read(void **state)
{
    (void)state;
    AUTO(cleanup_free) char *path = text_format("%s/sources/random_user.json", tree());
    AUTO(manifest_freep) struct manifest *m = NULL;
    struct error err = {0};
    assert_true(manifest_load(path, &m, &err));
    assert_string_equal(m->source, "random_user");
    assert_string_equal(m->version, "1.4");
    assert_int_equal(m->bucket_count, 1);
    assert_int_equal(m->buckets[0].rule.kind, BUCKET_WINDOW);
    assert_int_equal(m->buckets[0].rule.capacity, 20000);
    assert_int_equal(m->buckets[0].rule.window_ns, 300 * CLOCK_SECOND_NS);
    assert_int_equal(m->retry.attempts, 6);
    assert_int_equal(m->transfer.body_max, 64 << 20);
    assert_int_equal(m->stream_count, 1);
    assert_string_equal(m->streams[0].records, "/results/*");
    assert_int_equal(m->streams[0].complete_count, 5);

    size_t stream = 9;
    assert_true(manifest_find_stream(m, "users", &stream, &err));
    assert_int_equal(stream, 0);
    assert_false(manifest_find_stream(m, "user", &stream, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    assert_non_null(strstr(err.text, "did you mean users?"));
    assert_false(manifest_find_stream(m, "completely-else", &stream, &err));
    assert_non_null(strstr(err.text, "users"));
}

static const char *parameters(const struct manifest_stream *s, char ret_text[256])
{
    size_t len = 0;
    *ret_text = '\0';
    for (size_t i = 0; i < s->request.query_count; i++)
        len += (size_t)snprintf(ret_text + len, 256 - len, "%s ", s->request.query[i].name);
    return ret_text;
}

static void a_stream_that_is_like_another_says_only_what_differs(void **state)
{
    (void)state;
    AUTO(cleanup_free)
    char *path = text_format("%s/tests/data/manifest/good/what-adapts.json", tree());
    AUTO(manifest_freep) struct manifest *m = NULL;
    struct error err = {0};
    char text[256];
    assert_true(manifest_load(path, &m, &err));
    const struct manifest_stream *base = &m->streams[0], *land = &m->streams[3],
                                 *town = &m->streams[4];
    assert_string_equal(parameters(base, text), "fields filtering windows limit after ");
    assert_string_equal(parameters(land, text), "fields filtering limit after breakdowns ");
    assert_string_equal(parameters(town, text), "fields filtering limit after breakdowns ");
    assert_string_equal(land->request.query[4].value.parts[0].literal, "land");
    assert_string_equal(town->request.query[4].value.parts[0].literal, "town");
    assert_string_equal(land->description, "Things, and where.");
    assert_string_equal(town->description, ""); /* is its own */
    assert_true(land->named_only && !town->named_only);
    assert_non_null(base->isolate);
    assert_null(land->isolate);
    assert_string_equal(base->selection.gated[0], "owner");
    assert_string_equal(town->selection.except[0], "id");
    assert_int_equal(town->slice.kind, SLICE_CHANGES);
    assert_string_equal(town->records, "/data/*");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_good_example_is_taken),
        cmocka_unit_test(every_bad_example_is_refused_with_its_place),
        cmocka_unit_test(a_key_with_a_slip_is_answered_with_the_nearest_one),
        cmocka_unit_test(a_file_that_is_not_there_is_named),
        cmocka_unit_test(a_null_anywhere_is_refused_or_harmless),
        cmocka_unit_test(every_manifest_of_the_tree_is_taken),
        cmocka_unit_test(what_is_loaded_can_be_read),
        cmocka_unit_test(a_stream_that_is_like_another_says_only_what_differs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
