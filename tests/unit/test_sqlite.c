/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/stop.h"
#include "db/sqlite.h"

enum { OUR_ID = 0x45585431 };

static char folder[256];
static char path[300];

static const char *const scripts[] = {
    "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT, blob BLOB) STRICT;"
    "PRAGMA application_id = 0x45585431; PRAGMA user_version = 1",
    "CREATE TABLE more (id INTEGER PRIMARY KEY) STRICT; PRAGMA user_version = 2",
};

static const struct sqlite_options create_options = {
    .mode = SQLITE_MODE_CREATE,
    .kind = ERROR_STORE,
    .application_id = OUR_ID,
    .version = 1,
    .refuse_foreign_schema = true,
};

static const struct sqlite_options read_options = {
    .mode = SQLITE_MODE_READ,
    .kind = ERROR_STORE,
    .application_id = OUR_ID,
    .version = 1,
    .refuse_foreign_schema = true,
};

static int set_up(void **state)
{
    (void)state;
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/test_sqlite.XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/a.db", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    static const char *const endings[] = {"", "-wal", "-shm", "-journal", ".link", ".lock"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        char name[320];
        snprintf(name, sizeof name, "%s%s", path, endings[i]);
        unlink(name);
    }
    return rmdir(folder);
}

static struct sqlite *open_with(const struct sqlite_options *options)
{
    struct error err;
    struct sqlite *db = NULL;
    if (!sqlite_open(path, options, &db, &err))
        fail_msg("%s", err.text);
    return db;
}

static struct sqlite *make(void)
{
    struct error err;
    struct sqlite *db = open_with(&create_options);
    assert_true(sqlite_migrate(db, scripts, 1, &err));
    return db;
}

static void run(struct sqlite *db, const char *sql)
{
    struct error err;
    if (!sqlite_script(db, sql, &err))
        fail_msg("%s", err.text);
}

static int64_t number(struct sqlite *db, const char *sql)
{
    struct error err;
    struct sqlite_statement *s = sqlite_statement(db, sql, &err);
    bool row = false;
    if (!s || !sqlite_step(s, &row, &err))
        fail_msg("%s", err.text);
    int64_t n = row ? sqlite_column_int(s, 0) : -1;
    sqlite_reset(s);
    return n;
}

static void expect_refusal(const struct sqlite_options *options, const char *words)
{
    struct error err = {0};
    struct sqlite *db = NULL;
    assert_false(sqlite_open(path, options, &db, &err));
    assert_null(db);
    assert_int_equal(err.kind, options->kind);
    if (!strstr(err.text, words) || !strstr(err.text, path))
        fail_msg("\"%s\" lacks \"%s\" or the path", err.text, words);
}

