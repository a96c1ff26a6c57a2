/* SPDX-License-Identifier: Apache-2.0 */
#include "record/fit.h"

bool fit_read(const struct schema_column *column, enum fit_kind kind, const char *text,
              size_t len, struct fit_value *ret_value)
{
    struct fit_value *v = ret_value;
    switch (column->type) {
    case SCHEMA_TEXT:
        return kind != FIT_NUMBER || decimal_parse(text, len, &v->decimal);
    case SCHEMA_JSON:
        return true;
    case SCHEMA_INTEGER:
        return kind != FIT_BOOLEAN &&
               decimal_parse_integer(text, len, INT32_MIN, INT32_MAX, &v->integer);
    case SCHEMA_BIGINT:
        return kind != FIT_BOOLEAN &&
               decimal_parse_integer(text, len, INT64_MIN, INT64_MAX, &v->integer);
    case SCHEMA_NUMERIC:
        return kind != FIT_BOOLEAN && decimal_parse(text, len, &v->decimal) &&
               decimal_fits(&v->decimal, column->precision, column->scale);
    case SCHEMA_BOOLEAN:
        return kind == FIT_BOOLEAN;
    case SCHEMA_DATE:
        return kind == FIT_STRING && instant_is_date(text, len);
    case SCHEMA_TIMESTAMPTZ:
        return kind == FIT_STRING && instant_normalise(text, len, v->instant, &v->instant_len);
    }
    return false;
}

bool fit_column(const struct schema_column *column, enum fit_kind kind, const char *text,
                size_t len)
{
    struct fit_value ignored;
    return fit_read(column, kind, text, len, &ignored);
}
