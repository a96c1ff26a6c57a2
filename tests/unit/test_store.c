/* SPDX-License-Identifier: Apache-2.0 */
#include "stage_fixture.h"

#include <sched.h>
#include <sys/mount.h>

static void expect_refusal(const char *words)
{
    for (int reader = 0; reader < 2; reader++) {
        struct error err = {0};
        struct store *s = NULL;
        assert_false(reader ? store_open_read(&fixture_options, &s, &err)
                            : store_open_write(&fixture_options, &s, &err));
        assert_null(s);
        assert_int_equal(err.kind, ERROR_STORE);
        if (!strstr(err.text, words) || !strstr(err.text, fixture_path))
            fail_msg("\"%s\" lacks \"%s\" or the path", err.text, words);
    }
}

static void a_new_stage_has_an_identity_that_stays(void **state)
{
    (void)state;
    char uuid[STORE_UUID_SIZE];
    struct store *s = fixture_open();
    assert_true(store_is_new(s));
    assert_int_equal(strlen(store_uuid(s)), STORE_UUID_SIZE - 1);
    memcpy(uuid, store_uuid(s), sizeof uuid);
    assert_string_equal(store_source(s), "demo");
    assert_true(store_created_ns(s) == fixture_now_ns);
    store_close(s);

    fixture_now_ns += CLOCK_DAY_NS;
    s = fixture_open();
    assert_false(store_is_new(s));
    assert_string_equal(store_uuid(s), uuid);
    store_close(s);
    s = fixture_open_read();
    assert_string_equal(store_uuid(s), uuid);
    assert_true(store_created_ns(s) == fixture_now_ns - CLOCK_DAY_NS);
    store_close(s);
}

