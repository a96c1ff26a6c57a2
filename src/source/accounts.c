/* SPDX-License-Identifier: Apache-2.0 */
#include "source/accounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is being gathered. */
struct listing {
    const struct accounts_options *options;
    const struct account_rule *rule;
    struct exchange *exchange;
    struct template_values values;
    struct account *accounts;
    size_t count;
    size_t room;
};

static void listing_done(struct listing *l)
{
    exchange_free(l->exchange);
    free(l->accounts);
}

static bool open_exchange(struct listing *l, struct error *err)
{
    const struct accounts_options *o = l->options;
    const struct exchange_options options = {
        .settings = o->settings,
        .stream = EXCHANGE_NO_STREAM,
        .account = MANIFEST_SINGLE_ACCOUNT,
        .credentials = o->credentials,
        .http = o->http,
        .limiter = o->limiter,
        .versions = o->versions,
        .max_wait_ns = o->max_wait_ns,
        .watch = o->watch,
    };
    settings_fill(o->settings, &l->values);
    return exchange_new(&options, &l->exchange, err);
}

static bool add(struct listing *l, const struct account *a, struct error *err)
{
    if (l->count == ACCOUNTS_MAX)
        return error_set(err, ERROR_DATA,
                         "more than %d accounts: name those that are wanted (accounts = …)",
                         ACCOUNTS_MAX);
    if (l->count == l->room) {
        size_t room = l->room ? 2 * l->room : 16;
        struct account *grown = reallocarray(l->accounts, room, sizeof *grown);
        if (!grown)
            return error_memory(err);
        l->accounts = grown;
        l->room = room;
    }
    l->accounts[l->count++] = *a;
    return true;
}

static bool ask(struct listing *l, const struct request_rule *rule, json_t **ret_root,
                struct exchange_result *ret_result, struct error *err)
{
    AUTO(request_done) struct request request = {0};
    const struct exchange_call call = {.request = &request.http, .values = &l->values};
    return request_render(rule, settings_base_url(l->options->settings), &l->values, &request,
                          err) &&
           exchange_document(l->exchange, &call, ret_root, ret_result, err);
}

/* --- the list ---------------------------------------------------------------------------- */

static bool take_records(struct listing *l, const json_t *root, struct error *err)
{
    const json_t *list = pointer_get(root, l->rule->records);
    if (!json_is_array(list))
        return error_set(err, ERROR_DATA, "the answer has no list of accounts");
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct account a;
        if (!account_of_record(l->rule, json_array_get(list, i), &a, err) || !add(l, &a, err))
            return false;
    }
    return true;
}

static bool next_page(struct listing *l, struct paginator *p, struct error *err)
{
    json_auto_t *root = NULL;
    struct exchange_result result;
    if (p->page >= ACCOUNTS_PAGES_MAX)
        return error_set(err, ERROR_DATA, "the list does not end within %d pages",
                         ACCOUNTS_PAGES_MAX);
    paginator_fill(p, &l->values);
    if (!ask(l, &l->rule->request, &root, &result, err) || !take_records(l, root, err))
        return false;
    result.facts.records = json_array_size(pointer_get(root, l->rule->records));
    return paginator_advance(p, &result.facts, err);
}

/* The page was too big, and a smaller one can be asked for. */
static bool may_shrink(struct listing *l, struct paginator *p, const struct error *err)
{
    return err->kind == ERROR_TOO_BIG && exchange_verdict(l->exchange) == VERDICT_SHRINK &&
           paginator_shrink(p);
}

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct account *)a)->id, ((const struct account *)b)->id);
}

/* An account that the list has twice, as when it changes between two pages, counts once. */
static void sort(struct listing *l)
{
    size_t kept = 0;
    if (l->count > 0)
        qsort(l->accounts, l->count, sizeof *l->accounts, by_id);
    for (size_t i = 0; i < l->count; i++) {
        if (kept == 0 || by_id(&l->accounts[kept - 1], &l->accounts[i]) != 0)
            l->accounts[kept++] = l->accounts[i];
    }
    l->count = kept;
}

