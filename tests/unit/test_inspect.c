/* SPDX-License-Identifier: Apache-2.0 */
#include "stage_fixture.h"

#include "stage/generation.h"
#include "stage/inspect.h"
#include "stage/quarantine.h"

enum { SEGMENTS = 4 };

/* What a look at the whole stage finds. */
struct summary {
    int sound_segments;
    int sound_quarantined;
    int bad;
    char text[2048]; /* "missing users 2-3, damaged users 4" */
};

/* False when the stage cannot be opened or its streams not be listed; *err says why. */
static bool look(struct summary *ret_summary, struct error *err)
{
    static const char *const verdicts[] = {"sound", "damaged", "missing"};
    static const char *const kinds[] = {"", "quarantined ", "slice of "};
    struct summary sum = {0};
    struct inspect_finding f;
    AUTO(store_closep) struct store *s = NULL;
    if (!store_open_read(&fixture_options, &s, err))
        return false;
    AUTO(inspect_freep) struct inspect *i = NULL;
    assert_true(inspect_new(s, &i, err));
    for (;;) {
        bool found;
        if (!inspect_next(i, &f, &found, err))
            return false;
        if (!found)
            break;
        if (f.verdict == INSPECT_SOUND) {
            *(f.kind == INSPECT_SEGMENT ? &sum.sound_segments : &sum.sound_quarantined) += 1;
            assert_int_equal(f.first, f.last);
            continue;
        }
        assert_true(f.error.text[0]);
        sum.bad++;
        size_t len = strlen(sum.text);
        snprintf(sum.text + len, sizeof sum.text - len, "%s%s %s%s %lld-%lld", len ? ", " : "",
                 verdicts[f.verdict], kinds[f.kind], f.stream, (long long)f.first,
                 (long long)f.last);
    }
    *ret_summary = sum;
    return true;
}

static void make(void)
{
    struct error err;
    int64_t number;
    const struct quarantine_origin origin = {.stream = "users", .account = "", .slice = ""};
    fixture_make(SEGMENTS);
    struct store *s = fixture_open();
    struct append_origin slice = fixture_origin("slices", 1);
    slice.by_slice = true;
    fixture_append(s, "events", 1, 1);
    fixture_begin(s);
    assert_true(generation_begin(s, &slice, &err));
    fixture_put_of(s, &slice, 1);
    assert_true(generation_end(s, &slice, &err));
    for (int i = 0; i < 2; i++)
        assert_true(quarantine_put(s, &origin, "{\"a\":1}", 7, "why", &number, &err));
    fixture_commit(s);
    store_close(s);
}

static void a_stage_as_we_left_it_is_sound(void **state)
{
    (void)state;
    struct error err;
    struct summary sum;
    make();
    assert_true(look(&sum, &err));
    assert_int_equal(sum.sound_segments, SEGMENTS + 2);
    assert_int_equal(sum.sound_quarantined, 2);
    assert_int_equal(sum.bad, 0);
}

static void an_empty_stage_is_sound(void **state)
{
    (void)state;
    struct error err;
    struct summary sum;
    store_close(fixture_open());
    assert_true(look(&sum, &err));
    assert_int_equal(sum.sound_segments + sum.sound_quarantined + sum.bad, 0);
}

static void each_finding_says_what_and_where(void **state)
{
    (void)state;
    static const struct {
        const char *change;
        const char *expected;
    } cases[] = {
        {"DELETE FROM segment WHERE stream = 'users' AND seq = 1", "missing users 1-1"},
        {"DELETE FROM segment WHERE stream = 'users' AND seq IN (2, 3)", "missing users 2-3"},
        {"DELETE FROM segment WHERE stream = 'users' AND seq = 4", "missing users 4-4"},
        {"DELETE FROM segment WHERE stream = 'users'", "missing users 1-4"},
        {"UPDATE segment SET page = 9 WHERE stream = 'users' AND seq = 2", "damaged users 2-2"},
        {"UPDATE segment SET seq = 9 WHERE stream = 'users' AND seq = 2",
         "missing users 2-2, damaged users 9-9"},
        {"UPDATE segment SET seq = 9223372036854775807 WHERE stream = 'users' AND seq = 4",
         "missing users 4-4, damaged users 9223372036854775807-9223372036854775807"},
        {"UPDATE stream SET last_seq = 3 WHERE name = 'users'", "damaged users 4-4"},
        {"UPDATE stream SET last_seq = 6 WHERE name = 'users'", "missing users 5-6"},
        {"UPDATE stream SET purged_seq = 1 WHERE name = 'users'", "damaged users 1-1"},
        {"UPDATE stream SET last_seq = 9223372036854775807, purged_seq = 9223372036854775807 "
         "WHERE name = 'events'",
         "damaged events 1-1"},
        {"DELETE FROM stream WHERE name = 'events'", "damaged events 1-1"},
        {"UPDATE quarantine SET page = 9 WHERE number = 2", "damaged quarantined users 2-2"},
        {"DELETE FROM quarantine WHERE number = 1", "missing quarantined users 1-1"},
        {"UPDATE stream SET last_quarantine = 1 WHERE name = 'users'",
         "damaged quarantined users 2-2"},
        {"UPDATE segment SET stream = 'zebra' WHERE stream = 'events'",
         "missing events 1-1, damaged zebra 1-1"},
        {"DELETE FROM generation", "damaged slice of slices 0-0"},
        {"UPDATE generation SET first_seq = 2", "damaged slice of slices 0-0"},
        {"UPDATE newest_generation SET segments = 2", "damaged slice of slices 0-0"},
        /* altered before it ended */
        {"UPDATE generation SET segments = 2; UPDATE newest_generation SET segments = 2",
         "damaged slice of slices 0-0"},
        {"INSERT INTO refused VALUES ('warehouse', 'users', 2, 0, 1)",
         "damaged slice of users 0-0"}, /* 1 is of page 0, not of 2 */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error err;
        struct summary sum;
        make();
        fixture_tamper(fixture_path, cases[i].change);
        if (!look(&sum, &err))
            fail_msg("%s: %s", cases[i].change, err.text);
        if (strcmp(sum.text, cases[i].expected) != 0)
            fail_msg("%s: %s", cases[i].change, sum.text);
        assert_int_equal(unlink(fixture_path), 0);
    }
}

