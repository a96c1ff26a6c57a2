/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "db/sqlite.h"
#include "quota/limiter.h"

#define SECOND CLOCK_SECOND_NS
#define START (INT64_C(1795000000) * SECOND)
#define KEY "random_user/-/users"

static const struct bucket_rule users = {BUCKET_WINDOW, 20000, 300 * SECOND, 0, 0};
static const struct bucket_rule score = {BUCKET_TOKEN, 60, 300 * SECOND, 0, 0};

static char folder[64];
static char path[96];

/* The figures are exact when a decision takes no time. */
static int64_t fake_now = START;
static int64_t fake_wait = 0; /* passes each time that somebody asks how long it took */

static int64_t fake_now_ns(void)
{
    return fake_now;
}

static int64_t fake_monotonic_ns(void)
{
    static int64_t passed = 0;
    return passed += fake_wait;
}

static bool fake_sleep_ns(int64_t duration_ns)
{
    (void)duration_ns;
    return true;
}

static const struct clock_source fake_clock = {fake_now_ns, fake_monotonic_ns, fake_sleep_ns};

static int remove_entry(const char *name, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(name);
}

static int make_folder(void **state)
{
    (void)state;
    const char *tmp = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%.40s/limiter.XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/quota.db", folder);
    return 0;
}

static int make_folder_and_clock(void **state)
{
    fake_now = START;
    clock_replace(&fake_clock);
    return make_folder(state);
}

