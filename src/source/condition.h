/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One question about an answer, asked by error rules and by the proofs that a page is whole:
 *
 *     {"at": "/info/results", "equals": "{page.size}"}
 *
 * `at` is a JSON Pointer or "records", the number of records found. The tests are a closed
 * table: present (true or false), equals (a text template), one_of (a list of them), contains
 * (part of the text, in ASCII letters of any case), between (two whole numbers, both included).
 * Values are compared as text, so a number is written as the API writes it.
 */
#ifndef SOURCE_CONDITION_H
#define SOURCE_CONDITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/place.h"
#include "source/facts.h"
#include "source/template.h"

enum { CONDITION_VALUES_MAX = 64, CONDITION_TEXT_SIZE = 512 };

enum condition_test {
    CONDITION_PRESENT,
    CONDITION_EQUALS,
    CONDITION_ONE_OF,
    CONDITION_CONTAINS,
    CONDITION_BETWEEN,
    CONDITION_TEST_COUNT
};

struct condition {
    const char *at;
    bool records; /* at is "records" … */
    size_t capture; /* … or this one of facts_wanted */
    enum condition_test test;
    bool present;
    int64_t low, high; /* between */
    struct template *values;
    size_t count;
};

/* The keys of a condition, for the table of the object that holds it. */
#define CONDITION_KEYS                                                      \
    {"at", true}, {"present", false}, {"equals", false}, {"one_of", false}, \
        {"contains", false},                                                \
    {                                                                       \
        "between", false                                                    \
    }

/* Reads it from the object at p, whose keys have been checked. Exactly one test. */
bool condition_read(struct place *p, const json_t *object, const struct template_scope *scope,
                    struct facts_wanted *wanted, struct condition *ret_condition,
                    struct error *err);
void condition_done(struct condition *c);

/* The array of conditions in the member key of the object at p, up to max; none when there is no
 * such member. Filled in as it goes: for conditions_done whatever comes of it. */
bool conditions_read(struct place *p, const json_t *object, const char *key, size_t max,
                     const struct template_scope *scope, struct facts_wanted *wanted,
                     struct condition **ret_list, size_t *ret_count, struct error *err);
void conditions_done(struct condition *list, size_t count);
/* All of them; none hold as well. */
bool conditions_hold(const struct condition *list, size_t count, const struct facts *facts,
                     const struct template_values *values);

bool condition_holds(const struct condition *c, const struct facts *facts,
                     const struct template_values *values);
/* Why it does not hold: `/info/results should be 5000 and is "1"`. */
void condition_describe(const struct condition *c, const struct facts *facts,
                        const struct template_values *values,
                        char ret_text[CONDITION_TEXT_SIZE]);

#endif
