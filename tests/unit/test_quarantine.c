/* SPDX-License-Identifier: Apache-2.0 */
#include "stage_fixture.h"

#include "stage/quarantine.h"

static const char line[] = "{\"nat\":\"AU\",\"name\":\"canary\"}";
static const char reason[] = "/location/postcode: expected text, found object";

static int64_t put(struct store *s, const char *stream, uint64_t position)
{
    struct error err;
    int64_t number = -1;
    const struct quarantine_origin origin = {.stream = stream,
                                             .account = "",
                                             .slice = "2026-11-20",
                                             .page = 4,
                                             .position = position};
    if (!quarantine_put(s, &origin, line, strlen(line), reason, &number, &err))
        fail_msg("%s", err.text);
    return number;
}

/* Three records of stream users, closed. */
static void make(void)
{
    struct store *s = fixture_open();
    fixture_begin(s);
    for (int i = 1; i <= 3; i++)
        assert_int_equal(put(s, "users", (uint64_t)i), i);
    fixture_commit(s);
    store_close(s);
}

static void a_record_comes_back_with_its_reason(void **state)
{
    (void)state;
    struct error err;
    make();
    struct store *s = fixture_open_read();
    struct quarantine_record record;
    struct buffer text;
    buffer_init(&text, QUARANTINE_TEXT_MAX);
    int64_t number;
    assert_true(quarantine_next(s, "users", 1, &number, &err));
    assert_int_equal(number, 2);
    assert_true(quarantine_get(s, "users", 2, &text, &record, &err));
    assert_string_equal(record.reason, reason);
    assert_int_equal(record.len, strlen(line));
    assert_memory_equal(record.line, line, strlen(line));
    assert_string_equal(record.about.slice, "2026-11-20");
    assert_int_equal(record.about.page, 4);
    assert_int_equal(record.about.position, 2);
    assert_true(quarantine_next(s, "users", 3, &number, &err));
    assert_int_equal(number, 0);
    uint64_t count;
    assert_true(quarantine_count(s, "users", &count, &err));
    assert_int_equal(count, 3);
    assert_true(quarantine_count(s, "events", &count, &err));
    assert_int_equal(count, 0);
    buffer_done(&text);
    store_close(s);
}

static void an_empty_line_and_a_long_reason_fit(void **state)
{
    (void)state;
    struct error err;
    char why[QUARANTINE_REASON_MAX + 100];
    memset(why, 'w', sizeof why);
    why[sizeof why - 1] = '\0';
    const struct quarantine_origin origin = {.stream = "users", .account = "", .slice = ""};
    struct store *s = fixture_open();
    int64_t number;
    fixture_begin(s);
    assert_true(quarantine_put(s, &origin, "", 0, why, &number, &err));
    fixture_commit(s);
    struct quarantine_record record;
    struct buffer text;
    buffer_init(&text, QUARANTINE_TEXT_MAX);
    assert_true(quarantine_get(s, "users", number, &text, &record, &err));
    assert_int_equal(strlen(record.reason), QUARANTINE_REASON_MAX);
    assert_int_equal(record.len, 0);
    buffer_done(&text);
    store_close(s);
}

static void the_largest_record_fits_and_no_larger_one(void **state)
{
    (void)state;
    struct error err;
    int64_t number;
    const struct quarantine_origin origin = {.stream = "users", .account = "", .slice = ""};
    char *large = calloc(1, QUARANTINE_LINE_MAX + 1);
    assert_non_null(large);
    struct store *s = fixture_open();
    fixture_begin(s);
    assert_true(quarantine_put(s, &origin, large, QUARANTINE_LINE_MAX, reason, &number, &err));
    assert_false(
        quarantine_put(s, &origin, large, QUARANTINE_LINE_MAX + 1, reason, &number, &err));
    assert_int_equal(err.kind, ERROR_BUG);
    fixture_commit(s);
    struct quarantine_record record;
    struct buffer text;
    buffer_init(&text, QUARANTINE_TEXT_MAX);
    assert_true(quarantine_get(s, "users", number, &text, &record, &err));
    assert_int_equal(record.len, QUARANTINE_LINE_MAX);
    buffer_done(&text);
    free(large);
    store_close(s);
}