static int remove_folder(void **state)
{
    (void)state;
    clock_replace(NULL);
    return nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static struct limiter *open_limiter(void)
{
    struct limiter *l = NULL;
    struct error err;
    if (!limiter_open(path, &l, &err))
        fail_msg("%s", err.text);
    return l;
}

static int64_t take(struct limiter *l, const char *key, const struct bucket_rule *rule,
                    uint64_t amount, int64_t now_ns)
{
    const struct limiter_charge charge = {key, rule, amount};
    AUTO(limiter_release) struct limiter_lease lease = {0};
    struct limiter_answer answer;
    struct error err;
    if (!limiter_take(l, &charge, 1, now_ns, &answer, &lease, &err))
        fail_msg("%s", err.text);
    return answer.wait_ns;
}

static struct limiter_state state_of(struct limiter *l, const char *key,
                                     const struct bucket_rule *rule, int64_t now_ns)
{
    struct limiter_state state;
    struct error err;
    if (!limiter_state(l, key, rule, now_ns, &state, &err))
        fail_msg("%s", err.text);
    return state;
}

static void block(struct limiter *l, const char *key, int64_t until_ns)
{
    struct error err;
    if (!limiter_block(l, key, until_ns, &err))
        fail_msg("%s", err.text);
}

/* --- One run, and the next ----------------------------------------------------------------- */

static void what_was_spent_survives_the_run(void **state)
{
    (void)state;
    for (int run = 0; run < 4; run++) {
        AUTO(limiter_closep) struct limiter *l = open_limiter();
        assert_int_equal(take(l, KEY, &users, 5000, START), 0);
    }
    AUTO(limiter_closep) struct limiter *l = open_limiter();
    assert_true(take(l, KEY, &users, 5000, START + SECOND) >= 299 * SECOND);
    struct limiter_state s = state_of(l, KEY, &users, START + SECOND);
    assert_int_equal(s.used, 20000);
    assert_int_equal(s.capacity, 20000);
    assert_int_equal(s.blocked_until_ns, 0);
    assert_true(s.free_ns >= START + 300 * SECOND && s.free_ns <= START + 306 * SECOND);
}

static void tokens_survive_the_run(void **state)
{
    (void)state;
    AUTO(limiter_closep) struct limiter *first = open_limiter();
    assert_int_equal(take(first, KEY, &score, 59, START), 0);
    AUTO(limiter_closep) struct limiter *second = open_limiter();
    assert_int_equal(take(second, KEY, &score, 2, START), 5 * SECOND);
}

static void a_refusal_books_nothing(void **state)
{
    (void)state;
    AUTO(limiter_closep) struct limiter *l = open_limiter();
    assert_int_equal(take(l, KEY, &users, 19999, START), 0);
    for (int i = 0; i < 5; i++)
        assert_true(take(l, KEY, &users, 2, START) > 0);
    assert_int_equal(take(l, KEY, &users, 1, START), 0);
}

static void buckets_do_not_touch_each_other(void **state)
{
    (void)state;
    AUTO(limiter_closep) struct limiter *l = open_limiter();
    assert_int_equal(take(l, "a/1/users", &users, 20000, START), 0);
    assert_int_equal(take(l, "a/2/users", &users, 20000, START), 0);
    block(l, "a/3/users", START + 60 * SECOND);
    assert_true(take(l, "a/1/users", &users, 1, START) > 0);
    assert_int_equal(take(l, "a/4/users", &users, 1, START), 0);
    assert_int_equal(state_of(l, "a/5/users", &users, START).used, 0);
}

static void a_block_survives_the_run_and_is_never_shortened(void **state)
{
    (void)state;
    AUTO(limiter_closep) struct limiter *l = open_limiter();
    block(l, KEY, START + 3600 * SECOND);
    limiter_close(l);
    l = open_limiter();
    block(l, KEY, START + 60 * SECOND);
    assert_int_equal(take(l, KEY, &users, 1, START), 3600 * SECOND);
    struct limiter_state s = state_of(l, KEY, &users, START);
    assert_int_equal(s.blocked_until_ns, START + 3600 * SECOND);
    assert_int_equal(s.free_ns, START + 3600 * SECOND);
    assert_int_equal(s.used, 0);
    s = state_of(l, KEY, &users, START + 3600 * SECOND);
    assert_int_equal(s.blocked_until_ns, 0);
    assert_int_equal(take(l, KEY, &users, 1, START + 3600 * SECOND), 0);
}

/* What a power cut leaves at least: the database as it is, without what may not be synced yet. */
static void a_block_is_on_the_disk(void **state)
{
    (void)state;
    AUTO(buffer_done) struct buffer left;
    AUTO(limiter_closep) struct limiter *l = open_limiter();
    struct error err;
    buffer_init(&left, 1024 * 1024);
    block(l, "refused", START + 3600 * SECOND);
    const struct limiter_note told = {
        "told", &users, {.at_ns = START, .used = 1, .regain_ns = START + 1800 * SECOND}};
    assert_true(limiter_note(l, &told, 1, START, &err));
    assert_true(file_read(path, &left, &err));
    limiter_close(steal(&l));
    assert_int_equal(unlink(path), 0);
    assert_true(file_write_new(path, left.data, left.len, &err));
    l = open_limiter();
    assert_int_equal(state_of(l, "refused", &users, START).blocked_until_ns,
                     START + 3600 * SECOND);
    assert_int_equal(state_of(l, "told", &users, START).blocked_until_ns,
                     START + 1800 * SECOND);
}

static void a_clock_set_back_ends_in_a_grant(void **state)
{
    (void)state;
    AUTO(limiter_closep) struct limiter *l = open_limiter();
    const int64_t year = 365 * CLOCK_DAY_NS;
    assert_int_equal(take(l, KEY, &users, 20000, START + year), 0);
    int64_t wait_ns = take(l, KEY, &users, 1, START);
    assert_true(wait_ns >= 300 * SECOND && wait_ns <= 306 * SECOND);
    /* a refusal notes the step as well: asking again does not start the wait anew */
    assert_int_equal(take(l, KEY, &users, 1, START + 100 * SECOND), wait_ns - 100 * SECOND);
    assert_int_equal(take(l, KEY, &users, 1, START + wait_ns), 0);
}

static void a_block_by_a_clock_that_was_set_back_holds(void **state)
{
    (void)state;
    AUTO(limiter_closep) struct limiter *l = open_limiter();
    assert_int_equal(take(l, KEY, &users, 1, START + 3600 * SECOND), 0);
    block(l, KEY, START + 300 * SECOND); /* of an answer to what was charged to other buckets */
    assert_int_equal(take(l, KEY, &users, 1, START), 300 * SECOND);
    assert_int_equal(take(l, KEY, &users, 1, START + 300 * SECOND), 0);
}

static void what_can_never_be_granted_is_a_configuration_error(void **state)
{
    (void)state;
    static const struct bucket_rule none = {BUCKET_WINDOW, 0, SECOND, 0, 0};
    static char long_key[LIMITER_KEY_MAX + 2];
    memset(long_key, 'k', LIMITER_KEY_MAX + 1);
    const struct {
        const char *key;
        const struct bucket_rule *rule;
        uint64_t amount;
    } cases[] = {
        {KEY, &users, 20001}, {KEY, &users, 0},      {KEY, &none, 1},
        {"", &users, 1},      {long_key, &users, 1},
    };
    AUTO(limiter_closep) struct limiter *l = open_limiter();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct limiter_charge charge = {cases[i].key, cases[i].rule, cases[i].amount};
        struct limiter_answer answer = {.wait_ns = -1};
        struct limiter_lease lease;
        struct error err;
        assert_false(limiter_take(l, &charge, 1, START, &answer, &lease, &err));
        assert_int_equal(err.kind, ERROR_CONFIG);
        assert_int_equal(answer.wait_ns, -1);
    }
    struct error err;
    assert_false(limiter_block(l, KEY, -1, &err));
    assert_false(limiter_block(l, KEY, INT64_MAX, &err));
    assert_int_equal(take(l, KEY, &users, 20000, START), 0);
}

