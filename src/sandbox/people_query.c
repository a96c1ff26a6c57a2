/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/people_query.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sandbox/pagekey.h"

enum { NUMBER_MAX = 64, HASTY_SEED_LENGTH = 18 };

/* --- numbers --- */

static const char *skip_digits(const char *p)
{
    while (isdigit((unsigned char)*p))
        p++;
    return p;
}

/* [+-] digits [. digits] [e [+-] digits]: what strtod takes beyond it JavaScript does not. */
static bool is_decimal(const char *p)
{
    p += *p == '+' || *p == '-';
    const char *start = p;
    p = skip_digits(p);
    size_t digits = (size_t)(p - start);
    if (*p == '.') {
        start = ++p;
        p = skip_digits(p);
        digits += (size_t)(p - start);
    }
    if (digits == 0)
        return false;
    if (*p == 'e' || *p == 'E') {
        p++;
        p += *p == '+' || *p == '-';
        start = p;
        p = skip_digits(p);
        if (p == start)
            return false;
    }
    return *p == '\0';
}

static bool parse_based(const char *text, double *ret_value)
{
    int base = text[0] != '0'                     ? 0
               : text[1] == 'x' || text[1] == 'X' ? 16
               : text[1] == 'o' || text[1] == 'O' ? 8
               : text[1] == 'b' || text[1] == 'B' ? 2
                                                  : 0;
    if (base == 0 || !isxdigit((unsigned char)text[2]))
        return false;
    char *end;
    *ret_value = (double)strtoull(text + 2, &end, base);
    return *end == '\0';
}

bool people_query_number(const char *text, size_t len, uint64_t *ret_value)
{
    while (len > 0 && isspace((unsigned char)*text)) {
        text++;
        len--;
    }
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    char copy[NUMBER_MAX];
    if (len >= sizeof copy || memchr(text, '\0', len))
        return false;
    memcpy(copy, text, len);
    copy[len] = '\0';

    double value = 0; /* of an empty text */
    if (len > 0 && !parse_based(copy, &value)) {
        if (!is_decimal(copy))
            return false;
        value = strtod(copy, NULL);
    }
    if (!(value >= 0 && value <= 9007199254740992.0) || value != (double)(uint64_t)value)
        return false;
    *ret_value = (uint64_t)value;
    return true;
}

/* --- single parameters --- */

/* The value of the first of these names that is there; empty when none is. */
static bool get(const struct server_request *request, const char *name, const char *other,
                struct buffer *out)
{
    buffer_clear(out);
    return server_parameter(request, name, out) ||
           (other && server_parameter(request, other, out));
}

static bool equals(const struct buffer *text, const char *expected)
{
    return text->len == strlen(expected) && memcmp(text->data, expected, text->len) == 0;
}

/* 1 for whatever is not a whole number from 1 to max. */
static uint32_t get_number(const struct server_request *request, const char *name, uint32_t max,
                           struct buffer *scratch)
{
    uint64_t value;
    if (!get(request, name, NULL, scratch) || scratch->len == 0 ||
        !people_query_number((char *)scratch->data, scratch->len, &value) || value < 1 ||
        value > max)
        return 1;
    return (uint32_t)value;
}

/* --- nationalities --- */

static void all_nations(struct person_source *s)
{
    s->nation_count = 0;
    for (uint8_t i = 0; i < NATION_COUNT; i++)
        if (nation_table[i].since <= s->minor)
            s->nations[s->nation_count++] = i;
}

/* A comma list; one entry that is not understood voids it. A code twice counts once. */
static bool listed_nations(struct person_source *s, const char *list, size_t len)
{
    bool chosen[NATION_COUNT] = {false};
    for (size_t start = 0; start <= len;) {
        const char *comma = memchr(list + start, ',', len - start);
        size_t end = comma ? (size_t)(comma - list) : len;
        int index = nation_find(list + start, end - start);
        if (index < 0 || nation_table[index].since > s->minor)
            return false;
        chosen[index] = true;
        start = end + 1;
    }
    s->nation_count = 0;
    for (uint8_t i = 0; i < NATION_COUNT; i++)
        if (chosen[i])
            s->nations[s->nation_count++] = i;
    return true;
}

