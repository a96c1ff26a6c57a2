/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/scope.h"

#include <stdlib.h>

#include "base/log.h"

struct scope {
    struct scope_options options;
    int64_t now_ns;
    struct account *found;
    struct scope_account *accounts;
    size_t count;
};

void scope_free(struct scope *s)
{
    if (!s)
        return;
    for (size_t i = 0; s->accounts && i < s->count; i++)
        zone_close(s->accounts[i].zone);
    free(s->accounts);
    free(s->found);
    free(s);
}

/* An account whose zone this host does not know cannot be read: its days would be others. */
static void take_account(struct account *found, int64_t now_ns,
                         struct scope_account *ret_account)
{
    *ret_account = (struct scope_account){.id = found->id, .name = found->name};
    if (!found->failed)
        found->failed = !zone_open(found->time_zone, &ret_account->zone, &found->failure);
    ret_account->failed = found->failed;
    ret_account->failure = &found->failure;
    if (!found->failed)
        ret_account->today = zone_day_of(ret_account->zone, now_ns);
}

bool scope_new(const struct scope_options *options, struct scope **ret_scope, struct error *err)
{
    AUTO(scope_freep) struct scope *s = calloc(1, sizeof *s);
    if (!s)
        return error_memory(err);
    s->options = *options;
    s->now_ns = clock_now_ns();
    size_t count;
    if (!access_accounts(options->access, &s->found, &count, err))
        return false;
    s->accounts = calloc(count + 1, sizeof *s->accounts);
    if (!s->accounts)
        return error_memory(err);
    for (; s->count < count; s->count++)
        take_account(&s->found[s->count], s->now_ns, &s->accounts[s->count]);
    *ret_scope = steal(&s);
    return true;
}

const struct scope_account *scope_accounts(const struct scope *s, size_t *ret_count)
{
    *ret_count = s->count;
    return s->accounts;
}

/* A reading may be gone on with on another day than it began. */
bool scope_settled(const struct scope_account *account, const struct slice_rule *rule,
                   const struct slice *slice, const struct checkpoint *checkpoint)
{
    struct slice_mark mark;
    int64_t began_ns = checkpoint->updated_ns; /* what was read before days had marks */
    if (slice_parse_mark(checkpoint->mark, &mark))
        began_ns = mark.began_ns;
    return checkpoint->state == CHECKPOINT_COMPLETE &&
           slice_settled(rule, slice, zone_day_of(account->zone, began_ns), account->today);
}

static bool tell_clamp(const struct scope *s, size_t stream,
                       const struct scope_account *account, int64_t first,
                       const struct scope_notes *notes, struct error *err)
{
    char text[CLOCK_DATE_SIZE];
    clock_format_date(first, text);
    log_warning(
        "days.out_of_reach",
        "stream=%s account=%s first=%s the service keeps no older days: those before it "
        "are not read",
        s->options.access->deployment->manifest->streams[stream].name, account->id, text);
    return !notes->out_of_reach ||
           notes->out_of_reach(notes->context, stream, account, text, err);
}

static bool add_list(const struct scope *s, size_t stream, const struct scope_account *account,
                     const struct scope_notes *notes, struct agenda *agenda, struct error *err)
{
    const struct settings *settings = s->options.access->deployment->options->settings;
    const struct slice_rule rule = settings_slice(settings, stream);
    const struct window_days days =
        window_resolve(s->options.window, &rule, account->zone, s->now_ns);
    if (days.clamped && !tell_clamp(s, stream, account, days.since, notes, err))
        return false;
    if (days.since > days.until)
        return true; /* none of them has begun there, or is there any more */
    AUTO(cleanup_free) struct slice *slices = NULL;
    size_t count;
    if (!slice_list(&rule, days.since, days.until, &slices, &count, err) ||
        !agenda_add(agenda, stream, account, slices, count, err))
        return false;
    slices = NULL;
    return true;
}

bool scope_agenda(const struct scope *s, const struct scope_notes *notes,
                  struct agenda **ret_agenda, struct error *err)
{
    AUTO(agenda_freep) struct agenda *agenda = agenda_new();
    if (!agenda)
        return error_memory(err);
    for (size_t i = 0; i < s->options.access->deployment->stream_count; i++) {
        if (!notes->wanted(notes->context, i))
            continue;
        for (size_t k = 0; k < s->count; k++) {
            if (!s->accounts[k].failed && !add_list(s, i, &s->accounts[k], notes, agenda, err))
                return false;
        }
    }
    *ret_agenda = steal(&agenda);
    return true;
}
