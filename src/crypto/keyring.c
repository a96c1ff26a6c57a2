/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/keyring.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/reference.h"

#define LOCK_WAIT_NS (30 * CLOCK_SECOND_NS)

static const char ring_name[] = "keyring.json";
static const char lock_name[] = "keyring.lock";
static const char default_key_name[] = "kek.key";
static const char stage_suffix[] = ".stage";

static const char store_purpose[] = "store";
static const char pseudonym_purpose[] = "pseudonym";

static const char file_head[] =
    "# extract: key-encryption keys, the newest first. Without them nothing that is staged "
    "can\n"
    "# be read; with them and a backup of the state folder, everything can.\n";

struct keyring {
    char *folder;
    char *ring_path;
    char *lock_path;
    char *source; /* for people */
    char *key_file; /* NULL: the KEK is the operator's */
    struct kek_list keks;
    struct ring ring;
    struct secret *pseudonyms[RING_PSEUDONYMS_MAX];
};

void keyring_free(struct keyring *k)
{
    if (!k)
        return;
    for (size_t i = 0; i < RING_PSEUDONYMS_MAX; i++)
        secret_free(k->pseudonyms[i]);
    kek_list_done(&k->keks);
    free(k->key_file);
    free(k->source);
    free(k->lock_path);
    free(k->ring_path);
    free(k->folder);
    free(k);
}

const char *keyring_source(const struct keyring *k)
{
    return k->source;
}

const char *keyring_key_file(const struct keyring *k)
{
    return k->key_file;
}

const char *keyring_kek_id(const struct keyring *k)
{
    return k->ring.kek_id;
}

static int64_t now_in_seconds(void)
{
    int64_t now = clock_now_ns();
    return now - now % CLOCK_SECOND_NS;
}

static bool take_lock(const struct keyring *k, int *ret_fd, struct error *err)
{
    return file_lock(k->lock_path, LOCK_WAIT_NS, ret_fd, err);
}

/* ---- the key file ---- */

static bool write_key_file(const struct keyring *k, const struct kek_list *l, size_t count,
                           struct error *err)
{
    AUTO(buffer_done) struct buffer text;
    buffer_init(&text, KEK_TEXT_MAX);
    if (!buffer_append_text(&text, file_head))
        return error_memory(err);
    if (!kek_format(l, count, &text, err))
        return false;
    crashpoint("keyring.key_file_write");
    if (!file_write_atomic(k->key_file, text.data, text.len, err))
        return false;
    crashpoint("keyring.key_file_written");
    return true;
}

static bool read_key_file(const struct keyring *k, struct kek_list *ret_list, struct error *err)
{
    AUTO(cleanup_free) char *reference = text_format("file:%s", k->key_file);
    AUTO(secret_freep) struct secret *text = NULL;
    if (!reference)
        return error_memory(err);
    return reference_read(reference, &text, err) && kek_parse(text, k->key_file, ret_list, err);
}

/* ---- pseudonym keys ---- */

/* What the wrapping of a pseudonym key is bound to: version and creation, little endian. */
struct binding {
    uint8_t bytes[4 + 8];
};

static struct binding bind_pseudonym(uint32_t version, int64_t created_ns)
{
    struct binding b;
    for (int i = 0; i < 4; i++)
        b.bytes[i] = (uint8_t)(version >> 8 * i);
    for (int i = 0; i < 8; i++)
        b.bytes[4 + i] = (uint8_t)((uint64_t)created_ns >> 8 * i);
    return b;
}

static bool wrap_pseudonym(const struct kek *kek, uint32_t version, const struct secret *key,
                           struct ring_pseudonym *p, struct error *err)
{
    struct binding b = bind_pseudonym(version, p->created_ns);
    AUTO(buffer_done) struct buffer wrapped;
    buffer_init(&wrapped, sizeof p->wrapped);
    if (!kek_wrap(kek, pseudonym_purpose, b.bytes, sizeof b.bytes, key, &wrapped, err))
        return false;
    memcpy(p->wrapped, wrapped.data, sizeof p->wrapped);
    return true;
}

