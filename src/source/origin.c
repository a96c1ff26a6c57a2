/* SPDX-License-Identifier: Apache-2.0 */
#include "source/origin.h"

#include <string.h>

#include "base/text.h"
#include "net/allow.h"

static const struct {
    const char *prefix;
    bool tls;
    uint16_t port;
} schemes[] = {{"https://", true, 443}, {"http://", false, 80}};

static bool is_loopback(const char *host)
{
    return strcmp(host, "[::1]") == 0 || allow_host_is_loopback(host);
}

/* The length of the host at text, brackets and all; 0: none. */
static size_t host_length(const char *text)
{
    static const char name[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    if (*text != '[')
        return strspn(text, name);
    size_t len = 1 + strspn(text + 1, "0123456789abcdefABCDEF:.");
    return len > 1 && text[len] == ']' ? len + 1 : 0;
}

static void copy_lower(const char *text, size_t len, char *ret_text)
{
    for (size_t i = 0; i < len; i++)
        ret_text[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i];
    ret_text[len] = '\0';
}

static bool take_port(const char **text, uint16_t *ret_port)
{
    if (**text != ':')
        return true;
    size_t len = strspn(*text + 1, "0123456789");
    int64_t port;
    if (len > 5 || !text_parse_int64(*text + 1, len, &port) || port < 1 || port > 65535)
        return false;
    *ret_port = (uint16_t)port;
    *text += 1 + len;
    return true;
}

const char *origin_parse(const char *url, struct origin *ret_origin)
{
    struct origin o = {0};
    size_t url_len = strlen(url);
    if (url_len > ORIGIN_URL_MAX)
        return "is too long";
    const char *rest = NULL;
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes && !rest; i++) {
        if (!text_starts_with(url, schemes[i].prefix))
            continue;
        rest = url + strlen(schemes[i].prefix);
        o.tls = schemes[i].tls;
        o.port = schemes[i].port;
    }
    if (!rest)
        return "must start with https:// (http:// only for a loopback address)";
    if (strcspn(rest, "@") < strcspn(rest, "/"))
        return "must not hold a user or password";

    size_t len = host_length(rest);
    if (len == 0 || len > ORIGIN_HOST_MAX)
        return "has no valid host";
    copy_lower(rest, len, o.host);
    rest += len;
    if (!take_port(&rest, &o.port))
        return "has no valid port";
    if (*rest != '\0' && *rest != '/')
        return "has no valid host";
    if (strcspn(rest, "?# \t\"<>\\^`{|}") != strlen(rest))
        return "must end with its path: no query, fragment or blanks";
    if (!o.tls && !is_loopback(o.host))
        return "must use https:// (http:// only for a loopback address)";

    while (url_len > 0 && url[url_len - 1] == '/')
        url_len--;
    o.url_len = url_len;
    *ret_origin = o;
    return NULL;
}
