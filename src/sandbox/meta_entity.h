/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Campaigns, ad sets, ads, creatives, accounts and audiences as JSON: the fields there are, and
 * what is in them, by a table of templates.
 */
#ifndef SANDBOX_META_ENTITY_H
#define SANDBOX_META_ENTITY_H

#include "sandbox/meta_call.h"
#include "sandbox/meta_fields.h"

enum { META_ENTITY_MAX = 64 * 1024 }; /* bytes of an object, however it is asked for */

struct meta_entity {
    const struct meta_world *world;
    int64_t now_s;
    uint64_t read; /* differs with every call: signed links do too */
};

/* Looks whether a kind has all fields and the token may see them; else answers with what is
 * wrong, and *ret_answered is true. False when memory is out. */
bool meta_entity_check(struct meta_call *call, enum meta_kind kind,
                       const struct meta_fields *fields, bool *ret_answered);
/* Writes the object with these fields, which were checked, and its id; returns behind it. What
 * would make it longer than META_ENTITY_MAX is left out. */
char *meta_entity_write(const struct meta_entity *e, struct meta_node node,
                        const struct meta_fields *fields, char *out);

/* `GET {id}` */
bool meta_entity_answer(struct meta_call *call, struct meta_node node);
/* What it takes to write entities for a call. */
struct meta_entity meta_entity_for(const struct meta_call *call);
/* The call's fields, or those a kind comes with when none are asked for. False as
 * meta_fields_parse. */
bool meta_entity_fields(const struct meta_call *call, enum meta_kind kind,
                        struct meta_fields *ret_fields);

#endif
