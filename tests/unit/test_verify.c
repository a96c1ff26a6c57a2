/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audit/export.h"
#include "audit/verify.h"
#include "audit_fixture.h"
#include "base/cleanup.h"
#include "codec/hex.h"

enum { EVENTS = 5 };

struct bundle {
    char *text;
    size_t len;
    struct export_head head;
};

static void bundle_done(struct bundle *b)
{
    free(b->text);
}

static struct bundle export_all(struct sqlite *db)
{
    struct bundle b = {0};
    struct error err;
    FILE *out = open_memstream(&b.text, &b.len);
    assert_non_null(out);
    if (!export_bundle(db, FIXTURE_LOG, out, "bundle", &b.head, &err))
        fail_msg("%s", err.text);
    fclose(out);
    return b;
}

static struct verify_report verify_text(const char *text, size_t len)
{
    struct verify_report report;
    struct error err;
    FILE *in = fmemopen((char *)(uintptr_t)(len ? text : " "), len ? len : 1, "r");
    assert_non_null(in);
    if (len == 0)
        getc(in);
    if (!verify_bundle(in, "bundle", &report, &err))
        fail_msg("%s", err.text);
    fclose(in);
    return report;
}

static struct verify_report verify_db(struct sqlite *db)
{
    struct verify_report report;
    struct error err;
    if (!verify_table(db, FIXTURE_LOG, &report, &err))
        fail_msg("%s", err.text);
    return report;
}

static void assert_report(const struct verify_report *report, enum verify_verdict verdict,
                          uint64_t bad_index)
{
    if (report->verdict != verdict || report->bad_index != bad_index)
        fail_msg("%s at %llu (%s), expected %s at %llu", verify_verdict_name(report->verdict),
                 (unsigned long long)report->bad_index, report->reason,
                 verify_verdict_name(verdict), (unsigned long long)bad_index);
}

/* --- Bundles ----------------------------------------------------------------------------- */

static void a_bundle_as_exported_is_intact(void **state)
{
    (void)state;
    for (int events = 0; events <= 9; events++) {
        AUTO(sqlite_closep) struct sqlite *db = fixture_open();
        fixture_append(db, events);
        AUTO(bundle_done) struct bundle b = export_all(db);
        struct verify_report report = verify_text(b.text, b.len);
        assert_report(&report, VERIFY_INTACT, 0);
        assert_int_equal(report.size, events);
        assert_int_equal(b.head.size, events);
        assert_memory_equal(report.root, b.head.root, sizeof report.root);
    }
}

/* Each byte to each of eight other values: one bit each. */
static void any_flipped_bit_is_detected(void **state)
{
    (void)state;
    AUTO(sqlite_closep) struct sqlite *db = fixture_open();
    fixture_append(db, EVENTS);
    AUTO(bundle_done) struct bundle b = export_all(db);
    for (size_t i = 0; i < b.len; i++)
        for (int bit = 0; bit < 8; bit++) {
            b.text[i] ^= (char)(1 << bit);
            struct verify_report report = verify_text(b.text, b.len);
            if (report.verdict == VERIFY_INTACT)
                fail_msg("bit %d of byte %zu", bit, i);
            b.text[i] ^= (char)(1 << bit);
        }
}

static void any_flipped_bit_of_an_empty_bundle_is_detected(void **state)
{
    (void)state;
    AUTO(sqlite_closep) struct sqlite *db = fixture_open();
    AUTO(bundle_done) struct bundle b = export_all(db);
    for (size_t i = 0; i < b.len; i++)
        for (int bit = 0; bit < 8; bit++) {
            b.text[i] ^= (char)(1 << bit);
            assert_int_not_equal(verify_text(b.text, b.len).verdict, VERIFY_INTACT);
            b.text[i] ^= (char)(1 << bit);
        }
}

static void any_missing_or_added_byte_is_detected(void **state)
{
    (void)state;
    AUTO(sqlite_closep) struct sqlite *db = fixture_open();
    fixture_append(db, EVENTS);
    AUTO(bundle_done) struct bundle b = export_all(db);
    AUTO(cleanup_free) char *copy = malloc(b.len + 1);
    assert_non_null(copy);
    for (size_t i = 0; i < b.len; i++) {
        memcpy(copy, b.text, i);
        memcpy(copy + i, b.text + i + 1, b.len - i - 1);
        assert_int_not_equal(verify_text(copy, b.len - 1).verdict, VERIFY_INTACT);
    }
    static const char added[] = " \n0\"}";
    for (size_t i = 0; i <= b.len; i++)
        for (size_t j = 0; j < sizeof added - 1; j++) {
            memcpy(copy, b.text, i);
            copy[i] = added[j];
            memcpy(copy + i + 1, b.text + i, b.len - i);
            assert_int_not_equal(verify_text(copy, b.len + 1).verdict, VERIFY_INTACT);
        }
}