/* --- The file ------------------------------------------------------------------------------ */

static int64_t first_int(struct sqlite *db, const char *sql)
{
    struct error err;
    bool row = false;
    struct sqlite_statement *s = sqlite_statement(db, sql, &err);
    if (!s || !sqlite_step(s, &row, &err))
        fail_msg("%s", err.text);
    int64_t value = row ? sqlite_column_int(s, 0) : -1;
    sqlite_reset(s);
    return value;
}

static struct sqlite *open_raw(enum sqlite_mode mode)
{
    const struct sqlite_options options = {
        .mode = mode, .kind = ERROR_STORE, .busy_timeout_ns = SECOND, .many_writers = true};
    struct sqlite *db = NULL;
    struct error err;
    if (!sqlite_open(path, &options, &db, &err))
        fail_msg("%s", err.text);
    return db;
}

static void raw(const char *sql)
{
    AUTO(sqlite_closep) struct sqlite *db = open_raw(SQLITE_MODE_CREATE);
    struct error err;
    if (!sqlite_script(db, sql, &err))
        fail_msg("%s", err.text);
}

static void expect_refusal(const char *text)
{
    struct limiter *l = NULL;
    struct error err;
    assert_false(limiter_open(path, &l, &err));
    assert_null(l);
    assert_int_equal(err.kind, ERROR_STORE);
    if (!strstr(err.text, path) || !strstr(err.text, text))
        fail_msg("\"%s\" does not say \"%s\"", err.text, text);
}

static void the_file_is_private(void **state)
{
    (void)state;
    AUTO(limiter_closep) struct limiter *l = open_limiter();
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
}

static void a_foreign_database_is_refused(void **state)
{
    (void)state;
    raw("CREATE TABLE t (x); PRAGMA application_id = 1;");
    expect_refusal("another program");
}

static void a_newer_database_is_refused(void **state)
{
    (void)state;
    limiter_close(open_limiter());
    raw("PRAGMA user_version = 2;");
    expect_refusal("newer");
}

static void triggers_are_refused(void **state)
{
    (void)state;
    limiter_close(open_limiter());
    raw("CREATE TRIGGER t AFTER UPDATE ON bucket BEGIN DELETE FROM bucket; END;");
    expect_refusal("trigger");
}

static void what_is_no_database_is_refused(void **state)
{
    (void)state;
    struct error err;
    char garbage[4096];
    memset(garbage, 'x', sizeof garbage);
    assert_true(file_write_new(path, garbage, sizeof garbage, &err));
    expect_refusal("not an SQLite database");
}

