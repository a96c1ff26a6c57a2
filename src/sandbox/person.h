/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One random user, drawn from (page, position) alone: the same page and position give the same
 * person whatever else is asked for, so a longer page begins with the shorter one.
 */
#ifndef SANDBOX_PERSON_H
#define SANDBOX_PERSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sandbox/lexicon.h"
#include "sandbox/mdhash.h"

enum {
    PERSON_UUID_LENGTH = 36,
    PERSON_FORM_SIZE = 64, /* a telephone number, a document, a post code */
    PERSON_SCRATCH_SIZE = 1536,
    PERSON_PASSWORD_MAX = 64,
};

enum person_gender { PERSON_ANY, PERSON_MALE, PERSON_FEMALE };

/* The rule of ?password=. */
struct person_password {
    bool listed; /* no rule: a word of the list */
    char letters[128]; /* to draw from */
    size_t min;
    size_t max;
};

/* What a page draws its people from. */
struct person_source {
    const struct lexicon *lexicon;
    uint8_t page[MDHASH_MD5_SIZE]; /* MD5 of seed and page */
    int minor; /* version of the API: 0 to 4 */
    enum person_gender gender;
    uint8_t nations[LEXICON_NATIONS]; /* indexes into lexicon->nations */
    size_t nation_count;
    struct person_password password;
    bool lego;
    bool canary; /* every personal text says so */
};

struct person_text {
    size_t len;
    char text[PERSON_FORM_SIZE];
};

struct person {
    bool female;
    const struct lexicon_nation *nation;
    const struct word *title;
    const struct word *first;
    const struct word *last;
    const struct word *street;
    const struct word *city;
    const struct word *state;
    uint32_t street_number;
    struct person_text postcode; /* as JSON: a number, or a text in quotes */
    int32_t latitude; /* 1/10,000 degree */
    int32_t longitude;
    struct slice offset;
    struct slice offset_name;
    char uuid[PERSON_UUID_LENGTH];
    struct slice adjective;
    struct slice animal;
    uint32_t number; /* 100 to 999 */
    struct slice credential; /* as lexicon_credential */
    int64_t born_ms; /* Unix time */
    int64_t registered_ms;
    struct person_text phone; /* without quotes */
    struct person_text cell;
    struct slice id_name;
    struct person_text id_value; /* as JSON: null, or a text in quotes */
    uint32_t portrait;
    struct slice canary; /* what marks this person; empty without canaries */

    struct word own[3]; /* first, last and street of a canary */
    char scratch[PERSON_SCRATCH_SIZE]; /* what own words and credentials point into */
};

void person_draw(const struct person_source *s, uint32_t position, struct person *ret_person);

/* The uuid alone, without a NUL. */
void person_uuid(const uint8_t page[MDHASH_MD5_SIZE], uint32_t position,
                 char ret_uuid[PERSON_UUID_LENGTH]);

#endif
