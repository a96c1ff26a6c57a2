/* SPDX-License-Identifier: Apache-2.0 */
#include "quota/limiter.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/file.h"
#include "base/text.h"
#include "db/sqlite.h"
#include "quota/quota_sql.h"

enum {
    APPLICATION_ID = 0x65787161, /* "exqa"; also in sql/migrate_1.sql */
    FORMAT = 1,
    /* blocked_until, seen, tokens, then granted and end of every slot: 8 bytes each, low first */
    STATE_WORDS = 3 + 2 * BUCKET_SLOTS,
    STATE_SIZE = 8 * STATE_WORDS,
};

/* Times beyond these are no times: sums of two of them stay within int64_t. */
static const int64_t TIME_MAX = INT64_MAX / 2;

struct limiter {
    struct sqlite *db;
};

/* --- A bucket as bytes ------------------------------------------------------------------- */

static void put_word(uint8_t **p, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        *(*p)++ = (uint8_t)(value >> (8 * i));
}

static uint64_t take_word(const uint8_t **p)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value |= (uint64_t) * (*p)++ << (8 * i);
    return value;
}

static void encode(const struct bucket *b, uint8_t ret_state[STATE_SIZE])
{
    uint64_t tokens;
    memcpy(&tokens, &b->tokens, sizeof tokens);

    uint8_t *p = ret_state;
    put_word(&p, (uint64_t)b->blocked_until_ns);
    put_word(&p, (uint64_t)b->seen_ns);
    put_word(&p, tokens);
    for (int i = 0; i < BUCKET_SLOTS; i++) {
        put_word(&p, b->granted[i]);
        put_word(&p, (uint64_t)b->slot_end_ns[i]);
    }
}

static bool take_time(const uint8_t **p, int64_t *ret_ns)
{
    *ret_ns = (int64_t)take_word(p);
    return *ret_ns >= -TIME_MAX && *ret_ns <= TIME_MAX;
}

/* False: no bucket of ours could have had this state. */
static bool decode(const uint8_t *state, size_t len, struct bucket *b)
{
    if (!state || len != STATE_SIZE)
        return false;
    const uint8_t *p = state;
    bool sound = take_time(&p, &b->blocked_until_ns);
    sound &= take_time(&p, &b->seen_ns) && b->seen_ns >= 0;
    uint64_t tokens = take_word(&p);
    memcpy(&b->tokens, &tokens, sizeof tokens);
    sound &= b->tokens >= 0 && b->tokens <= (double)BUCKET_CAPACITY_MAX; /* NaN fails, too */
    for (int i = 0; i < BUCKET_SLOTS; i++) {
        b->granted[i] = take_word(&p);
        sound &= b->granted[i] <= BUCKET_CAPACITY_MAX;
        sound &= take_time(&p, &b->slot_end_ns[i]);
    }
    return sound;
}

/* --- The table --------------------------------------------------------------------------- */

struct row {
    struct bucket bucket;
    int64_t idle_ns;
};

static bool get(struct limiter *l, const char *key, struct row *ret_row, struct error *err)
{
    struct sqlite_statement *s = sqlite_statement(l->db, quota_sql_get_bucket, err);
    if (!s)
        return false;
    sqlite_bind_cstring(s, 1, key);
    bool found;
    if (!sqlite_step(s, &found, err))
        return false;

    struct row row = {0}; /* never used */
    bool sound = true;
    if (found) {
        size_t len;
        const void *state = sqlite_column_blob(s, 0, &len);
        sound = decode(state, len, &row.bucket);
        row.idle_ns = sqlite_column_int(s, 1);
    }
    sqlite_reset(s);
    if (!sound)
        return error_set(err, ERROR_STORE,
                         "%s: the bucket \"%s\" is damaged: wait until its limit has passed, "
                         "remove the file and run again",
                         sqlite_path(l->db), key);
    *ret_row = row;
    return true;
}

static bool put(struct limiter *l, const char *key, const struct row *row, struct error *err)
{
    uint8_t state[STATE_SIZE];
    encode(&row->bucket, state);

    struct sqlite_statement *s = sqlite_statement(l->db, quota_sql_put_bucket, err);
    if (!s)
        return false;
    sqlite_bind_cstring(s, 1, key);
    sqlite_bind_blob(s, 2, state, sizeof state);
    sqlite_bind_int(s, 3, row->idle_ns);
    return sqlite_run(s, err);
}

static bool prune(struct limiter *l, struct error *err)
{
    struct sqlite_statement *s = sqlite_statement(l->db, quota_sql_prune_buckets, err);
    if (!s)
        return false;
    sqlite_bind_int(s, 1, clock_now_ns() - LIMITER_KEEP_DAYS * CLOCK_DAY_NS);
    return sqlite_run(s, err);
}

/* Nobody may find the file while another process is still making it: it has no name of ours yet. */
static bool lock_opening(const char *path, int *ret_fd, struct error *err)
{
    AUTO(cleanup_free) char *lock = text_format("%s.lock", path);
    return lock ? file_lock(lock, LIMITER_BUSY_SECONDS * CLOCK_SECOND_NS, ret_fd, err)
                : error_memory(err);
}

