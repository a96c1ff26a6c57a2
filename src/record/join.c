/* SPDX-License-Identifier: Apache-2.0 */
#include "record/join.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/secret.h"
#include "record/hash.h"
#include "record/line.h"
#include "record/segment.h"

enum {
    ROWS_FIRST = 64, /* a power of two */
    KEY_MAX = 64 * 1024, /* bytes of one row's key */
};

/* --- two lines ----------------------------------------------------------------------------- */

static bool append(struct buffer *out, const char *data, size_t len, struct error *err)
{
    return buffer_append(out, data, len) ||
           error_set(err, ERROR_DATA, "a row that is put together grows too long");
}

/* Appends the columns of b that a has not, a comma behind each. */
static bool append_new(const char *a, size_t a_len, const char *b, size_t b_len,
                       struct buffer *out, struct error *err)
{
    struct line_cursor c;
    if (!line_open(b, b_len, &c, err))
        return false;
    for (;;) {
        struct line_member m, same;
        bool more, known;
        if (!line_next(&c, &m, &more, err))
            return false;
        if (!more)
            return true;
        if (!line_find(a, a_len, m.name, m.name_len, &same, &known, err))
            return false;
        if (!known && (!append(out, m.name - 1, (size_t)(m.end - m.name) + 1, err) ||
                       !append(out, ",", 1, err)))
            return false;
    }
}

static bool append_joined(const char *a, size_t a_len, size_t fleeting, const char *b,
                          size_t b_len, struct buffer *out, struct error *err)
{
    struct line_cursor c;
    if (!line_open(a, a_len, &c, err))
        return false;
    if (fleeting > (size_t)(c.end - c.at) + 2)
        return line_broken(err);
    size_t tail =
        fleeting > 0 ? fleeting : 2; /* the columns that stay at the end, or the brace */
    bool comma = fleeting == 0 && c.at < c.end;
    if (!append(out, a, a_len - tail, err) || (comma && !append(out, ",", 1, err)) ||
        !append_new(a, a_len, b, b_len, out, err))
        return false;
    if (fleeting == 0 && out->data[out->len - 1] == ',')
        buffer_truncate(out, out->len - 1);
    return append(out, a + a_len - tail, tail, err);
}

bool join_lines(const char *a, size_t a_len, size_t fleeting, const char *b, size_t b_len,
                struct buffer *out, struct error *err)
{
    size_t start = out->len;
    if (append_joined(a, a_len, fleeting, b, b_len, out, err))
        return true;
    buffer_truncate(out, start);
    return false;
}

/* --- rows ---------------------------------------------------------------------------------- */

struct row {
    struct buffer line;
    size_t fleeting;
    char *key; /* the values of the key, each with its length before it */
    size_t key_len;
    uint64_t hash;
    unsigned piece; /* the newest that had it, from 1 */
};

struct join {
    char *names[JOIN_KEYS_MAX];
    size_t name_count;
    struct hash_seed seed;
    struct row *rows;
    size_t count;
    size_t cap;
    size_t *slots; /* by hash: 1 + the row's index; 0: free. Twice as many as rows fit */
    size_t bytes;
    size_t given; /* rows that join_next has handed out */
    unsigned piece;
    struct buffer key;
    struct buffer joined;
};

bool join_new(const char *const *key, size_t count, struct join **ret_join, struct error *err)
{
    AUTO(join_freep) struct join *j = calloc(1, sizeof *j);
    if (!j)
        return error_memory(err);
    if (count == 0 || count > JOIN_KEYS_MAX)
        return error_set(err, ERROR_BUG, "a key of %zu columns", count);
    secret_fill_random(&j->seed, sizeof j->seed);
    buffer_init(&j->key, KEY_MAX);
    buffer_init(&j->joined, SEGMENT_LINE_MAX);
    j->piece = 1;
    for (; j->name_count < count; j->name_count++) {
        if (!(j->names[j->name_count] = strdup(key[j->name_count])))
            return error_memory(err);
    }
    *ret_join = steal(&j);
    return true;
}

void join_clear(struct join *j)
{
    for (size_t i = 0; i < j->count; i++) {
        buffer_done(&j->rows[i].line);
        free(j->rows[i].key);
    }
    if (j->slots)
        memset(j->slots, 0, 2 * j->cap * sizeof *j->slots);
    j->count = j->bytes = j->given = 0;
    j->piece = 1;
}

void join_free(struct join *j)
{
    if (!j)
        return;
    join_clear(j);
    for (size_t i = 0; i < j->name_count; i++)
        free(j->names[i]);
    free(j->rows);
    free(j->slots);
    buffer_done(&j->key);
    buffer_done(&j->joined);
    free(j);
}

