/* SPDX-License-Identifier: Apache-2.0 */
/* stage/append, stage/read and stage/dek: segments in, segments out, and nothing else opens. */
#include "stage_fixture.h"

#include "base/buffer.h"

static void a_segment_comes_back_as_it_was_staged(void **state)
{
    (void)state;
    struct error err;
    fixture_make(1);
    struct store *s = fixture_open_read();
    struct seal_segment about;
    struct segment_packed packed;
    struct segment_packed expected;
    segment_packed_init(&packed);
    segment_packed_init(&expected);
    fixture_pack(1, 3, &expected);
    assert_true(read_segment(s, "users", 1, &about, &packed, &err));
    assert_string_equal(about.stream, "users");
    assert_string_equal(about.account, "account-1");
    assert_string_equal(about.slice, "2026-11-20");
    assert_int_equal(about.page, 1);
    assert_int_equal(about.seq, 1);
    assert_int_equal(about.count, 3);
    assert_true(about.created_ns == fixture_now_ns);
    assert_memory_equal(about.schema_digest, fixture_schema_digest, DIGEST_SIZE);
    assert_memory_equal(about.policy_digest, fixture_policy_digest, DIGEST_SIZE);
    assert_int_equal(packed.count, expected.count);
    assert_int_equal(packed.text_len, expected.text_len);
    assert_memory_equal(packed.digest, expected.digest, DIGEST_SIZE);
    assert_int_equal(packed.frame.len, expected.frame.len);
    assert_memory_equal(packed.frame.data, expected.frame.data, expected.frame.len);
    assert_true(read_about(s, "users", 1, &about, &err));
    assert_int_equal(about.count, 3);
    segment_packed_done(&packed);
    segment_packed_done(&expected);
    store_close(s);
}

static void numbers_count_per_stream_without_gaps(void **state)
{
    (void)state;
    struct error err;
    struct store *s = fixture_open();
    assert_int_equal(fixture_append(s, "users", 1, 1), 1);
    assert_int_equal(fixture_append(s, "events", 1, 1), 1);
    fixture_begin(s);
    assert_int_equal(fixture_put(s, "users", 2, 1), 2);
    assert_int_equal(fixture_put(s, "users", 2, 1), 3);
    fixture_commit(s);
    fixture_begin(s);
    assert_int_equal(fixture_put(s, "users", 3, 1), 4);
    store_rollback(s);
    assert_int_equal(fixture_append(s, "users", 3, 1), 4);

    struct read_stream stream = {0};
    bool found;
    assert_true(read_stream_next(s, stream.name, &stream, &found, &err));
    assert_string_equal(stream.name, "events");
    assert_int_equal(stream.last_seq, 1);
    assert_true(read_stream_next(s, stream.name, &stream, &found, &err));
    assert_string_equal(stream.name, "users");
    assert_int_equal(stream.last_seq, 4);
    assert_true(read_stream_next(s, stream.name, &stream, &found, &err));
    assert_false(found);
    assert_true(read_stream_get(s, "none", &stream, &err));
    assert_int_equal(stream.last_seq, 0);
    store_close(s);
}

static void segments_are_found_in_order(void **state)
{
    (void)state;
    struct error err;
    struct store *s = fixture_open();
    for (uint64_t page = 1; page <= 5; page++) {
        fixture_append(s, "users", page, 1);
        fixture_now_ns += CLOCK_SECOND_NS;
    }
    int64_t seq = 0;
    for (int i = 1; i <= 5; i++) {
        assert_true(read_next(s, "users", seq, &seq, &err));
        assert_int_equal(seq, i);
    }
    assert_true(read_next(s, "users", seq, &seq, &err));
    assert_int_equal(seq, 0);
    store_close(s);
}

