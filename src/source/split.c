/* SPDX-License-Identifier: Apache-2.0 */
#include "source/split.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

enum { PATH_DIGITS = 4 };

static const struct {
    const char *name;
    enum split_kind kind;
} kinds[] = {{"ids", SPLIT_IDS}, {"fields", SPLIT_FIELDS}, {NULL, SPLIT_IDS}};

static const struct place_key any_keys[] = {
    {"by", true},    {"level", false}, {"list", false}, {"filter", false},
    {"most", false}, {"key", false},   {NULL, false},
};
static const struct place_key ids_keys[] = {
    {"by", true},     {"level", true}, {"list", true},
    {"filter", true}, {"most", true},  {NULL, false},
};
static const struct place_key fields_keys[] = {{"by", true}, {"key", true}, {NULL, false}};
static const struct place_key list_keys[] = {
    {"request", true}, {"paginator", true}, {"records", true}, {"id", true}, {NULL, false},
};

/* --- the rule ------------------------------------------------------------------------------ */

static bool read_pointer(struct place *p, const json_t *value, const char *key, bool of_rows,
                         struct pointer **ret_pointer, struct error *err)
{
    const char *text = NULL;
    if (!place_text(p, value, key, POINTER_TEXT_MAX, &text, err))
        return false;
    AUTO(pointer_freep) struct pointer *parsed = pointer_parse(text);
    const char *star = strchr(text, '*'); /* any row: at the end, and nowhere else */
    bool rows = star && star > text && star[-1] == '/' && star[1] == '\0';
    if (!parsed || (of_rows ? !rows : star != NULL))
        return place_fail_at(p, key, err, "expected a JSON Pointer such as %s",
                             of_rows ? "/data/*" : "/id");
    if (of_rows) /* the array itself */
        free(parsed->tokens[--parsed->depth]);
    *ret_pointer = steal(&parsed);
    return true;
}

static bool read_list(struct place *p, const json_t *step, const struct template_scope *scope,
                      struct facts_wanted *wanted, struct split_list *list, struct error *err)
{
    const json_t *value = json_object_get(step, "list");
    struct template_scope of_page = *scope;
    pointer_push(&p->path, "list");
    if (!place_keys(p, value, list_keys, err))
        return false;
    pointer_push(&p->path, "paginator");
    if (!paginator_read(p, json_object_get(value, "paginator"), scope, wanted, &list->paginator,
                        err))
        return false;
    pointer_pop(&p->path);

    of_page.names |= list->paginator.names | 1U << TEMPLATE_PART_FILTER;
    pointer_push(&p->path, "request");
    if (!request_read(p, json_object_get(value, "request"), &of_page, &list->request, err))
        return false;
    pointer_pop(&p->path);
    if (!read_pointer(p, value, "records", true, &list->records, err) ||
        !read_pointer(p, value, "id", false, &list->id, err))
        return false;
    pointer_pop(&p->path);
    return true;
}

static bool read_filter(struct place *p, const json_t *value, struct split_step *step,
                        struct error *err)
{
    const struct template_scope scope = {.names = 1U << TEMPLATE_PART_IDS};
    if (!template_member(p, value, "filter", &scope, &step->filter, err))
        return false;
    return template_uses(&step->filter, TEMPLATE_PART_IDS) ||
           place_fail_at(p, "filter", err, "{part.ids} is missing");
}

static bool read_ids(struct place *p, const json_t *value, const struct template_scope *scope,
                     struct facts_wanted *wanted, struct split_step *step, struct error *err)
{
    int64_t most = 0;
    if (!place_keys(p, value, ids_keys, err) ||
        !place_text(p, value, "level", 64, &step->level, err) ||
        !place_integer(p, value, "most", 1, SPLIT_IDS_MAX, &most, err) ||
        !read_filter(p, value, step, err))
        return false;
    step->most = (size_t)most;
    return read_list(p, value, scope, wanted, &step->list, err);
}