static void a_damaged_bucket_is_refused(void **state)
{
    (void)state;
    static const char *const damages[] = {
        "UPDATE bucket SET state = x'00'",
        "UPDATE bucket SET state = zeroblob(48)",
        "UPDATE bucket SET state = zeroblob(1015)",
        "UPDATE bucket SET state = zeroblob(72)",
        "UPDATE bucket SET state = zeroblob(64 + 61 * 16)",
        /* a time far beyond all times; tokens that are no number; a use that is none; a share of
         * it above 1; a grant beyond all limits */
        "UPDATE bucket SET state = CAST(zeroblob(7) || x'7f' || zeroblob(56) AS BLOB)",
        "UPDATE bucket SET state = CAST(zeroblob(22) || x'f87f' || zeroblob(40) AS BLOB)",
        "UPDATE bucket SET state = CAST(zeroblob(30) || x'f87f' || zeroblob(32) AS BLOB)",
        "UPDATE bucket SET state = CAST(zeroblob(62) || x'0040' AS BLOB)",
        "UPDATE bucket SET state = CAST(zeroblob(71) || x'10' || zeroblob(8) AS BLOB)",
    };
    AUTO(limiter_closep) struct limiter *whole = open_limiter();
    block(whole, KEY, START);
    raw("UPDATE bucket SET state = zeroblob(64)"); /* of these lengths, it is what they hold */
    assert_int_equal(take(whole, KEY, &users, 1, START), 0);
    raw("UPDATE bucket SET state = zeroblob(80)");
    assert_int_equal(take(whole, KEY, &users, 1, START), 0);
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        AUTO(limiter_closep) struct limiter *l = open_limiter();
        block(l, KEY, START);
        raw(damages[i]);
        const struct limiter_charge charge = {KEY, &users, 1};
        struct limiter_answer answer;
        struct limiter_lease lease;
        struct error err;
        struct limiter_state s;
        assert_false(limiter_take(l, &charge, 1, START, &answer, &lease, &err));
        assert_int_equal(err.kind, ERROR_STORE);
        assert_non_null(strstr(err.text, "damaged"));
        assert_non_null(strstr(err.text, KEY));
        assert_false(limiter_state(l, KEY, &users, START, &s, &err));
        assert_false(limiter_block(l, KEY, START + 1, &err));
        assert_int_equal(take(l, "other", &users, 1, START), 0);
        raw("DELETE FROM bucket");
    }
}

static void buckets_that_were_idle_for_long_are_forgotten(void **state)
{
    (void)state;
    limiter_close(open_limiter());
    AUTO(limiter_closep) struct limiter *l = open_limiter();
    take(l, "old", &users, 1, START);
    take(l, "blocked", &users, 1, START);
    block(l, "blocked", START + 60 * CLOCK_DAY_NS);
    fake_now = START + (LIMITER_KEEP_DAYS + 1) * CLOCK_DAY_NS;
    take(l, "new", &users, 1, fake_now);
    limiter_close(l);
    l = open_limiter();

    AUTO(sqlite_closep) struct sqlite *db = open_raw(SQLITE_MODE_READ);
    assert_int_equal(first_int(db, "SELECT count(*) FROM bucket"), 2);
    assert_int_equal(first_int(db, "SELECT count(*) FROM bucket WHERE key = 'old'"), 0);
    assert_int_equal(take(l, "old", &users, 20000, fake_now), 0);
}

/* --- Several processes --------------------------------------------------------------------- */

enum { CHILDREN = 6, ATTEMPTS = 60, AMOUNT = 7, CAPACITY = 1000 };
static const struct bucket_rule shared = {BUCKET_WINDOW, CAPACITY, 3600 * SECOND, 0, 0};

/* Spends what it gets, and answers how often it got something. */
static int hammer(struct limiter *l)
{
    int granted = 0;
    struct error err;
    for (int i = 0; i < ATTEMPTS; i++) {
        const struct limiter_charge charge = {KEY, &shared, AMOUNT};
        AUTO(limiter_release) struct limiter_lease lease = {0};
        struct limiter_answer answer;
        if (!limiter_take(l, &charge, 1, clock_now_ns(), &answer, &lease, &err))
            return 255;
        granted += answer.wait_ns == 0;
    }
    return granted;
}

static int open_and_hammer(void)
{
    AUTO(limiter_closep) struct limiter *l = NULL;
    struct error err;
    return limiter_open(path, &l, &err) ? hammer(l) : 255;
}

static void processes_never_overspend_together(void **state)
{
    (void)state;
    pid_t children[CHILDREN];
    fflush(NULL);
    for (int i = 0; i < CHILDREN; i++) {
        children[i] = fork();
        if (children[i] == 0)
            _exit(open_and_hammer()); /* the file is made by whoever is first */
    }
    int granted = 0;
    for (int i = 0; i < CHILDREN; i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 255);
        granted += WEXITSTATUS(status);
    }
    /* 360 were asked for, 142 fit: not one more, not one less */
    assert_int_equal(granted, CAPACITY / AMOUNT);
    AUTO(limiter_closep) struct limiter *l = open_limiter();
    assert_int_equal(state_of(l, KEY, &shared, clock_now_ns()).used, granted * AMOUNT);
}

