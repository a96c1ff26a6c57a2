/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/ring.h"

#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/file.h"
#include "codec/hex.h"
#include "codec/json.h"

enum {
    FORMAT = 1,
    FILE_MAX = 64 * 1024,
};

static const char algorithm[] = "argon2id13";

static const char *const escrow_names[RING_ESCROW_COUNT] = {
    [RING_ESCROW_OPEN] = "open",
    [RING_ESCROW_COPIED] = "copied",
    [RING_ESCROW_ELSEWHERE] = "elsewhere",
    [RING_ESCROW_DECLINED] = "declined",
};

const char *ring_escrow_name(enum ring_escrow kind)
{
    return escrow_names[kind];
}

static bool damaged(struct error *err, const char *path, const char *what)
{
    return error_set(err, ERROR_CRYPTO,
                     "%s: damaged (%s); put it back from a backup of the state folder", path,
                     what);
}

static bool unpack_escrow(json_t *root, struct ring *ring)
{
    const char *kind;
    const char *settled;
    if (json_unpack(root, "{s:s,s:s!}", "kind", &kind, "settled", &settled) != 0 ||
        !clock_parse_rfc3339(settled, &ring->escrow_ns))
        return false;
    for (int i = RING_ESCROW_OPEN + 1; i < RING_ESCROW_COUNT; i++) {
        if (strcmp(kind, escrow_names[i]) == 0) {
            ring->escrow = (enum ring_escrow)i;
            return true;
        }
    }
    return false;
}

static bool unpack_derivation(json_t *root, struct ring *ring)
{
    const char *name;
    const char *salt;
    json_int_t memory;
    json_int_t operations;
    if (json_unpack(root, "{s:s,s:I,s:I,s:s!}", "algorithm", &name, "memory", &memory,
                    "operations", &operations, "salt", &salt) != 0)
        return false;
    if (strcmp(name, algorithm) != 0 || memory < 0 || operations < 0)
        return false;
    struct kek_derivation *d = &ring->derivation;
    d->memory = (uint64_t)memory;
    d->operations = (uint64_t)operations;
    ring->has_derivation = true;
    return hex_decode(salt, d->salt, sizeof d->salt) && kek_derivation_valid(d);
}

static bool unpack_pseudonym(json_t *root, json_int_t expected_version,
                             struct ring_pseudonym *p)
{
    const char *created;
    const char *wrapped;
    json_int_t version;
    return json_unpack(root, "{s:s,s:I,s:s!}", "created", &created, "version", &version,
                       "wrapped", &wrapped) == 0 &&
           version == expected_version && clock_parse_rfc3339(created, &p->created_ns) &&
           hex_decode(wrapped, p->wrapped, sizeof p->wrapped);
}

static bool unpack_pseudonyms(json_t *root, struct ring *ring)
{
    size_t count = json_array_size(root);
    if (count < 1 || count > RING_PSEUDONYMS_MAX)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!unpack_pseudonym(json_array_get(root, i), (json_int_t)i + 1, &ring->pseudonyms[i]))
            return false;
    }
    ring->pseudonym_count = (uint32_t)count;
    return true;
}

static bool unpack(json_t *root, const char *path, struct ring *ring, struct error *err)
{
    int format;
    const char *created;
    const char *kek_id;
    const char *kek_since;
    json_t *escrow = NULL;
    json_t *derivation = NULL;
    json_t *pseudonyms;
    json_error_t at;
    uint8_t id[KEK_ID_LENGTH];

    if (json_unpack_ex(root, &at, 0, "{s:i}", "format", &format) != 0)
        return damaged(err, path, at.text);
    if (format != FORMAT)
        return error_set(err, ERROR_CRYPTO, "%s: format %d, made by a newer version of extract",
                         path, format);
    if (json_unpack_ex(root, &at, 0, "{s:i,s:s,s:{s:s,s:s!},s?o,s?o,s:o!}", "format", &format,
                       "created", &created, "kek", "id", &kek_id, "since", &kek_since, "escrow",
                       &escrow, "passphrase", &derivation, "pseudonym_keys", &pseudonyms) != 0)
        return damaged(err, path, at.text);
    if (!clock_parse_rfc3339(created, &ring->created_ns))
        return damaged(err, path, "/created");
    if (!hex_decode(kek_id, id, sizeof id))
        return damaged(err, path, "/kek/id");
    hex_encode(id, sizeof id, ring->kek_id);
    if (!clock_parse_rfc3339(kek_since, &ring->kek_since_ns))
        return damaged(err, path, "/kek/since");
    if (escrow && !unpack_escrow(escrow, ring))
        return damaged(err, path, "/escrow");
    if (derivation && !unpack_derivation(derivation, ring))
        return damaged(err, path, "/passphrase");
    if (!unpack_pseudonyms(pseudonyms, ring))
        return damaged(err, path, "/pseudonym_keys");
    return true;
}