static bool read_key(struct place *p, const json_t *value, struct split_step *step,
                     struct error *err)
{
    const json_t *list = NULL;
    if (!place_keys(p, value, fields_keys, err) ||
        !place_array(p, value, "key", SPLIT_KEYS_MAX, &list, err))
        return false;
    pointer_push(&p->path, "key");
    for (; step->key_count < json_array_size(list); step->key_count++) {
        const json_t *name = json_array_get(list, step->key_count);
        if (!json_is_string(name) || json_string_length(name) == 0 ||
            strchr(json_string_value(name), ','))
            return place_fail(p, err, "expected names of fields");
        step->key[step->key_count] = json_string_value(name);
    }
    pointer_pop(&p->path);
    return true;
}

static bool read_step(struct place *p, const json_t *value, const struct template_scope *scope,
                      struct facts_wanted *wanted, struct split_step *step, struct error *err)
{
    size_t kind = 0;
    if (!place_keys(p, value, any_keys, err) ||
        !place_row(p, value, "by", kinds, sizeof *kinds, &kind, err))
        return false;
    step->kind = kinds[kind].kind;
    return step->kind == SPLIT_IDS ? read_ids(p, value, scope, wanted, step, err)
                                   : read_key(p, value, step, err);
}

bool split_read(struct place *p, const json_t *value, const struct template_scope *scope,
                struct facts_wanted *wanted, struct split_rule *ret_rule, struct error *err)
{
    AUTO(split_rule_done) struct split_rule rule = {0};
    size_t count = json_array_size(value);
    if (count == 0 || count > SPLIT_STEPS_MAX)
        return place_fail(p, err, "expected an array of 1 to %d steps", SPLIT_STEPS_MAX);
    for (size_t i = 0; i < count; i++) {
        pointer_push_index(&p->path, i);
        rule.count++;
        if (!read_step(p, json_array_get(value, i), scope, wanted, &rule.steps[i], err))
            return false;
        if (rule.steps[i].kind == SPLIT_FIELDS && i + 1 < count)
            return place_fail(p, err,
                              "what is cut by fields is not cut by ids any more: "
                              "the last step");
        pointer_pop(&p->path);
    }
    *ret_rule = rule;
    rule = (struct split_rule){0};
    return true;
}

void split_rule_done(struct split_rule *rule)
{
    for (size_t i = 0; i < rule->count; i++) {
        struct split_list *list = &rule->steps[i].list;
        request_rule_done(&list->request);
        pointer_free(list->records);
        pointer_free(list->id);
    }
    *rule = (struct split_rule){0};
}

/* --- lists of texts ------------------------------------------------------------------------ */

static void free_texts(char **texts, size_t count)
{
    for (size_t i = 0; texts && i < count; i++)
        free(texts[i]);
    free(texts);
}

/* Copies of count texts behind those that are there already, of which there is room for all. */
static bool copy_texts(const char *const *texts, size_t count, char **to, size_t *to_count,
                       struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (!(to[*to_count] = strdup(texts[i])))
            return error_memory(err);
        ++*to_count;
    }
    return true;
}

static bool set_texts(const char *const *texts, size_t count, char ***ret_list,
                      size_t *ret_count, struct error *err)
{
    if (count == 0)
        return true;
    *ret_list = calloc(count, sizeof **ret_list);
    return *ret_list ? copy_texts(texts, count, *ret_list, ret_count, err) : error_memory(err);
}

static bool has_text(const char *const *texts, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(texts[i], text) == 0)
            return true;
    }
    return false;
}

/* An id goes into a request between quotes: nothing that would end them. */
static bool is_id(const char *text)
{
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++) {
        if (text[i] <= ' ' || text[i] > '~' || text[i] == '"' || text[i] == '\\')
            return false;
    }
    return len > 0 && len <= SPLIT_ID_MAX;
}

/* --- listed ids ---------------------------------------------------------------------------- */

static bool listed_append(struct split_listed *listed, const char *id, struct error *err)
{
    if (!is_id(id))
        return error_set(err, ERROR_DATA, "the answer has an id that is none");
    if (listed->count == SPLIT_LISTED_MAX)
        return error_set(err, ERROR_DATA, "more than %d ids", SPLIT_LISTED_MAX);
    if (listed->count == listed->cap) {
        size_t cap = listed->cap ? listed->cap * 2 : 64;
        char **ids = realloc(listed->ids, cap * sizeof *ids);
        if (!ids)
            return error_memory(err);
        listed->ids = ids;
        listed->cap = cap;
    }
    if (!(listed->ids[listed->count] = strdup(id)))
        return error_memory(err);
    listed->count++;
    return true;
}