static void *hammer_in_thread(void *context)
{
    return (void *)(intptr_t)hammer(context);
}

static void threads_never_overspend_together(void **state)
{
    (void)state;
    AUTO(limiter_closep) struct limiter *l = open_limiter();
    pthread_t threads[CHILDREN];
    for (int i = 0; i < CHILDREN; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, hammer_in_thread, l), 0);
    int granted = 0;
    for (int i = 0; i < CHILDREN; i++) {
        void *answer;
        assert_int_equal(pthread_join(threads[i], &answer), 0);
        assert_int_not_equal((intptr_t)answer, 255);
        granted += (int)(intptr_t)answer;
    }
    assert_int_equal(granted, CAPACITY / AMOUNT);
    assert_int_equal(state_of(l, KEY, &shared, clock_now_ns()).used, granted * AMOUNT);
}

static const struct bucket_rule plenty = {BUCKET_WINDOW, 1000 * 1000, 3600 * SECOND, 0, 0};

/* Spends until it is killed, and writes a byte after each grant. */
static void spend(int fd)
{
    struct limiter *l = NULL;
    struct error err;
    if (!limiter_open(path, &l, &err))
        _exit(1);
    for (;;) {
        const struct limiter_charge charge = {KEY, &plenty, 1};
        struct limiter_answer answer;
        struct limiter_lease lease;
        if (!limiter_take(l, &charge, 1, clock_now_ns(), &answer, &lease, &err))
            _exit(1);
        if (answer.wait_ns == 0 && write(fd, "", 1) != 1)
            _exit(1);
    }
}

static void a_grant_outlives_its_taker(void **state)
{
    (void)state;
    uint64_t seen = 0;
    for (int round = 0; round < 20; round++) {
        int ends[2];
        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        fflush(NULL);
        pid_t child = fork();
        if (child == 0)
            spend(ends[1]);
        close(ends[1]);
        char byte[64];
        ssize_t got = read(ends[0], byte, 1);
        assert_int_equal(got, 1);
        usleep(500 * (useconds_t)round);
        kill(child, SIGKILL);
        while (got > 0) {
            seen += (uint64_t)got;
            got = read(ends[0], byte, sizeof byte);
        }
        close(ends[0]);
        int status;
        waitpid(child, &status, 0);
        assert_true(WIFSIGNALED(status));
        AUTO(limiter_closep) struct limiter *l = open_limiter();
        uint64_t used = state_of(l, KEY, &plenty, clock_now_ns()).used;
        /* booked before it was told: at most the one of this round that was not told */
        assert_in_range(used, seen, seen + 1);
        seen = used;
    }
}

/* --- Several buckets ------------------------------------------------------------------------ */

static struct limiter_answer ask(struct limiter *l, const struct limiter_charge *charges,
                                 size_t count, struct limiter_lease *ret_lease)
{
    struct limiter_answer answer;
    struct error err;
    if (!limiter_take(l, charges, count, fake_now, &answer, ret_lease, &err))
        fail_msg("%s", err.text);
    return answer;
}

static void a_request_is_charged_to_all_of_its_buckets_or_to_none(void **state)
{
    (void)state;
    AUTO(limiter_closep) struct limiter *l = open_limiter();
    const struct limiter_charge charges[] = {{"a/users", &users, 100},
                                             {"a/1/score", &score, 3}};
    struct limiter_lease lease;
    assert_int_equal(ask(l, charges, 2, &lease).wait_ns, 0);
    block(l, "a/1/score", START + 77 * SECOND);
    struct limiter_answer answer = ask(l, charges, 2, &lease);
    assert_int_equal(answer.wait_ns, 77 * SECOND);
    assert_int_equal(answer.charge, 1);
    assert_false(answer.crowded);
    assert_int_equal(state_of(l, "a/users", &users, START).used, 100);
    assert_int_equal(state_of(l, "a/1/score", &score, START).used, 3);
}

/* --- What the API says ----------------------------------------------------------------------- */

static void note(struct limiter *l, const char *key, const struct bucket_rule *rule,
                 struct usage_reading reading)
{
    const struct limiter_note n = {key, rule, reading};
    struct error err;
    if (!limiter_note(l, &n, 1, fake_now, &err))
        fail_msg("%s", err.text);
}