static void a_segment_that_was_never_staged_is_missing(void **state)
{
    (void)state;
    struct error err;
    fixture_make(1);
    struct store *s = fixture_open_read();
    assert_false(fixture_read(s, "users", 2, &err));
    assert_int_equal(err.kind, ERROR_STORE);
    assert_non_null(strstr(err.text, "segment 2 of stream users is missing"));
    store_close(s);
}

static void names_that_are_too_long_are_a_bug(void **state)
{
    (void)state;
    struct error err;
    struct segment_packed packed;
    int64_t seq;
    char name[STORE_NAME_SIZE + 1];
    memset(name, 'a', STORE_NAME_SIZE);
    name[STORE_NAME_SIZE] = '\0';
    segment_packed_init(&packed);
    fixture_pack(1, 1, &packed);
    struct store *s = fixture_open();
    fixture_begin(s);
    struct append_origin origin = fixture_origin("users", 1);
    origin.account = name;
    assert_false(append_segment(s, &origin, &packed, &seq, &err));
    origin.account = name + 1;
    origin.slice = name;
    assert_false(append_segment(s, &origin, &packed, &seq, &err));
    origin.slice = name + 1;
    origin.stream = "no identifier";
    assert_false(append_segment(s, &origin, &packed, &seq, &err));
    assert_int_equal(err.kind, ERROR_BUG);
    origin.stream = "users";
    assert_true(append_segment(s, &origin, &packed, &seq, &err));
    fixture_commit(s);
    assert_true(fixture_read(s, "users", seq, &err));
    segment_packed_done(&packed);
    store_close(s);
}

/* Segment `broken` of users is refused by name, the two others open. */
static void expect_only_broken(const char *what, int64_t broken, int64_t count)
{
    struct store *s = fixture_open_read();
    for (int64_t seq = 1; seq <= count; seq++) {
        struct error err = {0};
        bool ok = fixture_read(s, "users", seq, &err);
        if (ok != (seq != broken))
            fail_msg("%s: segment %lld: %s", what, (long long)seq, ok ? "opens" : err.text);
        char name[64];
        snprintf(name, sizeof name, "segment %lld of stream users", (long long)seq);
        if (!ok &&
            ((err.kind != ERROR_STORE && err.kind != ERROR_CRYPTO) || !strstr(err.text, name)))
            fail_msg("%s: \"%s\" does not name the segment", what, err.text);
    }
    store_close(s);
}

static void every_column_of_a_row_is_authenticated(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "UPDATE segment SET account = 'account-2' WHERE seq = 2",
        "UPDATE segment SET account = account || char(0) WHERE seq = 2",
        "UPDATE segment SET account = account || char(0) || 'x' WHERE seq = 2",
        "UPDATE segment SET account = hex(zeroblob(1000)) WHERE seq = 2",
        "UPDATE segment SET account = '', slice = account || slice WHERE seq = 2",
        "UPDATE segment SET slice = '2026-11-21' WHERE seq = 2",
        "UPDATE segment SET page = page + 1 WHERE seq = 2",
        "UPDATE segment SET page = -1 WHERE seq = 2",
        "UPDATE segment SET created = created + 1 WHERE seq = 2",
        "UPDATE segment SET count = count + 1 WHERE seq = 2",
        "UPDATE segment SET count = count + 4294967296 WHERE seq = 2",
        "UPDATE segment SET text_len = text_len - 1 WHERE seq = 2",
        "UPDATE segment SET text_len = 9223372036854775807 WHERE seq = 2",
        "UPDATE segment SET digest = zeroblob(32) WHERE seq = 2",
        "UPDATE segment SET digest = CAST(digest || x'00' AS BLOB) WHERE seq = 2",
        "UPDATE segment SET digest = x'' WHERE seq = 2",
        "UPDATE segment SET schema_digest = zeroblob(32) WHERE seq = 2",
        "UPDATE segment SET policy_digest = zeroblob(32) WHERE seq = 2",
        "UPDATE segment SET codec = 2 WHERE seq = 2",
        "UPDATE segment SET codec = -1 WHERE seq = 2",
        "UPDATE segment SET dek_id = dek_id + 1 WHERE seq = 2",
        "UPDATE segment SET dek_id = 0 WHERE seq = 2",
        "UPDATE segment SET dek_id = -1 WHERE seq = 2",
        "UPDATE segment SET sealed = x'' WHERE seq = 2",
        "UPDATE segment SET sealed = zeroblob(length(sealed)) WHERE seq = 2",
        "UPDATE segment SET sealed = CAST(sealed || x'00' AS BLOB) WHERE seq = 2",
        "UPDATE segment SET sealed = substr(sealed, 1, length(sealed) - 1) WHERE seq = 2",
        "UPDATE segment SET sealed = zeroblob(20000000) WHERE seq = 2",
        "DELETE FROM segment WHERE seq = 2",
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        fixture_make(3);
        fixture_tamper(fixture_path, changes[i]);
        expect_only_broken(changes[i], 2, 3);
        assert_int_equal(unlink(fixture_path), 0);
    }
}