bool split_listed_add(const struct split_list *list, const json_t *answer,
                      struct split_listed *listed, struct error *err)
{
    const json_t *rows = pointer_get(answer, list->records);
    if (!json_is_array(rows))
        return error_set(err, ERROR_DATA, "the answer has no list of ids");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *id = pointer_get(json_array_get(rows, i), list->id);
        char number[24] = "";
        const char *text = json_string_value(id);
        if (json_is_integer(id))
            snprintf(number, sizeof number, "%" PRId64, (int64_t)json_integer_value(id));
        if (!listed_append(listed, text ? text : number, err))
            return false;
    }
    return true;
}

void split_listed_done(struct split_listed *listed)
{
    free_texts(listed->ids, listed->count);
    *listed = (struct split_listed){0};
}

static int compare_ids(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_listed(struct split_listed *listed)
{
    size_t kept = 0;
    if (listed->count > 0)
        qsort(listed->ids, listed->count, sizeof *listed->ids, compare_ids);
    for (size_t i = 0; i < listed->count; i++) {
        if (kept > 0 && strcmp(listed->ids[kept - 1], listed->ids[i]) == 0)
            free(listed->ids[i]);
        else
            listed->ids[kept++] = listed->ids[i];
    }
    listed->count = kept;
}

/* --- parts --------------------------------------------------------------------------------- */

void split_part_done(struct split_part *part)
{
    free_texts(part->ids, part->id_count);
    free_texts(part->fields, part->field_count);
    *part = (struct split_part){0};
}

void split_parts_done(struct split_parts *parts)
{
    for (size_t i = 0; i < parts->count; i++)
        split_part_done(&parts->list[i]);
    free(parts->list);
    *parts = (struct split_parts){0};
}

bool split_part_copy(const struct split_part *part, struct split_part *ret_part,
                     struct error *err)
{
    AUTO(split_part_done) struct split_part copy = {.step = part->step};
    memcpy(copy.path, part->path, sizeof copy.path);
    memcpy(copy.piece_of, part->piece_of, sizeof copy.piece_of);
    if (!set_texts((const char *const *)part->ids, part->id_count, &copy.ids, &copy.id_count,
                   err) ||
        !set_texts((const char *const *)part->fields, part->field_count, &copy.fields,
                   &copy.field_count, err))
        return false;
    *ret_part = copy;
    copy = (struct split_part){0};
    return true;
}

static json_t *json_of_texts(char *const *texts, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_string(texts[i]));
    return array;
}

bool split_part_text(const struct split_part *part, struct buffer *out, struct error *err)
{
    json_auto_t *object = json_object();
    if (part->id_count > 0) {
        json_object_set_new(object, "ids", json_of_texts(part->ids, part->id_count));
        json_object_set_new(object, "step", json_integer((json_int_t)part->step));
    }
    if (part->field_count > 0) {
        json_object_set_new(object, "fields", json_of_texts(part->fields, part->field_count));
        json_object_set_new(object, "piece_of", json_string(part->piece_of));
    }
    if (!object || json_array_size(json_object_get(object, "ids")) != part->id_count ||
        json_array_size(json_object_get(object, "fields")) != part->field_count)
        return error_memory(err);
    return json_canonical(object, out, err);
}

/* "0001.0000", or nothing. */
static bool is_path(const char *path)
{
    size_t len = strlen(path);
    if (len >= SPLIT_PATH_SIZE || (len > 0 && len % (PATH_DIGITS + 1) != PATH_DIGITS))
        return false;
    for (size_t i = 0; i < len; i++) {
        bool dot = i % (PATH_DIGITS + 1) == PATH_DIGITS;
        if (dot ? path[i] != '.' : path[i] < '0' || path[i] > '9')
            return false;
    }
    return true;
}