void join_piece(struct join *j)
{
    j->piece++;
}

static bool find_key(struct join *j, const char *line, size_t len, struct error *err)
{
    size_t missing = 0;
    buffer_clear(&j->key);
    for (size_t i = 0; i < j->name_count; i++) {
        struct line_member m;
        bool found;
        if (!line_find(line, len, j->names[i], strlen(j->names[i]), &m, &found, err))
            return false;
        if (!found) /* no value is of no bytes */
            m.value = m.end = line;
        missing += !found;
        size_t value_len = (size_t)(m.end - m.value);
        if (!buffer_printf(&j->key, "%zu:", value_len) ||
            !buffer_append(&j->key, m.value, value_len))
            return error_set(err, ERROR_DATA, "the key of a row is longer than %d bytes",
                             KEY_MAX);
    }
    return missing < j->name_count ||
           error_set(err, ERROR_DATA, "a row of a piece has no column of its key");
}

/* Where the row with the key is, or would be. */
static size_t *slot_of(struct join *j, uint64_t hash, const void *key, size_t key_len)
{
    size_t mask = 2 * j->cap - 1;
    for (size_t i = (hash >> 1) & mask;; i = (i + 1) & mask) {
        const struct row *row = j->slots[i] ? &j->rows[j->slots[i] - 1] : NULL;
        if (!row || (row->hash == hash && row->key_len == key_len &&
                     memcmp(row->key, key, key_len) == 0))
            return &j->slots[i];
    }
}

static bool grow(struct join *j, struct error *err)
{
    if (j->count < j->cap)
        return true;
    size_t cap = j->cap ? 2 * j->cap : ROWS_FIRST;
    struct row *rows = realloc(j->rows, cap * sizeof *rows);
    if (!rows)
        return error_memory(err);
    j->rows = rows;
    size_t *slots = calloc(2 * cap, sizeof *slots);
    if (!slots)
        return error_memory(err);
    free(j->slots);
    j->slots = slots;
    j->cap = cap;
    for (size_t i = 0; i < j->count; i++)
        *slot_of(j, rows[i].hash, rows[i].key, rows[i].key_len) = i + 1;
    return true;
}

static bool count_bytes(struct join *j, size_t more, struct error *err)
{
    if (more > JOIN_BYTES_MAX - j->bytes)
        return error_set(err, ERROR_DATA, "the pieces of a part have more than %d MiB of rows",
                         JOIN_BYTES_MAX >> 20);
    j->bytes += more;
    return true;
}

static bool new_row(struct join *j, uint64_t hash, const char *line, size_t len,
                    size_t fleeting, struct error *err)
{
    if (!count_bytes(j, len + j->key.len + sizeof(struct row), err))
        return false;
    struct row row = {
        .fleeting = fleeting, .key_len = j->key.len, .hash = hash, .piece = j->piece};
    buffer_init(&row.line, SEGMENT_LINE_MAX);
    row.key = malloc(j->key.len);
    if (!row.key || !buffer_append(&row.line, line, len)) {
        free(row.key);
        return error_memory(err);
    }
    memcpy(row.key, j->key.data, j->key.len);
    *slot_of(j, hash, row.key, row.key_len) = j->count + 1;
    j->rows[j->count++] = row;
    return true;
}

static bool add_to(struct join *j, struct row *row, const char *line, size_t len,
                   struct error *err)
{
    if (row->piece == j->piece)
        return error_set(
            err, ERROR_DATA,
            "two rows of a piece have the same key, so nobody can tell which row of another "
            "piece is whose");
    row->piece = j->piece;
    buffer_clear(&j->joined);
    if (!join_lines((const char *)row->line.data, row->line.len, row->fleeting, line, len,
                    &j->joined, err) ||
        !count_bytes(j, j->joined.len - row->line.len, err))
        return false;
    buffer_clear(&row->line);
    return buffer_append(&row->line, j->joined.data, j->joined.len) || error_memory(err);
}

bool join_add(struct join *j, const char *line, size_t len, size_t fleeting, struct error *err)
{
    if (!grow(j, err) || !find_key(j, line, len, err))
        return false;
    uint64_t hash = hash_text(&j->seed, 0, (const char *)j->key.data, j->key.len);
    size_t row = *slot_of(j, hash, j->key.data, j->key.len);
    return row ? add_to(j, &j->rows[row - 1], line, len, err)
               : new_row(j, hash, line, len, fleeting, err);
}

bool join_next(struct join *j, struct join_row *ret_row)
{
    if (j->given == j->count)
        return false;
    const struct row *row = &j->rows[j->given++];
    *ret_row = (struct join_row){(const char *)row->line.data, row->line.len, row->fleeting};
    return true;
}
