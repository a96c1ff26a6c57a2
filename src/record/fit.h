/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a column can hold a scalar exactly: asked of every value before it is released, so
 * that what does not fit is quarantined with its record and no sink ever has to refuse it; and
 * asked again, by the same rules, of what comes out of a segment.
 */
#ifndef RECORD_FIT_H
#define RECORD_FIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/decimal.h"
#include "record/instant.h"
#include "record/schema.h"

enum fit_kind { FIT_BOOLEAN, FIT_NUMBER, FIT_STRING };

/* What a column takes a scalar for. Text, boolean, date and json keep the text as it is. */
struct fit_value {
    int64_t integer; /* of integer and bigint */
    struct decimal decimal; /* of numeric */
    char instant[INSTANT_TEXT_MAX]; /* of timestamptz, in its one form; no NUL */
    size_t instant_len;
};

/* text: of a string, unescaped; of the others, the literal. Numbers in strings are read by the
 * grammar of JSON numbers ("007", "NaN" and " 7" are none); whole ones have neither point nor
 * exponent; dates and times are those of record/instant.h. */
bool fit_read(const struct schema_column *column, enum fit_kind kind, const char *text,
              size_t len, struct fit_value *ret_value);
/* The same, for those who only ask, and seldom: a fit_value is large. */
bool fit_column(const struct schema_column *column, enum fit_kind kind, const char *text,
                size_t len);

#endif
