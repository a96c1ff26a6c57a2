/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/dek.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "stage/fields.h"
#include "stage/row.h"
#include "stage/stage_sql.h"

enum { WRAPPED_SIZE = DEK_SIZE + KEYRING_WRAP_OVERHEAD };

struct dek_set {
    struct sqlite *db;
    const struct keyring *keyring;
    uint8_t stage_id[DEK_STAGE_ID_SIZE];
    struct dek cache[DEK_CACHE_MAX]; /* id 0: free */
    size_t next; /* of the cache to be replaced */
};

/* A row of table dek. */
struct dek_row {
    int64_t id;
    char stream[DEK_NAME_SIZE];
    int64_t created_ns;
    uint8_t commitment[DIGEST_SIZE];
    uint8_t wrapped[WRAPPED_SIZE];
};

struct dek_set *dek_set_new(struct sqlite *db, const struct keyring *keyring,
                            const uint8_t stage_id[DEK_STAGE_ID_SIZE])
{
    struct dek_set *set = calloc(1, sizeof *set);
    if (!set)
        return NULL;
    set->db = db;
    set->keyring = keyring;
    memcpy(set->stage_id, stage_id, DEK_STAGE_ID_SIZE);
    return set;
}

void dek_set_free(struct dek_set *set)
{
    if (!set)
        return;
    dek_set_forget(set);
    free(set);
}

static void dek_done(struct dek *d)
{
    secret_free(d->key);
    *d = (struct dek){0};
}

void dek_set_forget(struct dek_set *set)
{
    for (size_t i = 0; i < DEK_CACHE_MAX; i++)
        dek_done(&set->cache[i]);
}

static const struct dek *cached(const struct dek_set *set, int64_t id)
{
    for (size_t i = 0; i < DEK_CACHE_MAX; i++)
        if (set->cache[i].id == id)
            return &set->cache[i];
    return NULL;
}

static const struct dek *keep_take(struct dek_set *set, const struct dek_row *row,
                                   struct secret *key)
{
    struct dek *d = &set->cache[set->next];
    set->next = (set->next + 1) % DEK_CACHE_MAX;
    dek_done(d);
    d->id = row->id;
    d->key = key;
    memcpy(d->commitment, row->commitment, DIGEST_SIZE);
    return d;
}

static bool check_keyring(const struct dek_set *set, struct error *err)
{
    return set->keyring || error_set(err, ERROR_CRYPTO,
                                     "%s: opened without keys, so nothing in it can be sealed "
                                     "or read",
                                     sqlite_path(set->db));
}

static void associate(const struct dek_set *set, const struct dek_row *row, struct fields *f)
{
    fields_init(f, "EXTRDEK1");
    fields_number(f, (uint64_t)row->id);
    fields_bytes(f, set->stage_id, DEK_STAGE_ID_SIZE);
    fields_text(f, row->stream);
    fields_number(f, (uint64_t)row->created_ns);
    fields_bytes(f, row->commitment, DIGEST_SIZE);
}

/* --- Wrapping and unwrapping ------------------------------------------------------------- */

static bool wrap(const struct dek_set *set, struct dek_row *row, const struct secret *key,
                 struct error *err)
{
    AUTO(buffer_done) struct buffer wrapped = {.max = WRAPPED_SIZE};
    struct fields f;
    associate(set, row, &f);
    if (!keyring_wrap(set->keyring, f.data, f.len, key, &wrapped, err))
        return false;
    if (wrapped.len != WRAPPED_SIZE)
        return error_set(err, ERROR_BUG, "a wrapped key of %zu bytes", wrapped.len);
    memcpy(row->wrapped, wrapped.data, WRAPPED_SIZE);
    return true;
}