static void a_new_database_is_private_and_durable(void **state)
{
    (void)state;
    struct sqlite *db = make();
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    char wal[320];
    snprintf(wal, sizeof wal, "%s-wal", path);
    assert_int_equal(stat(wal, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(sqlite_version(db), 1);
    assert_int_equal(number(db, "PRAGMA synchronous"), 2);
    assert_int_equal(number(db, "PRAGMA auto_vacuum"), 2);
    assert_int_equal(number(db, "PRAGMA secure_delete"), 1);
    assert_int_equal(number(db, "PRAGMA trusted_schema"), 0);
    assert_int_equal(number(db, "PRAGMA cell_size_check"), 1);
    assert_int_equal(number(db, "PRAGMA temp_store"), 2);
    sqlite_close(db);
    assert_int_equal(stat(wal, &st), -1); /* the last writer leaves no WAL */
}

static void values_come_back_as_they_went(void **state)
{
    (void)state;
    struct error err;
    struct sqlite *db = make();
    struct sqlite_statement *s =
        sqlite_statement(db, "INSERT INTO note VALUES (?, ?, ?)", &err);
    assert_non_null(s);
    sqlite_bind_int(s, 1, INT64_MAX);
    sqlite_bind_text(s, 2, "a\0b", 3);
    sqlite_bind_blob(s, 3, NULL, 0);
    assert_true(sqlite_run(s, &err));
    assert_int_equal(sqlite_changes(db), 1);

    s = sqlite_statement(db, "SELECT id, text, blob, NULL FROM note", &err);
    bool row = false;
    assert_true(sqlite_step(s, &row, &err));
    assert_true(row);
    assert_int_equal(sqlite_column_count(s), 4);
    assert_true(sqlite_column_int(s, 0) == INT64_MAX);
    size_t len = 0;
    assert_memory_equal(sqlite_column_text(s, 1, &len), "a\0b", 3);
    assert_int_equal(len, 3);
    sqlite_column_blob(s, 2, &len);
    assert_int_equal(len, 0);
    assert_false(sqlite_column_is_null(s, 2));
    assert_true(sqlite_column_is_null(s, 3));
    assert_true(sqlite_step(s, &row, &err));
    assert_false(row);
    sqlite_close(db);
}

static void a_statement_is_found_again_by_its_content(void **state)
{
    (void)state;
    struct error err;
    struct sqlite *db = make();
    char copy[] = "SELECT 1";
    struct sqlite_statement *s = sqlite_statement(db, "SELECT 1", &err);
    assert_ptr_equal(sqlite_statement(db, copy, &err), s);
    memcpy(copy, "SELECT 2", sizeof copy);
    assert_ptr_not_equal(sqlite_statement(db, copy, &err), s);
    sqlite_close(db);
}

static void a_mistake_in_a_statement_is_reported(void **state)
{
    (void)state;
    struct error err;
    struct sqlite *db = make();
    assert_null(sqlite_statement(db, "SELECT 1; SELECT 2", &err));
    assert_int_equal(err.kind, ERROR_BUG);
    assert_null(sqlite_statement(db, "SELEC", &err));
    assert_int_equal(err.kind, ERROR_STORE);
    assert_null(sqlite_statement(db, "", &err));

    struct sqlite_statement *s = sqlite_statement(db, "SELECT ?", &err);
    sqlite_bind_int(s, 2, 1);
    bool row;
    assert_false(sqlite_step(s, &row, &err));
    assert_int_equal(err.kind, ERROR_BUG);
    sqlite_close(db);
}

static void a_failed_statement_names_no_value(void **state)
{
    (void)state;
    struct error err;
    struct sqlite *db = make();
    run(db, "INSERT INTO note VALUES (4711, 'Anna', NULL)");
    assert_false(sqlite_script(db, "INSERT INTO note VALUES (4711, 'Berta', NULL)", &err));
    assert_int_equal(err.kind, ERROR_STORE);
    assert_null(strstr(err.text, "4711"));
    assert_null(strstr(err.text, "Berta"));
    assert_false(sqlite_script(db, "INSERT INTO note VALUES (1, 'a', 'Carla')", &err));
    assert_null(strstr(err.text, "Carla"));
    sqlite_close(db);
}

static void a_rolled_back_transaction_leaves_nothing(void **state)
{
    (void)state;
    struct error err;
    struct sqlite *db = make();
    sqlite_rollback(db);
    assert_true(sqlite_begin(db, &err));
    assert_true(sqlite_in_transaction(db));
    run(db, "INSERT INTO note VALUES (1, '', NULL)");
    sqlite_rollback(db);
    assert_false(sqlite_in_transaction(db));
    assert_int_equal(number(db, "SELECT count(*) FROM note"), 0);
    assert_true(sqlite_begin(db, &err));
    run(db, "INSERT INTO note VALUES (1, '', NULL)");
    assert_true(sqlite_commit(db, &err));
    assert_int_equal(number(db, "SELECT count(*) FROM note"), 1);
    sqlite_close(db);
}

static void a_missing_file_is_not_made_for_a_reader(void **state)
{
    (void)state;
    expect_refusal(&read_options, "No such file");
    struct sqlite_options options = read_options;
    options.mode = SQLITE_MODE_WRITE;
    expect_refusal(&options, "No such file");
    assert_int_equal(access(path, F_OK), -1);
}

static void a_symbolic_link_is_refused(void **state)
{
    (void)state;
    sqlite_close(make());
    char name[320];
    snprintf(name, sizeof name, "%s.link", path);
    assert_int_equal(rename(path, name), 0);
    assert_int_equal(symlink(name, path), 0);
    expect_refusal(&create_options, "symbolic link");
    expect_refusal(&read_options, "symbolic link");
}

static void a_file_that_is_no_database_is_refused(void **state)
{
    (void)state;
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    char text[4096];
    memset(text, 'x', sizeof text);
    assert_int_equal(write(fd, text, sizeof text), sizeof text);
    close(fd);
    expect_refusal(&create_options, "not an SQLite database");
}

static void a_database_of_another_program_is_refused_untouched(void **state)
{
    (void)state;
    struct sqlite *db = make();
    run(db, "PRAGMA application_id = 77");
    sqlite_close(db);
    expect_refusal(&create_options, "another program");

    struct sqlite_options anybody = create_options;
    anybody.application_id = 0;
    sqlite_close(open_with(&anybody));
}

static void a_newer_database_is_refused(void **state)
{
    (void)state;
    struct sqlite *db = make();
    run(db, "PRAGMA user_version = 2");
    sqlite_close(db);
    expect_refusal(&create_options, "newer release");
    expect_refusal(&read_options, "newer release");
}

static void foreign_code_in_a_database_is_refused(void **state)
{
    (void)state;
    static const char *const codes[] = {
        "CREATE VIEW alien AS SELECT 1",
        "CREATE TRIGGER alien AFTER INSERT ON note BEGIN DELETE FROM note; END",
        "CREATE VIRTUAL TABLE alien USING fts5(x)",
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        struct sqlite *db = make();
        run(db, codes[i]);
        sqlite_close(db);
        expect_refusal(&create_options, "alien");
        expect_refusal(&read_options, "alien");
        unlink(path);
    }
}

static void a_damaged_database_is_refused(void **state)
{
    (void)state;
    struct sqlite *db = make();
    run(db, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) "
            "INSERT INTO note SELECT i, hex(randomblob(100)), NULL FROM n");
    sqlite_close(db);
    int fd = open(path, O_WRONLY);
    char zeros[4096] = {0};
    assert_int_equal(pwrite(fd, zeros, sizeof zeros, 3 * 4096), sizeof zeros);
    close(fd);

    struct error err;
    db = open_with(&read_options);
    assert_false(sqlite_check_quick(db, &err));
    assert_int_equal(err.kind, ERROR_STORE);
    assert_non_null(strstr(err.text, "damaged"));
    assert_false(sqlite_check(db, &err));
    sqlite_close(db);

    fd = open(path, O_WRONLY); /* the schema itself */
    assert_int_equal(pwrite(fd, zeros, 512, 100), 512);
    close(fd);
    expect_refusal(&read_options, "damaged");
}

static void a_sound_database_passes_its_checks(void **state)
{
    (void)state;
    struct error err;
    struct sqlite *db = make();
    assert_true(sqlite_check(db, &err));
    assert_true(sqlite_check_quick(db, &err));
    sqlite_close(db);
}

static void a_reader_writes_nothing_and_never_checkpoints(void **state)
{
    (void)state;
    struct error err;
    struct sqlite *writer = make();
    run(writer, "INSERT INTO note VALUES (1, 'one', NULL)");
    struct sqlite *reader = open_with(&read_options);
    assert_int_equal(number(reader, "SELECT count(*) FROM note"), 1);
    assert_false(sqlite_script(reader, "INSERT INTO note VALUES (2, 'two', NULL)", &err));
    assert_int_equal(err.kind, ERROR_STORE);

    struct stat before;
    struct stat after;
    assert_int_equal(stat(path, &before), 0);
    run(writer, "INSERT INTO note VALUES (2, 'two', NULL)");
    assert_int_equal(number(reader, "SELECT count(*) FROM note"), 2);
    sqlite_close(reader);
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_size, after.st_size);
    sqlite_close(writer);
}

