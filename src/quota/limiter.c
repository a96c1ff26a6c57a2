/* SPDX-License-Identifier: Apache-2.0 */
#include "quota/limiter.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/text.h"
#include "db/sqlite.h"
#include "quota/quota_sql.h"
#include "quota/slot.h"

enum {
    APPLICATION_ID = 0x65787161, /* "exqa"; also in sql/migrate_1.sql */
    FORMAT = 1,
    /* blocked_until, seen, tokens, what was said to be used, when, when it is reset, of which
     * capacity, what of it was ours, then granted and end of every slot up to the last that was
     * used: 8 bytes each, low first */
    STATE_FIXED = 8 * 8,
    STATE_SLOT = 2 * 8,
    STATE_MAX = STATE_FIXED + BUCKET_SLOTS * STATE_SLOT,
};

static const int64_t BUSY_NS = LIMITER_BUSY_SECONDS * CLOCK_SECOND_NS;
/* Times beyond these are no times: sums of two of them stay within int64_t. */
static const int64_t TIME_MAX = INT64_MAX / 2;

struct limiter {
    pthread_mutex_t mutex; /* of the connection */
    struct sqlite *db;
    char *slots; /* the file of the leases */
};

/* Whoever has it may be waiting for other processes: those behind him wait as long as he may. */
static bool lock(struct limiter *l, struct limiter **ret_locked, struct error *err)
{
    const struct timespec end = clock_deadline(INT64_MAX, BUSY_NS);
    if (pthread_mutex_clocklock(&l->mutex, CLOCK_MONOTONIC, &end) != 0)
        return error_set(err, ERROR_BUSY, "%s: another process is using the database",
                         sqlite_path(l->db));
    *ret_locked = l;
    return true;
}

static void unlock(struct limiter **locked)
{
    if (*locked)
        pthread_mutex_unlock(&(*locked)->mutex);
}

/* --- A bucket as bytes ------------------------------------------------------------------- */

static void put_word(uint8_t **p, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        *(*p)++ = (uint8_t)(value >> (8 * i));
}

static void put_double(uint8_t **p, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_word(p, bits);
}

static uint64_t take_word(const uint8_t **p)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value |= (uint64_t) * (*p)++ << (8 * i);
    return value;
}

static size_t encode(const struct bucket *b, uint8_t ret_state[STATE_MAX])
{
    uint8_t *p = ret_state;
    put_word(&p, (uint64_t)b->blocked_until_ns);
    put_word(&p, (uint64_t)b->seen_ns);
    put_double(&p, b->tokens);
    put_double(&p, b->said.used);
    put_word(&p, (uint64_t)b->said.at_ns);
    put_word(&p, (uint64_t)b->said.reset_ns);
    put_word(&p, b->said.capacity);
    put_double(&p, b->ours);
    int used = BUCKET_SLOTS;
    while (used > 0 && b->granted[used - 1] == 0)
        used--;
    for (int i = 0; i < used; i++) {
        put_word(&p, b->granted[i]);
        put_word(&p, (uint64_t)b->slot_end_ns[i]);
    }
    return (size_t)(p - ret_state);
}

static bool take_time(const uint8_t **p, int64_t *ret_ns)
{
    *ret_ns = (int64_t)take_word(p);
    return *ret_ns >= -TIME_MAX && *ret_ns <= TIME_MAX;
}

/* 0 to maximum; NaN is not. */
static bool take_double(const uint8_t **p, double maximum, double *ret_value)
{
    uint64_t bits = take_word(p);
    memcpy(ret_value, &bits, sizeof bits);
    return *ret_value >= 0 && *ret_value <= maximum;
}