static bool unwrap(const struct dek_set *set, const struct dek_row *row,
                   struct secret **ret_key, struct error *err)
{
    AUTO(secret_freep) struct secret *key = NULL;
    struct fields f;
    associate(set, row, &f);
    if (!keyring_unwrap(set->keyring, f.data, f.len, row->wrapped, WRAPPED_SIZE, &key, err))
        return error_prefix(err, "%s: data key %016" PRIx64 " of stream %s",
                            sqlite_path(set->db), row->id, row->stream);
    uint8_t commitment[DIGEST_SIZE];
    digest_blake2b(secret_view(key), secret_length(key), commitment);
    if (secret_length(key) != DEK_SIZE || memcmp(commitment, row->commitment, DIGEST_SIZE) != 0)
        return error_set(err, ERROR_STORE,
                         "%s: data key %016" PRIx64
                         " of stream %s is not the one that was made",
                         sqlite_path(set->db), row->id, row->stream);
    *ret_key = steal(&key);
    return true;
}

static bool damaged(const struct dek_set *set, int64_t id, struct error *err)
{
    return error_set(err, ERROR_STORE,
                     "%s: the row of data key %016" PRIx64 " is missing or damaged: restore a "
                     "backup",
                     sqlite_path(set->db), id);
}

static bool load_row(const struct dek_set *set, int64_t id, struct dek_row *ret_row,
                     struct error *err)
{
    struct sqlite_statement *s = sqlite_statement(set->db, stage_sql_dek_get, err);
    if (!s)
        return false;
    sqlite_bind_int(s, 1, id);
    bool found = false;
    if (!sqlite_step(s, &found, err))
        return false;

    struct dek_row row = {.id = id};
    size_t wrapped_len = 0;
    const void *wrapped = found ? sqlite_column_blob(s, 3, &wrapped_len) : NULL;
    bool sound = wrapped && wrapped_len == WRAPPED_SIZE &&
                 row_text(s, 0, row.stream, sizeof row.stream) &&
                 row_digest(s, 2, row.commitment);
    if (sound) {
        row.created_ns = sqlite_column_int(s, 1);
        memcpy(row.wrapped, wrapped, WRAPPED_SIZE);
        *ret_row = row;
    }
    sqlite_reset(s);
    return sound || damaged(set, id, err);
}

bool dek_open(struct dek_set *set, int64_t id, const char *stream, const struct dek **ret_dek,
              struct error *err)
{
    const struct dek *d = id > 0 ? cached(set, id) : NULL;
    if (d) {
        *ret_dek = d; /* whose stream it is enters every seal, too */
        return true;
    }
    struct dek_row row;
    AUTO(secret_freep) struct secret *key = NULL;
    if (!check_keyring(set, err) || !load_row(set, id, &row, err))
        return false;
    if (strcmp(row.stream, stream) != 0)
        return damaged(set, id, err);
    if (!unwrap(set, &row, &key, err))
        return false;
    *ret_dek = keep_take(set, &row, steal(&key));
    return true;
}

/* --- Epochs ------------------------------------------------------------------------------ */

static bool insert_row(const struct dek_set *set, const struct dek_row *row, struct error *err)
{
    struct sqlite_statement *s = sqlite_statement(set->db, stage_sql_dek_insert, err);
    if (!s)
        return false;
    sqlite_bind_int(s, 1, row->id);
    sqlite_bind_cstring(s, 2, row->stream);
    sqlite_bind_int(s, 3, row->created_ns);
    sqlite_bind_blob(s, 4, row->commitment, DIGEST_SIZE);
    sqlite_bind_blob(s, 5, row->wrapped, WRAPPED_SIZE);
    return sqlite_run(s, err);
}

/* Ids are drawn at random: a number that an old copy of the file gave to another key never comes
 * back. */
static int64_t random_id(void)
{
    uint64_t id;
    secret_fill_random(&id, sizeof id);
    id >>= 1;
    return id ? (int64_t)id : 1;
}

static bool create(struct dek_set *set, const char *stream, const struct dek **ret_dek,
                   struct error *err)
{
    AUTO(secret_freep) struct secret *key = secret_random(DEK_SIZE);
    if (!key)
        return error_memory(err);
    struct dek_row row = {.id = random_id(), .created_ns = clock_now_ns()};
    size_t len = strlen(stream);
    if (len >= sizeof row.stream)
        return error_set(err, ERROR_BUG, "the name of a stream is %zu bytes long", len);
    memcpy(row.stream, stream, len + 1);
    digest_blake2b(secret_view(key), DEK_SIZE, row.commitment);
    if (!wrap(set, &row, key, err) || !insert_row(set, &row, err))
        return false;
    *ret_dek = keep_take(set, &row, steal(&key));
    return true;
}