static bool list_all(struct listing *l, struct error *err)
{
    AUTO(paginator_close) struct paginator p = {0};
    if (!paginator_open(&l->rule->paginator, &l->values, NULL, &p, err))
        return false;
    while (!p.done) {
        if (!next_page(l, &p, err) && !may_shrink(l, &p, err))
            return error_prefix(err, "the list of accounts");
    }
    sort(l);
    return true;
}

/* --- single accounts --------------------------------------------------------------------- */

/* What says something about this account and nothing about the next one. */
static bool is_local(enum error_kind kind)
{
    return kind == ERROR_ACCOUNT || kind == ERROR_REMOTE || kind == ERROR_DATA;
}

static bool ask_one(struct listing *l, const char *id, struct account *ret_account,
                    struct error *err)
{
    json_auto_t *root = NULL;
    struct exchange_result ignored;
    struct account a = {0};
    l->values.text[TEMPLATE_ACCOUNT] = id;
    if (!ask(l, &l->rule->one, &root, &ignored, err) ||
        !account_of_record(l->rule, root, &a, err))
        return false;
    if (strcmp(a.id, id) != 0)
        return error_set(err, ERROR_DATA, "the service answered about another account");
    *ret_account = a;
    return true;
}

static bool take_one(struct listing *l, const char *id, struct error *err)
{
    struct account a = {0};
    struct error failure;
    if (!account_is_id(l->rule, id))
        return error_set(err, ERROR_CONFIG, "\"%.40s\" is no account of %s", id,
                         settings_manifest(l->options->settings)->source);
    if (!ask_one(l, id, &a, &failure)) {
        if (!is_local(failure.kind)) {
            *err = failure;
            return error_prefix(err, "account %s", id);
        }
        a.failed = true;
        a.failure = failure;
        snprintf(a.id, sizeof a.id, "%s", id);
    }
    return add(l, &a, err);
}

static const struct account *find(const struct account *accounts, size_t count, const char *id)
{
    struct account key = {0};
    snprintf(key.id, sizeof key.id, "%s", id);
    return count > 0 ? bsearch(&key, accounts, count, sizeof key, by_id) : NULL;
}

static bool named_before(const char *const *wanted, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (strcmp(wanted[k], wanted[i]) == 0)
            return true;
    }
    return false;
}

static bool take_wanted(struct listing *l, const char *const *wanted, struct error *err)
{
    size_t count = 0;
    while (wanted[count])
        count++;
    if (count > ACCOUNTS_ASKED_MAX && !list_all(l, err))
        return false;
    AUTO(cleanup_free) struct account *listed = l->accounts;
    size_t listed_count = l->count;
    l->accounts = NULL;
    l->count = l->room = 0;
    for (size_t i = 0; i < count; i++) {
        const struct account *known = find(listed, listed_count, wanted[i]);
        if (named_before(wanted, i))
            continue;
        if (!(known ? add(l, known, err) : take_one(l, wanted[i], err)))
            return false;
    }
    return true;
}

static bool take_single(struct listing *l, struct error *err)
{
    const struct account only = {.id = MANIFEST_SINGLE_ACCOUNT, .time_zone = "UTC"};
    return add(l, &only, err);
}

static bool take_all(struct listing *l, struct error *err)
{
    const char *const *wanted = l->options->wanted;
    if (l->rule->kind == ACCOUNT_SINGLE)
        return take_single(l, err);
    return open_exchange(l, err) &&
           (wanted && wanted[0] ? take_wanted(l, wanted, err) : list_all(l, err));
}

bool accounts_list(const struct accounts_options *options, struct account **ret_accounts,
                   size_t *ret_count, struct error *err)
{
    AUTO(listing_done)
    struct listing l = {
        .options = options,
        .rule = &settings_manifest(options->settings)->accounts,
    };
    if (!take_all(&l, err))
        return false;
    *ret_accounts = steal(&l.accounts);
    *ret_count = l.count;
    return true;
}