static void a_segment_does_not_open_in_another_place(void **state)
{
    (void)state;
    struct error err;
    fixture_make(3);
    fixture_tamper(fixture_path, "UPDATE segment SET seq = 4 WHERE seq = 2");
    struct store *s = fixture_open_read();
    assert_true(fixture_read(s, "users", 1, &err));
    assert_false(fixture_read(s, "users", 2, &err));
    assert_true(fixture_read(s, "users", 3, &err));
    assert_false(fixture_read(s, "users", 4, &err));
    assert_non_null(strstr(err.text, "segment 4 of stream users"));
    store_close(s);

    fixture_tamper(fixture_path, "UPDATE segment SET stream = 'events', seq = 1 WHERE seq = 4");
    s = fixture_open_read();
    assert_false(fixture_read(s, "events", 1, &err));
    assert_non_null(strstr(err.text, "segment 1 of stream events"));
    store_close(s);
}

static void swapped_segments_are_both_refused(void **state)
{
    (void)state;
    struct error err;
    fixture_make(3);
    fixture_tamper(fixture_path, "UPDATE segment SET seq = -1 WHERE seq = 1;"
                                 "UPDATE segment SET seq = 1 WHERE seq = 2;"
                                 "UPDATE segment SET seq = 2 WHERE seq = -1");
    struct store *s = fixture_open_read();
    assert_false(fixture_read(s, "users", 1, &err));
    assert_false(fixture_read(s, "users", 2, &err));
    assert_true(fixture_read(s, "users", 3, &err));
    store_close(s);
    /* the seals alone, too */
    fixture_tamper(
        fixture_path,
        "UPDATE segment SET sealed = (SELECT sealed FROM segment WHERE seq = 3) WHERE seq = 2");
    s = fixture_open_read();
    assert_false(fixture_read(s, "users", 2, &err));
    assert_true(fixture_read(s, "users", 3, &err));
    store_close(s);
}

/* Copies a row of a table from one stage file into another, column by column. */
static void copy_rows(const char *from, const char *to, const char *table, const char *insert)
{
    struct error err;
    struct sqlite *source = NULL;
    struct sqlite *target = NULL;
    const struct sqlite_options options = {.mode = SQLITE_MODE_WRITE, .kind = ERROR_STORE};
    char select[64];
    snprintf(select, sizeof select, "SELECT * FROM %s", table);
    assert_true(sqlite_open(from, &options, &source, &err));
    assert_true(sqlite_open(to, &options, &target, &err));
    struct sqlite_statement *get = sqlite_statement(source, select, &err);
    bool row = false;
    while (sqlite_step(get, &row, &err) && row) {
        struct sqlite_statement *put = sqlite_statement(target, insert, &err);
        assert_non_null(put);
        for (int c = 0; c < sqlite_column_count(get); c++) {
            size_t len;
            const void *blob = sqlite_column_blob(get, c, &len);
            sqlite_bind_blob(put, c + 1, blob, len);
        }
        if (!sqlite_run(put, &err))
            fail_msg("%s", err.text);
    }
    sqlite_close(source);
    sqlite_close(target);
}

