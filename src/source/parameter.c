/* SPDX-License-Identifier: Apache-2.0 */
#include "source/parameter.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "codec/hex.h"

/* The byte that "%2B" stands for. */
static bool decode_byte(const char *text, size_t len, uint8_t *ret_byte)
{
    char digits[3] = "";
    if (len < 3)
        return false;
    memcpy(digits, text + 1, 2);
    return hex_decode(digits, ret_byte, 1);
}

/* The text of one parameter, up to & or #, decoded. */
static bool decode(const char *text, size_t len, char **ret_value, struct error *err)
{
    AUTO(cleanup_free) char *value = malloc(len + 1);
    size_t size = 0;
    if (!value)
        return error_memory(err);
    for (size_t i = 0; i < len; i++, size++) {
        uint8_t byte = (uint8_t)text[i];
        if (byte == '%') {
            if (!decode_byte(text + i, len - i, &byte))
                return error_set(err, ERROR_DATA, "a link of the answer is not well encoded");
            i += 2;
        }
        if (byte < 0x20 || byte == 0x7f)
            return error_set(err, ERROR_DATA, "a link of the answer holds control characters");
        value[size] = (char)byte;
    }
    value[size] = '\0';
    if (!text_is_utf8(value, size))
        return error_set(err, ERROR_DATA, "a link of the answer is not UTF-8");
    *ret_value = size > 0 ? steal(&value) : NULL;
    return true;
}

bool parameter_of_url(const char *url, const char *name, char **ret_value, struct error *err)
{
    size_t name_len = strlen(name);
    const char *end = url + strcspn(url, "#");
    const char *at = memchr(url, '?', (size_t)(end - url));
    *ret_value = NULL;
    while (at && at < end) {
        at++;
        size_t len = strcspn(at, "&#");
        if (len > name_len && at[name_len] == '=' && strncmp(at, name, name_len) == 0)
            return decode(at + name_len + 1, len - name_len - 1, ret_value, err);
        at += len;
    }
    return true;
}
