/* SPDX-License-Identifier: Apache-2.0 */
/* A stage's audit tables in memory, with a clock that stands still. */
#ifndef AUDIT_FIXTURE_H
#define AUDIT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audit/event.h"
#include "base/clock.h"
#include "crypto/secret.h"
#include "db/sqlite.h"

#define FIXTURE_LOG "00112233445566778899aabbccddeeff"

static const struct event_context fixture_context = {
    .log = FIXTURE_LOG,
    .source = "random_user",
    .run = "01JD3XEXAMPLE",
    .uid = 1000,
    .user = "extract",
};

static inline int64_t fixture_now(void)
{
    return INT64_C(1763631000123456789);
}

static inline int fixture_start(void **state)
{
    static const struct clock_source still = {.now_ns = fixture_now};
    struct error err;
    (void)state;
    clock_replace(&still);
    return secret_init(&err) ? 0 : -1;
}

static inline struct sqlite *fixture_open(void)
{
    static const struct sqlite_options options = {.mode = SQLITE_MODE_MEMORY,
                                                  .kind = ERROR_STORE};
    struct sqlite *db = NULL;
    struct error err;
    if (!sqlite_open("scratch", &options, &db, &err) ||
        !sqlite_script(db, event_tables(), &err))
        fail_msg("%s", err.text);
    return db;
}

static inline void fixture_script(struct sqlite *db, const char *sql)
{
    struct error err;
    if (!sqlite_script(db, sql, &err))
        fail_msg("%s", err.text);
}

/* Appends `count` page.staged events, a transaction each. */
static inline void fixture_append(struct sqlite *db, int count)
{
    struct error err;
    for (int i = 0; i < count; i++) {
        const struct event event = {
            .kind = EVENT_PAGE_STAGED,
            .object = "users",
            .details = {{"slice", "2026-11-20"}},
            .counts = {{"page", i}, {"records", 5000}},
        };
        if (!sqlite_begin(db, &err) || !event_append(db, &fixture_context, &event, &err) ||
            !sqlite_commit(db, &err))
            fail_msg("%s", err.text);
    }
}

#endif