static void a_row_from_another_stage_does_not_open(void **state)
{
    (void)state;
    struct error err;
    char other[320];
    snprintf(other, sizeof other, "%s/other.stage", fixture_folder);
    fixture_make(1);
    assert_int_equal(rename(fixture_path, other), 0);
    store_close(fixture_open()); /* a new stage under the same keyring */
    copy_rows(other, fixture_path, "dek",
              "INSERT INTO dek VALUES (CAST(CAST(?1 AS TEXT) AS INTEGER), CAST(?2 AS TEXT), "
              "CAST(CAST(?3 AS TEXT) AS INTEGER), CAST(CAST(?4 AS TEXT) AS INTEGER), ?5, ?6)");
    copy_rows(
        other, fixture_path, "segment",
        "INSERT INTO segment VALUES (CAST(?1 AS TEXT), CAST(CAST(?2 AS TEXT) AS INTEGER), "
        "CAST(?3 AS TEXT), CAST(?4 AS TEXT), CAST(CAST(?5 AS TEXT) AS INTEGER), "
        "CAST(CAST(?6 AS TEXT) AS INTEGER), CAST(CAST(?7 AS TEXT) AS INTEGER), "
        "CAST(CAST(?8 AS TEXT) AS INTEGER), ?9, ?10, ?11, "
        "CAST(CAST(?12 AS TEXT) AS INTEGER), CAST(CAST(?13 AS TEXT) AS INTEGER), ?14)");
    struct store *s = fixture_open_read();
    assert_int_equal(fixture_number(s, "SELECT page FROM segment WHERE stream = 'users'"), 1);
    assert_false(fixture_read(s, "users", 1, &err));
    assert_non_null(strstr(err.text, "segment 1 of stream users"));
    store_close(s);
}

static size_t read_whole(const char *path, uint8_t *bytes, size_t size)
{
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    ssize_t len = read(fd, bytes, size);
    close(fd);
    assert_true(len > 0 && (size_t)len < size);
    return (size_t)len;
}

static void flip(off_t at)
{
    uint8_t byte;
    int fd = open(fixture_path, O_RDWR);
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= 1U << (at % 8);
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    close(fd);
}

static void every_byte_of_a_seal_in_the_file_is_authenticated(void **state)
{
    (void)state;
    enum { FILE_MAX = 1024 * 1024 };
    static uint8_t file[FILE_MAX];
    struct error err;
    fixture_make(3);
    struct store *s = fixture_open_read();
    struct sqlite_statement *q =
        sqlite_statement(store_db(s), "SELECT sealed FROM segment WHERE seq = 2", &err);
    bool row = false;
    assert_true(sqlite_step(q, &row, &err));
    uint8_t sealed[1024];
    size_t len;
    const void *blob = sqlite_column_blob(q, 0, &len);
    assert_true(len > SEAL_OVERHEAD && len < sizeof sealed);
    memcpy(sealed, blob, len);
    store_close(s);

    size_t size = read_whole(fixture_path, file, sizeof file);
    const uint8_t *at = memmem(file, size, sealed, len);
    assert_non_null(at);
    for (size_t i = 0; i < len; i++) {
        flip(at - file + (off_t)i);
        expect_only_broken("a byte of the seal", 2, 3);
        flip(at - file + (off_t)i);
    }
}