static const struct bucket_rule insights = {
    .kind = BUCKET_USAGE, .window_ns = 3600 * SECOND, .parallel = 5};

static void what_the_api_said_survives_the_run(void **state)
{
    (void)state;
    AUTO(limiter_closep) struct limiter *l = open_limiter();
    note(
        l, "a/1/insights", &insights,
        (struct usage_reading){.used = 0.97, .at_ns = START, .reset_ns = START + 100 * SECOND});
    note(l, "a/2/insights", &insights,
         (struct usage_reading){.regain_ns = START + 19 * 60 * SECOND});
    limiter_close(l);
    l = open_limiter();
    assert_int_equal(take(l, "a/1/insights", &insights, 1, START), 100 * SECOND);
    assert_int_equal(take(l, "a/2/insights", &insights, 1, START), 19 * 60 * SECOND);
    assert_int_equal(take(l, "a/3/insights", &insights, 1, START), 0);
    struct limiter_state s = state_of(l, "a/1/insights", &insights, START);
    assert_int_equal(s.used, 97);
    assert_int_equal(s.capacity, 100);
    assert_int_equal(s.next_ns, START + 100 * SECOND);
    s = state_of(l, "a/2/insights", &insights, START);
    assert_int_equal(s.blocked_until_ns, START + 19 * 60 * SECOND);
}

static void what_the_api_grants_survives_the_run(void **state)
{
    (void)state;
    static const struct bucket_rule full = {BUCKET_TOKEN, 9000, 300 * SECOND, 0, 0};
    AUTO(limiter_closep) struct limiter *l = open_limiter();
    note(l, "a/1/score", &full,
         (struct usage_reading){.used = 0.5, .at_ns = START, .capacity = 60});
    limiter_close(l);
    l = open_limiter();
    struct limiter_state s = state_of(l, "a/1/score", &full, START);
    assert_int_equal(s.capacity, 60);
    assert_int_equal(s.used, 30);
}

/* Of several limits the one that leaves least decides; asking for room books nothing. */
static void together_go_as_many_as_all_limits_leave(void **state)
{
    (void)state;
    static const struct bucket_rule calls = {BUCKET_WINDOW, 40, 300 * SECOND, 0, 0};
    const struct limiter_charge charges[] = {
        {"a/calls", &calls, 1}, {"a/1/insights", &insights, 1}, {KEY, &users, 100}};
    AUTO(limiter_closep) struct limiter *l = open_limiter();
    struct error err;
    unsigned room;
    for (int i = 0; i < 2; i++) {
        assert_true(limiter_room(l, charges, 3, 50, START, &room, &err));
        assert_int_equal(room, 40);
    }
    note(l, "a/1/insights", &insights, (struct usage_reading){.used = 0.725, .at_ns = START});
    assert_true(limiter_room(l, charges, 3, 50, START, &room, &err));
    assert_int_equal(room, 25);
    assert_int_equal(take(l, KEY, &users, 19900, START), 0);
    assert_true(limiter_room(l, charges, 3, 50, START, &room, &err));
    assert_int_equal(room, 1);
    assert_int_equal(take(l, KEY, &users, 1, START), 0);
    assert_true(limiter_room(l, charges, 3, 50, START, &room, &err));
    assert_int_equal(room, 0);
}

static void nonsense_is_not_noted(void **state)
{
    (void)state;
    const struct usage_reading readings[] = {
        {.used = -0.1, .at_ns = START},
        {.used = 101, .at_ns = START},
        {.used = 0.5, .at_ns = START, .regain_ns = INT64_MAX},
        {.used = 0.5, .at_ns = START, .reset_ns = -1},
        {.used = 0.5, .at_ns = START, .capacity = UINT64_MAX},
    };
    AUTO(limiter_closep) struct limiter *l = open_limiter();
    for (size_t i = 0; i < sizeof readings / sizeof *readings; i++) {
        const struct limiter_note n = {KEY, &users, readings[i]};
        struct error err;
        assert_false(limiter_note(l, &n, 1, START, &err));
        assert_int_equal(err.kind, ERROR_BUG);
    }
}

