/* SPDX-License-Identifier: Apache-2.0 */
#include "source/accounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is being gathered. */
struct gathered {
    struct account *list;
    size_t count;
    size_t room;
};

struct listing {
    const struct accounts_options *options;
    const struct account_rule *rule;
    struct exchange *exchange; /* asks for the list … */
    struct exchange *single; /* … and about one account, whose limits hold up nobody else */
    struct template_values values;
    struct gathered accounts;
    struct gathered listed;
    bool is_listed;
};

static void listing_done(struct listing *l)
{
    exchange_free(l->exchange);
    exchange_free(l->single);
    free(l->accounts.list);
    free(l->listed.list);
}

static bool open_exchanges(struct listing *l, struct error *err)
{
    const struct accounts_options *o = l->options;
    struct exchange_options options = {
        .client = o->client,
        .stream = EXCHANGE_NO_STREAM,
    };
    options.client.yields = false;
    settings_fill(o->client.settings, &l->values);
    if (!exchange_new(&options, &l->exchange, err))
        return false;
    options.client.yields = true;
    return exchange_new(&options, &l->single, err);
}

static bool add(struct gathered *g, const struct account *a, struct error *err)
{
    if (g->count == ACCOUNTS_MAX)
        return error_set(err, ERROR_DATA,
                         "more than %d accounts: name those that are wanted (accounts = …)",
                         ACCOUNTS_MAX);
    if (g->count == g->room) {
        size_t room = g->room ? 2 * g->room : 16;
        struct account *grown = reallocarray(g->list, room, sizeof *grown);
        if (!grown)
            return error_memory(err);
        g->list = grown;
        g->room = room;
    }
    g->list[g->count++] = *a;
    return true;
}

static bool ask(struct listing *l, struct exchange *e, const struct request_rule *rule,
                const char *account, json_t **ret_root, struct exchange_result *ret_result,
                struct error *err)
{
    l->values.text[TEMPLATE_ACCOUNT] = account;
    AUTO(request_done) struct request request = {0};
    const struct exchange_call call = {
        .request = &request.http,
        .values = &l->values,
        .cost = {.own = &rule->costs},
        .account = account,
    };
    return request_render(rule, settings_base_url(l->options->client.settings), &l->values,
                          &request, err) &&
           exchange_document(e, &call, ret_root, ret_result, err);
}

/* --- the list ---------------------------------------------------------------------------- */

/* Nobody can say which account it is: it is called by its place, for no id has this form. */
static void call_by_place(struct account *a, size_t place, const struct error *why)
{
    *a = (struct account){.failed = true, .failure = *why};
    snprintf(a->id, sizeof a->id, "#%zu", place);
    error_prefix(&a->failure, "the list of accounts: record %zu", place);
}

static bool take_records(struct listing *l, const json_t *root, struct error *err)
{
    const json_t *list = pointer_get(root, l->rule->records);
    if (!json_is_array(list))
        return error_set(err, ERROR_DATA, "the answer has no list of accounts");
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct account a;
        struct error why;
        if (!account_of_record(l->rule, json_array_get(list, i), &a, &why))
            call_by_place(&a, l->listed.count + 1, &why);
        if (!add(&l->listed, &a, err))
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
    if (!ask(l, l->exchange, &l->rule->request, NULL, &root, &result, err) ||
        !take_records(l, root, err))
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
static void sort(struct gathered *g)
{
    size_t kept = 0;
    if (g->count > 0)
        qsort(g->list, g->count, sizeof *g->list, by_id);
    for (size_t i = 0; i < g->count; i++) {
        if (kept == 0 || by_id(&g->list[kept - 1], &g->list[i]) != 0)
            g->list[kept++] = g->list[i];
    }
    g->count = kept;
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
    sort(&l->listed);
    l->is_listed = true;
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
    if (!ask(l, l->single, &l->rule->one, id, &root, &ignored, err) ||
        !account_of_record(l->rule, root, &a, err))
        return false;
    if (strcmp(a.id, id) != 0)
        return error_set(err, ERROR_DATA, "the service answered about another account");
    *ret_account = a;
    return true;
}

static const struct account *find(const struct gathered *g, const char *id)
{
    struct account key = {0};
    snprintf(key.id, sizeof key.id, "%s", id);
    return g->count > 0 ? bsearch(&key, g->list, g->count, sizeof key, by_id) : NULL;
}

/* Its own limits keep us from asking about it: the list is asked of nobody in particular. False:
 * it does not help, and *failure says why. */
static bool take_listed(struct listing *l, const char *id, struct account *ret_account,
                        struct error *failure)
{
    if (failure->kind != ERROR_QUOTA || l->is_listed || !list_all(l, failure))
        return false;
    const struct account *known = find(&l->listed, id);
    if (known)
        *ret_account = *known;
    return known;
}

static bool take_one(struct listing *l, const char *id, struct error *err)
{
    struct account a = {0};
    struct error failure;
    if (!account_is_id(l->rule, id))
        return error_set(err, ERROR_CONFIG, "\"%.40s\" is no account of %s", id,
                         settings_manifest(l->options->client.settings)->source);
    if (!ask_one(l, id, &a, &failure) && !take_listed(l, id, &a, &failure)) {
        if (!is_local(failure.kind)) {
            *err = failure;
            return error_prefix(err, "account %s", id);
        }
        a.failed = true;
        a.failure = failure;
        snprintf(a.id, sizeof a.id, "%s", id);
    }
    return add(&l->accounts, &a, err);
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
    for (size_t i = 0; i < count; i++) {
        const struct account *known = find(&l->listed, wanted[i]);
        if (named_before(wanted, i))
            continue;
        if (!(known ? add(&l->accounts, known, err) : take_one(l, wanted[i], err)))
            return false;
    }
    return true;
}

static bool take_single(struct listing *l, struct error *err)
{
    const struct account only = {.id = MANIFEST_SINGLE_ACCOUNT, .time_zone = "UTC"};
    return add(&l->accounts, &only, err);
}

static bool take_listing(struct listing *l, struct error *err)
{
    if (!list_all(l, err))
        return false;
    l->accounts = l->listed;
    l->listed = (struct gathered){0};
    return true;
}

static bool take_all(struct listing *l, struct error *err)
{
    const char *const *wanted = l->options->wanted;
    if (l->rule->kind == ACCOUNT_SINGLE)
        return take_single(l, err);
    return open_exchanges(l, err) &&
           (wanted && wanted[0] ? take_wanted(l, wanted, err) : take_listing(l, err));
}

bool accounts_list(const struct accounts_options *options, struct account **ret_accounts,
                   size_t *ret_count, struct error *err)
{
    AUTO(listing_done)
    struct listing l = {
        .options = options,
        .rule = &settings_manifest(options->client.settings)->accounts,
    };
    if (!take_all(&l, err))
        return false;
    *ret_accounts = steal(&l.accounts.list);
    *ret_count = l.accounts.count;
    return true;
}
