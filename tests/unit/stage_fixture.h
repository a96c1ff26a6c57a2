/* SPDX-License-Identifier: Apache-2.0 */
/* A state folder of its own for each test of the stage, with a keyring, gone afterwards. */
#ifndef TESTS_UNIT_STAGE_FIXTURE_H
#define TESTS_UNIT_STAGE_FIXTURE_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
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
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "codec/zstandard.h"
#include "crypto/keyring.h"
#include "crypto/secret.h"
#include "db/sqlite.h"
#include "record/segment.h"
#include "stage/append.h"
#include "stage/read.h"
#include "stage/store.h"

#define FIXTURE __attribute__((unused)) static

/* 2026-11-20T12:00:00Z: the tests' own clock, moved by hand. */
FIXTURE int64_t fixture_now_ns;
FIXTURE char fixture_folder[256];
FIXTURE char fixture_path[300]; /* of the stage file */
FIXTURE struct keyring *fixture_keyring;
FIXTURE struct store_options fixture_options;
FIXTURE const uint8_t fixture_schema_digest[DIGEST_SIZE] = {1, 2, 3};
FIXTURE const uint8_t fixture_policy_digest[DIGEST_SIZE] = {4, 5, 6};

static int64_t fixture_clock_now(void)
{
    return fixture_now_ns;
}

static int64_t fixture_clock_monotonic(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * CLOCK_SECOND_NS + t.tv_nsec;
}

static bool fixture_clock_sleep(int64_t duration_ns)
{
    struct timespec t = {duration_ns / CLOCK_SECOND_NS, duration_ns % CLOCK_SECOND_NS};
    nanosleep(&t, NULL);
    return true;
}

