/* SPDX-License-Identifier: Apache-2.0 */
#include "net/head.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"

void head_init(struct head *h)
{
    *h = (struct head){0};
}

static void drop_fields(struct head *h)
{
    for (size_t i = 0; i < h->count; i++) {
        free(h->fields[i].name);
        free(h->fields[i].value);
    }
    h->count = 0;
}

void head_done(struct head *h)
{
    drop_fields(h);
}

void head_clear(struct head *h)
{
    drop_fields(h);
    head_init(h);
}

/* --- Lines ------------------------------------------------------------------------------- */

static struct head_field *find(const struct head *h, const char *name)
{
    for (size_t i = 0; i < h->count; i++)
        if (strcasecmp(h->fields[i].name, name) == 0)
            return (struct head_field *)&h->fields[i];
    return NULL;
}

static bool keep(struct head *h, const char *name, const char *value)
{
    struct head_field *field = find(h, name);
    if (field) {
        char *joined = text_format("%s, %s", field->value, value);
        if (!joined)
            return false;
        free(field->value);
        field->value = joined;
        return true;
    }
    AUTO(cleanup_free) char *name_copy = strdup(name);
    AUTO(cleanup_free) char *value_copy = strdup(value);
    if (!name_copy || !value_copy)
        return false;
    h->fields[h->count++] = (struct head_field){steal(&name_copy), steal(&value_copy)};
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool keep_field(struct head *h, char *line, struct error *err)
{
    /* what has no name (a folded line) is nobody's: libcurl takes no notice of it either */
    char *colon = strchr(line, ':');
    if (!colon || colon == line || is_blank(*line))
        return true;

    char *name_end = colon;
    while (is_blank(name_end[-1]))
        name_end--;
    *name_end = '\0';
    char *value = colon + 1;
    while (is_blank(*value))
        value++;
    return keep(h, line, value) || error_memory(err);
}

static bool count_line(struct head *h, size_t len, struct error *err)
{
    h->lines++;
    h->bytes += len;
    if (h->lines > HEAD_LINES_MAX)
        return error_set(err, ERROR_DATA, "the answer has more than %d header lines",
                         HEAD_LINES_MAX);
    if (h->bytes > HEAD_BYTES_MAX)
        return error_set(err, ERROR_DATA, "the answer has more than %d KiB of headers",
                         HEAD_BYTES_MAX / 1024);
    return true;
}

bool head_line(struct head *h, const char *line, size_t len, enum head_event *ret_event,
               struct error *err)
{
    if (!count_line(h, len, err))
        return false;
    if (memchr(line, '\0', len))
        return error_set(err, ERROR_DATA, "the answer has a NUL byte in a header");
    if (len > 0 && line[len - 1] == '\n')
        len--;
    if (len > 0 && line[len - 1] == '\r')
        len--;

    if (len == 0) {
        h->open = false;
        *ret_event = HEAD_END;
        return true;
    }
    *ret_event = HEAD_FIELD;
    if (h->ended)
        return true;
    if (!h->open) {
        drop_fields(h); /* of an interim answer; this is a status line */
        h->open = true;
        return true;
    }
    while (len > 0 && is_blank(line[len - 1]))
        len--;
    AUTO(cleanup_free) char *copy = strndup(line, len);
    return copy ? keep_field(h, copy, err) : error_memory(err);
}

/* --- Meaning ----------------------------------------------------------------------------- */

const char *head_find(const struct head *h, const char *name)
{
    const struct head_field *field = find(h, name);
    return field ? field->value : NULL;
}

/* The next member of a comma-separated list; false at its end. */
static bool next_member(const char **cursor, const char **ret_member, size_t *ret_len)
{
    const char *p = *cursor + strspn(*cursor, ", \t");
    size_t len = strcspn(p, ",");
    *cursor = p + len;
    while (len > 0 && is_blank(p[len - 1]))
        len--;
    *ret_member = p;
    *ret_len = len;
    return len > 0;
}

static bool is_one_of(const char *member, size_t len, const char *const *names)
{
    for (; *names; names++)
        if (strlen(*names) == len && strncasecmp(member, *names, len) == 0)
            return true;
    return false;
}

/* At most one member of the list is a coding at all, and that one is known. */
static bool check_codings(const struct head *h, const char *name, const char *const *known,
                          struct error *err)
{
    static const char *const none[] = {"identity", NULL};
    const char *cursor = head_find(h, name);
    const char *member;
    size_t len;
    for (int count = 0; cursor && next_member(&cursor, &member, &len);) {
        if (is_one_of(member, len, none))
            continue;
        if (!is_one_of(member, len, known))
            return error_set(err, ERROR_DATA, "the answer has a %s that we did not ask for",
                             name);
        if (++count > 1)
            return error_set(err, ERROR_DATA, "the answer has more than one %s", name);
    }
    return true;
}

bool head_check(const struct head *h, struct error *err)
{
    static const char *const contents[] = {"gzip", "x-gzip", "deflate", "br", "zstd", NULL};
    static const char *const transfers[] = {"chunked", NULL};
    return check_codings(h, "Content-Encoding", contents, err) &&
           check_codings(h, "Transfer-Encoding", transfers, err);
}

void head_content_type(const struct head *h, char ret_type[HEAD_CONTENT_TYPE_SIZE])
{
    const char *value = head_find(h, "Content-Type");
    size_t len = value ? strcspn(value, "; \t,") : 0;
    if (len >= HEAD_CONTENT_TYPE_SIZE)
        len = HEAD_CONTENT_TYPE_SIZE - 1;
    for (size_t i = 0; i < len; i++)
        ret_type[i] = (char)tolower((unsigned char)value[i]);
    ret_type[len] = '\0';
}

static int64_t seconds_to_ns(const char *digits)
{
    int64_t seconds;
    int64_t ns;
    bool fits = text_parse_int64(digits, strlen(digits), &seconds) &&
                !__builtin_mul_overflow(seconds, CLOCK_SECOND_NS, &ns);
    return fits ? ns : INT64_MAX;
}

bool head_retry_after(const struct head *h, int64_t now_ns, int64_t *ret_wait_ns)
{
    const char *value = head_find(h, "Retry-After");
    if (!value)
        return false;

    bool negative = *value == '-';
    const char *digits = value + negative;
    if (*digits && digits[strspn(digits, "0123456789")] == '\0') {
        *ret_wait_ns = negative ? 0 : seconds_to_ns(digits);
        return true;
    }

    int64_t until_ns;
    if (!clock_parse_http_date(value, &until_ns))
        return false;
    const char *date = head_find(h, "Date");
    int64_t from_ns;
    if (!date || !clock_parse_http_date(date, &from_ns))
        from_ns = now_ns;
    int64_t wait_ns;
    if (__builtin_sub_overflow(until_ns, from_ns, &wait_ns))
        wait_ns = until_ns > from_ns ? INT64_MAX : 0;
    *ret_wait_ns = wait_ns > 0 ? wait_ns : 0;
    return true;
}
