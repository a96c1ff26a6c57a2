/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/recorded.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "codec/json.h"
#include "sandbox/pagekey.h"

static bool wrong(const char *path, size_t user, const char *what, struct error *err)
{
    return error_set(err, ERROR_CONFIG, "%s#/results/%zu: %s", path, user, what);
}

static bool read_date(const json_t *user, const char *name, int64_t *ret_ms)
{
    const char *text = json_string_value(json_object_get(json_object_get(user, name), "date"));
    int64_t ns;
    if (!text || !clock_parse_rfc3339(text, &ns))
        return false;
    int64_t ms = ns / 1000000;
    *ret_ms = ns % 1000000 < 0 ? ms - 1 : ms;
    return true;
}

/* `"name":VALUE`, owned by the slice. */
static bool dump_member(const char *name, const json_t *value, struct slice *ret_text)
{
    AUTO(cleanup_free) char *dumped = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    size_t size = dumped ? strlen(dumped) + strlen(name) + 4 : 0;
    char *text = dumped ? malloc(size) : NULL;
    if (!text)
        return false;
    ret_text->len = (size_t)snprintf(text, size, "\"%s\":%s", name, dumped);
    ret_text->text = text;
    return true;
}

static bool read_user(const json_t *user, const char *path, size_t i,
                      struct recorded_user *ret_user, struct error *err)
{
    const char *uuid =
        json_string_value(json_object_get(json_object_get(user, "login"), "uuid"));
    if (!uuid || strlen(uuid) != PERSON_UUID_LENGTH)
        return wrong(path, i, "/login/uuid is missing", err);
    memcpy(ret_user->uuid, uuid, PERSON_UUID_LENGTH);
    if (!read_date(user, "dob", &ret_user->born_ms) ||
        !read_date(user, "registered", &ret_user->registered_ms))
        return wrong(path, i, "/dob/date or /registered/date is not a date", err);
    for (int f = 0; f < PERSON_FIELD_COUNT; f++) {
        const json_t *value = json_object_get(user, person_json_names[f]);
        if (!value || !dump_member(person_json_names[f], value, &ret_user->members[f]))
            return wrong(path, i, "not a whole v1.4 user", err);
    }
    return true;
}

static void page_done(struct recorded_page *page)
{
    for (size_t i = 0; page->users && i < page->count; i++)
        for (int f = 0; f < PERSON_FIELD_COUNT; f++)
            free((char *)page->users[i].members[f].text);
    free(page->users);
    *page = (struct recorded_page){0};
}

static bool read_page(const json_t *root, const char *path, struct recorded_page *page,
                      struct error *err)
{
    const json_t *info = json_object_get(root, "info");
    const char *seed = json_string_value(json_object_get(info, "seed"));
    const char *version = json_string_value(json_object_get(info, "version"));
    const json_t *number = json_object_get(info, "page");
    const json_t *users = json_object_get(root, "results");
    if (!seed || !json_is_integer(number) || !version || strcmp(version, "1.4") != 0)
        return error_set(err, ERROR_CONFIG, "%s#/info: not a response of version 1.4", path);
    size_t count = json_array_size(users);
    if (count == 0 || count > RECORDED_USERS_MAX)
        return error_set(err, ERROR_CONFIG, "%s#/results: 1 to %d users are expected", path,
                         RECORDED_USERS_MAX);
    pagekey_make(seed, strlen(seed), (uint32_t)json_integer_value(number), page->page);
    page->users = calloc(count, sizeof *page->users);
    if (!page->users)
        return error_memory(err);
    page->count = count;
    for (size_t i = 0; i < count; i++)
        if (!read_user(json_array_get(users, i), path, i, &page->users[i], err))
            return false;
    return true;
}

bool recorded_load(struct recorded *r, const char *path, struct error *err)
{
    if (r->count == RECORDED_FILES_MAX)
        return error_set(err, ERROR_USAGE, "--recorded: more than %d files",
                         RECORDED_FILES_MAX);
    json_auto_t *root = NULL;
    if (!json_read_file(path, ERROR_CONFIG, &root, err))
        return false;
    AUTO(page_done) struct recorded_page page = {0};
    if (!read_page(root, path, &page, err))
        return false;
    r->pages[r->count++] = page;
    page = (struct recorded_page){0};
    return true;
}

void recorded_done(struct recorded *r)
{
    for (size_t i = 0; i < r->count; i++)
        page_done(&r->pages[i]);
    r->count = 0;
}

const struct recorded_page *recorded_find(const struct recorded *r,
                                          const uint8_t page[MDHASH_MD5_SIZE])
{
    for (size_t i = 0; i < r->count; i++)
        if (memcmp(r->pages[i].page, page, MDHASH_MD5_SIZE) == 0)
            return &r->pages[i];
    return NULL;
}

static bool append_member(struct buffer *out, const struct recorded_user *user,
                          enum person_field field, const struct person_style *style)
{
    char date[128];
    if (field != PERSON_DOB && field != PERSON_REGISTERED)
        return buffer_append(out, user->members[field].text, user->members[field].len);
    int64_t ms = field == PERSON_DOB ? user->born_ms : user->registered_ms;
    const char *end = person_json_write_date(date, field, ms, style);
    return buffer_append(out, date, (size_t)(end - date));
}

bool recorded_append(struct buffer *out, const struct recorded_user *user,
                     const struct person_style *style)
{
    if (!buffer_append_byte(out, '{'))
        return false;
    bool first = true;
    for (int f = 0; f < PERSON_FIELD_COUNT; f++) {
        if (!(style->fields >> f & 1))
            continue;
        if ((!first && !buffer_append_byte(out, ',')) ||
            !append_member(out, user, (enum person_field)f, style))
            return false;
        first = false;
    }
    return buffer_append_byte(out, '}');
}
