/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/topic_plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Kafka counts in milliseconds, and -1 is for ever. */
static int64_t to_ms(int64_t retention_ns)
{
    return retention_ns == 0 ? -1 : retention_ns / 1000000;
}

static int64_t first_said(int64_t wish, int64_t fallback)
{
    return wish > 0 ? wish : fallback;
}

bool topic_plan_data(const struct kafka_settings *s, const struct driver_stream *stream,
                     struct topic_plan *ret_plan, struct error *err)
{
    const struct topic_wish *wish = schema_topic(stream->schema);
    struct topic_plan plan = {
        .shape = {
            .partitions = (int)first_said(wish->partitions, s->partitions),
            .replication = (int)first_said(wish->replication, s->replication),
            .retention_ms =
                to_ms(wish->retention_ns >= 0 ? wish->retention_ns : s->retention_ns),
        }};
    int cleanup = wish->cleanup >= 0 ? wish->cleanup : (int)s->cleanup;
    snprintf(plan.shape.cleanup, sizeof plan.shape.cleanup, "%s", topic_cleanup_names[cleanup]);
    int len = wish->name ? snprintf(plan.name, sizeof plan.name, "%s", wish->name)
                         : snprintf(plan.name, sizeof plan.name, "%s%s.%s", s->prefix,
                                    stream->source, stream->name);
    if (len >= (int)sizeof plan.name || !topic_is_name(plan.name))
        return error_set(
            err, ERROR_CONFIG,
            "[kafka] prefix: \"%s\" makes no name of a topic (letters, digits, '.', "
            "'_' and '-', at most %d)",
            s->prefix, TOPIC_NAME_MAX);
    if (strcmp(plan.name, s->state_topic) == 0)
        return error_set(err, ERROR_CONFIG, "[kafka] state_topic: %s is stream %s's own topic",
                         plan.name, stream->name);
    if (cleanup == TOPIC_COMPACT && schema_key(stream->schema, (int[SCHEMA_KEY_MAX]){0}) == 0)
        return error_set(err, ERROR_CONFIG,
                         "[kafka] cleanup: stream %s has no x-key, and compaction goes by key: "
                         "give it an x-topic with cleanup delete",
                         stream->name);
    *ret_plan = plan;
    return true;
}

void topic_plan_state(const struct kafka_settings *s, struct topic_plan *ret_plan)
{
    struct topic_plan plan = {.shape = {.partitions = 1,
                                        .replication = (int)s->replication,
                                        .retention_ms = -1,
                                        .cleanup = "compact"}};
    snprintf(plan.name, sizeof plan.name, "%s", s->state_topic);
    *ret_plan = plan;
}

/* --- Differences -------------------------------------------------------------------------- */

static bool differ(struct buffer *out, size_t start, const char *what, int64_t found,
                   int64_t wanted)
{
    return found == wanted || buffer_printf(out, "%s%s %" PRId64 " instead of %" PRId64,
                                            out->len > start ? ", " : "", what, found, wanted);
}

static bool has_other_cleanup(const struct topic_plan *plan, const struct topics_shape *found)
{
    return found->configured && strcmp(found->cleanup, plan->shape.cleanup) != 0;
}

static bool has_other_retention(const struct topic_plan *plan, const struct topics_shape *found)
{
    return found->configured && strcmp(plan->shape.cleanup, "delete") == 0 &&
           found->retention_ms != plan->shape.retention_ms;
}

bool topic_plan_difference(const struct topic_plan *plan, const struct topics_shape *found,
                           struct buffer *ret_text)
{
    const struct topics_shape *wanted = &plan->shape;
    size_t start = ret_text->len;
    return differ(ret_text, start, "partitions", found->partitions, wanted->partitions) &&
           (wanted->replication < 0 ||
            differ(ret_text, start, "replication", found->replication, wanted->replication)) &&
           (!has_other_retention(plan, found) ||
            differ(ret_text, start, "retention.ms", found->retention_ms,
                   wanted->retention_ms)) &&
           (!has_other_cleanup(plan, found) ||
            buffer_printf(ret_text, "%scleanup.policy %s instead of %s",
                          ret_text->len > start ? ", " : "", found->cleanup, wanted->cleanup));
}