static bool unwrap_pseudonyms(struct keyring *k, struct error *err)
{
    for (uint32_t i = 0; i < k->ring.pseudonym_count; i++) {
        const struct ring_pseudonym *p = &k->ring.pseudonyms[i];
        struct binding b = bind_pseudonym(i + 1, p->created_ns);
        if (!kek_unwrap(&k->keks, pseudonym_purpose, b.bytes, sizeof b.bytes, p->wrapped,
                        sizeof p->wrapped, &k->pseudonyms[i], err))
            return error_prefix(err, "%s: pseudonym key %u", k->ring_path, (unsigned)i + 1);
    }
    return true;
}

uint32_t keyring_pseudonym_version(const struct keyring *k)
{
    return k->ring.pseudonym_count;
}

bool keyring_pseudonym(const struct keyring *k, uint32_t version,
                       struct pseudonym **ret_pseudonym, struct error *err)
{
    if (version < 1 || version > k->ring.pseudonym_count)
        return error_set(err, ERROR_CRYPTO, "%s: there is no pseudonym key %u", k->ring_path,
                         (unsigned)version);
    struct pseudonym *p = pseudonym_new(k->pseudonyms[version - 1], version);
    if (!p)
        return error_memory(err);
    *ret_pseudonym = p;
    return true;
}

/* ---- opening ---- */

/* A stage in the folder means that keys have been in use. Its name is for the caller to free;
 * NULL: there is none. */
static char *find_stage(const char *folder)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return NULL;
    char *name = NULL;
    for (struct dirent *entry; !name && (entry = readdir(dir));) {
        if (text_ends_with(entry->d_name, stage_suffix))
            name = strdup(entry->d_name);
    }
    closedir(dir);
    return name;
}

static bool refuse_lost_keyring(const struct keyring *k, const char *stage, struct error *err)
{
    return error_set(err, ERROR_CRYPTO,
                     "%s is missing beside %s: a new one would give every person another "
                     "pseudonym. Put it back from a backup of the state folder; to begin anew, "
                     "move the whole folder away",
                     k->ring_path, stage);
}

static bool refuse_lost_key_file(const struct keyring *k, struct error *err)
{
    return error_set(
        err, ERROR_CRYPTO,
        "%s is missing: everything in %s is sealed with it. Put it back from the "
        "escrow copy or a backup, mode 600; if it is lost for good, what is staged "
        "is too: to begin anew, move the whole folder away",
        k->key_file, k->folder);
}

static bool prepare(const struct keyring_options *o, struct keyring *k, struct error *err)
{
    if (o->kek && o->passphrase)
        return error_set(err, ERROR_CONFIG, "give a KEK or a passphrase, not both");
    k->folder = strdup(o->state_folder);
    k->ring_path = file_join(o->state_folder, ring_name);
    k->lock_path = file_join(o->state_folder, lock_name);

    const char *reference = o->kek ? o->kek : o->passphrase;
    if (reference && !reference_check(reference, err))
        return error_prefix(err, o->kek ? "the KEK" : "the passphrase");
    const char *file = o->kek ? reference_file(o->kek) : NULL;
    if (!reference)
        k->key_file = file_join(o->state_folder, default_key_name);
    else if (file)
        k->key_file = strdup(file);
    if (k->key_file)
        k->source = strdup(k->key_file);
    else if (reference && !file)
        k->source = strdup(reference);

    if (!k->folder || !k->ring_path || !k->lock_path || !k->source)
        return error_memory(err);
    return true;
}

