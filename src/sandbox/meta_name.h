/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What users of an ad account call things: words, signs that need escaping, emoji, blanks of all
 * kinds, and now and then a person's name and address. With --canary every name holds the word
 * CANARY and whose name it is, so that a name that got where it must not be is found.
 */
#ifndef SANDBOX_META_NAME_H
#define SANDBOX_META_NAME_H

#include "sandbox/meta_world.h"

enum { META_NAME_MAX = 512 }; /* bytes of any form, with the NUL */

/* As JSON has it between the quotes: pure ASCII. Returns behind it; no NUL is written. */
char *meta_name_json(const struct meta_world *w, struct meta_node node, char *out);
/* The text itself, in UTF-8. */
void meta_name_plain(const struct meta_world *w, struct meta_node node,
                     char ret_text[META_NAME_MAX]);

/* A person, as JSON has it: what bodies of creatives and owners are made of. */
char *meta_name_person(const struct meta_world *w, struct meta_node node, char *out);

#endif