static void get_nations(const struct server_request *request, struct people_query *q,
                        struct buffer *scratch)
{
    struct person_source *s = &q->source;
    all_nations(s);
    if (get(request, "nat", "nationality", scratch) && scratch->len > 0 &&
        !listed_nations(s, (char *)scratch->data, scratch->len))
        all_nations(s);
    s->lego = get(request, "lego", NULL, scratch);
    if (s->lego) {
        s->nations[0] = LEXICON_LEGO;
        s->nation_count = 1;
    }
}

/* --- seed --- */

/* JavaScript counts UTF-16 units. */
static size_t utf16_length(const struct buffer *text)
{
    size_t units = 0;
    for (size_t i = 0; i < text->len; i++)
        units += (text->data[i] & 0xc0) != 0x80 ? 1 + (text->data[i] >= 0xf0) : 0;
    return units;
}

/* The last two characters of such a seed are read as the index of a nationality. */
static bool nation_of_hasty_seed(struct people_query *q)
{
    char digits[3] = {(char)q->seed.data[q->seed.len - 2], (char)q->seed.data[q->seed.len - 1]};
    char *end;
    if (!isxdigit((unsigned char)digits[0]))
        return false;
    unsigned long index = strtoul(digits, &end, 16);
    struct person_source *s = &q->source;
    all_nations(s);
    if (index >= s->nation_count)
        return false;
    s->nations[0] = s->nations[index];
    s->nation_count = 1;
    return true;
}

/* Bytes that are not UTF-8 become U+FFFD. */
static bool append_valid(struct buffer *out, const char *text, size_t len)
{
    for (size_t i = 0, width; i < len; i += width) {
        unsigned char c = (unsigned char)text[i];
        width = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
        bool valid = width <= len - i && text_is_utf8(text + i, width);
        if (!valid)
            width = 1;
        if (!(valid ? buffer_append(out, text + i, width)
                    : buffer_append_text(out, "\xef\xbf\xbd")))
            return false;
    }
    return true;
}

static bool get_seed(const struct server_request *request, struct people_query *q,
                     const char *fresh_seed, struct buffer *scratch)
{
    q->seeded = get(request, "seed", NULL, scratch) && scratch->len > 0;
    if (!q->seeded)
        return buffer_append_text(&q->seed, fresh_seed);
    if (!append_valid(&q->seed, (char *)scratch->data, scratch->len))
        return false;
    if (utf16_length(&q->seed) == HASTY_SEED_LENGTH && !q->source.lego)
        q->hangs = !nation_of_hasty_seed(q);
    return true;
}

static void get_gender(const struct server_request *request, struct people_query *q,
                       struct buffer *scratch)
{
    q->source.gender = PERSON_ANY;
    if (q->seeded || !get(request, "gender", NULL, scratch))
        return;
    if (equals(scratch, "male"))
        q->source.gender = PERSON_MALE;
    if (equals(scratch, "female"))
        q->source.gender = PERSON_FEMALE;
}

/* --- fields --- */

static uint32_t field_bit(const char *name, size_t len)
{
    while (len > 0 && *name == ' ') {
        name++;
        len--;
    }
    while (len > 0 && name[len - 1] == ' ')
        len--;
    for (int i = 0; i < PERSON_FIELD_COUNT; i++)
        if (strlen(person_json_names[i]) == len && memcmp(person_json_names[i], name, len) == 0)
            return 1u << i;
    return 0;
}

static uint32_t field_bits(const struct buffer *list)
{
    const char *text = (const char *)list->data;
    uint32_t bits = 0;
    for (size_t start = 0; start <= list->len;) {
        const char *comma = memchr(text + start, ',', list->len - start);
        size_t end = comma ? (size_t)(comma - text) : list->len;
        bits |= field_bit(text + start, end - start);
        start = end + 1;
    }
    return bits;
}

static void get_fields(const struct server_request *request, struct people_query *q,
                       struct buffer *scratch)
{
    q->fields = PERSON_ALL_FIELDS;
    if (get(request, "inc", NULL, scratch) && scratch->len > 0)
        q->fields = field_bits(scratch);
    if (get(request, "exc", NULL, scratch) && scratch->len > 0)
        q->fields &= ~field_bits(scratch);
}