/* False: no bucket of ours could have had this state. */
static bool decode(const uint8_t *state, size_t len, struct bucket *b)
{
    if (!state || len < STATE_FIXED || len > STATE_MAX || (len - STATE_FIXED) % STATE_SLOT != 0)
        return false;
    const uint8_t *p = state;
    const uint8_t *end = state + len;
    *b = (struct bucket){0};
    bool sound = take_time(&p, &b->blocked_until_ns);
    sound &= take_time(&p, &b->seen_ns) && b->seen_ns >= 0;
    sound &= take_double(&p, (double)BUCKET_CAPACITY_MAX, &b->tokens);
    sound &= take_double(&p, USAGE_USED_MAX, &b->said.used);
    sound &= take_time(&p, &b->said.at_ns) && b->said.at_ns >= 0;
    sound &= take_time(&p, &b->said.reset_ns) && b->said.reset_ns >= 0;
    b->said.capacity = take_word(&p);
    sound &= b->said.capacity <= BUCKET_CAPACITY_MAX;
    sound &= take_double(&p, 1, &b->ours);
    for (int i = 0; p < end; i++) {
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

    bool sound = true;
    if (found) {
        size_t len;
        const void *state = sqlite_column_blob(s, 0, &len);
        sound = decode(state, len, &ret_row->bucket);
        ret_row->idle_ns = sqlite_column_int(s, 1);
    } else {
        *ret_row = (struct row){0}; /* never used */
    }
    sqlite_reset(s);
    if (!sound)
        return error_set(err, ERROR_STORE,
                         "%s: the bucket \"%s\" is damaged: wait until its limit has passed, "
                         "remove the file and run again",
                         sqlite_path(l->db), key);
    return true;
}

static bool put(struct limiter *l, const char *key, const struct row *row, struct error *err)
{
    uint8_t state[STATE_MAX];
    size_t len = encode(&row->bucket, state);

    struct sqlite_statement *s = sqlite_statement(l->db, quota_sql_put_bucket, err);
    if (!s)
        return false;
    sqlite_bind_cstring(s, 1, key);
    sqlite_bind_blob(s, 2, state, len);
    sqlite_bind_int(s, 3, row->idle_ns);
    return sqlite_run(s, err);
}

static bool prune(struct limiter *l, struct error *err)
{
    struct sqlite_statement *s = sqlite_statement(l->db, quota_sql_prune_buckets, err);
    if (!s)
        return false;
    sqlite_bind_int(s, 1, clock_now_ns() - LIMITER_KEEP_DAYS * CLOCK_DAY_NS);
    bool ok = sqlite_begin(l->db, err) && sqlite_run(s, err) && sqlite_commit(l->db, err);
    sqlite_rollback(l->db);
    return ok;
}

bool limiter_open(const char *path, struct limiter **ret_limiter, struct error *err)
{
    static const char *const scripts[FORMAT] = {quota_sql_migrate_1};
    const struct sqlite_options options = {
        .mode = SQLITE_MODE_CREATE,
        .kind = ERROR_STORE,
        .application_id = APPLICATION_ID,
        .version = FORMAT,
        .busy_timeout_ns = BUSY_NS,
        .refuse_foreign_schema = true,
        .many_writers = true,
    };
    AUTO(limiter_closep) struct limiter *l = calloc(1, sizeof *l);
    if (!l)
        return error_memory(err);
    pthread_mutex_init(&l->mutex, NULL);
    l->slots = text_format("%s.slots", path);
    if (!l->slots)
        return error_memory(err);
    if (!sqlite_open(path, &options, &l->db, err) ||
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
    pthread_mutex_destroy(&l->mutex);
    free(l->slots);
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

static bool check_charge(const struct limiter_charge *c, struct error *err)
{
    if (!check_rule(c->key, c->rule, err))
        return false;
    if (c->amount < 1 ||
        (c->rule->kind != BUCKET_USAGE && c->amount > bucket_capacity(c->rule)))
        return error_set(err, ERROR_CONFIG,
                         "one request costs %llu of the limit %s, which allows %llu: it could "
                         "never be sent",
                         (unsigned long long)c->amount, c->key,
                         (unsigned long long)bucket_capacity(c->rule));
    return true;
}

static bool check_charges(const struct limiter_charge *charges, size_t count, struct error *err)
{
    if (count > LIMITER_CHARGES_MAX)
        return error_set(err, ERROR_BUG, "a request is charged to %zu limits", count);
    for (size_t i = 0; i < count; i++) {
        if (!check_charge(&charges[i], err))
            return false;
    }
    return true;
}

void limiter_release(struct limiter_lease *lease)
{
    if (lease->held)
        close(lease->fd);
    lease->held = false;
}

/* The longest wait of all charges counts. */
static struct limiter_answer longest_wait(const struct limiter_charge *charges, size_t count,
                                          struct row *rows, int64_t now_ns)
{
    struct limiter_answer answer = {0};
    for (size_t i = 0; i < count; i++) {
        int64_t wait_ns =
            bucket_wait(&rows[i].bucket, charges[i].rule, charges[i].amount, now_ns);
        if (wait_ns > answer.wait_ns)
            answer = (struct limiter_answer){.wait_ns = wait_ns, .charge = i};
    }
    if (answer.wait_ns > 0) {
        const struct limiter_charge *c = &charges[answer.charge];
        answer.bucket = rows[answer.charge].bucket;
        answer.cause = bucket_cause(&answer.bucket, c->rule, c->amount, now_ns);
    }
    return answer;
}

/* A place for the request in every bucket that counts them. */
static bool take_places(struct limiter *l, const struct limiter_charge *charges, size_t count,
                        const struct row *rows, int64_t now_ns, struct limiter_answer *answer,
                        struct limiter_lease *lease, struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        unsigned parallel = bucket_parallel(&rows[i].bucket, charges[i].rule, now_ns);
        if (parallel == 0)
            continue;
        if (!lease->held && !slot_open(l->slots, &lease->fd, err))
            return false;
        lease->held = true;
        bool taken;
        if (!slot_take(lease->fd, l->slots, charges[i].key, parallel, &taken, err))
            return false;
        if (!taken) {
            *answer = (struct limiter_answer){
                .wait_ns = LIMITER_CROWDED_NS, .charge = i, .crowded = true};
            limiter_release(lease);
            return true;
        }
    }
    return true;
}

/* The whole state is written on a refusal as well: a clock that was set back is noted in it. Who
 * only waits for a place asks often, and writes nothing. */
static bool decide(struct limiter *l, const struct limiter_charge *charges, size_t count,
                   int64_t now_ns, struct limiter_answer *answer, struct limiter_lease *lease,
                   struct error *err)
{
    struct row rows[LIMITER_CHARGES_MAX];
    for (size_t i = 0; i < count; i++) {
        if (!get(l, charges[i].key, &rows[i], err))
            return false;
    }
    *answer = longest_wait(charges, count, rows, now_ns);
    if (answer->wait_ns == 0 &&
        !take_places(l, charges, count, rows, now_ns, answer, lease, err))
        return false;
    if (answer->crowded)
        return true;
    for (size_t i = 0; i < count; i++) {
        const struct bucket_rule *rule = charges[i].rule;
        if (answer->wait_ns == 0)
            bucket_take(&rows[i].bucket, rule, charges[i].amount, now_ns);
        rows[i].idle_ns = bucket_free_ns(&rows[i].bucket, rule, now_ns);
        if (!put(l, charges[i].key, &rows[i], err))
            return false;
    }
    return sqlite_commit(l->db, err);
}

bool limiter_take(struct limiter *l, const struct limiter_charge *charges, size_t count,
                  int64_t now_ns, struct limiter_answer *ret_answer,
                  struct limiter_lease *ret_lease, struct error *err)
{
    AUTO(limiter_release) struct limiter_lease lease = {0};
    struct limiter_answer answer = {0};
    if (!check_charges(charges, count, err))
        return false;
    crashpoint("quota.take.before");
    int64_t asked_ns = clock_monotonic_ns();
    AUTO(unlock) struct limiter *locked = NULL;
    if (!lock(l, &locked, err) || !sqlite_begin(l->db, err))
        return false;
    /* the request leaves after this, however long the others kept us: book it that late, and let
     * the wait count from when we were asked, so that it is enough whatever the next ask takes */
    int64_t late_ns = clock_monotonic_ns() - asked_ns;
    bool ok = decide(l, charges, count, now_ns + late_ns, &answer, &lease, err);
    sqlite_rollback(l->db);
    crashpoint("quota.take.after");
    if (!ok)
        return false;
    if (answer.wait_ns > 0)
        answer.wait_ns += late_ns;
    *ret_answer = answer;
    *ret_lease = lease;
    lease.held = false;
    return true;
}

bool limiter_room(struct limiter *l, const struct limiter_charge *charges, size_t count,
                  unsigned most, int64_t now_ns, unsigned *ret_room, struct error *err)
{
    if (!check_charges(charges, count, err))
        return false;
    unsigned least = most;
    AUTO(unlock) struct limiter *locked = NULL;
    if (!lock(l, &locked, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct row row;
        if (!get(l, charges[i].key, &row, err))
            return false;
        unsigned room =
            bucket_room(&row.bucket, charges[i].rule, charges[i].amount, most, now_ns);
        least = room < least ? room : least;
    }
    *ret_room = least;
    return true;
}

/* A power cut must not end a block. */
static bool commit_block(struct limiter *l, struct error *err)
{
    return sqlite_commit(l->db, err) && sqlite_checkpoint(l->db, err);
}

static bool block(struct limiter *l, const char *key, int64_t until_ns, struct error *err)
{
    struct row row;
    if (!get(l, key, &row, err))
        return false;
    bucket_see(&row.bucket, clock_now_ns());
    bucket_block(&row.bucket, until_ns);
    row.idle_ns = max(row.idle_ns, until_ns);
    return put(l, key, &row, err) && commit_block(l, err);
}

bool limiter_block(struct limiter *l, const char *key, int64_t until_ns, struct error *err)
{
    if (!check_key(key, err))
        return false;
    if (until_ns < 0 || until_ns > TIME_MAX)
        return error_set(err, ERROR_BUG, "the limit %s cannot be blocked until that time", key);
    crashpoint("quota.block.before");
    AUTO(unlock) struct limiter *locked = NULL;
    if (!lock(l, &locked, err) || !sqlite_begin(l->db, err))
        return false;
    bool ok = block(l, key, until_ns, err);
    sqlite_rollback(l->db);
    crashpoint("quota.block.after");
    return ok;
}

static bool note(struct limiter *l, const struct limiter_note *notes, size_t count,
                 int64_t now_ns, struct error *err)
{
    bool blocks = false;
    for (size_t i = 0; i < count; i++) {
        struct row row;
        if (!get(l, notes[i].key, &row, err))
            return false;
        blocks |= notes[i].reading.regain_ns > 0;
        bucket_note(&row.bucket, notes[i].rule, &notes[i].reading, now_ns);
        row.idle_ns = bucket_free_ns(&row.bucket, notes[i].rule, now_ns);
        if (!put(l, notes[i].key, &row, err))
            return false;
    }
    return blocks ? commit_block(l, err) : sqlite_commit(l->db, err);
}

static bool check_note(const struct limiter_note *n, struct error *err)
{
    const struct usage_reading *r = &n->reading;
    if (!check_rule(n->key, n->rule, err))
        return false;
    if (!(r->used >= 0 && r->used <= USAGE_USED_MAX) || r->at_ns < 0 || r->at_ns > TIME_MAX ||
        r->reset_ns < 0 || r->reset_ns > TIME_MAX || r->regain_ns < 0 ||
        r->regain_ns > TIME_MAX || r->capacity > BUCKET_CAPACITY_MAX)
        return error_set(err, ERROR_BUG, "the limit %s cannot be used like that", n->key);
    return true;
}

bool limiter_note(struct limiter *l, const struct limiter_note *notes, size_t count,
                  int64_t now_ns, struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (!check_note(&notes[i], err))
            return false;
    }
    crashpoint("quota.note.before");
    int64_t asked_ns = clock_monotonic_ns();
    AUTO(unlock) struct limiter *locked = NULL;
    if (!lock(l, &locked, err) || !sqlite_begin(l->db, err))
        return false;
    /* by a time from before the wait, a clock would seem to have been set back */
    bool ok = note(l, notes, count, now_ns + clock_monotonic_ns() - asked_ns, err);
    sqlite_rollback(l->db);
    crashpoint("quota.note.after");
    return ok;
}

bool limiter_state(struct limiter *l, const char *key, const struct bucket_rule *rule,
                   int64_t now_ns, struct limiter_state *ret_state, struct error *err)
{
    struct row row;
    AUTO(unlock) struct limiter *locked = NULL;
    if (!check_rule(key, rule, err) || !lock(l, &locked, err) || !get(l, key, &row, err))
        return false;
    const struct bucket *b = &row.bucket;
    const struct bucket_rule force = bucket_rule_in_force(rule, b);
    struct bucket copy = *b;
    *ret_state = (struct limiter_state){
        .used = bucket_used(b, rule, now_ns),
        .capacity = bucket_capacity(&force),
        .bucket = *b,
        .next_ns = now_ns + bucket_wait(&copy, rule, 1, now_ns),
        .blocked_until_ns = b->blocked_until_ns > now_ns ? b->blocked_until_ns : 0,
        .free_ns = bucket_free_ns(b, rule, now_ns),
    };
    return true;
}

bool limiter_next(struct limiter *l, const char *after, char ret_key[LIMITER_KEY_MAX + 1],
                  bool *ret_found, struct error *err)
{
    AUTO(unlock) struct limiter *locked = NULL;
    if (!lock(l, &locked, err))
        return false;
    struct sqlite_statement *s = sqlite_statement(l->db, quota_sql_next_bucket, err);
    if (!s)
        return false;
    sqlite_bind_cstring(s, 1, after);
    if (!sqlite_step(s, ret_found, err))
        return false;
    size_t len = 0;
    bool sound = true;
    if (*ret_found) {
        const char *key = sqlite_column_text(s, 0, &len);
        sound = key && len <= LIMITER_KEY_MAX && len == strlen(key);
        snprintf(ret_key, LIMITER_KEY_MAX + 1, "%s", sound ? key : "");
    }
    sqlite_reset(s);
    /* cut short, it would be found again and again */
    return sound ||
           error_set(err, ERROR_STORE, "%s: a bucket's name is damaged", sqlite_path(l->db));
}