static void keys_are_listed_in_order(void **state)
{
    (void)state;
    AUTO(limiter_closep) struct limiter *l = open_limiter();
    static const char *const keys[] = {"a/2/users", "a/users", "a/1/users"};
    for (size_t i = 0; i < 3; i++)
        take(l, keys[i], &users, 1, START);
    static const char *const sorted[] = {"a/1/users", "a/2/users", "a/users"};
    char key[LIMITER_KEY_MAX + 1] = "";
    bool found;
    struct error err;
    for (size_t i = 0; i < 3; i++) {
        assert_true(limiter_next(l, key, key, &found, &err));
        assert_true(found);
        assert_string_equal(key, sorted[i]);
    }
    assert_true(limiter_next(l, key, key, &found, &err));
    assert_false(found);
}

static void a_damaged_name_is_not_listed_for_ever(void **state)
{
    (void)state;
    static const char *const damages[] = {
        "UPDATE bucket SET key = 'a/' || hex(zeroblob(128))",
        "UPDATE bucket SET key = CAST(x'610062' AS TEXT)",
    };
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        AUTO(limiter_closep) struct limiter *l = open_limiter();
        take(l, KEY, &users, 1, START);
        raw(damages[i]);
        char key[LIMITER_KEY_MAX + 1];
        bool found;
        struct error err;
        assert_false(limiter_next(l, "", key, &found, &err));
        assert_int_equal(err.kind, ERROR_STORE);
        raw("DELETE FROM bucket");
    }
}

/* While it waited for others, one of them booked at a later time: the clock was not set back. */
static void a_reading_counts_from_when_it_is_noted(void **state)
{
    (void)state;
    AUTO(limiter_closep) struct limiter *l = open_limiter();
    fake_now = START + 90 * SECOND;
    assert_int_equal(take(l, KEY, &users, 1, fake_now), 0);
    block(l, KEY, START + 300 * SECOND);

    fake_now = START;
    fake_wait = 90 * SECOND;
    note(l, KEY, &users, (struct usage_reading){.used = 0.1, .at_ns = START});
    fake_wait = 0;
    fake_now = START + 90 * SECOND;
    assert_int_equal(state_of(l, KEY, &users, fake_now).blocked_until_ns, START + 300 * SECOND);
}

/* --- In flight ------------------------------------------------------------------------------- */

static void no_more_requests_are_in_flight_than_the_bucket_allows(void **state)
{
    (void)state;
    AUTO(limiter_closep) struct limiter *l = open_limiter();
    const struct limiter_charge charge = {"a/1/insights", &insights, 1};
    const struct limiter_charge other = {"a/2/insights", &insights, 1};
    struct limiter_lease leases[5], refused, elsewhere;
    for (int i = 0; i < 5; i++)
        assert_int_equal(ask(l, &charge, 1, &leases[i]).wait_ns, 0);
    struct limiter_answer answer = ask(l, &charge, 1, &refused);
    assert_true(answer.crowded);
    assert_int_equal(answer.wait_ns, LIMITER_CROWDED_NS);
    assert_false(refused.held);
    assert_int_equal(ask(l, &other, 1, &elsewhere).wait_ns, 0);
    limiter_release(&elsewhere);

    limiter_release(&leases[2]);
    assert_int_equal(ask(l, &charge, 1, &leases[2]).wait_ns, 0);
    for (int i = 0; i < 5; i++)
        limiter_release(&leases[i]);
}

/* 72.5 % used is half way from all to one: three of five. */
static void fewer_are_in_flight_as_usage_rises(void **state)
{
    (void)state;
    AUTO(limiter_closep) struct limiter *l = open_limiter();
    const struct limiter_charge charge = {"a/1/insights", &insights, 1};
    static const struct {
        double used;
        unsigned allowed;
    } rows[] = {{0.3, 5}, {0.725, 3}, {0.85, 1}, {0.94, 1}, {0.2, 5}};
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        note(l, charge.key, &insights,
             (struct usage_reading){.used = rows[r].used, .at_ns = START});
        struct limiter_lease leases[6];
        unsigned sent = 0;
        for (int i = 0; i < 6; i++)
            sent += ask(l, &charge, 1, &leases[i]).wait_ns == 0;
        assert_int_equal(sent, rows[r].allowed);
        for (int i = 0; i < 6; i++)
            limiter_release(&leases[i]);
    }
}

