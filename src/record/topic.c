/* SPDX-License-Identifier: Apache-2.0 */
#include "record/topic.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

const char *const topic_cleanup_names[] = {"delete", "compact", NULL};

static const struct place_key topic_keys[] = {
    {"name", false},    {"partitions", false}, {"replication", false}, {"retention", false},
    {"cleanup", false}, {"tombstone", false},  {NULL, false},
};
static const struct place_key tombstone_keys[] = {
    {"column", true}, {"equals", true}, {NULL, false}};

static const int64_t retention_max_ns = 36500 * CLOCK_DAY_NS;

void topic_init(struct topic_wish *wish)
{
    *wish = (struct topic_wish){.retention_ns = -1, .cleanup = -1, .tombstone_column = -1};
}

void topic_done(struct topic_wish *wish)
{
    free(wish->name);
    free(wish->tombstone_equals);
    topic_init(wish);
}

bool topic_is_name(const char *text)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t len = strlen(text);
    return len > 0 && len <= TOPIC_NAME_MAX && strspn(text, letters) == len &&
           strcmp(text, ".") != 0 && strcmp(text, "..") != 0;
}

static bool read_name(struct topic_wish *wish, struct place *at, const json_t *json,
                      struct error *err)
{
    const char *name = NULL;
    if (!place_string(at, json, "name", &name, err))
        return false;
    if (!name)
        return true;
    if (!topic_is_name(name))
        return place_fail_at(at, "name", err,
                             "is no name of a topic (letters, digits, '.', '_' and '-', at "
                             "most %d)",
                             TOPIC_NAME_MAX);
    wish->name = strdup(name);
    return wish->name || error_memory(err);
}

static bool read_cleanup(struct topic_wish *wish, struct place *at, const json_t *json,
                         struct error *err)
{
    size_t cleanup;
    if (!json_object_get(json, "cleanup"))
        return true;
    if (!place_row(at, json, "cleanup", topic_cleanup_names, sizeof *topic_cleanup_names,
                   &cleanup, err))
        return false;
    wish->cleanup = (int)cleanup;
    return true;
}

static bool read_tombstone(struct topic_wish *wish, struct place *at, const json_t *json,
                           const struct column_list *columns, struct error *err)
{
    const json_t *tombstone = json_object_get(json, "tombstone");
    const char *column = NULL, *equals = NULL;
    if (!tombstone)
        return true;
    pointer_push(&at->path, "tombstone");
    if (!place_keys(at, tombstone, tombstone_keys, err) ||
        !place_string(at, tombstone, "column", &column, err) ||
        !place_text(at, tombstone, "equals", TOPIC_EQUALS_MAX, &equals, err))
        return false;
    wish->tombstone_column = column_find(columns, column, strlen(column));
    if (wish->tombstone_column < 0)
        return place_fail_at(at, "column", err, "there is no column \"%s\"", column);
    wish->tombstone_equals = strdup(equals);
    pointer_pop(&at->path);
    return wish->tombstone_equals || error_memory(err);
}

bool topic_read(struct topic_wish *wish, struct place *at, const json_t *json,
                const struct column_list *columns, struct error *err)
{
    return place_keys(at, json, topic_keys, err) && read_name(wish, at, json, err) &&
           place_integer(at, json, "partitions", 1, TOPIC_PARTITIONS_MAX, &wish->partitions,
                         err) &&
           place_integer(at, json, "replication", 1, TOPIC_REPLICATION_MAX, &wish->replication,
                         err) &&
           place_duration(at, json, "retention", 0, retention_max_ns, &wish->retention_ns,
                          err) &&
           read_cleanup(wish, at, json, err) && read_tombstone(wish, at, json, columns, err);
}