/* --- password --- */

static const char *charset(const char *name, size_t len)
{
    static const struct {
        const char *name;
        const char *letters;
    } charsets[] = {
        {"special", " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"},
        {"upper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
        {"lower", "abcdefghijklmnopqrstuvwxyz"},
        {"number", "0123456789"},
    };
    for (size_t i = 0; i < sizeof charsets / sizeof *charsets; i++)
        if (strlen(charsets[i].name) == len && memcmp(charsets[i].name, name, len) == 0)
            return charsets[i].letters;
    return NULL;
}

/* "8", "8-16" */
static bool parse_lengths(const char *text, size_t len, struct person_password *rule)
{
    const char *hyphen = memchr(text, '-', len);
    int64_t min, max;
    if (!text_parse_int64(text, hyphen ? (size_t)(hyphen - text) : len, &min))
        return false;
    max = min;
    if (hyphen && !text_parse_int64(hyphen + 1, len - (size_t)(hyphen + 1 - text), &max))
        return false;
    rule->min = (size_t)min;
    rule->max = (size_t)max;
    return min >= 1 && max >= min && max <= PERSON_PASSWORD_MAX;
}

static void add_letters(struct person_password *rule, const char *letters)
{
    size_t have = strlen(rule->letters);
    if (!strstr(rule->letters, letters)) /* each set once: they all fit together */
        memcpy(rule->letters + have, letters, strlen(letters) + 1);
}

static bool parse_password(const char *text, size_t len, struct person_password *ret_rule)
{
    struct person_password rule = {.min = 8, .max = PERSON_PASSWORD_MAX};
    for (size_t start = 0; start <= len;) {
        const char *comma = memchr(text + start, ',', len - start);
        size_t end = comma ? (size_t)(comma - text) : len;
        const char *letters = charset(text + start, end - start);
        if (letters)
            add_letters(&rule, letters);
        else if (comma || !parse_lengths(text + start, end - start, &rule))
            return false;
        start = end + 1;
    }
    if (!rule.letters[0])
        return false;
    *ret_rule = rule;
    return true;
}

static void get_password(const struct server_request *request, struct people_query *q,
                         struct buffer *scratch)
{
    struct person_password *rule = &q->source.password;
    bool done = q->source.minor >= 1 && get(request, "password", NULL, scratch) &&
                scratch->len > 0 && parse_password((char *)scratch->data, scratch->len, rule);
    rule->listed = !done;
}

/* --- all --- */

bool people_query_parse(const struct server_request *request, int minor, const char *fresh_seed,
                        struct people_query *ret_query)
{
    AUTO(people_query_done) struct people_query q = {.source = {.minor = minor}};
    AUTO(buffer_done) struct buffer scratch;
    buffer_init(&scratch, SERVER_PARAMETER_MAX);
    buffer_init(&q.seed, 3 * SERVER_PARAMETER_MAX);
    buffer_init(&q.callback, SERVER_PARAMETER_MAX);

    q.results = get_number(request, "results", PEOPLE_QUERY_RESULTS_MAX, &scratch);
    q.page = get_number(request, "page", PEOPLE_QUERY_PAGE_MAX, &scratch);
    get_nations(request, &q, &scratch);
    if (!get_seed(request, &q, fresh_seed, &scratch))
        return false;
    get_gender(request, &q, &scratch);
    get_fields(request, &q, &scratch);
    get_password(request, &q, &scratch);
    get(request, "format", "fmt", &scratch);
    q.format = rendering_find((char *)scratch.data, scratch.len);
    q.no_info = get(request, "noinfo", NULL, &scratch);
    q.download = get(request, "dl", "download", &scratch);
    get(request, "callback", NULL, &q.callback);
    pagekey_make((char *)q.seed.data, q.seed.len, q.page, q.source.page);

    *ret_query = q;
    buffer_init(&q.seed, 0); /* handed over */
    buffer_init(&q.callback, 0);
    return true;
}

void people_query_done(struct people_query *q)
{
    buffer_done(&q->seed);
    buffer_done(&q->callback);
}
