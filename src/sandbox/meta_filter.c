/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_filter.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "codec/json.h"
#include "sandbox/meta_name.h"

enum compare {
    EQUAL,
    GREATER,
    GREATER_OR_EQUAL,
    LESS,
    LESS_OR_EQUAL,
    AMONG,
    WITHIN,
    CONTAINS,
    STARTS,
    ENDS,
};

/* Texts are between id and updated_time; what is of a row comes last. */
enum subject { ID, NAME, STATUS, DELIVERY, UPDATED, CREATED, IMPRESSIONS, CLICKS, SPEND };

enum { KEY_MAX = 64 };

struct meta_condition {
    enum meta_kind kind;
    enum subject subject;
    enum compare compare;
    bool negated;
    size_t count;
    char **texts; /* of a subject that is a text */
    int64_t *numbers; /* of one that is a number; ids in ascending order */
};

static const struct {
    const char *name;
    enum compare compare;
    bool negated;
} operators[] = {
    {"EQUAL", EQUAL, false},
    {"NOT_EQUAL", EQUAL, true},
    {"GREATER_THAN", GREATER, false},
    {"GREATER_THAN_OR_EQUAL", GREATER_OR_EQUAL, false},
    {"LESS_THAN", LESS, false},
    {"LESS_THAN_OR_EQUAL", LESS_OR_EQUAL, false},
    {"AFTER", GREATER, false},
    {"BEFORE", LESS, false},
    {"ON_OR_AFTER", GREATER_OR_EQUAL, false},
    {"ON_OR_BEFORE", LESS_OR_EQUAL, false},
    {"IN", AMONG, false},
    {"NOT_IN", AMONG, true},
    {"ANY", AMONG, false},
    {"NONE", AMONG, true},
    {"IN_RANGE", WITHIN, false},
    {"NOT_IN_RANGE", WITHIN, true},
    {"CONTAIN", CONTAINS, false},
    {"NOT_CONTAIN", CONTAINS, true},
    {"CONTAINS_ANY", CONTAINS, false},
    {"NOT_CONTAINS_ANY", CONTAINS, true},
    {"STARTS_WITH", STARTS, false},
    {"ENDS_WITH", ENDS, false},
};

static const char *const subjects[] = {
    [ID] = "id",
    [NAME] = "name",
    [STATUS] = "effective_status",
    [DELIVERY] = "delivery_info",
    [UPDATED] = "updated_time",
    [CREATED] = "created_time",
    [IMPRESSIONS] = "impressions",
    [CLICKS] = "clicks",
    [SPEND] = "spend",
    NULL,
};

static const struct {
    const char *prefix;
    enum meta_kind kind;
} prefixes[] = {{"ad.", META_AD}, {"adset.", META_ADSET}, {"campaign.", META_CAMPAIGN}};

/* --- parsing --- */

static bool is_text(enum subject subject)
{
    return subject > ID && subject < UPDATED;
}

static bool find_field(const char *field, enum meta_kind own, struct meta_condition *c)
{
    c->kind = own;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (text_starts_with(field, prefixes[i].prefix)) {
            c->kind = prefixes[i].kind;
            field += strlen(prefixes[i].prefix);
            break;
        }
    int subject = text_find(field, subjects);
    c->subject = (enum subject)subject;
    return subject >= 0;
}

static bool find_operator(const char *name, struct meta_condition *c)
{
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (strcmp(operators[i].name, name) == 0) {
            c->compare = operators[i].compare;
            c->negated = operators[i].negated;
            return true;
        }
    return false;
}

/* Numbers come as numbers and as texts. */
static bool read_number(const json_t *value, int64_t *ret_number)
{
    if (json_is_integer(value)) {
        *ret_number = json_integer_value(value);
        return true;
    }
    return json_is_string(value) &&
           text_parse_int64(json_string_value(value), json_string_length(value), ret_number);
}

static bool add_value(struct meta_condition *c, const json_t *value)
{
    if (!is_text(c->subject))
        return read_number(value, &c->numbers[c->count]) && ++c->count;
    const char *text = json_string_value(value);
    return text && (c->texts[c->count] = strdup(text)) && ++c->count;
}

static int compare_numbers(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static bool read_values(struct meta_condition *c, const json_t *value, size_t *room)
{
    size_t count = json_is_array(value) ? json_array_size(value) : 1;
    if (count > *room)
        return false;
    *room -= count;
    if (is_text(c->subject))
        c->texts = calloc(count + 1, sizeof *c->texts);
    else
        c->numbers = calloc(count + 1, sizeof *c->numbers);
    if (!c->texts && !c->numbers)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!add_value(c, json_is_array(value) ? json_array_get(value, i) : value))
            return false;
    if (c->numbers && c->compare == AMONG)
        qsort(c->numbers, count, sizeof *c->numbers, compare_numbers);
    size_t least = c->compare == WITHIN ? 2 : c->compare == AMONG ? 0 : 1;
    return c->count >= least;
}

__attribute__((format(printf, 2, 3))) static bool wrong(char *ret_text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(ret_text, META_FILTER_TEXT_MAX, format, args);
    va_end(args);
    return false;
}

