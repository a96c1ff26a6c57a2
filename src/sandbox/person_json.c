/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/person_json.h"

#include <stdlib.h>
#include <string.h>

const char *const person_json_names[PERSON_FIELD_COUNT] = {
    [PERSON_GENDER] = "gender",
    [PERSON_NAME] = "name",
    [PERSON_LOCATION] = "location",
    [PERSON_EMAIL] = "email",
    [PERSON_LOGIN] = "login",
    [PERSON_DOB] = "dob",
    [PERSON_REGISTERED] = "registered",
    [PERSON_PHONE] = "phone",
    [PERSON_CELL] = "cell",
    [PERSON_ID] = "id",
    [PERSON_PICTURE] = "picture",
    [PERSON_NAT] = "nat",
};

static char *put(char *out, const char *text, size_t len)
{
    memcpy(out, text, len);
    return out + len;
}

#define put_literal(out, literal) put(out, literal, sizeof(literal) - 1)

static char *put_slice(char *out, struct slice s)
{
    return put(out, s.text, s.len);
}

static char *put_text(char *out, const struct person_text *t)
{
    return put(out, t->text, t->len);
}

char *person_json_write_number(char *out, uint32_t value)
{
    char digits[10];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + value % 10);
    while (value /= 10);
    return put(out, digits + at, sizeof digits - at);
}

static char *put_digits(char *out, uint32_t value, size_t count)
{
    for (size_t i = count; i > 0; i--, value /= 10)
        out[i - 1] = (char)('0' + value % 10);
    return out + count;
}

/* Versions before 1.3 have names and places in small letters. */
static char *put_word(char *out, const struct word *w, const struct person_style *style)
{
    return put_slice(out, style->minor < 3 ? w->lower : w->json);
}

static char *put_gender(char *out, const struct person *p, const struct person_style *style)
{
    (void)style;
    return p->female ? put_literal(out, "\"gender\":\"female\"")
                     : put_literal(out, "\"gender\":\"male\"");
}

static char *put_name(char *out, const struct person *p, const struct person_style *style)
{
    out = put_literal(out, "\"name\":{\"title\":\"");
    out = put_word(out, p->title, style);
    out = put_literal(out, "\",\"first\":\"");
    out = put_word(out, p->first, style);
    out = put_literal(out, "\",\"last\":\"");
    out = put_word(out, p->last, style);
    return put_literal(out, "\"}");
}

static char *put_street(char *out, const struct person *p, const struct person_style *style)
{
    if (style->minor < 3) {
        out = put_literal(out, "\"street\":\"");
        out = person_json_write_number(out, p->street_number);
        out = put_literal(out, " ");
        out = put_word(out, p->street, style);
        return put_literal(out, "\"");
    }
    out = put_literal(out, "\"street\":{\"number\":");
    out = person_json_write_number(out, p->street_number);
    out = put_literal(out, ",\"name\":\"");
    out = put_word(out, p->street, style);
    return put_literal(out, "\"}");
}

static char *put_degrees(char *out, int32_t value)
{
    if (value < 0)
        *out++ = '-';
    uint32_t size = (uint32_t)abs(value);
    out = person_json_write_number(out, size / 10000);
    *out++ = '.';
    return put_digits(out, size % 10000, 4);
}

static char *put_location(char *out, const struct person *p, const struct person_style *style)
{
    const struct nation *n = p->nation->nation;
    out = put_literal(out, "\"location\":{");
    out = put_street(out, p, style);
    out = put_literal(out, ",\"city\":\"");
    out = put_word(out, p->city, style);
    out = put_literal(out, "\",\"state\":\"");
    out = put_word(out, p->state, style);
    if (style->minor >= 3) {
        out = put_literal(out, "\",\"country\":\"");
        out = put(out, n->country, strlen(n->country));
    }
    out = put_literal(out, "\",\"postcode\":");
    out = put_text(out, &p->postcode);
    if (style->minor >= 2) {
        out = put_literal(out, ",\"coordinates\":{\"latitude\":\"");
        out = put_degrees(out, p->latitude);
        out = put_literal(out, "\",\"longitude\":\"");
        out = put_degrees(out, p->longitude);
        out = put_literal(out, "\"},\"timezone\":{\"offset\":\"");
        out = put_slice(out, p->offset);
        out = put_literal(out, "\",\"description\":\"");
        out = put_slice(out, p->offset_name);
        out = put_literal(out, "\"}");
    }
    return put_literal(out, "}");
}

/* Versions before 1.3 left the letters of the name as they were. */
static char *put_email(char *out, const struct person *p, const struct person_style *style)
{
    bool raw = style->minor < 3;
    out = put_literal(out, "\"email\":\"");
    out = put_slice(out, raw ? p->first->lower : p->first->mail);
    out = put_literal(out, ".");
    out = put_slice(out, raw ? p->last->lower : p->last->mail);
    return put_literal(out, "@example.com\"");
}

static char *put_login(char *out, const struct person *p, const struct person_style *style)
{
    out = put_literal(out, "\"login\":{");
    if (style->minor >= 2) {
        out = put_literal(out, "\"uuid\":\"");
        out = put(out, p->uuid, PERSON_UUID_LENGTH);
        out = put_literal(out, "\",");
    }
    out = put_literal(out, "\"username\":\"");
    out = put_slice(out, p->adjective);
    out = put_slice(out, p->animal);
    out = person_json_write_number(out, p->number);
    out = put_literal(out, "\",");
    out = put_slice(out, p->credential);
    return put_literal(out, "}");
}