static bool parse_texts(const json_t *object, const char *key, size_t max, char ***ret_list,
                        size_t *ret_count)
{
    const json_t *array = json_object_get(object, key);
    size_t count = json_array_size(array);
    if (!array)
        return true;
    if (count == 0 || count > max || !(*ret_list = calloc(count, sizeof **ret_list)))
        return false;
    for (size_t i = 0; i < count; i++) {
        const char *text = json_string_value(json_array_get(array, i));
        if (!text || !is_id(text) || strchr(text, ',') || !((*ret_list)[i] = strdup(text)))
            return false;
        ++*ret_count;
    }
    return true;
}

static bool parse_members(const struct split_rule *rule, const json_t *object,
                          struct split_part *part)
{
    const json_t *step = json_object_get(object, "step");
    const char *piece_of = json_string_value(json_object_get(object, "piece_of"));
    json_int_t number = json_integer_value(step);
    if (!parse_texts(object, "ids", SPLIT_IDS_MAX, &part->ids, &part->id_count) ||
        !parse_texts(object, "fields", SPLIT_FIELDS_MAX, &part->fields, &part->field_count))
        return false;
    if ((part->id_count > 0) != json_is_integer(step) ||
        (part->field_count > 0) != (piece_of != NULL))
        return false;
    if (step && (number < 0 || number >= (json_int_t)rule->count ||
                 rule->steps[number].kind != SPLIT_IDS))
        return false;
    part->step = (size_t)number;
    if (piece_of &&
        (!is_path(piece_of) || strncmp(part->path, piece_of, strlen(piece_of)) != 0))
        return false;
    snprintf(part->piece_of, sizeof part->piece_of, "%s", piece_of ? piece_of : "");
    return true;
}

bool split_part_parse(const struct split_rule *rule, const char *path, const char *text,
                      struct split_part *ret_part, struct error *err)
{
    AUTO(split_part_done) struct split_part part = {0};
    json_auto_t *object = NULL;
    if (!json_parse(text, strlen(text), "a part of a slice", ERROR_STORE, &object, err))
        return false;
    if (!is_path(path))
        return error_set(err, ERROR_STORE, "a part of a slice has no path");
    snprintf(part.path, sizeof part.path, "%s", path);
    if (!json_is_object(object) || !parse_members(rule, object, &part))
        return error_set(err, ERROR_STORE, "part \"%s\" of a slice is not what we write", path);
    *ret_part = part;
    part = (struct split_part){0};
    return true;
}

static bool too_long(struct error *err)
{
    return error_set(err, ERROR_CONFIG, "the request of a part grows too long");
}

static bool append_ids(const struct split_part *part, struct buffer *out)
{
    bool ok = buffer_append_byte(out, '[');
    for (size_t i = 0; ok && i < part->id_count; i++)
        ok = (i == 0 || buffer_append_byte(out, ',')) &&
             json_append_quoted(out, part->ids[i], strlen(part->ids[i]));
    return ok && buffer_append_byte(out, ']');
}

bool split_part_filter(const struct split_rule *rule, const struct split_part *part,
                       struct buffer *out, struct error *err)
{
    if (part->id_count == 0)
        return true;
    AUTO(buffer_done) struct buffer ids;
    buffer_init(&ids, SPLIT_TEXT_MAX);
    if (!append_ids(part, &ids) || !buffer_text(&ids))
        return too_long(err);
    const struct template_values values = {.text = {[TEMPLATE_PART_IDS] = buffer_text(&ids)}};
    return template_render(&rule->steps[part->step].filter, &values, TEMPLATE_PLAIN, out) ||
           too_long(err);
}

bool split_part_fields(const struct split_part *part, struct buffer *out, struct error *err)
{
    for (size_t i = 0; i < part->field_count; i++) {
        if ((i > 0 && !buffer_append_byte(out, ',')) ||
            !buffer_append_text(out, part->fields[i]))
            return too_long(err);
    }
    return true;
}

/* --- paths that belong together ------------------------------------------------------------ */