static void any_cut_is_truncated_and_keeps_what_is_sound(void **state)
{
    (void)state;
    AUTO(sqlite_closep) struct sqlite *db = fixture_open();
    fixture_append(db, EVENTS);
    AUTO(bundle_done) struct bundle b = export_all(db);
    size_t header = (size_t)(strchr(b.text, '\n') - b.text) + 1;
    size_t footer = (size_t)(strrchr(b.text, ':') - b.text); /* of its size */
    for (size_t len = header; len < footer; len++) {
        struct verify_report report = verify_text(b.text, len);
        uint64_t sound = 0;
        for (size_t i = header; i < len; i++)
            sound += b.text[i] == '\n';
        /* a footer that was cut within is no proof of anything */
        if (report.verdict == VERIFY_INTACT ||
            (sound < EVENTS && report.verdict != VERIFY_TRUNCATED))
            fail_msg("%zu bytes: %s", len, verify_verdict_name(report.verdict));
        assert_int_equal(report.size, sound);
    }
}

/* The bundle without, or with two, of its lines in another order. Lines count from 0, the
 * header. */
static struct verify_report verify_lines(const struct bundle *b, const int *lines, size_t count)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    for (size_t i = 0; i < count; i++) {
        const char *start = b->text;
        for (int line = 0; line < lines[i]; line++)
            start = strchr(start, '\n') + 1;
        fwrite(start, 1, (size_t)(strchr(start, '\n') - start) + 1, out);
    }
    fclose(out);
    struct verify_report report = verify_text(text, len);
    free(text);
    return report;
}