static int fixture_remove(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

FIXTURE void fixture_new_keyring(void)
{
    struct error err;
    bool made;
    const struct keyring_options options = {.state_folder = fixture_folder, .create = true};
    if (!keyring_open(&options, &fixture_keyring, &made, &err))
        fail_msg("%s", err.text);
    fixture_options.keyring = fixture_keyring;
}

FIXTURE int fixture_set_up(void **state)
{
    (void)state;
    static const struct clock_source clock = {fixture_clock_now, fixture_clock_monotonic,
                                              fixture_clock_sleep};
    struct error err;
    if (!secret_init(&err))
        return -1;
    fixture_now_ns = INT64_C(1795176000) * CLOCK_SECOND_NS;
    clock_replace(&clock);

    const char *base = getenv("TMPDIR");
    snprintf(fixture_folder, sizeof fixture_folder, "%s/test_stage.XXXXXX",
             base ? base : "/tmp");
    if (!mkdtemp(fixture_folder))
        return -1;
    snprintf(fixture_path, sizeof fixture_path, "%s/demo.stage", fixture_folder);
    fixture_options = (struct store_options){.folder = fixture_folder, .source = "demo"};
    fixture_new_keyring();
    return 0;
}

FIXTURE int fixture_tear_down(void **state)
{
    (void)state;
    keyring_free(fixture_keyring);
    fixture_keyring = NULL;
    clock_replace(NULL);
    return nftw(fixture_folder, fixture_remove, 8, FTW_DEPTH | FTW_PHYS);
}

FIXTURE struct store *fixture_open(void)
{
    struct error err;
    struct store *s = NULL;
    if (!store_open_write(&fixture_options, &s, &err))
        fail_msg("%s", err.text);
    return s;
}

FIXTURE struct store *fixture_open_read(void)
{
    struct error err;
    struct store *s = NULL;
    if (!store_open_read(&fixture_options, &s, &err))
        fail_msg("%s", err.text);
    return s;
}

/* A segment of `count` records that tell their page. */
FIXTURE void fixture_pack(uint64_t page, int count, struct segment_packed *ret_packed)
{
    struct error err;
    struct segment segment;
    struct zstandard *z = zstandard_new();
    segment_init(&segment);
    for (int i = 0; i < count; i++) {
        char line[80];
        int len = snprintf(line, sizeof line, "{\"page\":%llu,\"record\":%d}\n",
                           (unsigned long long)page, i);
        if (!segment_add(&segment, line, (size_t)len, NULL, &err))
            fail_msg("%s", err.text);
    }
    if (!segment_pack(&segment, z, ret_packed, &err))
        fail_msg("%s", err.text);
    segment_done(&segment);
    zstandard_free(z);
}

FIXTURE struct append_origin fixture_origin(const char *stream, uint64_t page)
{
    return (struct append_origin){
        .stream = stream,
        .account = "account-1",
        .slice = "2026-11-20",
        .page = page,
        .schema_digest = fixture_schema_digest,
        .policy_digest = fixture_policy_digest,
    };
}

/* One segment in the open transaction. */
FIXTURE int64_t fixture_put_of(struct store *s, const struct append_origin *origin, int count)
{
    struct error err;
    struct segment_packed packed;
    int64_t seq = -1;
    segment_packed_init(&packed);
    fixture_pack(origin->page, count, &packed);
    if (!append_segment(s, origin, &packed, &seq, &err))
        fail_msg("%s", err.text);
    segment_packed_done(&packed);
    return seq;
}

FIXTURE int64_t fixture_put(struct store *s, const char *stream, uint64_t page, int count)
{
    const struct append_origin origin = fixture_origin(stream, page);
    return fixture_put_of(s, &origin, count);
}

FIXTURE void fixture_begin(struct store *s)
{
    struct error err;
    if (!store_begin(s, &err))
        fail_msg("%s", err.text);
}

FIXTURE void fixture_commit(struct store *s)
{
    struct error err;
    if (!store_commit(s, &err))
        fail_msg("%s", err.text);
}

/* One segment in a transaction of its own. */
FIXTURE int64_t fixture_append(struct store *s, const char *stream, uint64_t page, int count)
{
    fixture_begin(s);
    int64_t seq = fixture_put(s, stream, page, count);
    fixture_commit(s);
    return seq;
}

/* A stage of `count` segments of stream users, closed. */
FIXTURE void fixture_make(int count)
{
    struct store *s = fixture_open();
    for (int i = 1; i <= count; i++)
        assert_int_equal(fixture_append(s, "users", (uint64_t)i, 3), i);
    store_close(s);
}

/* Whether a segment can be read; the text must be the one of its page. */
FIXTURE bool fixture_read(struct store *s, const char *stream, int64_t seq, struct error *err)
{
    struct seal_segment about;
    struct segment_packed packed;
    struct segment segment;
    struct zstandard *z = zstandard_new();
    segment_packed_init(&packed);
    segment_init(&segment);
    bool ok = read_segment(s, stream, seq, &about, &packed, err) &&
              segment_unpack(&packed, z, &segment, err);
    if (ok) {
        char line[80];
        size_t len = (size_t)snprintf(line, sizeof line, "{\"page\":%llu,\"record\":0}\n",
                                      (unsigned long long)about.page);
        assert_int_equal(about.seq, seq);
        assert_string_equal(about.stream, stream);
        assert_true(segment.text.len >= len);
        assert_memory_equal(segment.text.data, line, len);
    }
    segment_done(&segment);
    segment_packed_done(&packed);
    zstandard_free(z);
    return ok;
}

/* Changes a stage behind our back, past every protection. */
FIXTURE void fixture_tamper(const char *path, const char *sql)
{
    struct error err;
    struct sqlite *db = NULL;
    const struct sqlite_options options = {.mode = SQLITE_MODE_WRITE, .kind = ERROR_STORE};
    if (!sqlite_open(path, &options, &db, &err) ||
        !sqlite_script(db, "PRAGMA foreign_keys = OFF", &err) || !sqlite_script(db, sql, &err))
        fail_msg("%s", err.text);
    sqlite_close(db);
}

FIXTURE int64_t fixture_number(struct store *s, const char *sql)
{
    struct error err;
    struct sqlite_statement *q = sqlite_statement(store_db(s), sql, &err);
    bool row = false;
    if (!q || !sqlite_step(q, &row, &err))
        fail_msg("%s", err.text);
    int64_t n = row ? sqlite_column_int(q, 0) : -1;
    sqlite_reset(q);
    return n;
}

#define fixture_test(name) \
    cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

#endif
