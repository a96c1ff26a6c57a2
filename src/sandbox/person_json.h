/* SPDX-License-Identifier: Apache-2.0 */
/* A person as the API gives it: compact JSON in the key order and types of each version. */
#ifndef SANDBOX_PERSON_JSON_H
#define SANDBOX_PERSON_JSON_H

#include <stdint.h>

#include "sandbox/calendar.h"
#include "sandbox/person.h"

enum { PERSON_JSON_MAX = 4096 };

/* Members of a user, in their order; the names of ?inc= and ?exc=. */
enum person_field {
    PERSON_GENDER,
    PERSON_NAME,
    PERSON_LOCATION,
    PERSON_EMAIL,
    PERSON_LOGIN,
    PERSON_DOB,
    PERSON_REGISTERED,
    PERSON_PHONE,
    PERSON_CELL,
    PERSON_ID,
    PERSON_PICTURE,
    PERSON_NAT,
    PERSON_FIELD_COUNT
};

enum { PERSON_ALL_FIELDS = (1 << PERSON_FIELD_COUNT) - 1 };

extern const char *const person_json_names[PERSON_FIELD_COUNT];

struct person_style {
    int minor; /* of the version: 0 to 4 */
    uint32_t fields; /* bits of enum person_field */
    struct calendar_day today; /* for ages */
    bool lego;
};

/* Writes up to PERSON_JSON_MAX bytes without a NUL; returns the end. */
char *person_json_write(char *out, const struct person *p, const struct person_style *style);
/* "dob":{…} or "registered":{…} of a point in time, as person_json_write has it. */
char *person_json_write_date(char *out, enum person_field field, int64_t unix_ms,
                             const struct person_style *style);
/* Decimal digits, at most 10. */
char *person_json_write_number(char *out, uint32_t value);

#endif