static void every_file_of_a_stage_is_private(void **state)
{
    (void)state;
    static const char *const endings[] = {"stage", "stage-wal", "stage-shm", "lock"};
    struct store *s = fixture_open();
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        char name[320];
        struct stat st;
        snprintf(name, sizeof name, "%s/demo.%s", fixture_folder, endings[i]);
        assert_int_equal(stat(name, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
    store_close(s);
}

static void the_state_folder_is_made_when_missing(void **state)
{
    (void)state;
    char folder[300];
    snprintf(folder, sizeof folder, "%s/a/b", fixture_folder);
    fixture_options.folder = folder;
    struct store *s = fixture_open();
    struct stat st;
    assert_int_equal(stat(folder, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    store_close(s);
}

static void a_reader_of_no_stage_is_told_how_one_is_made(void **state)
{
    (void)state;
    struct error err;
    struct store *s = NULL;
    assert_false(store_exists(&fixture_options));
    assert_false(store_open_read(&fixture_options, &s, &err));
    assert_int_equal(err.kind, ERROR_STORE);
    assert_non_null(strstr(err.text, "extract --source demo"));
    assert_false(store_exists(&fixture_options));
    store_close(fixture_open());
    assert_true(store_exists(&fixture_options));
}

static void a_second_writer_is_told_who_holds_the_lock(void **state)
{
    (void)state;
    struct error err;
    struct store *second = NULL;
    struct store *first = fixture_open();
    assert_false(store_open_write(&fixture_options, &second, &err));
    assert_int_equal(err.kind, ERROR_BUSY);
    char pid[32];
    snprintf(pid, sizeof pid, "%ld", (long)getpid());
    assert_non_null(strstr(err.text, pid));
    store_close(first);
    store_close(fixture_open());
}

static void a_second_writer_that_waits_gets_its_turn(void **state)
{
    (void)state;
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct error err;
        struct store *s = NULL;
        bool ok = store_open_write(&fixture_options, &s, &err);
        ok = write(ready[1], "x", 1) == 1 && ok;
        fixture_clock_sleep(CLOCK_SECOND_NS / 5);
        store_close(s);
        _exit(!ok);
    }
    char x;
    assert_int_equal(read(ready[0], &x, 1), 1);
    fixture_options.wait_ns = 20 * CLOCK_SECOND_NS;
    store_close(fixture_open());
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    close(ready[0]);
    close(ready[1]);
}

static void a_reader_follows_a_writer_without_the_lock(void **state)
{
    (void)state;
    struct error err;
    struct store *writer = fixture_open();
    struct store *reader = fixture_open_read();
    int64_t seq = -1;
    assert_true(read_next(reader, "users", 0, &seq, &err));
    assert_int_equal(seq, 0);
    fixture_append(writer, "users", 1, 3);
    assert_true(read_next(reader, "users", 0, &seq, &err));
    assert_int_equal(seq, 1);
    assert_true(fixture_read(reader, "users", 1, &err));
    assert_false(store_begin(reader, &err));
    store_close(writer);
    assert_true(fixture_read(reader, "users", 1, &err));
    store_close(reader);
}

static void what_is_rolled_back_was_never_there(void **state)
{
    (void)state;
    struct error err;
    struct store *s = fixture_open();
    fixture_begin(s);
    assert_int_equal(fixture_put(s, "users", 1, 3), 1);
    store_rollback(s);
    /* the data key of before is gone with its row: the next one must be another */
    fixture_begin(s);
    assert_int_equal(fixture_put(s, "users", 2, 3), 1);
    fixture_commit(s);
    store_close(s);
    s = fixture_open_read();
    assert_true(fixture_read(s, "users", 1, &err));
    assert_int_equal(fixture_number(s, "SELECT count(*) FROM dek"), 1);
    store_close(s);
}

static void writing_outside_of_a_transaction_is_a_bug(void **state)
{
    (void)state;
    struct error err;
    struct segment_packed packed;
    int64_t seq;
    segment_packed_init(&packed);
    fixture_pack(1, 1, &packed);
    struct store *s = fixture_open();
    const struct append_origin origin = fixture_origin("users", 1);
    assert_false(append_segment(s, &origin, &packed, &seq, &err));
    assert_int_equal(err.kind, ERROR_BUG);
    segment_packed_done(&packed);
    store_close(s);
}

static void tables_of_a_guest_belong_to_the_schema(void **state)
{
    (void)state;
    fixture_options.guest_schema = "CREATE TABLE guest (id INTEGER PRIMARY KEY) STRICT;";
    store_close(fixture_open());
    store_close(fixture_open());
    fixture_options.guest_schema = NULL;
    expect_refusal("not the ones we make");
}

static void a_newer_stage_is_refused(void **state)
{
    (void)state;
    fixture_make(1);
    fixture_tamper(fixture_path, "PRAGMA user_version = 2");
    expect_refusal("newer release");
}

static void a_database_of_another_program_is_refused(void **state)
{
    (void)state;
    fixture_make(1);
    fixture_tamper(fixture_path, "PRAGMA application_id = 252006674");
    expect_refusal("another program");
}

static void a_file_that_is_no_database_is_refused(void **state)
{
    (void)state;
    char text[8192];
    memset(text, 'x', sizeof text);
    int fd = open(fixture_path, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(write(fd, text, sizeof text), sizeof text);
    close(fd);
    expect_refusal("not an SQLite database");
}

static void the_stage_of_another_source_is_refused(void **state)
{
    (void)state;
    char other[320];
    snprintf(other, sizeof other, "%s/other.stage", fixture_folder);
    fixture_options.source = "other";
    store_close(fixture_open());
    assert_int_equal(rename(other, fixture_path), 0);
    fixture_options.source = "demo";
    expect_refusal("of source other, not of demo");
}

static void triggers_views_and_foreign_tables_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *sql;
        const char *words;
    } cases[] = {
        {"CREATE TRIGGER t AFTER INSERT ON segment BEGIN DELETE FROM checkpoint; END",
         "trigger"},
        {"CREATE VIEW v AS SELECT * FROM segment", "view"},
        {"CREATE VIRTUAL TABLE f USING fts5(x)", "\"f\""},
        {"CREATE TABLE more (id INTEGER)", "not the ones we make"},
        {"CREATE INDEX slow ON segment (created)", "not the ones we make"},
        {"DROP INDEX segment_dek", "not the ones we make"},
        {"ALTER TABLE checkpoint ADD COLUMN more TEXT", "not the ones we make"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture_make(1);
        fixture_tamper(fixture_path, cases[i].sql);
        expect_refusal(cases[i].words);
        assert_int_equal(unlink(fixture_path), 0);
    }
}

static void a_stage_that_others_may_use_is_refused(void **state)
{
    (void)state;
    fixture_make(1);
    assert_int_equal(chmod(fixture_path, 0640), 0);
    expect_refusal("chmod 600");
    assert_int_equal(chmod(fixture_path, 0600), 0);
    if (geteuid() == 0) {
        assert_int_equal(chown(fixture_path, 12345, 0), 0);
        expect_refusal("another user");
    }
}

static void a_link_in_place_of_a_stage_is_refused(void **state)
{
    (void)state;
    char other[320];
    snprintf(other, sizeof other, "%s/elsewhere", fixture_folder);
    fixture_make(1);
    assert_int_equal(rename(fixture_path, other), 0);
    assert_int_equal(symlink(other, fixture_path), 0);
    expect_refusal("symbolic link");
}

static void a_stage_without_identity_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "DELETE FROM stage",
        "UPDATE stage SET uuid = 'zz'",
        "UPDATE stage SET uuid = uuid || '00'",
        "UPDATE stage SET source = 'De''mo'",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture_make(1);
        fixture_tamper(fixture_path, cases[i]);
        expect_refusal("does not say whose");
        assert_int_equal(unlink(fixture_path), 0);
    }
}

static void a_stage_with_a_damaged_head_is_refused(void **state)
{
    (void)state;
    fixture_make(1);
    char zeros[100] = {0};
    int fd = open(fixture_path, O_WRONLY);
    assert_int_equal(pwrite(fd, zeros, sizeof zeros, 100), sizeof zeros);
    close(fd);
    expect_refusal("damaged");
}

/* Appends until it is killed; reports each commit. */
static void append_until_killed(int progress)
{
    struct error err;
    struct store *s = NULL;
    if (!store_open_write(&fixture_options, &s, &err))
        _exit(1);
    for (uint64_t page = 1;; page++) {
        fixture_begin(s);
        int64_t seq = 0;
        for (int i = 0; i < 3; i++)
            seq = fixture_put(s, "users", page, 5);
        fixture_commit(s);
        if (write(progress, &seq, sizeof seq) != sizeof seq)
            _exit(1);
    }
}

/* Lets a child append, kills it so long after its start, or after its first commit, and returns
 * the last seq that it saw committed. */
static int64_t kill_a_writer(bool wait_for_commit, int64_t after_ns)
{
    int progress[2];
    assert_int_equal(pipe(progress), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(progress[0]);
        append_until_killed(progress[1]);
    }
    close(progress[1]);
    int64_t seq;
    int64_t last = 0;
    if (wait_for_commit)
        assert_int_equal(read(progress[0], &last, sizeof last), sizeof last);
    fixture_clock_sleep(after_ns);
    kill(child, SIGKILL);
    while (read(progress[0], &seq, sizeof seq) == sizeof seq)
        last = seq;
    close(progress[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    return last;
}

static void a_killed_writer_loses_nothing_that_was_committed(void **state)
{
    (void)state;
    enum { KILLS = 100, SEED = 4711 };
    struct error err;
    uint64_t random = SEED;
    int64_t checked = 0;
    for (int i = 0; i < KILLS; i++) {
        random = random * UINT64_C(6364136223846793005) + 1;
        int64_t seen = kill_a_writer(i % 2 == 0, (int64_t)(random >> 40) % (12 * 1000 * 1000));

        struct store *s = fixture_open();
        int64_t last = fixture_number(s, "SELECT coalesce(max(last_seq), 0) FROM stream");
        assert_true(last >= seen);
        assert_int_equal(last % 3, 0); /* whole transactions */
        assert_int_equal(fixture_number(s, "SELECT count(*) FROM segment"), last);
        assert_true(sqlite_check_quick(store_db(s), &err));
        for (int64_t seq = checked + 1; seq <= last; seq++)
            if (!fixture_read(s, "users", seq, &err))
                fail_msg("%s", err.text);
        checked = last;
        store_close(s);
    }
    assert_true(checked > KILLS);
}

static void a_stage_killed_while_it_was_made_is_made_again(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct error err;
        struct sqlite *db = NULL;
        const struct sqlite_options options = {.mode = SQLITE_MODE_CREATE, .kind = ERROR_STORE};
        if (sqlite_open(fixture_path, &options, &db, &err))
            kill(getpid(), SIGKILL);
        _exit(1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));

    struct error err;
    struct store *s = NULL;
    assert_false(store_open_read(&fixture_options, &s, &err));
    assert_non_null(strstr(err.text, "no stage yet"));
    s = fixture_open();
    assert_true(store_is_new(s));
    store_close(s);
}

static void zero_pages(int first, int last)
{
    char zeros[4096] = {0};
    int fd = open(fixture_path, O_WRONLY);
    for (int page = first; page <= last; page++)
        assert_int_equal(pwrite(fd, zeros, sizeof zeros, page * 4096L), sizeof zeros);
    close(fd);
}

static void damage_is_looked_for_after_an_unclean_end(void **state)
{
    (void)state;
    struct error err;
    struct store *s = NULL;
    fixture_make(200);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        fixture_append(fixture_open(), "users", 201, 3);
        kill(getpid(), SIGKILL);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    zero_pages(20, 30);
    assert_false(store_open_write(&fixture_options, &s, &err));
    assert_int_equal(err.kind, ERROR_STORE);
    assert_non_null(strstr(err.text, "damaged"));
}

/* Appends until the disk is full; the number of the last segment that was committed. */
static int64_t fill(struct store *s, struct error *err)
{
    struct segment_packed packed;
    int64_t last = 0;
    int64_t seq = 0;
    segment_packed_init(&packed);
    fixture_pack(1, 1, &packed);
    assert_true(buffer_reserve(&packed.frame, 30000)); /* not zstd any more: no matter here */
    secret_fill_random(packed.frame.data, 30000);
    packed.frame.len = 30000;
    const struct append_origin origin = fixture_origin("users", 1);
    while (store_begin(s, err) && append_segment(s, &origin, &packed, &seq, err) &&
           store_commit(s, err) && seq < 1000)
        last = seq;
    store_rollback(s);
    segment_packed_done(&packed);
    return last;
}

static void a_full_disk_stops_cleanly_and_resumes(void **state)
{
    (void)state;
    struct error err = {0};
    struct store *s = fixture_open();
    assert_true(sqlite_script(store_db(s), "PRAGMA max_page_count = 100", &err));
    int64_t last = fill(s, &err);
    assert_true(last > 1);
    assert_int_equal(err.kind, ERROR_STORE);
    assert_non_null(strstr(err.text, "disk full"));
    assert_int_equal(fixture_number(s, "SELECT last_seq FROM stream"), last);

    assert_true(sqlite_script(store_db(s), "PRAGMA max_page_count = 100000", &err));
    assert_int_equal(fixture_append(s, "users", 7, 3), last + 1);
    assert_true(fixture_read(s, "users", last + 1, &err));
    store_close(s);
}

/* In a mount namespace of its own, so that nothing stays mounted. The ballast is as large as what
 * can be staged beside it: the WAL needs its own size once more to be taken into the file. 77: not
 * allowed here. */
static int fill_a_small_disk(void)
{
    enum { SKIP = 77 };
    char disk[300];
    char ballast[320];
    snprintf(disk, sizeof disk, "%s/disk", fixture_folder);
    snprintf(ballast, sizeof ballast, "%s/ballast", disk);
    if (mkdir(disk, 0700) < 0 || unshare(CLONE_NEWNS) < 0 ||
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("none", disk, "tmpfs", 0, "size=3m,mode=0700") < 0)
        return SKIP;
    int fd = open(ballast, O_WRONLY | O_CREAT, 0600);
    if (fd < 0 || posix_fallocate(fd, 0, 1700 * 1024) != 0)
        return SKIP;
    close(fd);

    struct error err = {0};
    struct store *s = NULL;
    fixture_options.folder = disk;
    if (!store_open_write(&fixture_options, &s, &err))
        return 1;
    int64_t last = fill(s, &err);
    if (last < 2 || err.kind != ERROR_STORE || !strstr(err.text, "disk full"))
        return 2;
    if (unlink(ballast) < 0 || fixture_append(s, "users", 7, 3) != last + 1)
        return 3;
    store_close(s);
    s = NULL;
    if (!store_open_write(&fixture_options, &s, &err) || !sqlite_check(store_db(s), &err) ||
        !fixture_read(s, "users", last + 1, &err))
        return 4;
    store_close(s);
    return 0;
}

static void a_full_file_system_stops_cleanly_and_resumes(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(fill_a_small_disk());
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        print_message("# a small file system cannot be mounted here (needs root)\n");
        skip();
    }
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(a_new_stage_has_an_identity_that_stays),
        fixture_test(every_file_of_a_stage_is_private),
        fixture_test(the_state_folder_is_made_when_missing),
        fixture_test(a_reader_of_no_stage_is_told_how_one_is_made),
        fixture_test(a_second_writer_is_told_who_holds_the_lock),
        fixture_test(a_second_writer_that_waits_gets_its_turn),
        fixture_test(a_reader_follows_a_writer_without_the_lock),
        fixture_test(what_is_rolled_back_was_never_there),
        fixture_test(writing_outside_of_a_transaction_is_a_bug),
        fixture_test(tables_of_a_guest_belong_to_the_schema),
        fixture_test(a_newer_stage_is_refused),
        fixture_test(a_database_of_another_program_is_refused),
        fixture_test(a_file_that_is_no_database_is_refused),
        fixture_test(the_stage_of_another_source_is_refused),
        fixture_test(triggers_views_and_foreign_tables_are_refused),
        fixture_test(a_stage_that_others_may_use_is_refused),
        fixture_test(a_link_in_place_of_a_stage_is_refused),
        fixture_test(a_stage_without_identity_is_refused),
        fixture_test(a_stage_with_a_damaged_head_is_refused),
        fixture_test(a_killed_writer_loses_nothing_that_was_committed),
        fixture_test(a_stage_killed_while_it_was_made_is_made_again),
        fixture_test(damage_is_looked_for_after_an_unclean_end),
        fixture_test(a_full_disk_stops_cleanly_and_resumes),
        fixture_test(a_full_file_system_stops_cleanly_and_resumes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
