/* SPDX-License-Identifier: Apache-2.0 */
#include "source/auth.h"

#include <string.h>

#include "base/text.h"

enum { NAME_MAX_BYTES = 64, DESCRIPTION_MAX = 512 };

static const struct place_key none_keys[] = {{"kind", true}, {NULL, false}};
static const struct place_key token_keys[] = {
    {"kind", true},   {"description", false}, {"secrets", true}, {"headers", true},
    {"proof", false}, {"inspect", false},     {NULL, false},
};
static const struct place_key secret_keys[] = {
    {"description", true},
    {"optional", false},
    {NULL, false},
};
static const struct place_key proof_keys[] = {
    {"query", true}, {"algorithm", true}, {"key", true}, {"message", true}, {NULL, false},
};

static const struct {
    const char *name;
} algorithms[] = {{"hmac_sha256"}, {NULL}};

/* What may stand in the name of a header or of a query parameter as it is. */
static const char name_characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                      "0123456789-_";

static bool check_name(const struct place *p, const char *name, struct error *err)
{
    size_t len = strlen(name);
    return (len > 0 && len <= NAME_MAX_BYTES && strspn(name, name_characters) == len) ||
           place_fail(p, err, "a name cannot hold these characters");
}

static bool read_secret(struct place *p, const char *name, const json_t *value,
                        struct auth_secret *secret, struct error *err)
{
    secret->name = name;
    if (!text_is_identifier(name) || strlen(name) > SETTING_NAME_MAX)
        return place_fail(p, err, "a secret's name is made of a-z, 0-9 and _");
    if (!place_keys(p, value, secret_keys, err) ||
        !place_text(p, value, "description", DESCRIPTION_MAX, &secret->description, err))
        return false;
    const json_t *optional = json_object_get(value, "optional");
    if (optional && !json_is_boolean(optional))
        return place_fail_at(p, "optional", err, "expected boolean, found %s",
                             json_type_text(optional));
    secret->optional = json_is_true(optional);
    return true;
}

/* An object of 1 to max members, read one by one. */
static bool open_object(struct place *p, const json_t *value, const char *key, size_t max,
                        json_t **ret_object, struct error *err)
{
    json_t *object = json_object_get(value, key);
    pointer_push(&p->path, key);
    size_t count = json_object_size(object);
    if (count == 0 || count > max)
        return place_fail(p, err, "expected an object of 1 to %zu members", max);
    *ret_object = object;
    return true;
}

static bool read_secrets(struct place *p, const json_t *value, struct auth_rule *rule,
                         struct error *err)
{
    json_t *object, *one;
    const char *name;
    if (!open_object(p, value, "secrets", AUTH_SECRETS_MAX, &object, err))
        return false;
    json_object_foreach (object, name, one) {
        pointer_push(&p->path, name);
        if (!read_secret(p, name, one, &rule->secrets[rule->secret_count], err))
            return false;
        rule->names[rule->secret_count++] = name;
        pointer_pop(&p->path);
    }
    pointer_pop(&p->path);
    return true;
}

static bool read_headers(struct place *p, const json_t *value,
                         const struct template_scope *scope, struct auth_rule *rule,
                         struct error *err)
{
    json_t *object, *one;
    const char *name;
    if (!open_object(p, value, "headers", AUTH_HEADERS_MAX, &object, err))
        return false;
    json_object_foreach (object, name, one) {
        struct auth_header *header = &rule->headers[rule->header_count++];
        const char *text = NULL;
        header->name = name;
        if (!place_text(p, object, name, TEMPLATE_TEXT_MAX, &text, err))
            return false;
        pointer_push(&p->path, name);
        if (!check_name(p, name, err) || !template_read(p, text, scope, &header->value, err))
            return false;
        pointer_pop(&p->path);
    }
    pointer_pop(&p->path);
    return true;
}

/* The position of the secret that the member names. */
static bool find_secret(struct place *p, const json_t *object, const char *key,
                        const struct auth_rule *rule, size_t *ret_index, struct error *err)
{
    const char *name = "";
    char hint[PLACE_HINT_SIZE];
    if (!place_text(p, object, key, SETTING_NAME_MAX, &name, err))
        return false;
    int found = text_find(name, rule->names);
    if (found < 0)
        return place_fail_at(p, key, err, "no secret of this name%s",
                             place_hint(name, rule->names, hint));
    *ret_index = (size_t)found;
    return true;
}

static bool read_proof(struct place *p, const json_t *value, struct auth_rule *rule,
                       struct error *err)
{
    const json_t *object = json_object_get(value, "proof");
    struct auth_proof *proof = &rule->proof;
    size_t ignored;
    if (!object)
        return true;
    pointer_push(&p->path, "proof");
    if (!place_keys(p, object, proof_keys, err) ||
        !place_text(p, object, "query", NAME_MAX_BYTES, &proof->query, err) ||
        !place_row(p, object, "algorithm", algorithms, sizeof *algorithms, &ignored, err) ||
        !find_secret(p, object, "key", rule, &proof->key, err) ||
        !find_secret(p, object, "message", rule, &proof->message, err))
        return false;
    pointer_push(&p->path, "query");
    if (!check_name(p, proof->query, err))
        return false;
    pointer_pop(&p->path);
    pointer_pop(&p->path);
    return true;
}

static bool read_inspect(struct place *p, const json_t *value,
                         const struct template_scope *scope, struct auth_rule *rule,
                         struct error *err)
{
    const json_t *inspect = json_object_get(value, "inspect");
    rule->has_inspect = inspect != NULL;
    if (!inspect)
        return true;
    pointer_push(&p->path, "inspect");
    if (!introspection_read(p, inspect, scope, &rule->inspect, err))
        return false;
    pointer_pop(&p->path);
    return true;
}

static bool read_none(struct place *p, const json_t *value, const struct template_scope *scope,
                      struct auth_rule *rule, struct error *err)
{
    (void)p, (void)value, (void)scope, (void)rule, (void)err;
    return true;
}

static bool read_token(struct place *p, const json_t *value, const struct template_scope *scope,
                       struct auth_rule *rule, struct error *err)
{
    const char *description; /* for who reads the manifest */
    struct template_scope own = *scope;
    own.names = TEMPLATE_OF_RUN & ~(1u << TEMPLATE_ACCOUNT);
    own.optional = true;
    own.secrets = rule->names;
    return place_text(p, value, "description", PLACE_DESCRIPTION_MAX, &description, err) &&
           read_secrets(p, value, rule, err) && read_headers(p, value, &own, rule, err) &&
           read_proof(p, value, rule, err) && read_inspect(p, value, &own, rule, err);
}

static const struct {
    const char *name;
    const struct place_key *keys;
    bool (*read)(struct place *p, const json_t *value, const struct template_scope *scope,
                 struct auth_rule *rule, struct error *err);
} kinds[] = {
    [AUTH_NONE] = {"none", none_keys, read_none},
    [AUTH_TOKEN] = {"token", token_keys, read_token},
    {NULL, NULL, NULL},
};

bool auth_read(struct place *p, const json_t *value, const struct template_scope *scope,
               struct auth_rule *ret_rule, struct error *err)
{
    size_t kind = 0;
    *ret_rule = (struct auth_rule){0};
    if (!place_sort(p, value, "kind", kinds, sizeof *kinds, &kind, err) ||
        !place_keys(p, value, kinds[kind].keys, err))
        return false;
    ret_rule->kind = (enum auth_kind)kind;
    return kinds[kind].read(p, value, scope, ret_rule, err);
}

void auth_done(struct auth_rule *rule)
{
    introspection_done(&rule->inspect);
}
