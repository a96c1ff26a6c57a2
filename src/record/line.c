/* SPDX-License-Identifier: Apache-2.0 */
#include "record/line.h"

#include <string.h>

#include "record/quoted.h"

/* Behind the string that begins at p; NULL: it does not end. */
static const char *skip_string(const char *p, const char *end)
{
    for (p++; p < end;) {
        p = quoted_skip_plain(p, end);
        if (p < end && *p == '"')
            return p + 1;
        p += p < end && *p == '\\' ? 2 : 1;
    }
    return NULL;
}

static const char *skip_container(const char *p, const char *end)
{
    size_t depth = 0;
    while (p && p < end) {
        if (*p == '"') {
            p = skip_string(p, end);
            continue;
        }
        depth += *p == '{' || *p == '[';
        depth -= *p == '}' || *p == ']';
        p++;
        if (depth == 0)
            return p;
    }
    return NULL;
}

static const char *skip_value(const char *p, const char *end)
{
    if (p == end)
        return NULL;
    if (*p == '"')
        return skip_string(p, end);
    if (*p == '{' || *p == '[')
        return skip_container(p, end);
    const char *start = p;
    while (p < end && *p != ',')
        p++;
    return p > start ? p : NULL;
}

bool line_broken(struct error *err)
{
    return error_set(err, ERROR_DATA, "a line of the stage is none of ours");
}

bool line_open(const char *line, size_t len, struct line_cursor *ret_cursor, struct error *err)
{
    if (len < 3 || line[0] != '{' || line[len - 2] != '}' || line[len - 1] != '\n')
        return line_broken(err);
    *ret_cursor = (struct line_cursor){line + 1, line + len - 2};
    return true;
}

bool line_next(struct line_cursor *c, struct line_member *ret_member, bool *ret_found,
               struct error *err)
{
    *ret_found = c->at < c->end;
    if (!*ret_found)
        return true;
    const char *behind = *c->at == '"' ? skip_string(c->at, c->end) : NULL;
    if (!behind || behind == c->end || *behind != ':')
        return line_broken(err);
    const char *end = skip_value(behind + 1, c->end);
    if (!end || (end < c->end && (*end != ',' || end + 1 == c->end)))
        return line_broken(err);
    *ret_member =
        (struct line_member){c->at + 1, (size_t)(behind - c->at) - 2, behind + 1, end};
    c->at = end < c->end ? end + 1 : end;
    return true;
}

bool line_find(const char *line, size_t len, const char *name, size_t name_len,
               struct line_member *ret_member, bool *ret_found, struct error *err)
{
    struct line_cursor c;
    bool more = true;
    *ret_found = false;
    if (!line_open(line, len, &c, err))
        return false;
    while (more && !*ret_found) {
        if (!line_next(&c, ret_member, &more, err))
            return false;
        *ret_found = more && ret_member->name_len == name_len &&
                     memcmp(ret_member->name, name, name_len) == 0;
    }
    return true;
}