static void end_cuts(struct split_tree *t)
{
    while (t->depth > 0 && t->cuts[t->depth - 1].seen == t->cuts[t->depth - 1].parts)
        t->depth--;
}

static bool is_next(struct split_tree *t, const char *path)
{
    char expected[SPLIT_PATH_SIZE + 24] = "";
    if (!t->begun)
        return *path == '\0';
    end_cuts(t);
    if (t->depth == 0)
        return false;
    size_t len = t->cuts[t->depth - 1].path_len;
    memcpy(expected, t->path, len);
    snprintf(expected + len, sizeof expected - len, "%s%0*" PRIu64, len > 0 ? "." : "",
             PATH_DIGITS, t->cuts[t->depth - 1].seen++);
    return strcmp(path, expected) == 0;
}

bool split_tree_add(struct split_tree *t, const char *path, uint64_t parts)
{
    size_t len = strlen(path);
    if (!is_next(t, path) || len >= SPLIT_PATH_SIZE ||
        (parts > 0 && t->depth > SPLIT_DEPTH_MAX))
        return false;
    t->begun = true;
    memcpy(t->path, path, len + 1);
    if (parts > 0) {
        t->cuts[t->depth].path_len = len;
        t->cuts[t->depth].seen = 0;
        t->cuts[t->depth++].parts = parts;
    }
    return true;
}

bool split_tree_end(struct split_tree *t)
{
    end_cuts(t);
    return t->begun && t->depth == 0;
}

/* --- making smaller ones ------------------------------------------------------------------- */

/* What a part asks for: what every piece does, and the others. */
struct asked {
    char *text[2]; /* what the lists point into */
    const char *always[SPLIT_FIELDS_MAX];
    size_t always_count;
    const char *others[SPLIT_FIELDS_MAX];
    size_t other_count;
};

static void asked_done(struct asked *a)
{
    free(a->text[0]);
    free(a->text[1]);
}

/* Appends the words of a list with commas to those that there are. *ret_text is what they point
 * into. False: memory is out. */
static bool take_words(const char *list, const char **words, size_t *count, char **ret_text)
{
    char *rest = *ret_text = strdup(list ? list : "");
    for (char *word; rest && (word = strsep(&rest, ","));) {
        if (*word && *count < SPLIT_FIELDS_MAX)
            words[(*count)++] = word;
    }
    return *ret_text != NULL;
}

/* The fields of the part, those that every piece asks for apart. False: memory is out. */
static bool find_asked(const struct split_step *step, const struct split_part *part,
                       const struct split_fields *fields, struct asked *a)
{
    const char *all[SPLIT_FIELDS_MAX], *always[SPLIT_FIELDS_MAX];
    size_t count = 0, always_count = 0;
    if (!take_words(fields->always, always, &always_count, &a->text[1]))
        return false;
    for (; count < part->field_count && count < SPLIT_FIELDS_MAX; count++)
        all[count] = part->fields[count];
    if (count == 0 && !take_words(fields->all, all, &count, &a->text[0]))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (has_text(step->key, step->key_count, all[i]) ||
            has_text(always, always_count, all[i]))
            a->always[a->always_count++] = all[i];
        else
            a->others[a->other_count++] = all[i];
    }
    return true;
}

static bool can_halve_fields(const struct split_step *step, const struct split_part *part,
                             const struct split_fields *fields)
{
    AUTO(asked_done) struct asked a = {0};
    return find_asked(step, part, fields, &a) && a.other_count > 1;
}

enum split_way split_way(const struct split_rule *rule, const struct split_part *part,
                         const struct split_fields *fields, size_t from, size_t *ret_step)
{
    if (strlen(part->path) + PATH_DIGITS + 1 >= SPLIT_PATH_SIZE)
        return SPLIT_NOT;
    size_t next = part->id_count > 0 ? part->step + 1 : 0;
    if (part->field_count > 0)
        next = rule->count - 1;
    else if (part->id_count > 1)
        next = part->step;
    *ret_step = next < from ? from : next;
    if (*ret_step >= rule->count)
        return SPLIT_NOT;
    const struct split_step *step = &rule->steps[*ret_step];
    if (step->kind == SPLIT_FIELDS)
        return can_halve_fields(step, part, fields) ? SPLIT_CUT : SPLIT_NOT;
    return part->id_count > 1 ? SPLIT_CUT : SPLIT_ASK;
}