/* The KEK that wraps must be at hand. */
static bool check_kek(const struct keyring *k, const struct ring *ring,
                      const struct kek_list *keks, struct error *err)
{
    if (kek_find(keks, ring->kek_id))
        return true;
    return error_set(err, ERROR_CRYPTO,
                     "%s is wrapped with the KEK %s, but the newest in %s is %s: give the KEK "
                     "that it was made with",
                     k->ring_path, ring->kek_id, k->source, keks->keks[0].id);
}

static bool read_passphrase(struct keyring *k, const char *reference, struct error *err)
{
    if (!k->ring.has_derivation)
        return error_set(err, ERROR_CONFIG,
                         "%s was not made for a passphrase; configure the KEK it was made with",
                         k->ring_path);
    AUTO(secret_freep) struct secret *text = NULL;
    return reference_read(reference, &text, err) &&
           kek_derive(text, reference, &k->ring.derivation, &k->keks, err);
}

static bool read_text(struct keyring *k, const char *reference, struct error *err)
{
    AUTO(secret_freep) struct secret *text = NULL;
    return reference_read(reference, &text, err) && kek_parse(text, reference, &k->keks, err);
}

static bool read_default_key_file(struct keyring *k, bool new_keyring, struct error *err)
{
    if (file_exists(k->key_file))
        return read_key_file(k, &k->keks, err);
    if (!new_keyring)
        return refuse_lost_key_file(k, err);
    return kek_prepend_new(&k->keks, err) && write_key_file(k, &k->keks, 1, err);
}

static bool read_keks(struct keyring *k, const struct keyring_options *o, bool new_keyring,
                      struct error *err)
{
    if (o->passphrase)
        return read_passphrase(k, o->passphrase, err);
    if (o->kek)
        return read_text(k, o->kek, err);
    return read_default_key_file(k, new_keyring, err);
}

static bool make_ring(struct keyring *k, struct error *err)
{
    AUTO(secret_freep) struct secret *key = secret_random(PSEUDONYM_KEY_SIZE);
    if (!key)
        return error_memory(err);
    struct ring *ring = &k->ring;
    ring->created_ns = ring->kek_since_ns = now_in_seconds();
    memcpy(ring->kek_id, k->keks.keks[0].id, sizeof ring->kek_id);
    ring->pseudonym_count = 1;
    ring->pseudonyms[0].created_ns = ring->created_ns;
    return wrap_pseudonym(&k->keks.keks[0], 1, key, &ring->pseudonyms[0], err) &&
           ring_save(k->ring_path, ring, err);
}

/* With the lock held: a key file and a keyring.json that belong together. */
static bool open_locked(struct keyring *k, const struct keyring_options *o, bool *ret_made,
                        struct error *err)
{
    bool new_keyring = !file_exists(k->ring_path);
    AUTO(cleanup_free) char *stage = new_keyring ? find_stage(k->folder) : NULL;
    if (stage)
        return refuse_lost_keyring(k, stage, err);
    if (!new_keyring && !ring_load(k->ring_path, &k->ring, err))
        return false;
    if (new_keyring && o->passphrase) {
        kek_derivation_init(&k->ring.derivation);
        k->ring.has_derivation = true;
    }
    if (!read_keks(k, o, new_keyring, err) || (new_keyring && !make_ring(k, err)))
        return false;
    if (!check_kek(k, &k->ring, &k->keks, err) || !unwrap_pseudonyms(k, err))
        return false;
    *ret_made = new_keyring;
    return true;
}

bool keyring_open(const struct keyring_options *options, struct keyring **ret_keyring,
                  bool *ret_made, struct error *err)
{
    AUTO(keyring_freep) struct keyring *k = calloc(1, sizeof *k);
    if (!k)
        return error_memory(err);
    if (!prepare(options, k, err))
        return false;
    if (!options->create && !file_exists(k->ring_path))
        return error_set(err, ERROR_CRYPTO,
                         "%s: there is no keyring; extract keys init makes it", k->ring_path);
    if (options->create && !file_make_private_folder(k->folder, err))
        return false;

    AUTO(cleanup_close) int lock = -1;
    if (!take_lock(k, &lock, err) || !open_locked(k, options, ret_made, err))
        return false;
    *ret_keyring = steal(&k);
    return true;
}

