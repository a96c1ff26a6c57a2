/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The word lists, made ready at the start so that a row is put together by copying: each word as
 * JSON holds it, in small letters for the old versions, and as an e-mail address has it.
 */
#ifndef SANDBOX_LEXICON_H
#define SANDBOX_LEXICON_H

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "sandbox/nation.h"

enum {
    LEXICON_WORD_MAX = 128, /* bytes of any form of a word */
    LEXICON_CREDENTIALS = 1024,
    LEXICON_CREDENTIAL_MAX = 512,
    LEXICON_LEGO = NATION_COUNT, /* its index in `nations` */
    LEXICON_NATIONS = NATION_COUNT + 1,
};

struct slice {
    const char *text;
    size_t len;
};

struct word {
    struct slice json; /* escaped, without quotes */
    struct slice lower; /* the same in small letters */
    struct slice mail; /* ASCII */
};

struct words {
    const struct word *items;
    uint32_t count;
};

struct lexicon_nation {
    const struct nation *nation;
    struct words male;
    struct words female;
    struct words last;
    struct words cities;
    struct words states;
    struct words streets;
    struct words men_titles;
    struct words women_titles;
};

/* password, salt and their digests as members of a JSON object, without braces. */
struct lexicon_credential {
    struct slice salted; /* digests of password and salt */
    struct slice unsalted; /* of the password alone: version 1.0 */
};

struct lexicon {
    struct lexicon_nation nations[LEXICON_NATIONS];
    struct words adjectives; /* "sad": first part of a user name */
    struct words animals;
    struct words offsets; /* time zones and what is said of them, in the same order */
    struct words offset_names;
    struct lexicon_credential credentials[LEXICON_CREDENTIALS];
    struct buffer text; /* what all slices point into */
    struct word *words;
    size_t word_count;
};

bool lexicon_new(struct lexicon **ret_lexicon, struct error *err);
void lexicon_free(struct lexicon *l);
CLEANUP_DEFINE(struct lexicon, lexicon_free)

/* Appends `"password":"…","salt":"…","md5":"…","sha1":"…","sha256":"…"`. */
bool lexicon_append_credential(struct buffer *out, const char *password, size_t len,
                               const char *salt, bool salted);

#endif