/* The stream's newest DEK if its epoch still has room, else 0. A clock that went back does not
 * end an epoch. */
static bool find_current(struct dek_set *set, const char *stream, uint32_t records,
                         int64_t *ret_id, struct error *err)
{
    struct sqlite_statement *s = sqlite_statement(set->db, stage_sql_dek_newest, err);
    if (!s)
        return false;
    sqlite_bind_cstring(s, 1, stream);
    bool found = false;
    if (!sqlite_step(s, &found, err))
        return false;
    bool current = found &&
                   clock_day_of(sqlite_column_int(s, 1)) >= clock_day_of(clock_now_ns()) &&
                   sqlite_column_int(s, 2) <= (int64_t)DEK_RECORDS_MAX - records;
    *ret_id = current ? sqlite_column_int(s, 0) : 0;
    sqlite_reset(s);
    return true;
}

static bool count_use(const struct dek_set *set, int64_t id, uint32_t records,
                      struct error *err)
{
    struct sqlite_statement *s = sqlite_statement(set->db, stage_sql_dek_use, err);
    if (!s)
        return false;
    sqlite_bind_int(s, 1, id);
    sqlite_bind_int(s, 2, records);
    return sqlite_run(s, err);
}

bool dek_take(struct dek_set *set, const char *stream, uint32_t records,
              const struct dek **ret_dek, struct error *err)
{
    int64_t id;
    const struct dek *d = NULL;
    if (!check_keyring(set, err) || !find_current(set, stream, records, &id, err))
        return false;
    if (id != 0 ? !dek_open(set, id, stream, &d, err) : !create(set, stream, &d, err))
        return false;
    if (!count_use(set, d->id, records, err))
        return false;
    *ret_dek = d;
    return true;
}

/* --- All of them ------------------------------------------------------------------------- */

bool dek_next(struct dek_set *set, int64_t after_id, struct dek_info *ret_info, bool *ret_found,
              struct error *err)
{
    struct sqlite_statement *s = sqlite_statement(set->db, stage_sql_dek_after, err);
    if (!s)
        return false;
    sqlite_bind_int(s, 1, after_id);
    bool found = false;
    if (!sqlite_step(s, &found, err))
        return false;
    if (!found) {
        *ret_found = false;
        return true;
    }

    struct dek_info info = {.id = sqlite_column_int(s, 0),
                            .created_ns = sqlite_column_int(s, 2)};
    size_t wrapped_len = 0;
    const void *wrapped = sqlite_column_blob(s, 4, &wrapped_len);
    bool sound = info.id > after_id && row_text(s, 1, info.stream, sizeof info.stream) &&
                 row_uint64(s, 3, &info.records) &&
                 keyring_wrapped_with(wrapped, wrapped_len, info.kek_id);
    sqlite_reset(s);
    if (!sound)
        return damaged(set, info.id, err);
    *ret_info = info;
    *ret_found = true;
    return true;
}

static bool rewrap(struct dek_set *set, int64_t id, struct error *err)
{
    struct dek_row row;
    AUTO(secret_freep) struct secret *key = NULL;
    if (!load_row(set, id, &row, err) || !unwrap(set, &row, &key, err) ||
        !wrap(set, &row, key, err))
        return false;
    struct sqlite_statement *s = sqlite_statement(set->db, stage_sql_dek_rewrap, err);
    if (!s)
        return false;
    sqlite_bind_int(s, 1, id);
    sqlite_bind_blob(s, 2, row.wrapped, WRAPPED_SIZE);
    return sqlite_run(s, err);
}

bool dek_rewrap_all(struct dek_set *set, uint64_t *ret_count, struct error *err)
{
    if (!check_keyring(set, err))
        return false;
    uint64_t count = 0;
    struct dek_info info = {0};
    for (;;) {
        bool found;
        if (!dek_next(set, info.id, &info, &found, err))
            return false;
        if (!found)
            break;
        if (strcmp(info.kek_id, keyring_kek_id(set->keyring)) == 0)
            continue;
        if (!rewrap(set, info.id, err))
            return false;
        count++;
    }
    *ret_count = count;
    return true;
}