/* ---- wrapping ---- */

bool keyring_wrap(const struct keyring *k, const void *associated, size_t associated_len,
                  const struct secret *key, struct buffer *out, struct error *err)
{
    struct ring now;
    if (!ring_load(k->ring_path, &now, err))
        return false;
    const struct kek *kek = kek_find(&k->keks, now.kek_id);
    if (!kek)
        return error_set(err, ERROR_CRYPTO,
                         "the keys were rotated to the KEK %s since this run began; run again",
                         now.kek_id);
    return kek_wrap(kek, store_purpose, associated, associated_len, key, out, err);
}

bool keyring_unwrap(const struct keyring *k, const void *associated, size_t associated_len,
                    const void *wrapped, size_t len, struct secret **ret_key, struct error *err)
{
    if (kek_unwrap(&k->keks, store_purpose, associated, associated_len, wrapped, len, ret_key,
                   err))
        return true;
    return error_prefix(err, "%s", k->source);
}

bool keyring_wrapped_with(const void *wrapped, size_t len, char ret_id[KEK_ID_SIZE])
{
    return kek_wrapped_with(wrapped, len, ret_id);
}

/* ---- rotation ---- */

/* What is in force now, by another process perhaps. */
static bool reload(struct keyring *k, struct error *err)
{
    struct ring ring;
    if (!ring_load(k->ring_path, &ring, err))
        return false;
    if (ring.pseudonym_count != k->ring.pseudonym_count)
        return error_set(err, ERROR_BUSY, "%s was changed meanwhile; run this again",
                         k->ring_path);
    AUTO(kek_list_done) struct kek_list keks = {0};
    if (k->key_file && !read_key_file(k, &keks, err))
        return false;
    if (!check_kek(k, &ring, k->key_file ? &keks : &k->keks, err))
        return false;

    k->ring = ring;
    if (k->key_file) {
        struct kek_list old = k->keks;
        k->keks = keks;
        keks = old;
    }
    return true;
}

/* The KEK to rotate to is in front after this. */
static bool provide_next(struct keyring *k, struct error *err)
{
    if (k->keks.count > 1)
        return true; /* the operator's, or left by a rotation that was cut short */
    if (!k->key_file)
        return error_set(
            err, ERROR_CONFIG,
            "%s has one key only: put the new one on a line above it, and run this "
            "again",
            k->source);
    return kek_prepend_new(&k->keks, err) && write_key_file(k, &k->keks, k->keks.count, err);
}

static bool rewrap_pseudonyms(struct keyring *k, struct error *err)
{
    const struct kek *kek = &k->keks.keks[0];
    struct ring ring = k->ring;
    for (uint32_t i = 0; i < ring.pseudonym_count; i++) {
        if (!wrap_pseudonym(kek, i + 1, k->pseudonyms[i], &ring.pseudonyms[i], err))
            return false;
    }
    memcpy(ring.kek_id, kek->id, sizeof ring.kek_id);
    ring.kek_since_ns = now_in_seconds();
    if (ring.escrow == RING_ESCROW_COPIED) { /* that copy opens nothing any more */
        ring.escrow = RING_ESCROW_OPEN;
        ring.escrow_ns = 0;
    }
    if (!ring_save(k->ring_path, &ring, err))
        return false;
    k->ring = ring;
    return true;
}

bool keyring_rotate(struct keyring *k, struct error *err)
{
    AUTO(cleanup_close) int lock = -1;
    if (!take_lock(k, &lock, err) || !reload(k, err) || !provide_next(k, err))
        return false;
    return strcmp(k->ring.kek_id, k->keks.keks[0].id) == 0 || rewrap_pseudonyms(k, err);
}