static bool read_condition(const json_t *object, enum meta_kind own, struct meta_condition *c,
                           size_t *room, char ret_text[META_FILTER_TEXT_MAX])
{
    const char *field = json_string_value(json_object_get(object, "field"));
    const char *comparison = json_string_value(json_object_get(object, "operator"));
    const json_t *value = json_object_get(object, "value");
    char shown[KEY_MAX];
    snprintf(shown, sizeof shown, "%s", field ? field : "");
    if (!field || !comparison || !value)
        return wrong(ret_text, "param filtering must have field, operator and value");
    if (!find_field(field, own, c))
        return wrong(ret_text, "Filtering field %s is invalid. It is not supported", shown);
    if (!find_operator(comparison, c))
        return wrong(ret_text, "Filtering operator of %s is not supported", shown);
    return read_values(c, value, room) ||
           wrong(ret_text, "Filtering value of %s is invalid", shown);
}

static void note(struct meta_filter *f, const struct meta_condition *c)
{
    if (c->subject == STATUS || c->subject == DELIVERY)
        f->has_status = true;
    if (c->subject >= IMPRESSIONS)
        f->has_rows = true;
    else if (f->kind == META_NOTHING)
        f->kind = c->kind;
}

bool meta_filter_parse(const char *text, enum meta_kind own, struct meta_filter *ret_filter,
                       char ret_text[META_FILTER_TEXT_MAX])
{
    AUTO(meta_filter_done) struct meta_filter f = {0};
    json_auto_t *root = NULL;
    struct error err;
    if (text && (!json_parse(text, strlen(text), "filtering", ERROR_DATA, &root, &err) ||
                 !json_is_array(root) || json_array_size(root) > META_FILTER_CONDITIONS_MAX))
        return wrong(ret_text, "param filtering must be an array");
    size_t count = root ? json_array_size(root) : 0;
    size_t room = META_FILTER_VALUES_MAX;
    f.conditions = calloc(count + 1, sizeof *f.conditions);
    if (!f.conditions)
        return false;
    for (size_t i = 0; i < count; i++) {
        struct meta_condition *c = &f.conditions[f.count++];
        if (!read_condition(json_array_get(root, i), own, c, &room, ret_text))
            return false;
        note(&f, c);
    }
    *ret_filter = f;
    f = (struct meta_filter){0};
    return true;
}

void meta_filter_done(struct meta_filter *f)
{
    for (size_t i = 0; i < f->count; i++) {
        struct meta_condition *c = &f->conditions[i];
        for (size_t k = 0; c->texts && k < c->count; k++)
            free(c->texts[k]);
        free(c->texts);
        free(c->numbers);
    }
    free(f->conditions);
    *f = (struct meta_filter){0};
}

/* --- holding --- */

static bool holds_number(const struct meta_condition *c, int64_t value)
{
    const int64_t *wanted = c->numbers;
    switch (c->compare) {
    case EQUAL:
        return value == wanted[0];
    case GREATER:
        return value > wanted[0];
    case GREATER_OR_EQUAL:
        return value >= wanted[0];
    case LESS:
        return value < wanted[0];
    case LESS_OR_EQUAL:
        return value <= wanted[0];
    case WITHIN:
        return value >= wanted[0] && value <= wanted[1];
    case AMONG:
        return bsearch(&value, wanted, c->count, sizeof value, compare_numbers);
    default:
        return false;
    }
}

static bool holds_one(enum compare compare, const char *value, const char *wanted)
{
    switch (compare) {
    case CONTAINS:
        return strcasestr(value, wanted);
    case STARTS:
        return text_starts_with(value, wanted);
    case ENDS:
        return text_ends_with(value, wanted);
    default:
        return strcasecmp(value, wanted) == 0;
    }
}

static bool holds_text(const struct meta_condition *c, const char *value)
{
    for (size_t i = 0; i < c->count; i++)
        if (holds_one(c->compare, value, c->texts[i]))
            return true;
    return false;
}

static bool holds(const struct meta_condition *c, const struct meta_world *w,
                  struct meta_node node, int64_t now_s)
{
    char name[META_NAME_MAX];
    switch (c->subject) {
    case ID:
        return holds_number(c, (int64_t)meta_world_id(w, node));
    case NAME:
        meta_name_plain(w, node, name);
        return holds_text(c, name);
    case STATUS:
        return holds_text(c, meta_world_status_text(meta_world_effective_status(node)));
    case DELIVERY:
        return holds_text(c, meta_world_delivery_text(meta_world_effective_status(node)));
    case UPDATED:
        return holds_number(c, meta_world_updated(w, node, now_s));
    default:
        return holds_number(c, meta_world_created(w, node));
    }
}

/* An ad can be asked for its campaign, a campaign not for its ads. */
static bool is_above(enum meta_kind kind, enum meta_kind node)
{
    return kind <= node && node <= META_AD;
}

bool meta_filter_takes(const struct meta_filter *f, const struct meta_world *w,
                       struct meta_node node, int64_t now_s)
{
    for (size_t i = 0; i < f->count; i++) {
        const struct meta_condition *c = &f->conditions[i];
        if (c->subject >= IMPRESSIONS || !is_above(c->kind, node.kind))
            continue;
        struct meta_node object =
            c->kind == node.kind ? node : meta_world_parent(node, c->kind);
        if (holds(c, w, object, now_s) == c->negated)
            return false;
    }
    return true;
}

bool meta_filter_takes_row(const struct meta_filter *f, const struct meta_metrics *row)
{
    for (size_t i = 0; i < f->count; i++) {
        const struct meta_condition *c = &f->conditions[i];
        if (c->subject < IMPRESSIONS)
            continue;
        int64_t value = c->subject == IMPRESSIONS ? row->impressions
                        : c->subject == CLICKS    ? row->clicks
                                                  : row->spend / 100;
        if (holds_number(c, value) == c->negated)
            return false;
    }
    return true;
}