/* Leaves the file as a killed process does. */
static void die_writing(void)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct error err;
        struct sqlite *db = NULL;
        if (sqlite_open(path, &create_options, &db, &err) &&
            sqlite_migrate(db, scripts, 1, &err) &&
            sqlite_script(db, "INSERT INTO note VALUES (1, 'one', NULL)", &err))
            kill(getpid(), SIGKILL);
        _exit(1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
}

static void a_reader_sees_what_a_killed_writer_committed(void **state)
{
    (void)state;
    die_writing();
    struct sqlite *reader = open_with(&read_options);
    assert_int_equal(number(reader, "SELECT count(*) FROM note"), 1);
    sqlite_close(reader);
    struct sqlite *writer = make();
    assert_int_equal(number(writer, "SELECT count(*) FROM note"), 1);
    sqlite_close(writer);
}

static void a_second_writer_waits_its_time_and_is_told(void **state)
{
    (void)state;
    struct error err;
    struct sqlite_options options = create_options;
    options.busy_timeout_ns = CLOCK_SECOND_NS / 20;
    struct sqlite *first = make();
    struct sqlite *second = open_with(&options);
    assert_true(sqlite_begin(first, &err));
    assert_false(sqlite_begin(second, &err));
    assert_int_equal(err.kind, ERROR_BUSY);
    sqlite_rollback(first);
    assert_true(sqlite_begin(second, &err));
    sqlite_close(second);
    sqlite_close(first);
}

