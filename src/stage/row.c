/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/row.h"

#include <string.h>

bool row_text_bounded(struct sqlite_statement *s, int column, size_t max, const char **ret_text)
{
    size_t len = 0;
    const char *text = sqlite_column_text(s, column, &len);
    if (!text || len > max || strlen(text) != len)
        return false;
    *ret_text = text;
    return true;
}

bool row_text(struct sqlite_statement *s, int column, char *ret_text, size_t size)
{
    const char *text;
    if (!row_text_bounded(s, column, size - 1, &text))
        return false;
    memcpy(ret_text, text, strlen(text) + 1);
    return true;
}

bool row_digest(struct sqlite_statement *s, int column, uint8_t ret_digest[DIGEST_SIZE])
{
    size_t len = 0;
    const void *digest = sqlite_column_blob(s, column, &len);
    if (!digest || len != DIGEST_SIZE)
        return false;
    memcpy(ret_digest, digest, DIGEST_SIZE);
    return true;
}

bool row_uint32(struct sqlite_statement *s, int column, uint32_t *ret_value)
{
    int64_t value = sqlite_column_int(s, column);
    if (value < 0 || value > UINT32_MAX)
        return false;
    *ret_value = (uint32_t)value;
    return true;
}

bool row_uint64(struct sqlite_statement *s, int column, uint64_t *ret_value)
{
    int64_t value = sqlite_column_int(s, column);
    if (value < 0)
        return false;
    *ret_value = (uint64_t)value;
    return true;
}
