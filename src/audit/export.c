/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/export.h"

#include <errno.h>
#include <inttypes.h>

#include "audit/audit_sql.h"
#include "audit/tree.h"
#include "codec/hex.h"

static bool write_event(struct sqlite *db, struct sqlite_statement *s, FILE *out,
                        struct error *err)
{
    uint64_t index = (uint64_t)sqlite_column_int(s, 0);
    size_t len;
    const char *entry = sqlite_column_text(s, 1, &len);
    uint8_t leaf[TREE_HASH_SIZE] = {0};
    bool found;
    if (!tree_get(db, 0, index, &found, leaf, err))
        return false;

    char hex[HEX_SIZE(TREE_HASH_SIZE)];
    hex_encode(leaf, sizeof leaf, hex);
    fputs("{\"entry\":", out);
    fwrite(entry, 1, len, out);
    fprintf(out, ",\"leaf\":\"%s\"}\n", hex);
    return true;
}

static bool write_events(struct sqlite *db, FILE *out, struct error *err)
{
    struct sqlite_statement *s = sqlite_statement(db, audit_sql_event_list, err);
    bool row = true;
    while (s && sqlite_step(s, &row, err)) {
        if (!row) {
            sqlite_reset(s);
            return true;
        }
        if (!write_event(db, s, out, err)) {
            sqlite_reset(s);
            return false;
        }
    }
    return false;
}

static bool write_bundle(struct sqlite *db, const char *log, FILE *out,
                         struct export_head *ret_head, struct error *err)
{
    struct tree tree;
    fprintf(out, "{\"format\":\"" EXPORT_FORMAT "\",\"log\":\"%s\"}\n", log);
    if (!write_events(db, out, err) || !tree_load(db, &tree, err))
        return false;

    struct export_head head = {.size = tree.size};
    tree_root(&tree, head.root);
    char root[HEX_SIZE(TREE_HASH_SIZE)];
    hex_encode(head.root, sizeof head.root, root);
    fprintf(out, "{\"log\":\"%s\",\"root\":\"%s\",\"size\":%" PRIu64 "}\n", log, root,
            head.size);
    *ret_head = head;
    return true;
}

bool export_bundle(struct sqlite *db, const char *log, FILE *out, const char *name,
                   struct export_head *ret_head, struct error *err)
{
    struct export_head head;
    if (!sqlite_begin_read(db, err))
        return false;
    bool ok = write_bundle(db, log, out, &head, err);
    sqlite_rollback(db);
    if (!ok)
        return false;
    if (fflush(out) != 0 || ferror(out))
        return error_errno(err, ERROR_IO, errno, "%s", name);
    *ret_head = head;
    return true;
}