static void a_changed_data_key_opens_nothing(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "UPDATE dek SET stream = 'events'",
        "UPDATE dek SET created = created + 1",
        "UPDATE dek SET commitment = zeroblob(32)",
        "UPDATE dek SET commitment = x''",
        "UPDATE dek SET wrapped = zeroblob(length(wrapped))",
        "UPDATE dek SET wrapped = substr(wrapped, 2)",
        ("UPDATE dek SET wrapped = CAST(substr(wrapped, 1, 40) || x'00' || substr(wrapped, 42) "
         "AS BLOB)"),
        "DELETE FROM dek",
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct error err;
        fixture_make(1);
        fixture_tamper(fixture_path, changes[i]);
        struct store *s = fixture_open_read();
        if (fixture_read(s, "users", 1, &err))
            fail_msg("opens after: %s", changes[i]);
        assert_true(err.kind == ERROR_STORE || err.kind == ERROR_CRYPTO);
        assert_non_null(strstr(err.text, "segment 1 of stream users"));
        store_close(s);
        assert_int_equal(unlink(fixture_path), 0);
    }
}

static void without_keys_nothing_opens_but_all_can_be_counted(void **state)
{
    (void)state;
    struct error err;
    fixture_make(2);
    fixture_options.keyring = NULL;
    struct store *s = fixture_open_read();
    struct seal_segment about;
    assert_true(read_about(s, "users", 2, &about, &err));
    assert_int_equal(about.count, 3);
    assert_false(fixture_read(s, "users", 2, &err));
    assert_int_equal(err.kind, ERROR_CRYPTO);
    store_close(s);
}

static void the_keys_of_another_deployment_open_nothing(void **state)
{
    (void)state;
    struct error err;
    fixture_make(1);
    char stage[320];
    snprintf(stage, sizeof stage, "%s/kept", fixture_folder);
    assert_int_equal(rename(fixture_path, stage), 0);
    keyring_free(fixture_keyring);
    static const char *const names[] = {"kek.key", "keyring.json"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char name[320];
        snprintf(name, sizeof name, "%s/%s", fixture_folder, names[i]);
        assert_int_equal(unlink(name), 0);
    }
    fixture_new_keyring();
    assert_int_equal(rename(stage, fixture_path), 0);
    struct store *s = fixture_open_read();
    assert_false(fixture_read(s, "users", 1, &err));
    assert_int_equal(err.kind, ERROR_CRYPTO);
    store_close(s);
}

/* --- Epochs and rotation ----------------------------------------------------------------- */

static void a_data_key_lives_for_a_day_of_one_stream(void **state)
{
    (void)state;
    struct error err;
    struct store *s = fixture_open();
    fixture_append(s, "users", 1, 3);
    fixture_append(s, "users", 2, 3);
    assert_int_equal(fixture_number(s, "SELECT count(*) FROM dek"), 1);
    assert_int_equal(fixture_number(s, "SELECT records FROM dek"), 6);
    fixture_append(s, "events", 1, 3);
    assert_int_equal(fixture_number(s, "SELECT count(*) FROM dek"), 2);
    fixture_now_ns += CLOCK_DAY_NS / 2 + CLOCK_SECOND_NS; /* past midnight */
    fixture_append(s, "users", 3, 3);
    assert_int_equal(fixture_number(s, "SELECT count(*) FROM dek"), 3);
    fixture_now_ns -= CLOCK_DAY_NS; /* a clock that goes back */
    fixture_append(s, "users", 4, 3);
    fixture_append(s, "users", 5, 3);
    assert_int_equal(fixture_number(s, "SELECT count(*) FROM dek"), 3);
    for (int64_t seq = 1; seq <= 5; seq++)
        assert_true(fixture_read(s, "users", seq, &err));
    store_close(s);
}

static void a_data_key_seals_a_million_records_at_most(void **state)
{
    (void)state;
    fixture_make(1);
    fixture_tamper(fixture_path, "UPDATE dek SET records = 999997");
    struct store *s = fixture_open();
    fixture_append(s, "users", 2, 3);
    assert_int_equal(fixture_number(s, "SELECT count(*) FROM dek"), 1);
    fixture_append(s, "users", 3, 1);
    assert_int_equal(fixture_number(s, "SELECT count(*) FROM dek"), 2);
    store_close(s);
}

