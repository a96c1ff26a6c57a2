/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_edge.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sandbox/meta_cursor.h"
#include "sandbox/meta_entity.h"
#include "sandbox/meta_filter.h"
#include "sandbox/meta_page.h"

/* Positions are numbers of objects. */
struct edge {
    struct meta_rows rows;
    struct meta_entity entity;
    struct meta_fields fields;
    struct meta_filter filter;
    struct meta_token token;
    enum meta_kind kind;
    uint32_t account;
    struct meta_range range;
    unsigned states; /* that are wanted, as bits */
    int64_t updated_since;
};

static struct edge *edge_of(struct meta_rows *rows)
{
    return (struct edge *)rows;
}

static struct meta_node node_at(const struct edge *e, uint64_t position)
{
    if (e->kind == META_ACCOUNT)
        return (struct meta_node){META_ACCOUNT, (uint32_t)position, 0};
    return (struct meta_node){e->kind, e->account, (uint32_t)position};
}

static bool is_wanted(const struct edge *e, struct meta_node node)
{
    const struct meta_world *w = e->entity.world;
    if (e->kind == META_ACCOUNT)
        return meta_auth_sees(&e->token, w, node);
    return (e->states & 1U << meta_world_effective_status(node)) &&
           meta_world_updated(w, node, e->entity.now_s) >= e->updated_since &&
           meta_filter_takes(&e->filter, w, node, e->entity.now_s);
}

static bool edge_find(struct meta_rows *rows, uint64_t *position)
{
    const struct edge *e = edge_of(rows);
    uint64_t at = *position > e->range.first ? *position : e->range.first;
    while (at < e->range.end && !is_wanted(e, node_at(e, at)))
        at++;
    *position = at;
    return at < e->range.end;
}

static char *edge_write(struct meta_rows *rows, uint64_t position, char *out)
{
    const struct edge *e = edge_of(rows);
    return meta_entity_write(&e->entity, node_at(e, position), &e->fields, out);
}

static uint64_t edge_id(struct meta_rows *rows, uint64_t position)
{
    const struct edge *e = edge_of(rows);
    return meta_world_id(e->entity.world, node_at(e, position));
}

static void edge_free(struct meta_rows *rows)
{
    struct edge *e = edge_of(rows);
    meta_fields_done(&e->fields);
    meta_filter_done(&e->filter);
    free(e);
}

static void free_slot(struct edge **slot)
{
    if (*slot)
        edge_free(&(*slot)->rows);
}

/* --- parameters --- */

enum { ALL_STATES = (1 << META_STATUS_COUNT) - 1 };

static bool parse_states(const char *text, unsigned *ret_states)
{
    AUTO(meta_fields_done) struct meta_fields names = {0};
    if (!meta_fields_parse(text, &names))
        return false;
    *ret_states = 0;
    for (size_t i = 0; i < names.count; i++)
        for (int k = 0; k < META_STATUS_COUNT; k++)
            if (strcmp(meta_world_status_text((enum meta_status)k), names.names[i]) == 0)
                *ret_states |= 1U << k;
    return true;
}

/* Without a word about states, archived and deleted objects are left out. */
static bool choose_states(const struct meta_call *call, struct edge *e)
{
    const char *text = meta_call_param(call, "effective_status");
    e->states = ALL_STATES;
    if (text)
        return parse_states(text, &e->states);
    if (!e->filter.has_status && e->kind != META_CREATIVE && e->kind != META_AUDIENCE)
        e->states &= ~(1U << META_ARCHIVED | 1U << META_DELETED);
    return true;
}

static bool read_number(const struct meta_call *call, const char *name, int64_t *ret_number)
{
    const char *text = meta_call_param(call, name);
    return !text || text_parse_int64(text, strlen(text), ret_number);
}