/* The child holds all places; they are free once it is dead, with nothing said. */
static void places_are_shared_by_processes_and_end_with_them(void **state)
{
    (void)state;
    const struct limiter_charge charge = {"a/1/insights", &insights, 1};
    AUTO(limiter_closep) struct limiter *l = open_limiter();
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct limiter *own = NULL;
        struct error err;
        if (!limiter_open(path, &own, &err))
            _exit(1);
        struct limiter_lease leases[5];
        struct limiter_answer answer;
        for (int i = 0; i < 5; i++)
            if (!limiter_take(own, &charge, 1, START, &answer, &leases[i], &err))
                _exit(1);
        if (write(ends[1], "", 1) == 1)
            pause();
        _exit(1);
    }
    close(ends[1]);
    char byte;
    assert_int_equal(read(ends[0], &byte, 1), 1);
    struct limiter_lease lease;
    assert_true(ask(l, &charge, 1, &lease).crowded);
    kill(child, SIGKILL);
    int status;
    waitpid(child, &status, 0);
    close(ends[0]);
    assert_int_equal(ask(l, &charge, 1, &lease).wait_ns, 0);
    limiter_release(&lease);
}

/* What one run reads stops the next request of another one, which has it open all the time. */
static void what_another_process_was_told_holds_here(void **state)
{
    (void)state;
    AUTO(limiter_closep) struct limiter *l = open_limiter();
    assert_int_equal(take(l, "a/1/insights", &insights, 1, START), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct limiter *own = NULL;
        struct error err;
        const struct limiter_note n = {
            "a/1/insights",
            &insights,
            {.used = 1, .at_ns = START, .regain_ns = START + 300 * SECOND}};
        _exit(limiter_open(path, &own, &err) && limiter_note(own, &n, 1, START, &err) ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(take(l, "a/1/insights", &insights, 1, START), 300 * SECOND);
}

#define LIMITER_TEST(function) \
    cmocka_unit_test_setup_teardown(function, make_folder_and_clock, remove_folder)
#define PROCESS_TEST(function) \
    cmocka_unit_test_setup_teardown(function, make_folder, remove_folder)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        LIMITER_TEST(what_was_spent_survives_the_run),
        LIMITER_TEST(tokens_survive_the_run),
        LIMITER_TEST(a_refusal_books_nothing),
        LIMITER_TEST(buckets_do_not_touch_each_other),
        LIMITER_TEST(a_block_survives_the_run_and_is_never_shortened),
        LIMITER_TEST(a_block_is_on_the_disk),
        LIMITER_TEST(a_clock_set_back_ends_in_a_grant),
        LIMITER_TEST(a_block_by_a_clock_that_was_set_back_holds),
        LIMITER_TEST(what_can_never_be_granted_is_a_configuration_error),
        LIMITER_TEST(the_file_is_private),
        LIMITER_TEST(a_foreign_database_is_refused),
        LIMITER_TEST(a_newer_database_is_refused),
        LIMITER_TEST(triggers_are_refused),
        LIMITER_TEST(what_is_no_database_is_refused),
        LIMITER_TEST(a_damaged_bucket_is_refused),
        LIMITER_TEST(buckets_that_were_idle_for_long_are_forgotten),
        LIMITER_TEST(a_request_is_charged_to_all_of_its_buckets_or_to_none),
        LIMITER_TEST(what_the_api_said_survives_the_run),
        LIMITER_TEST(what_the_api_grants_survives_the_run),
        LIMITER_TEST(together_go_as_many_as_all_limits_leave),
        LIMITER_TEST(nonsense_is_not_noted),
        LIMITER_TEST(a_reading_counts_from_when_it_is_noted),
        LIMITER_TEST(keys_are_listed_in_order),
        LIMITER_TEST(a_damaged_name_is_not_listed_for_ever),
        LIMITER_TEST(no_more_requests_are_in_flight_than_the_bucket_allows),
        LIMITER_TEST(fewer_are_in_flight_as_usage_rises),
        LIMITER_TEST(places_are_shared_by_processes_and_end_with_them),
        LIMITER_TEST(what_another_process_was_told_holds_here),
        PROCESS_TEST(processes_never_overspend_together),
        PROCESS_TEST(threads_never_overspend_together),
        PROCESS_TEST(a_grant_outlives_its_taker),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
