/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/history.h"

#include "audit/audit_sql.h"
#include "codec/hex.h"
#include "codec/json.h"

static bool read_digest(const char *entry, size_t len, const char *name, bool *ret_found,
                        uint8_t ret_digest[DIGEST_SIZE], struct error *err)
{
    AUTO(json_decrefp) json_t *event = NULL;
    if (!json_parse(entry, len, "audit log", ERROR_STORE, &event, err))
        return false;
    const char *text =
        json_string_value(json_object_get(json_object_get(event, "digests"), name));
    *ret_found = text && hex_decode(text, ret_digest, DIGEST_SIZE);
    return true;
}

bool history_last_digest(struct sqlite *db, enum event_kind kind, const char *name,
                         bool *ret_found, uint8_t ret_digest[DIGEST_SIZE], struct error *err)
{
    struct sqlite_statement *s = sqlite_statement(db, audit_sql_last_of_kind, err);
    bool row;
    if (!s)
        return false;
    sqlite_bind_cstring(s, 1, event_kind_name(kind));
    if (!sqlite_step(s, &row, err))
        return false;
    size_t len;
    const char *entry = row ? sqlite_column_text(s, 0, &len) : NULL;
    bool ok = true;
    *ret_found = false;
    if (entry)
        ok = read_digest(entry, len, name, ret_found, ret_digest, err);
    sqlite_reset(s);
    return ok;
}