static void migrations_run_once_and_all_or_nothing(void **state)
{
    (void)state;
    struct error err;
    struct sqlite *db = make();
    static const char *const broken[] = {
        "", "CREATE TABLE more (id INTEGER PRIMARY KEY) STRICT; SELECT nonsense"};
    assert_false(sqlite_migrate(db, broken, 2, &err));
    assert_int_equal(sqlite_version(db), 1);
    assert_int_equal(number(db, "SELECT count(*) FROM sqlite_schema"), 1);
    static const char *const silent[] = {"",
                                         "CREATE TABLE more (id INTEGER PRIMARY KEY) STRICT"};
    assert_false(sqlite_migrate(db, silent, 2, &err));
    assert_int_equal(err.kind, ERROR_BUG);
    assert_true(sqlite_migrate(db, scripts, 2, &err));
    assert_true(sqlite_migrate(db, scripts, 2, &err));
    assert_int_equal(sqlite_version(db), 2);
    sqlite_close(db);
}

static void a_migration_may_be_part_of_a_transaction(void **state)
{
    (void)state;
    struct error err;
    struct sqlite *db = open_with(&create_options);
    assert_true(sqlite_begin(db, &err));
    assert_true(sqlite_migrate(db, scripts, 1, &err));
    assert_true(sqlite_in_transaction(db));
    sqlite_rollback(db);
    assert_int_equal(number(db, "PRAGMA user_version"), 0);
    sqlite_close(db);
}

static void a_scratch_database_leaves_no_file(void **state)
{
    (void)state;
    struct error err;
    struct sqlite_options options = create_options;
    options.mode = SQLITE_MODE_MEMORY;
    struct sqlite *db = open_with(&options);
    assert_true(sqlite_migrate(db, scripts, 1, &err));
    assert_int_equal(number(db, "SELECT count(*) FROM note"), 0);
    sqlite_close(db);
    assert_int_equal(access(path, F_OK), -1);
}

static void many_processes_create_one_database_together(void **state)
{
    (void)state;
    enum { CHILDREN = 8, ROWS = 10 };
    struct sqlite_options options = create_options;
    options.many_writers = true;
    options.version = 2;
    options.busy_timeout_ns = 20 * CLOCK_SECOND_NS;
    for (int i = 0; i < CHILDREN; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child > 0)
            continue;
        struct error err;
        struct sqlite *db = NULL;
        bool ok =
            sqlite_open(path, &options, &db, &err) && sqlite_migrate(db, scripts, 2, &err);
        for (int n = 0; ok && n < ROWS; n++)
            ok = sqlite_begin(db, &err) &&
                 sqlite_script(db, "INSERT INTO note (text) VALUES ('')", &err) &&
                 sqlite_commit(db, &err);
        if (!ok)
            print_error("%s\n", err.text);
        sqlite_close(db);
        _exit(!ok);
    }
    int failures = 0;
    int status;
    while (wait(&status) > 0)
        failures += status != 0;
    assert_int_equal(failures, 0);
    struct sqlite *db = open_with(&options);
    assert_int_equal(number(db, "SELECT count(*) FROM note"), CHILDREN * ROWS);
    assert_int_equal(number(db, "PRAGMA synchronous"), 1);
    sqlite_close(db);
}

static void writers_take_turns(void **state)
{
    (void)state;
    struct error err;
    struct sqlite_options options = create_options;
    options.many_writers = true;
    struct sqlite *first = open_with(&options);
    options.busy_timeout_ns = CLOCK_SECOND_NS / 100;
    struct sqlite *second = open_with(&options);
    assert_true(sqlite_begin(first, &err));
    assert_false(sqlite_begin(second, &err));
    assert_int_equal(err.kind, ERROR_BUSY);
    assert_false(sqlite_checkpoint(second, &err));
    assert_int_equal(err.kind, ERROR_BUSY);
    sqlite_rollback(second); /* of nothing: the turn is still the other's */
    assert_false(sqlite_begin(second, &err));
    assert_true(sqlite_begin_read(second, &err));
    sqlite_rollback(second);
    assert_true(sqlite_commit(first, &err));
    assert_true(sqlite_begin(second, &err));
    sqlite_rollback(second);
    assert_true(sqlite_begin(first, &err));
    sqlite_close(first); /* in its turn: that ends with it */
    assert_true(sqlite_begin(second, &err));
    sqlite_close(second);
}