static char *put_day(char *out, struct calendar_day d)
{
    out = put_digits(out, (uint32_t)d.year, 4);
    *out++ = '-';
    out = put_digits(out, (uint32_t)d.month, 2);
    *out++ = '-';
    return put_digits(out, (uint32_t)d.day, 2);
}

static char *put_clock(char *out, uint32_t seconds)
{
    out = put_digits(out, seconds / 3600, 2);
    *out++ = ':';
    out = put_digits(out, seconds / 60 % 60, 2);
    *out++ = ':';
    return put_digits(out, seconds % 60, 2);
}

char *person_json_write_date(char *out, enum person_field field, int64_t unix_ms,
                             const struct person_style *style)
{
    int32_t ms_of_day;
    int64_t days = calendar_split(unix_ms, &ms_of_day);
    struct calendar_day day = calendar_of_ms(unix_ms);
    uint32_t seconds = (uint32_t)ms_of_day / 1000;
    out = field == PERSON_DOB ? put_literal(out, "\"dob\":")
                              : put_literal(out, "\"registered\":");
    if (style->minor == 0) {
        int64_t unix_s = days * 86400 + seconds;
        if (unix_s < 0)
            *out++ = '-';
        return person_json_write_number(out, (uint32_t)(unix_s < 0 ? -unix_s : unix_s));
    }
    if (style->minor == 1) {
        *out++ = '"';
        out = put_day(out, day);
        *out++ = ' ';
        out = put_clock(out, seconds);
        return put_literal(out, "\"");
    }
    out = put_literal(out, "{\"date\":\"");
    out = put_day(out, day);
    *out++ = 'T';
    out = put_clock(out, seconds);
    if (style->minor >= 3) {
        *out++ = '.';
        out = put_digits(out, (uint32_t)ms_of_day % 1000, 3);
    }
    out = put_literal(out, "Z\",\"age\":");
    int age =
        style->minor >= 4 ? calendar_age(day, style->today) : style->today.year - day.year;
    out = person_json_write_number(out, (uint32_t)(age > 0 ? age : 0));
    return put_literal(out, "}");
}

static char *put_dob(char *out, const struct person *p, const struct person_style *style)
{
    return person_json_write_date(out, PERSON_DOB, p->born_ms, style);
}

static char *put_registered(char *out, const struct person *p, const struct person_style *style)
{
    return person_json_write_date(out, PERSON_REGISTERED, p->registered_ms, style);
}

static char *put_phone(char *out, const struct person *p, const struct person_style *style)
{
    (void)style;
    out = put_literal(out, "\"phone\":\"");
    out = put_text(out, &p->phone);
    return put_literal(out, "\"");
}

static char *put_cell(char *out, const struct person *p, const struct person_style *style)
{
    (void)style;
    out = put_literal(out, "\"cell\":\"");
    out = put_text(out, &p->cell);
    return put_literal(out, "\"");
}

static char *put_id(char *out, const struct person *p, const struct person_style *style)
{
    (void)style;
    out = put_literal(out, "\"id\":{\"name\":\"");
    out = put_slice(out, p->id_name);
    out = put_literal(out, "\",\"value\":");
    out = put_text(out, &p->id_value);
    return put_literal(out, "}");
}

static char *put_portrait(char *out, const struct person *p, const struct person_style *style)
{
    out = style->lego ? put_literal(out, "lego/")
          : p->female ? put_literal(out, "women/")
                      : put_literal(out, "men/");
    out = p->canary.len > 0 ? put_slice(out, p->canary)
                            : person_json_write_number(out, p->portrait);
    return put_literal(out, ".jpg\"");
}

#define PORTRAITS "https://randomuser.me/api/portraits/"

static char *put_picture(char *out, const struct person *p, const struct person_style *style)
{
    out = put_literal(out, "\"picture\":{\"large\":\"" PORTRAITS);
    out = put_portrait(out, p, style);
    out = put_literal(out, ",\"medium\":\"" PORTRAITS "med/");
    out = put_portrait(out, p, style);
    out = put_literal(out, ",\"thumbnail\":\"" PORTRAITS "thumb/");
    out = put_portrait(out, p, style);
    return put_literal(out, "}");
}

static char *put_nat(char *out, const struct person *p, const struct person_style *style)
{
    (void)style;
    const char *code = p->nation->nation->code;
    out = put_literal(out, "\"nat\":\"");
    out = put(out, code, strlen(code));
    return put_literal(out, "\"");
}

char *person_json_write(char *out, const struct person *p, const struct person_style *style)
{
    static char *(*const members[PERSON_FIELD_COUNT])(char *, const struct person *,
                                                      const struct person_style *) = {
        [PERSON_GENDER] = put_gender,
        [PERSON_NAME] = put_name,
        [PERSON_LOCATION] = put_location,
        [PERSON_EMAIL] = put_email,
        [PERSON_LOGIN] = put_login,
        [PERSON_DOB] = put_dob,
        [PERSON_REGISTERED] = put_registered,
        [PERSON_PHONE] = put_phone,
        [PERSON_CELL] = put_cell,
        [PERSON_ID] = put_id,
        [PERSON_PICTURE] = put_picture,
        [PERSON_NAT] = put_nat,
    };
    *out++ = '{';
    bool first = true;
    for (int i = 0; i < PERSON_FIELD_COUNT; i++) {
        if (!(style->fields >> i & 1))
            continue;
        if (!first)
            *out++ = ',';
        first = false;
        out = members[i](out, p, style);
    }
    *out++ = '}';
    return out;
}