static void set_path(const struct split_part *part, size_t number, struct split_part *child)
{
    size_t len = strlen(part->path);
    memcpy(child->path, part->path, len);
    snprintf(child->path + len, sizeof child->path - len, "%s%0*zu", len > 0 ? "." : "",
             PATH_DIGITS, number);
}

/* Deals the ids out to count parts. */
static bool deal(const struct split_part *part, size_t step, char *const *ids, size_t id_count,
                 struct split_parts *parts, struct error *err)
{
    for (size_t i = 0, first = 0; i < parts->count; i++) {
        struct split_part *child = &parts->list[i];
        size_t end = id_count * (i + 1) / parts->count;
        child->step = step;
        set_path(part, i, child);
        if (!set_texts((const char *const *)ids + first, end - first, &child->ids,
                       &child->id_count, err))
            return false;
        first = end;
    }
    return true;
}

static bool new_parts(size_t count, struct split_parts *parts, struct error *err)
{
    parts->list = calloc(count, sizeof *parts->list);
    parts->count = parts->list ? count : 0;
    return parts->list || error_memory(err);
}

static bool set_fields(const struct split_part *part, const struct asked *a, size_t first,
                       size_t end, struct split_part *child, struct error *err)
{
    child->step = part->step;
    memcpy(child->piece_of, part->field_count > 0 ? part->piece_of : part->path,
           sizeof child->piece_of);
    child->fields = calloc(a->always_count + end - first, sizeof *child->fields);
    if (!child->fields)
        return error_memory(err);
    return set_texts((const char *const *)part->ids, part->id_count, &child->ids,
                     &child->id_count, err) &&
           copy_texts(a->always, a->always_count, child->fields, &child->field_count, err) &&
           copy_texts(a->others + first, end - first, child->fields, &child->field_count, err);
}

static bool halve_fields(const struct split_step *step, const struct split_part *part,
                         const struct split_fields *fields, struct split_parts *parts,
                         struct error *err)
{
    AUTO(asked_done) struct asked a = {0};
    if (!find_asked(step, part, fields, &a))
        return error_memory(err);
    for (size_t i = 0; i < parts->count; i++) {
        set_path(part, i, &parts->list[i]);
        if (!set_fields(part, &a, a.other_count * i / parts->count,
                        a.other_count * (i + 1) / parts->count, &parts->list[i], err))
            return false;
    }
    return true;
}

bool split_cut(const struct split_rule *rule, const struct split_part *part,
               const struct split_fields *fields, size_t step, struct split_parts *ret_parts,
               struct error *err)
{
    AUTO(split_parts_done) struct split_parts parts = {0};
    const struct split_step *s = &rule->steps[step];
    if (!new_parts(2, &parts, err))
        return false;
    if (!(s->kind == SPLIT_FIELDS ? halve_fields(s, part, fields, &parts, err)
                                  : deal(part, step, part->ids, part->id_count, &parts, err)))
        return false;
    *ret_parts = parts;
    parts = (struct split_parts){0};
    return true;
}

bool split_ids(const struct split_rule *rule, const struct split_part *part, size_t step,
               struct split_listed *listed, struct split_parts *ret_parts, struct error *err)
{
    AUTO(split_parts_done) struct split_parts parts = {0};
    sort_listed(listed);
    size_t most = rule->steps[step].most;
    size_t count = (listed->count + most - 1) / most;
    if (count == 1 && listed->count > 1)
        count = 2;
    if (count == 0 || count > SPLIT_PARTS_MAX)
        return error_set(err, ERROR_DATA, "%zu ids make no parts of %zu", listed->count, most);
    if (!new_parts(count, &parts, err) ||
        !deal(part, step, listed->ids, listed->count, &parts, err))
        return false;
    if (count == 1)
        memcpy(parts.list[0].path, part->path, sizeof part->path);
    *ret_parts = parts;
    parts = (struct split_parts){0};
    return true;
}