static void lost_swapped_and_doubled_events_are_named(void **state)
{
    (void)state;
    AUTO(sqlite_closep) struct sqlite *db = fixture_open();
    fixture_append(db, EVENTS);
    AUTO(bundle_done) struct bundle b = export_all(db);
    static const struct {
        int lines[8];
        size_t count;
        enum verify_verdict verdict;
        uint64_t bad_index;
    } cases[] = {
        {{0, 1, 2, 3, 4, 5, 6}, 7, VERIFY_INTACT, 0},
        {{0, 1, 3, 4, 5, 6}, 6, VERIFY_ALTERED, 1}, /* lost */
        {{0, 1, 2, 4, 3, 5, 6}, 7, VERIFY_ALTERED, 2}, /* swapped */
        {{0, 1, 1, 2, 3, 4, 5, 6}, 8, VERIFY_ALTERED, 1}, /* doubled */
        {{0, 1, 2, 3, 6}, 5, VERIFY_TRUNCATED, 3}, /* the last ones lost, footer there */
        {{0, 1, 2, 3}, 4, VERIFY_TRUNCATED, 3},
        {{0}, 1, VERIFY_TRUNCATED, 0},
        {{0, 6}, 2, VERIFY_TRUNCATED, 0},
        {{1, 2, 3}, 3, VERIFY_FOREIGN, 0}, /* no header */
        {{0, 0, 1}, 3, VERIFY_ALTERED, 0},
        {{0, 1, 2, 3, 4, 5, 6, 6}, 8, VERIFY_ALTERED, EVENTS}, /* more behind the end */
        {{0}, 0, VERIFY_FOREIGN, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct verify_report report = verify_lines(&b, cases[i].lines, cases[i].count);
        assert_report(&report, cases[i].verdict, cases[i].bad_index);
    }
}

static void an_altered_event_with_a_new_hash_breaks_the_chain(void **state)
{
    (void)state;
    AUTO(sqlite_closep) struct sqlite *db = fixture_open();
    fixture_append(db, EVENTS);
    AUTO(bundle_done) struct bundle b = export_all(db);
    char *line = strchr(b.text, '\n') + 1;
    for (int i = 0; i < 2; i++)
        line = strchr(line, '\n') + 1;
    char *entry = line + strlen("{\"entry\":");
    char *end = strstr(entry, ",\"leaf\":\"");
    memcpy(strstr(entry, "5000"), "4999", 4);
    uint8_t leaf[TREE_HASH_SIZE];
    char hex[HEX_SIZE(TREE_HASH_SIZE)];
    tree_leaf(entry, (size_t)(end - entry), leaf);
    hex_encode(leaf, sizeof leaf, hex);
    memcpy(end + strlen(",\"leaf\":\""), hex, sizeof hex - 1);
    struct verify_report report = verify_text(b.text, b.len);
    assert_report(&report, VERIFY_ALTERED, 3); /* the event behind it does not follow */
}

static void a_bundle_of_another_log_is_foreign(void **state)
{
    (void)state;
    AUTO(sqlite_closep) struct sqlite *db = fixture_open();
    fixture_append(db, 2);
    AUTO(bundle_done) struct bundle b = export_all(db);
    memcpy(strstr(b.text, FIXTURE_LOG), "ff", 2);
    struct verify_report report = verify_text(b.text, b.len);
    assert_report(&report, VERIFY_FOREIGN, 0);
}

static void lines_of_any_length_end(void **state)
{
    (void)state;
    enum { LENGTH = 300000 };
    AUTO(cleanup_free) char *text = malloc(LENGTH);
    assert_non_null(text);
    memset(text, '{', LENGTH);
    int len =
        snprintf(text, LENGTH, "{\"format\":\"extract-audit-1\",\"log\":\"00\"}\n{\"entry\":");
    text[len] = '{';
    assert_int_not_equal(verify_text(text, LENGTH).verdict, VERIFY_INTACT);
    memset(text, 'x', LENGTH);
    assert_int_equal(verify_text(text, LENGTH).verdict, VERIFY_FOREIGN);
}

/* --- The table --------------------------------------------------------------------------- */

static void a_table_as_written_is_intact(void **state)
{
    (void)state;
    for (int events = 0; events <= 9; events++) {
        AUTO(sqlite_closep) struct sqlite *db = fixture_open();
        fixture_append(db, events);
        AUTO(bundle_done) struct bundle b = export_all(db);
        struct verify_report report = verify_db(db);
        assert_report(&report, VERIFY_INTACT, 0);
        assert_int_equal(report.size, events);
        assert_memory_equal(report.root, b.head.root, sizeof report.root);
    }
}

static void what_was_done_to_the_table_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *sql;
        enum verify_verdict verdict;
        uint64_t bad_index;
    } cases[] = {
        {"UPDATE audit_event SET entry = replace(entry, '5000', '4999') WHERE idx = 3",
         VERIFY_ALTERED, 3},
        {"UPDATE audit_event SET entry = entry || ' ' WHERE idx = 0", VERIFY_ALTERED, 0},
        {"UPDATE audit_event SET entry = '' WHERE idx = 4", VERIFY_ALTERED, 4},
        {"DELETE FROM audit_event WHERE idx = 2", VERIFY_ALTERED, 2},
        {"DELETE FROM audit_event WHERE idx = 0", VERIFY_ALTERED, 0},
        {"DELETE FROM audit_event WHERE idx >= 3", VERIFY_TRUNCATED, 3},
        {"DELETE FROM audit_event", VERIFY_TRUNCATED, 0},
        {"UPDATE audit_event SET idx = -1 WHERE idx = 4", VERIFY_ALTERED, 0},
        {"UPDATE audit_event SET entry = (SELECT entry FROM audit_event WHERE idx = 1) "
         "WHERE idx = 2",
         VERIFY_ALTERED, 2},
        {"INSERT INTO audit_event (idx, entry) VALUES (5, '{}')", VERIFY_ALTERED, 5},
        {"UPDATE audit_node SET hash = zeroblob(32) WHERE level = 0 AND idx = 1",
         VERIFY_ALTERED, 1},
        {"UPDATE audit_node SET hash = zeroblob(32) WHERE level = 1 AND idx = 1",
         VERIFY_ALTERED, 3},
        {"UPDATE audit_node SET hash = zeroblob(31) WHERE level = 2", VERIFY_ALTERED, 3},
        {"DELETE FROM audit_node WHERE level = 2", VERIFY_ALTERED, 3},
        {"INSERT INTO audit_node (level, idx, hash) VALUES (3, 0, zeroblob(32))",
         VERIFY_ALTERED, 5},
        {"INSERT INTO audit_node (level, idx, hash) VALUES (0, 9, zeroblob(32))",
         VERIFY_ALTERED, 5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO(sqlite_closep) struct sqlite *db = fixture_open();
        fixture_append(db, EVENTS);
        fixture_script(db, cases[i].sql);
        struct verify_report report = verify_db(db);
        assert_report(&report, cases[i].verdict, cases[i].bad_index);
        assert_int_not_equal(strlen(report.reason), 0);
    }
}

