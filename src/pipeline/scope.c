/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "stage/checkpoint.h"

struct scope {
    struct scope_options options;
    int64_t now_ns;
    struct account *found;
    size_t found_count;
    size_t listed; /* of them, by the service, in the order of their ids */
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

static int by_id(const void *id, const void *account)
{
    return strcmp(id, ((const struct account *)account)->id);
}

/* An account that was read not long ago: is it in the list? */
static bool take_known(void *context, const char *id, int64_t read_ns, struct error *err)
{
    struct scope *s = context;
    const char *source = s->options.access->deployment->manifest->source;
    struct account missed = {.failed = true};
    char read[CLOCK_RFC3339_SIZE];
    if (strlen(id) >= sizeof missed.id ||
        bsearch(id, s->found, s->listed, sizeof *s->found, by_id))
        return true;
    snprintf(missed.id, sizeof missed.id, "%s", id);
    clock_format_rfc3339(read_ns, read);
    error_set(
        &missed.failure, ERROR_ACCOUNT,
        "%s lists it no more, and it was read on %.10s; the other accounts go on; let the "
        "credentials see this one, or name those that are wanted ([%s] accounts)",
        source, read, source);
    struct account *grown = reallocarray(s->found, s->found_count + 1, sizeof *grown);
    if (!grown)
        return error_memory(err);
    s->found = grown;
    s->found[s->found_count++] = missed;
    return true;
}

static bool find_accounts(struct scope *s, struct error *err)
{
    const struct deployment *d = s->options.access->deployment;
    const char *const *named = d->options->accounts;
    if (!access_accounts(s->options.access, &s->found, &s->found_count, err))
        return false;
    s->listed = s->found_count;
    return (named && named[0]) || d->manifest->accounts.kind != ACCOUNT_DISCOVER ||
           s->listed == 0 || !s->options.stage ||
           checkpoint_accounts(s->options.stage, s->now_ns - SCOPE_MISSED_DAYS * CLOCK_DAY_NS,
                               take_known, s, err);
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
    if (!find_accounts(s, err))
        return false;
    s->accounts = calloc(s->found_count + 1, sizeof *s->accounts);
    if (!s->accounts)
        return error_memory(err);
    for (; s->count < s->found_count; s->count++)
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
    return checkpoint->state == CHECKPOINT_COMPLETE &&
           slice_parse_mark(checkpoint->mark, &mark) &&
           slice_settled(rule, slice, zone_day_of(account->zone, mark.began_ns),
                         account->today);
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

/* The first day before `before` that was last read when it could still change. */
static bool find_unsettled(const struct scope *s, const char *stream,
                           const struct scope_account *account, const struct slice_rule *rule,
                           int64_t before, int64_t *ret_day, bool *ret_found, struct error *err)
{
    struct checkpoint c = {0};
    char end[CLOCK_DATE_SIZE];
    clock_format_date(before, end);
    for (;;) {
        struct slice slice;
        if (!checkpoint_next_complete(s->options.stage, stream, account->id, c.slice, end, &c,
                                      ret_found, err))
            return false;
        if (!*ret_found)
            return true;
        if (slice_parse(rule, c.slice, &slice) && clock_parse_date(slice.from, ret_day) &&
            !scope_settled(account, rule, &slice, &c))
            return true;
    }
}

/* No night may have been left out, when no day is asked for. */
static bool catch_up(const struct scope *s, size_t stream, const struct scope_account *account,
                     const struct slice_rule *rule, struct window_days *days, struct error *err)
{
    const struct window *w = s->options.window;
    const char *name = s->options.access->deployment->manifest->streams[stream].name;
    char text[CLOCK_DATE_SIZE];
    int64_t day;
    bool found, ignored;
    if (!s->options.stage || !rule->has_lookback || w->since.kind != WINDOW_UNSET ||
        w->until.kind != WINDOW_UNSET)
        return true;
    if (!find_unsettled(s, name, account, rule, days->since, &day, &found, err))
        return false;
    day = found ? slice_clamp(rule, day, days->today, &ignored) : days->since;
    if (day >= days->since)
        return true;
    days->since = day;
    clock_format_date(day, text);
    log_info("days.caught_up",
             "stream=%s account=%s first=%s was last read when it could still change: read "
             "from there on",
             name, account->id, text);
    return true;
}

static bool add_list(const struct scope *s, size_t stream, const struct scope_account *account,
                     const struct scope_notes *notes, struct agenda *agenda, struct error *err)
{
    const struct settings *settings = s->options.access->deployment->options->settings;
    const struct slice_rule rule = settings_slice(settings, stream);
    struct window_days days =
        window_resolve(s->options.window, &rule, account->zone, s->now_ns);
    if (!catch_up(s, stream, account, &rule, &days, err))
        return false;
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