static void a_record_outside_of_a_transaction_is_a_bug(void **state)
{
    (void)state;
    struct error err;
    int64_t number;
    const struct quarantine_origin origin = {.stream = "users", .account = "", .slice = ""};
    struct store *s = fixture_open();
    assert_false(quarantine_put(s, &origin, line, strlen(line), reason, &number, &err));
    assert_int_equal(err.kind, ERROR_BUG);
    store_close(s);
}

static void no_text_of_it_is_in_the_file(void **state)
{
    (void)state;
    struct store *s = fixture_open(); /* open: the WAL is looked at, too */
    fixture_begin(s);
    put(s, "users", 1);
    fixture_commit(s);
    static const char *const endings[] = {"", "-wal"};
    for (size_t i = 0; i < 2; i++) {
        struct error err;
        char name[320];
        snprintf(name, sizeof name, "%s%s", fixture_path, endings[i]);
        AUTO(buffer_done) struct buffer file = {.max = 1024 * 1024};
        int fd = open(name, O_RDONLY);
        assert_true(fd >= 0);
        for (char block[4096];;) {
            ssize_t len = read(fd, block, sizeof block);
            if (len <= 0)
                break;
            assert_true(buffer_append(&file, block, (size_t)len));
        }
        close(fd);
        (void)err;
        assert_null(memmem(file.data, file.len, "canary", 6));
        assert_null(memmem(file.data, file.len, "postcode", 8));
    }
    store_close(s);
}

static void every_column_is_authenticated(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "UPDATE quarantine SET account = 'a' WHERE number = 2",
        "UPDATE quarantine SET account = hex(zeroblob(200)) WHERE number = 2",
        "UPDATE quarantine SET slice = '2026-11-21' WHERE number = 2",
        "UPDATE quarantine SET page = 5 WHERE number = 2",
        "UPDATE quarantine SET page = -1 WHERE number = 2",
        "UPDATE quarantine SET position = 7 WHERE number = 2",
        "UPDATE quarantine SET created = created - 1 WHERE number = 2",
        "UPDATE quarantine SET dek_id = 1 WHERE number = 2",
        "UPDATE quarantine SET sealed = x'' WHERE number = 2",
        "UPDATE quarantine SET sealed = zeroblob(length(sealed)) WHERE number = 2",
        "UPDATE quarantine SET sealed = zeroblob(20000000) WHERE number = 2",
        ("UPDATE quarantine SET sealed = (SELECT sealed FROM quarantine WHERE number = 3) "
         "WHERE number = 2"),
        "DELETE FROM quarantine WHERE number = 2",
    };
    struct buffer text;
    buffer_init(&text, QUARANTINE_TEXT_MAX);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        make();
        fixture_tamper(fixture_path, changes[i]);
        struct store *s = fixture_open_read();
        for (int64_t number = 1; number <= 3; number++) {
            struct error err = {0};
            struct quarantine_record record;
            bool ok = quarantine_get(s, "users", number, &text, &record, &err);
            if (ok != (number != 2))
                fail_msg("%s: %lld: %s", changes[i], (long long)number, err.text);
            if (!ok && !strstr(err.text, "quarantined record 2 of stream users"))
                fail_msg("\"%s\" does not name the record", err.text);
        }
        store_close(s);
        assert_int_equal(unlink(fixture_path), 0);
    }
    buffer_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(a_record_comes_back_with_its_reason),
        fixture_test(an_empty_line_and_a_long_reason_fit),
        fixture_test(the_largest_record_fits_and_no_larger_one),
        fixture_test(a_record_outside_of_a_transaction_is_a_bug),
        fixture_test(no_text_of_it_is_in_the_file),
        fixture_test(every_column_is_authenticated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
