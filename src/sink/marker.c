/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/marker.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "codec/hex.h"
#include "codec/json.h"

enum { VERSION = 1, DIGEST_TEXT_SIZE = HEX_SIZE(DIGEST_SIZE) };

#define BEGIN_ANEW                                                                        \
    "Put it back; or set another [kafka] deployment and deliver with --accept-sink, and " \
    "all that the stage still has is published again"

bool marker_write(const struct marker *m, struct buffer *ret_value)
{
    const struct ledger_entry *entry = &m->entry;
    char digests[3][DIGEST_TEXT_SIZE];
    char loaded[CLOCK_RFC3339_SIZE];
    hex_encode(entry->digest, DIGEST_SIZE, digests[0]);
    hex_encode(entry->schema_digest, DIGEST_SIZE, digests[1]);
    hex_encode(entry->policy_digest, DIGEST_SIZE, digests[2]);
    clock_format_rfc3339(entry->loaded_ns, loaded);
    json_auto_t *ends = json_array();
    for (int i = 0; i < m->partitions; i++)
        json_array_append_new(ends, json_integer(m->ends[i]));
    json_auto_t *root =
        json_pack("{s:i, s:s, s:I, s:I, s:I, s:s, s:s, s:s, s:s, s:s, s:O}", "version", VERSION,
                  "stage", m->stage_id, "first_seq", (json_int_t)entry->first_seq, "last_seq",
                  (json_int_t)entry->last_seq, "rows", (json_int_t)entry->rows, "digest",
                  digests[0], "schema_digest", digests[1], "policy_digest", digests[2],
                  "loaded", loaded, "topic", m->topic, "ends", ends);
    struct error ignored;
    return root && json_canonical(root, ret_value, &ignored);
}

static bool read_ends(const json_t *ends, struct marker *m)
{
    size_t i;
    json_t *end;
    if (!json_is_array(ends) || json_array_size(ends) > CLUSTER_PARTITIONS_MAX)
        return false;
    json_array_foreach (ends, i, end) {
        if (!json_is_integer(end) || json_integer_value(end) < 0)
            return false;
        m->ends[i] = json_integer_value(end);
    }
    m->partitions = (int)json_array_size(ends);
    return true;
}

static bool take_text(const char *text, char *out, size_t size)
{
    return snprintf(out, size, "%s", text) < (int)size;
}

static bool read_value(json_t *root, struct marker *m)
{
    const char *stage, *digest, *schema, *policy, *loaded, *topic;
    json_t *ends;
    int version;
    json_int_t first, last, rows;
    struct ledger_entry *entry = &m->entry;
    if (json_unpack(root, "{s:i, s:s, s:I, s:I, s:I, s:s, s:s, s:s, s:s, s:s, s:o}", "version",
                    &version, "stage", &stage, "first_seq", &first, "last_seq", &last, "rows",
                    &rows, "digest", &digest, "schema_digest", &schema, "policy_digest",
                    &policy, "loaded", &loaded, "topic", &topic, "ends", &ends) != 0 ||
        version != VERSION || first < 1 || last < first || rows < 0)
        return false;
    entry->first_seq = first;
    entry->last_seq = last;
    entry->rows = rows;
    m->found = true;
    return take_text(stage, m->stage_id, sizeof m->stage_id) &&
           take_text(topic, m->topic, sizeof m->topic) &&
           hex_decode(digest, entry->digest, DIGEST_SIZE) &&
           hex_decode(schema, entry->schema_digest, DIGEST_SIZE) &&
           hex_decode(policy, entry->policy_digest, DIGEST_SIZE) &&
           clock_parse_rfc3339(loaded, &entry->loaded_ns) && read_ends(ends, m);
}

bool marker_read(const void *value, size_t len, struct marker *ret_marker, struct error *err)
{
    json_auto_t *root = NULL;
    struct marker m = {0};
    struct error parsing;
    if (len > MARKER_VALUE_MAX ||
        !json_parse(value, len, "marker", ERROR_SINK, &root, &parsing) || !read_value(root, &m))
        return error_set(err, ERROR_SINK,
                         "the marker is not what extract writes; another program writes into "
                         "the state topic, or a newer extract does");
    *ret_marker = m;
    return true;
}

bool marker_check(const struct marker *m, const char *stream, const char *topic,
                  const struct topics_range *ranges, int partitions, struct error *err)
{
    if (!m->found)
        return true;
    if (strcmp(m->topic, topic) != 0)
        return error_set(err, ERROR_SINK,
                         "stream %s: was published into topic %s up to segment %" PRId64
                         ", and its topic is now %s. " BEGIN_ANEW,
                         stream, m->topic, m->entry.last_seq, topic);
    if (partitions == 0)
        return error_set(err, ERROR_SINK,
                         "stream %s: topic %s is gone, and the marker says that segments up to "
                         "%" PRId64 " were published into it. " BEGIN_ANEW,
                         stream, topic, m->entry.last_seq);
    for (int i = 0; i < m->partitions; i++) {
        int64_t end = i < partitions ? ranges[i].end : 0;
        if (end < m->ends[i])
            return error_set(err, ERROR_SINK,
                             "stream %s: topic %s is not the one that was published into, or "
                             "lost records: partition %d ends at %" PRId64 ", and ended at "
                             "%" PRId64 " with segment %" PRId64 ". " BEGIN_ANEW,
                             stream, topic, i, end, m->ends[i], m->entry.last_seq);
    }
    return true;
}