/* --- Commands ----------------------------------------------------------------------------- */

/* A word of a shell command, quoted whatever is in it. */
static bool quote(struct buffer *out, const char *before, const char *text)
{
    if (!buffer_printf(out, "%s'", before))
        return false;
    for (; *text; text++)
        if (!(*text == '\'' ? buffer_append_text(out, "'\\''")
                            : buffer_append_byte(out, (uint8_t)*text)))
            return false;
    return buffer_append_byte(out, '\'');
}

static bool begin_command(const struct kafka_settings *s, const char *tool, struct buffer *out)
{
    return buffer_append_text(out, tool) &&
           quote(out, " --bootstrap-server ", s->cluster.brokers);
}

bool topic_plan_create(const struct kafka_settings *s, const struct topic_plan *plan,
                       struct buffer *out)
{
    const struct topics_shape *shape = &plan->shape;
    return begin_command(s, "kafka-topics.sh", out) &&
           buffer_printf(out, " --create --if-not-exists --topic %s --partitions %d",
                         plan->name, shape->partitions) &&
           (shape->replication < 0 ||
            buffer_printf(out, " --replication-factor %d", shape->replication)) &&
           buffer_printf(out, " --config cleanup.policy=%s --config retention.ms=%" PRId64 "\n",
                         shape->cleanup, shape->retention_ms);
}

bool topic_plan_alter(const struct kafka_settings *s, const struct topic_plan *plan,
                      const struct topics_shape *found, struct buffer *out)
{
    size_t start = out->len;
    if (!buffer_printf(out, "# topic %s is left as it is: ", plan->name))
        return false;
    size_t text = out->len;
    if (!topic_plan_difference(plan, found, out))
        return false;
    if (out->len == text) {
        buffer_truncate(out, start);
        return true;
    }
    if (!buffer_append_byte(out, '\n'))
        return false;
    if (found->partitions < plan->shape.partitions &&
        !(buffer_append_text(out, "# (keys move to other partitions)\n# ") &&
          begin_command(s, "kafka-topics.sh", out) &&
          buffer_printf(out, " --alter --topic %s --partitions %d\n", plan->name,
                        plan->shape.partitions)))
        return false;
    return !(has_other_retention(plan, found) || has_other_cleanup(plan, found)) ||
           (buffer_append_text(out, "# ") && begin_command(s, "kafka-configs.sh", out) &&
            buffer_printf(out,
                          " --alter --topic %s --add-config "
                          "cleanup.policy=%s,retention.ms=%" PRId64 "\n",
                          plan->name, plan->shape.cleanup, plan->shape.retention_ms));
}

static bool allow(const struct kafka_settings *s, const char *user, const char *what,
                  const char *name, const char *operations, struct buffer *out)
{
    AUTO(buffer_done) struct buffer principal;
    buffer_init(&principal, 4096);
    return buffer_printf(&principal, "User:%s", user) &&
           begin_command(s, "kafka-acls.sh", out) &&
           quote(out, " --add --allow-principal ", buffer_text(&principal)) &&
           quote(out, what, name) && buffer_printf(out, "%s\n", operations);
}

bool topic_plan_permissions(const struct kafka_settings *s, const struct topic_plan *plan,
                            const char *transactional_id, struct buffer *out)
{
    static const char topic[] = " --topic ";
    const char *user = s->cluster.username ? s->cluster.username : "extract";
    return buffer_printf(out, "# the user that publishes; Create on the topics as well if it "
                              "is to make them itself\n") &&
           allow(s, user, " --transactional-id ", transactional_id,
                 " --operation Write --operation Describe", out) &&
           allow(s, user, topic, plan->name,
                 " --operation Write --operation Read --operation Describe"
                 " --operation DescribeConfigs",
                 out) &&
           allow(s, user, topic, s->state_topic,
                 " --operation Write --operation Read --operation Describe"
                 " --operation DescribeConfigs",
                 out) &&
           buffer_printf(out, "# one that reads, with isolation.level=read_committed (Java's "
                              "clients read uncommitted records otherwise)\n") &&
           allow(s, "CONSUMER", topic, plan->name, " --operation Read --operation Describe",
                 out) &&
           allow(s, "CONSUMER", " --group ", "GROUP", " --operation Read", out);
}