static void what_a_writer_does_meanwhile_is_no_finding(void **state)
{
    (void)state;
    struct error err;
    struct inspect_finding f;
    struct inspect *i = NULL;
    bool found;
    int sound = 0;
    fixture_make(SEGMENTS);
    struct store *reader = fixture_open_read();
    assert_true(inspect_new(reader, &i, &err));
    assert_true(inspect_next(i, &f, &found, &err));
    struct store *writer = fixture_open();
    fixture_append(writer, "users", SEGMENTS + 1, 3);
    for (; found; sound++) {
        assert_int_equal(f.verdict, INSPECT_SOUND);
        assert_true(inspect_next(i, &f, &found, &err));
    }
    assert_int_equal(sound, SEGMENTS);
    inspect_free(i);
    assert_true(fixture_read(reader, "users", SEGMENTS + 1, &err));
    store_close(writer);
    store_close(reader);
}

static void damaged_counters_are_an_error(void **state)
{
    (void)state;
    struct error err;
    struct summary sum;
    make();
    fixture_tamper(fixture_path, "UPDATE stream SET last_seq = -1 WHERE name = 'users'");
    assert_false(look(&sum, &err));
    assert_int_equal(err.kind, ERROR_STORE);
    assert_non_null(strstr(err.text, "users"));
}

/* A change of a byte anywhere in the file is found, or changes nothing that is read: never are
 * there fewer records, or others, than were staged, without a finding. */
static void no_byte_of_the_file_changes_what_is_read_unnoticed(void **state)
{
    (void)state;
    enum { FILE_MAX = 1024 * 1024, ZERO_STRIDE = 61 };
    static uint8_t file[FILE_MAX];
    make();
    int fd = open(fixture_path, O_RDWR);
    ssize_t size = read(fd, file, sizeof file);
    assert_true(size > 0 && size < FILE_MAX);
    int refused = 0;
    int found = 0;
    int harmless = 0;
    for (ssize_t at = 0; at < size; at++) {
        if (file[at] == 0 && at % ZERO_STRIDE != 0) /* most of it is free space */
            continue;
        uint8_t changed = (uint8_t)(file[at] ^ (1U << (at % 8)));
        assert_int_equal(pwrite(fd, &changed, 1, at), 1);
        struct error err = {0};
        struct summary sum;
        if (!look(&sum, &err)) {
            assert_true(err.kind == ERROR_STORE || err.kind == ERROR_CRYPTO);
            refused++;
        } else if (sum.bad > 0) {
            found++;
        } else if (sum.sound_segments == SEGMENTS + 2 && sum.sound_quarantined == 2) {
            harmless++;
        } else {
            fail_msg("byte %zd: %d segments, %d quarantined records and no finding", at,
                     sum.sound_segments, sum.sound_quarantined);
        }
        assert_int_equal(pwrite(fd, file + at, 1, at), 1);
    }
    close(fd);
    print_message("# of %zd bytes: %d refused, %d found, %d harmless\n", size, refused, found,
                  harmless);
    assert_true(found > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(a_stage_as_we_left_it_is_sound),
        fixture_test(an_empty_stage_is_sound),
        fixture_test(each_finding_says_what_and_where),
        fixture_test(what_a_writer_does_meanwhile_is_no_finding),
        fixture_test(damaged_counters_are_an_error),
        fixture_test(no_byte_of_the_file_changes_what_is_read_unnoticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
