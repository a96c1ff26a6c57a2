/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/tally.h"

#include <inttypes.h>

void tally_init(struct tally *t)
{
    *t = (struct tally){0};
    pthread_mutex_init(&t->mutex, NULL);
}

void tally_done(struct tally *t)
{
    pthread_mutex_destroy(&t->mutex);
}

void tally_reset(struct tally *t)
{
    pthread_mutex_lock(&t->mutex);
    t->requests = t->records = t->refused = t->during_block = t->unanswered = 0;
    t->in_flight_max = t->in_flight;
    for (size_t i = 0; i < TALLY_STATUS_MAX; i++)
        t->statuses[i] = 0;
    pthread_mutex_unlock(&t->mutex);
}

void tally_begin(struct tally *t)
{
    pthread_mutex_lock(&t->mutex);
    t->requests++;
    if (++t->in_flight > t->in_flight_max)
        t->in_flight_max = t->in_flight;
    pthread_mutex_unlock(&t->mutex);
}

void tally_answer(struct tally *t, int status)
{
    pthread_mutex_lock(&t->mutex);
    if (status > 0 && status < TALLY_STATUS_MAX)
        t->statuses[status]++;
    else
        t->unanswered++;
    pthread_mutex_unlock(&t->mutex);
}

void tally_end(struct tally *t)
{
    pthread_mutex_lock(&t->mutex);
    t->in_flight--;
    pthread_mutex_unlock(&t->mutex);
}

void tally_refusal(struct tally *t, bool during_block)
{
    pthread_mutex_lock(&t->mutex);
    t->refused++;
    t->during_block += during_block;
    pthread_mutex_unlock(&t->mutex);
}

void tally_records(struct tally *t, uint64_t count)
{
    pthread_mutex_lock(&t->mutex);
    t->records += count;
    pthread_mutex_unlock(&t->mutex);
}

static bool format_statuses(const struct tally *t, struct buffer *out)
{
    const char *comma = "";
    for (int i = 0; i < TALLY_STATUS_MAX; i++) {
        if (t->statuses[i] == 0)
            continue;
        if (!buffer_printf(out, "%s\"%d\":%" PRIu64, comma, i, t->statuses[i]))
            return false;
        comma = ",";
    }
    return true;
}

bool tally_format(struct tally *t, struct buffer *out)
{
    pthread_mutex_lock(&t->mutex);
    bool done =
        buffer_printf(out,
                      "\"requests\":%" PRIu64 ",\"records\":%" PRIu64 ",\"refused\":%" PRIu64
                      ",\"during_block\":%" PRIu64 ",\"unanswered\":%" PRIu64
                      ",\"in_flight\":%" PRIu64 ",\"in_flight_max\":%" PRIu64 ",\"statuses\":{",
                      t->requests, t->records, t->refused, t->during_block, t->unanswered,
                      t->in_flight, t->in_flight_max) &&
        format_statuses(t, out) && buffer_append_byte(out, '}');
    pthread_mutex_unlock(&t->mutex);
    return done;
}