bool ring_load(const char *path, struct ring *ret_ring, struct error *err)
{
    json_auto_t *root = NULL;
    struct ring ring = {0};
    if (!file_check_private(path, err)) {
        err->kind = ERROR_CRYPTO;
        return false;
    }
    if (!json_read_file(path, ERROR_CRYPTO, &root, err) || !unpack(root, path, &ring, err))
        return false;
    *ret_ring = ring;
    return true;
}

/* All pack_ functions return a new reference, or NULL when memory is out. */

static json_t *pack_time(int64_t ns)
{
    char text[CLOCK_RFC3339_SIZE];
    clock_format_rfc3339(ns, text);
    return json_string(text);
}

static json_t *pack_bytes(const uint8_t *data, size_t len)
{
    char text[HEX_SIZE(RING_WRAPPED_SIZE)];
    hex_encode(data, len, text);
    return json_string(text);
}

static json_t *pack_pseudonyms(const struct ring *ring)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < ring->pseudonym_count; i++) {
        const struct ring_pseudonym *p = &ring->pseudonyms[i];
        json_t *item = json_pack("{s:I,s:o,s:o}", "version", (json_int_t)i + 1, "created",
                                 pack_time(p->created_ns), "wrapped",
                                 pack_bytes(p->wrapped, sizeof p->wrapped));
        if (json_array_append_new(list, item) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *pack_escrow(const struct ring *ring)
{
    return json_pack("{s:s,s:o}", "kind", escrow_names[ring->escrow], "settled",
                     pack_time(ring->escrow_ns));
}

static json_t *pack_derivation(const struct ring *ring)
{
    const struct kek_derivation *d = &ring->derivation;
    return json_pack("{s:s,s:I,s:I,s:o}", "algorithm", algorithm, "memory",
                     (json_int_t)d->memory, "operations", (json_int_t)d->operations, "salt",
                     pack_bytes(d->salt, sizeof d->salt));
}

static json_t *pack(const struct ring *ring)
{
    json_auto_t *root =
        json_pack("{s:i,s:o,s:{s:s,s:o},s:o}", "format", FORMAT, "created",
                  pack_time(ring->created_ns), "kek", "id", ring->kek_id, "since",
                  pack_time(ring->kek_since_ns), "pseudonym_keys", pack_pseudonyms(ring));
    if (ring->escrow != RING_ESCROW_OPEN &&
        json_object_set_new(root, "escrow", pack_escrow(ring)) != 0)
        return NULL;
    if (ring->has_derivation &&
        json_object_set_new(root, "passphrase", pack_derivation(ring)) != 0)
        return NULL;
    return steal(&root);
}

bool ring_save(const char *path, const struct ring *ring, struct error *err)
{
    json_auto_t *root = pack(ring);
    if (!root)
        return error_memory(err);

    AUTO(buffer_done) struct buffer text;
    buffer_init(&text, FILE_MAX);
    if (!json_canonical(root, &text, err))
        return false;
    if (!buffer_append_byte(&text, '\n'))
        return error_set(err, ERROR_BUG, "no room for the keyring");

    crashpoint("keyring.save");
    if (!file_write_atomic(path, text.data, text.len, err))
        return false;
    crashpoint("keyring.saved");
    return true;
}