bool keyring_rotate_finish(struct keyring *k, struct error *err)
{
    char target[KEK_ID_SIZE];
    memcpy(target, k->ring.kek_id, sizeof target);

    AUTO(cleanup_close) int lock = -1;
    if (!take_lock(k, &lock, err) || !reload(k, err))
        return false;
    if (strcmp(k->ring.kek_id, target) != 0 || strcmp(k->keks.keks[0].id, target) != 0)
        return error_set(
            err, ERROR_BUSY,
            "another rotation of the keys began; the old ones stay, run this again");
    if (k->key_file && k->keks.count > 1 && !write_key_file(k, &k->keks, 1, err))
        return false;
    for (; k->keks.count > 1; k->keks.count--)
        secret_free(k->keks.keks[k->keks.count - 1].key);
    return true;
}

/* ---- escrow ---- */

bool keyring_escrow(const struct keyring *k, const char *path, struct error *err)
{
    char now[CLOCK_RFC3339_SIZE];
    clock_format_rfc3339(now_in_seconds(), now);
    AUTO(buffer_done) struct buffer text;
    buffer_init(&text, KEK_TEXT_MAX);
    if (!buffer_append_text(&text, file_head) ||
        !buffer_printf(&text, "# escrow copy of %s\n", now))
        return error_memory(err);
    if (!kek_format(&k->keks, k->keks.count, &text, err))
        return false;
    crashpoint("keyring.escrow_write");
    if (!file_write_new(path, text.data, text.len, err))
        return error_prefix(err, "the escrow copy");
    crashpoint("keyring.escrow_written");
    return true;
}

enum ring_escrow keyring_escrow_kind(const struct keyring *k, int64_t *ret_settled_ns)
{
    *ret_settled_ns = k->ring.escrow_ns;
    return k->ring.escrow;
}

bool keyring_settle_escrow(struct keyring *k, enum ring_escrow kind, struct error *err)
{
    struct ring ring;
    AUTO(cleanup_close) int lock = -1;
    if (!take_lock(k, &lock, err) || !ring_load(k->ring_path, &ring, err))
        return false;
    ring.escrow = kind;
    ring.escrow_ns = now_in_seconds();
    if (!ring_save(k->ring_path, &ring, err))
        return false;
    k->ring.escrow = ring.escrow;
    k->ring.escrow_ns = ring.escrow_ns;
    return true;
}

/* ---- list ---- */

const char *keyring_use_name(enum keyring_use use)
{
    static const char *const names[] = {
        [KEYRING_WRAPS] = "wraps",
        [KEYRING_NEXT] = "next",
        [KEYRING_UNWRAPS] = "unwraps",
        [KEYRING_PSEUDONYMS] = "pseudonyms",
    };
    return names[use];
}

size_t keyring_list(const struct keyring *k,
                    struct keyring_entry ret_entries[KEYRING_ENTRIES_MAX])
{
    struct keyring_entry *entry = ret_entries;
    enum keyring_use use = KEYRING_NEXT;
    for (size_t i = 0; i < k->keks.count; i++, entry++) {
        const char *id = k->keks.keks[i].id;
        bool wraps = strcmp(id, k->ring.kek_id) == 0;
        *entry = (struct keyring_entry){.use = wraps ? KEYRING_WRAPS : use,
                                        .since_ns = wraps ? k->ring.kek_since_ns : 0};
        memcpy(entry->kek_id, id, sizeof entry->kek_id);
        if (wraps)
            use = KEYRING_UNWRAPS;
    }
    for (uint32_t i = 0; i < k->ring.pseudonym_count; i++, entry++) {
        const struct ring_pseudonym *p = &k->ring.pseudonyms[i];
        *entry = (struct keyring_entry){
            .use = KEYRING_PSEUDONYMS, .version = i + 1, .since_ns = p->created_ns};
        kek_wrapped_with(p->wrapped, sizeof p->wrapped, entry->kek_id);
    }
    return (size_t)(entry - ret_entries);
}
