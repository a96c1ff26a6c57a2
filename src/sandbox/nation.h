/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What random-user's people look like in each of its 21 nationalities: word lists of our own,
 * and the forms of post codes, telephones and documents as the service gives them.
 *
 * A form is a text in which `#` stands for a digit and `@` for a capital letter; `%y` is the
 * year of birth in two digits, `%M` the month counted from 0, `%D` the date as ddmmyy, `%s` 1
 * for men and 2 for women, `%L` the first letter of the surname. Forms separated by `|` are
 * alternatives. Word lists are separated by `|` too.
 */
#ifndef SANDBOX_NATION_H
#define SANDBOX_NATION_H

#include <stddef.h>

enum { NATION_COUNT = 21 };

struct nation {
    const char *code;
    const char *country;
    int since; /* minor version of the API that had it first */

    const char *male; /* given names */
    const char *female;
    const char *last;
    const char *cities;
    const char *states;
    const char *streets;
    const char *men_title; /* NULL: Mr */
    const char *women_titles; /* NULL: Miss, Mrs, Ms */

    int postcode_min; /* a number, unless there is a form */
    int postcode_max;
    const char *postcode_form; /* of a text */
    const char *phone_form;
    const char *cell_form;

    const char *id_name; /* "": none, and its value is null */
    const char *id_form;
    int id_since; /* minor version that had it first */
    const char *id_form_12; /* what versions 1.2 and 1.3 made of it; NULL: the same */
    const char *id_form_10; /* 1.0 and 1.1 */
};

/* In alphabetic order of their codes, which is the order of the service. */
extern const struct nation nation_table[NATION_COUNT];

/* The one behind ?lego. */
extern const struct nation nation_lego;

/* The index of a code, in either case; -1 when there is none. */
int nation_find(const char *code, size_t len);

#endif