static void the_log_of_another_stage_is_foreign(void **state)
{
    (void)state;
    struct verify_report report;
    struct error err;
    AUTO(sqlite_closep) struct sqlite *db = fixture_open();
    fixture_append(db, 2);
    assert_true(verify_table(db, "ff112233445566778899aabbccddeeff", &report, &err));
    assert_report(&report, VERIFY_FOREIGN, 0);
}

static void a_database_without_the_tables_is_an_error(void **state)
{
    (void)state;
    struct verify_report report;
    struct error err;
    AUTO(sqlite_closep) struct sqlite *db = fixture_open();
    fixture_script(db, "DROP TABLE audit_node");
    assert_false(verify_table(db, FIXTURE_LOG, &report, &err));
    fixture_script(db, "DROP TABLE audit_event");
    assert_false(verify_table(db, FIXTURE_LOG, &report, &err));
    assert_int_equal(err.kind, ERROR_STORE);
}

/* --- The independent verifier ------------------------------------------------------------- */

static int run_verifier(const char *script, const char *path)
{
    pid_t child = fork();
    assert_int_not_equal(child, -1);
    if (child == 0) {
        dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
        execlp("python3", "python3", script, path, (char *)NULL);
        _exit(127);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static int verify_elsewhere(const char *script, const char *text, size_t len)
{
    const char *folder = getenv("TMPDIR");
    char path[512];
    snprintf(path, sizeof path, "%s/extract-audit-XXXXXX", folder ? folder : "/tmp");
    AUTO(cleanup_close) int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, len), (ssize_t)len);
    int status = run_verifier(script, path);
    unlink(path);
    return status;
}

static void an_independent_verifier_agrees(void **state)
{
    (void)state;
    const char *source = getenv("EXTRACT_SRCDIR");
    char script[512];
    snprintf(script, sizeof script, "%s/tests/house/verify_audit.py", source ? source : ".");
    AUTO(sqlite_closep) struct sqlite *db = fixture_open();
    fixture_append(db, 21);
    AUTO(bundle_done) struct bundle b = export_all(db);
    int status = access(script, R_OK) == 0 ? verify_elsewhere(script, b.text, b.len) : 127;
    if (status == 127) {
        print_message("skipped: no python3, or not started in the source tree\n");
        skip();
    }
    assert_int_equal(status, 0);

    assert_int_equal(verify_elsewhere(script, b.text, b.len / 2), 2);
    *strchr(b.text + b.len / 2, '1') = '2';
    assert_int_equal(verify_elsewhere(script, b.text, b.len), 1);
    b.text[0] = 'x';
    assert_int_equal(verify_elsewhere(script, b.text, b.len), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bundle_as_exported_is_intact),
        cmocka_unit_test(any_flipped_bit_is_detected),
        cmocka_unit_test(any_flipped_bit_of_an_empty_bundle_is_detected),
        cmocka_unit_test(any_missing_or_added_byte_is_detected),
        cmocka_unit_test(any_cut_is_truncated_and_keeps_what_is_sound),
        cmocka_unit_test(lost_swapped_and_doubled_events_are_named),
        cmocka_unit_test(an_altered_event_with_a_new_hash_breaks_the_chain),
        cmocka_unit_test(a_bundle_of_another_log_is_foreign),
        cmocka_unit_test(lines_of_any_length_end),
        cmocka_unit_test(a_table_as_written_is_intact),
        cmocka_unit_test(what_was_done_to_the_table_is_named),
        cmocka_unit_test(the_log_of_another_stage_is_foreign),
        cmocka_unit_test(a_database_without_the_tables_is_an_error),
        cmocka_unit_test(an_independent_verifier_agrees),
    };
    return cmocka_run_group_tests(tests, fixture_start, NULL);
}