/* Fills ret_text with what is wrong when it is false. */
static bool read_params(const struct meta_call *call, struct edge *e,
                        char ret_text[META_FILTER_TEXT_MAX])
{
    static const char bad_status[] = "Param effective_status must be an array of states";
    static const char bad_since[] = "Param updated_since must be a number of seconds";
    if (!meta_filter_parse(meta_call_param(call, "filtering"), e->kind, &e->filter, ret_text))
        return false;
    memcpy(ret_text, bad_status, sizeof bad_status);
    if (!choose_states(call, e))
        return false;
    memcpy(ret_text, bad_since, sizeof bad_since);
    return read_number(call, "updated_since", &e->updated_since);
}

static bool is_too_large(const struct meta_call *call)
{
    int64_t limit = 0;
    int64_t most = call->meta->keys.settings.edge_rows;
    return most > 0 && read_number(call, "limit", &limit) && limit > most;
}

static void count_total(const struct meta_call *call, struct edge *e)
{
    const char *summary = meta_call_param(call, "summary");
    e->rows.total = -1;
    if (!summary || strcmp(summary, "false") == 0 || strcmp(summary, "0") == 0)
        return;
    e->rows.total = 0;
    for (uint64_t at = 0; edge_find(&e->rows, &at); at++)
        e->rows.total++;
}

/* A broken object cannot be read, but told apart from others. */
static bool is_ids_alone(const struct meta_fields *fields)
{
    return fields->count == 1 && strcmp(fields->names[0], "id") == 0;
}

static bool answer(struct meta_call *call, struct meta_node node, enum meta_kind kind)
{
    AUTO(free_slot) struct edge *e = calloc(1, sizeof *e);
    char text[META_FILTER_TEXT_MAX] = "";
    bool answered;
    if (!e)
        return false;
    e->rows = (struct meta_rows){.row_max = META_ENTITY_MAX,
                                 .query = meta_cursor_mark(&call->params, node) + kind,
                                 .poisoned = UINT64_MAX,
                                 .find = edge_find,
                                 .write = edge_write,
                                 .id = edge_id,
                                 .free = edge_free};
    e->entity = meta_entity_for(call);
    e->token = call->token;
    e->kind = kind;
    e->account = node.account;
    e->range = kind == META_ACCOUNT ? (struct meta_range){0, call->meta->world.accounts}
                                    : meta_world_below(&call->meta->world, node, kind);
    if (!meta_entity_fields(call, kind, &e->fields))
        return meta_error_answer(call->reply, META_ERROR_PARAMETER, "Syntax error in fields");
    if (!meta_entity_check(call, kind, &e->fields, &answered) || answered)
        return answered;
    if (!read_params(call, e, text))
        return meta_error_answer(call->reply, META_ERROR_PARAMETER, text);
    if (is_too_large(call))
        return meta_error_answer(call->reply, META_ERROR_REDUCE);
    const int64_t poison = call->meta->keys.settings.poison;
    if (kind == META_CREATIVE && poison > 0 && !is_ids_alone(&e->fields))
        e->rows.poisoned = (uint64_t)poison - 1;
    count_total(call, e);
    struct edge *given = steal(&e);
    return meta_page_answer_take(call, &given->rows);
}

bool meta_edge_campaigns(struct meta_call *call, struct meta_node node)
{
    return answer(call, node, META_CAMPAIGN);
}

bool meta_edge_adsets(struct meta_call *call, struct meta_node node)
{
    return answer(call, node, META_ADSET);
}

bool meta_edge_ads(struct meta_call *call, struct meta_node node)
{
    return answer(call, node, META_AD);
}

bool meta_edge_creatives(struct meta_call *call, struct meta_node node)
{
    return answer(call, node, META_CREATIVE);
}

bool meta_edge_audiences(struct meta_call *call, struct meta_node node)
{
    return answer(call, node, META_AUDIENCE);
}

bool meta_edge_accounts(struct meta_call *call)
{
    return answer(call, (struct meta_node){META_ACCOUNT, 0, 0}, META_ACCOUNT);
}