static void more_data_keys_than_are_kept_unwrapped_can_be_used(void **state)
{
    (void)state;
    enum { DAYS = DEK_CACHE_MAX + 3 };
    struct error err;
    struct store *s = fixture_open();
    for (uint64_t day = 1; day <= DAYS; day++) {
        fixture_append(s, "users", day, 1);
        fixture_now_ns += CLOCK_DAY_NS;
    }
    for (int64_t seq = 1; seq <= DAYS; seq++)
        assert_true(fixture_read(s, "users", seq, &err));
    for (int64_t seq = DAYS; seq >= 1; seq--)
        assert_true(fixture_read(s, "users", seq, &err));
    store_close(s);
}

static void rotation_wraps_data_keys_anew_and_touches_no_segment(void **state)
{
    (void)state;
    struct error err;
    struct store *s = fixture_open();
    fixture_append(s, "users", 1, 3);
    fixture_append(s, "events", 1, 3);
    store_close(s);

    char old_id[KEK_ID_SIZE];
    memcpy(old_id, keyring_kek_id(fixture_keyring), sizeof old_id);
    if (!keyring_rotate(fixture_keyring, &err))
        fail_msg("%s", err.text);
    assert_string_not_equal(keyring_kek_id(fixture_keyring), old_id);

    s = fixture_open();
    uint64_t count = 0;
    fixture_begin(s);
    if (!dek_rewrap_all(store_deks(s), &count, &err))
        fail_msg("%s", err.text);
    assert_int_equal(count, 2);
    assert_int_equal(fixture_number(s, "SELECT total_changes()"), 2);
    fixture_commit(s);
    fixture_begin(s);
    assert_true(dek_rewrap_all(store_deks(s), &count, &err));
    assert_int_equal(count, 0);
    fixture_commit(s);
    store_close(s);
    if (!keyring_rotate_finish(fixture_keyring, &err))
        fail_msg("%s", err.text);

    keyring_free(fixture_keyring);
    fixture_new_keyring();
    s = fixture_open();
    assert_true(fixture_read(s, "users", 1, &err));
    assert_true(fixture_read(s, "events", 1, &err));
    fixture_append(s, "users", 2, 3);
    assert_int_equal(fixture_number(s, "SELECT count(*) FROM dek"), 2);
    struct dek_info info = {0};
    bool found;
    for (int i = 0; i < 2; i++) {
        assert_true(dek_next(store_deks(s), info.id, &info, &found, &err));
        assert_true(found);
        assert_string_equal(info.kek_id, keyring_kek_id(fixture_keyring));
    }
    assert_true(dek_next(store_deks(s), info.id, &info, &found, &err));
    assert_false(found);
    store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(a_segment_comes_back_as_it_was_staged),
        fixture_test(numbers_count_per_stream_without_gaps),
        fixture_test(segments_are_found_in_order),
        fixture_test(a_segment_that_was_never_staged_is_missing),
        fixture_test(names_that_are_too_long_are_a_bug),
        fixture_test(every_column_of_a_row_is_authenticated),
        fixture_test(a_segment_does_not_open_in_another_place),
        fixture_test(swapped_segments_are_both_refused),
        fixture_test(a_row_from_another_stage_does_not_open),
        fixture_test(every_byte_of_a_seal_in_the_file_is_authenticated),
        fixture_test(a_changed_data_key_opens_nothing),
        fixture_test(without_keys_nothing_opens_but_all_can_be_counted),
        fixture_test(the_keys_of_another_deployment_open_nothing),
        fixture_test(a_data_key_lives_for_a_day_of_one_stream),
        fixture_test(a_data_key_seals_a_million_records_at_most),
        fixture_test(more_data_keys_than_are_kept_unwrapped_can_be_used),
        fixture_test(rotation_wraps_data_keys_anew_and_touches_no_segment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