static void a_full_disk_is_named_and_survived(void **state)
{
    (void)state;
    struct error err;
    struct sqlite *db = make();
    run(db, "PRAGMA max_page_count = 10");
    assert_true(sqlite_begin(db, &err));
    run(db, "INSERT INTO note VALUES (1, 'one', NULL)");
    assert_false(
        sqlite_script(db, "INSERT INTO note VALUES (2, NULL, randomblob(100000))", &err));
    assert_int_equal(err.kind, ERROR_STORE);
    assert_non_null(strstr(err.text, "disk full"));
    sqlite_rollback(db);
    assert_int_equal(number(db, "SELECT count(*) FROM note"), 0);
    run(db, "PRAGMA max_page_count = 1000");
    run(db, "INSERT INTO note VALUES (2, NULL, randomblob(100000))");
    sqlite_close(db);
}

static void free_pages_go_back_in_steps(void **state)
{
    (void)state;
    struct error err;
    struct sqlite *db = make();
    run(db, "INSERT INTO note VALUES (1, NULL, randomblob(400000))");
    run(db, "DELETE FROM note");
    int64_t free_pages = number(db, "PRAGMA freelist_count");
    assert_true(free_pages > 90);
    bool more = false;
    assert_true(sqlite_vacuum_step(db, 10, &more, &err));
    assert_true(more);
    assert_false(sqlite_in_transaction(db));
    assert_int_equal(number(db, "PRAGMA freelist_count"), free_pages - 10);
    assert_true(sqlite_vacuum_step(db, 1000, &more, &err));
    assert_false(more);
    assert_int_equal(number(db, "PRAGMA freelist_count"), 0);
    assert_true(sqlite_checkpoint(db, &err));
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_true(st.st_size < 10 * 4096);
    sqlite_close(db);
}

/* Ends the turn of the connection a moment later. */
static void *end_turn_later(void *first)
{
    struct error err;
    usleep(50 * 1000);
    return sqlite_commit(first, &err) ? first : NULL;
}

/* What an API answered a run that is asked to stop is still to be noted. The last test: this
 * process stays one that was asked to stop. */
static void a_run_that_is_stopped_waits_for_its_turn(void **state)
{
    (void)state;
    struct error err;
    struct sqlite_options options = create_options;
    options.many_writers = true;
    options.busy_timeout_ns = 20 * CLOCK_SECOND_NS;
    struct sqlite *first = open_with(&options);
    struct sqlite *second = open_with(&options);
    pthread_t thread;
    void *committed;
    assert_true(sqlite_begin(first, &err));
    stop_init();
    stop_request();
    assert_int_equal(pthread_create(&thread, NULL, end_turn_later, first), 0);
    if (!sqlite_begin(second, &err))
        fail_msg("%s", err.text);
    pthread_join(thread, &committed);
    assert_ptr_equal(committed, first);
    sqlite_close(second);
    sqlite_close(first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(a_new_database_is_private_and_durable),
        TEST(values_come_back_as_they_went),
        TEST(a_statement_is_found_again_by_its_content),
        TEST(a_mistake_in_a_statement_is_reported),
        TEST(a_failed_statement_names_no_value),
        TEST(a_rolled_back_transaction_leaves_nothing),
        TEST(a_missing_file_is_not_made_for_a_reader),
        TEST(a_symbolic_link_is_refused),
        TEST(a_file_that_is_no_database_is_refused),
        TEST(a_database_of_another_program_is_refused_untouched),
        TEST(a_newer_database_is_refused),
        TEST(foreign_code_in_a_database_is_refused),
        TEST(a_damaged_database_is_refused),
        TEST(a_sound_database_passes_its_checks),
        TEST(a_reader_writes_nothing_and_never_checkpoints),
        TEST(a_reader_sees_what_a_killed_writer_committed),
        TEST(a_second_writer_waits_its_time_and_is_told),
        TEST(migrations_run_once_and_all_or_nothing),
        TEST(a_migration_may_be_part_of_a_transaction),
        TEST(a_scratch_database_leaves_no_file),
        TEST(many_processes_create_one_database_together),
        TEST(writers_take_turns),
        TEST(a_full_disk_is_named_and_survived),
        TEST(free_pages_go_back_in_steps),
        TEST(a_run_that_is_stopped_waits_for_its_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