bool limiter_open(const char *path, struct limiter **ret_limiter, struct error *err)
{
    static const char *const scripts[FORMAT] = {quota_sql_migrate_1};
    const struct sqlite_options options = {
        .mode = SQLITE_MODE_CREATE,
        .kind = ERROR_STORE,
        .application_id = APPLICATION_ID,
        .version = FORMAT,
        .busy_timeout_ns = LIMITER_BUSY_SECONDS * CLOCK_SECOND_NS,
        .refuse_foreign_schema = true,
        .many_writers = true,
    };
    AUTO(limiter_closep) struct limiter *l = calloc(1, sizeof *l);
    if (!l)
        return error_memory(err);
    AUTO(cleanup_close) int opening = -1;
    if (!lock_opening(path, &opening, err) || !sqlite_open(path, &options, &l->db, err) ||
        !sqlite_migrate(l->db, scripts, FORMAT, err) || !prune(l, err))
        return false;
    *ret_limiter = steal(&l);
    return true;
}

void limiter_close(struct limiter *l)
{
    if (!l)
        return;
    sqlite_close(l->db);
    free(l);
}

/* --- Decisions --------------------------------------------------------------------------- */

static int64_t max(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static bool check_key(const char *key, struct error *err)
{
    size_t len = strlen(key);
    if (len < 1 || len > LIMITER_KEY_MAX)
        return error_set(err, ERROR_CONFIG, "a bucket's key has 1 to %d bytes, not %zu",
                         LIMITER_KEY_MAX, len);
    return true;
}

static bool check_rule(const char *key, const struct bucket_rule *rule, struct error *err)
{
    if (!check_key(key, err))
        return false;
    if (!bucket_rule_is_valid(rule))
        return error_set(err, ERROR_CONFIG,
                         "the limit %s is out of range: at least 1 in at least 1 ms, at most "
                         "%llu in at most 366 days",
                         key, (unsigned long long)BUCKET_CAPACITY_MAX);
    return true;
}

static bool check_amount(const char *key, const struct bucket_rule *rule, uint64_t amount,
                         struct error *err)
{
    if (amount < 1 || amount > rule->capacity)
        return error_set(err, ERROR_CONFIG,
                         "one request costs %llu of the limit %s, which allows %llu: it could "
                         "never be sent",
                         (unsigned long long)amount, key, (unsigned long long)rule->capacity);
    return true;
}

/* The whole state is written on a refusal as well: a clock that was set back is noted in it. */
static bool take(struct limiter *l, const char *key, const struct bucket_rule *rule,
                 uint64_t amount, int64_t now_ns, int64_t *ret_wait_ns, struct error *err)
{
    struct row row;
    if (!get(l, key, &row, err))
        return false;
    int64_t wait_ns = bucket_take(&row.bucket, rule, amount, now_ns);
    row.idle_ns = bucket_free_ns(&row.bucket, rule, now_ns);
    if (!put(l, key, &row, err) || !sqlite_commit(l->db, err))
        return false;
    *ret_wait_ns = wait_ns;
    return true;
}

bool limiter_take(struct limiter *l, const char *key, const struct bucket_rule *rule,
                  uint64_t amount, int64_t now_ns, int64_t *ret_wait_ns, struct error *err)
{
    if (!check_rule(key, rule, err) || !check_amount(key, rule, amount, err))
        return false;
    crashpoint("quota.take.before");
    int64_t asked_ns = clock_monotonic_ns();
    if (!sqlite_begin(l->db, err))
        return false;
    /* the request leaves after this, however long the others kept us: book it that late, and let
     * the wait count from when we were asked, so that it is enough whatever the next ask takes */
    int64_t late_ns = clock_monotonic_ns() - asked_ns;
    int64_t wait_ns = 0;
    bool ok = take(l, key, rule, amount, now_ns + late_ns, &wait_ns, err);
    sqlite_rollback(l->db);
    crashpoint("quota.take.after");
    if (ok)
        *ret_wait_ns = wait_ns ? wait_ns + late_ns : 0;
    return ok;
}

static bool block(struct limiter *l, const char *key, int64_t until_ns, struct error *err)
{
    struct row row;
    if (!get(l, key, &row, err))
        return false;
    bucket_block(&row.bucket, until_ns);
    row.idle_ns = max(row.idle_ns, until_ns);
    return put(l, key, &row, err) && sqlite_commit(l->db, err);
}

bool limiter_block(struct limiter *l, const char *key, int64_t until_ns, struct error *err)
{
    if (!check_key(key, err))
        return false;
    if (until_ns < 0 || until_ns > TIME_MAX)
        return error_set(err, ERROR_BUG, "the limit %s cannot be blocked until that time", key);
    crashpoint("quota.block.before");
    if (!sqlite_begin(l->db, err))
        return false;
    bool ok = block(l, key, until_ns, err);
    sqlite_rollback(l->db);
    crashpoint("quota.block.after");
    return ok;
}

bool limiter_state(struct limiter *l, const char *key, const struct bucket_rule *rule,
                   int64_t now_ns, struct limiter_state *ret_state, struct error *err)
{
    struct row row;
    if (!check_rule(key, rule, err) || !get(l, key, &row, err))
        return false;
    const struct bucket *b = &row.bucket;
    *ret_state = (struct limiter_state){
        .used = bucket_used(b, rule, now_ns),
        .capacity = rule->capacity,
        .blocked_until_ns = b->blocked_until_ns > now_ns ? b->blocked_until_ns : 0,
        .free_ns = bucket_free_ns(b, rule, now_ns),
    };
    return true;
}
