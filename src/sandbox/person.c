/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/person.h"

#include <stdio.h>
#include <string.h>

#include "sandbox/calendar.h"
#include "sandbox/letters.h"
#include "sandbox/splitmix.h"

/* What the service draws dates from, in seconds: 1944-08-25T17:46:40Z and so on. */
#define BORN_MIN_S INT64_C(-800000000)
#define BORN_MAX_S INT64_C(991088189)
#define REGISTERED_MIN_S INT64_C(1016668800)
#define REGISTERED_MAX_S INT64_C(1653350399)

static const char zeros[] = "0000000000000000000000000000000000000000";

enum { MEN_PORTRAITS = 100, WOMEN_PORTRAITS = 97, LEGO_PORTRAITS = 10 };

/* --- where a person's numbers come from --- */

static uint64_t load(const uint8_t *p)
{
    uint64_t value;
    memcpy(&value, p, sizeof value);
    return value;
}

static uint64_t start_of(const uint8_t page[MDHASH_MD5_SIZE], uint32_t position)
{
    return splitmix_mix(load(page) + (position + UINT64_C(1)) * SPLITMIX_STEP);
}

void person_uuid(const uint8_t page[MDHASH_MD5_SIZE], uint32_t position,
                 char ret_uuid[PERSON_UUID_LENGTH])
{
    static const char digits[] = "0123456789abcdef";
    static const uint8_t hyphens[] = {8, 13, 18, 23};
    uint64_t state = load(page + 8) ^ start_of(page, position);
    uint64_t high = splitmix_next(&state);
    uint64_t low = splitmix_next(&state);
    high = (high & ~UINT64_C(0xf000)) | 0x4000; /* version 4 */
    low = low << 2 >> 2 | UINT64_C(1) << 63; /* variant 10 */

    for (int i = 0, at = 0; i < 32; i++) {
        uint64_t half = i < 16 ? high : low;
        ret_uuid[at++] = digits[half >> (60 - 4 * (i % 16)) & 15];
        at += i == 7 || i == 11 || i == 15 || i == 19;
    }
    for (size_t i = 0; i < sizeof hyphens; i++)
        ret_uuid[hyphens[i]] = '-';
}

static const struct word *pick(uint64_t *state, const struct words *words)
{
    return &words->items[splitmix_below(state, words->count)];
}

static int64_t between(uint64_t *state, int64_t min_s, int64_t max_s)
{
    uint64_t span = (uint64_t)(max_s - min_s) * 1000;
    return min_s * 1000 + (int64_t)(splitmix_next(state) % span);
}

/* --- forms --- */

static void put_two(struct person_text *out, int value)
{
    out->text[out->len++] = (char)('0' + value / 10 % 10);
    out->text[out->len++] = (char)('0' + value % 10);
}

/* %y %M %D %s %L: see nation.h. */
static void put_field(struct person_text *out, char field, const struct person *p)
{
    struct calendar_day born = calendar_of_ms(p->born_ms);
    switch (field) {
    case 'y':
        put_two(out, born.year % 100);
        break;
    case 'M':
        put_two(out, born.month - 1);
        break;
    case 'D':
        put_two(out, born.day);
        put_two(out, born.month);
        put_two(out, born.year % 100);
        break;
    case 's':
        out->text[out->len++] = p->female ? '2' : '1';
        break;
    default: { /* L */
        size_t width = letters_width(p->last->json.text);
        memcpy(out->text + out->len, p->last->json.text, width);
        out->len += width;
    }
    }
}

/* One of the alternatives of a form. */
static const char *choose(uint64_t *state, const char *form)
{
    uint32_t count = 1;
    for (const char *p = form; *p; p++)
        count += *p == '|';
    if (count == 1)
        return form;
    for (uint32_t skip = splitmix_below(state, count); skip > 0; skip--)
        form = strchr(form, '|') + 1;
    return form;
}

static void fill(uint64_t *state, const char *form, const struct person *p,
                 struct person_text *out)
{
    uint64_t digits = 0;
    unsigned left = 0; /* draws that are still in `digits` */
    for (const char *c = choose(state, form); *c && *c != '|'; c++) {
        if (*c == '%') {
            put_field(out, *++c, p);
            continue;
        }
        if (*c != '#' && *c != '@') {
            out->text[out->len++] = *c;
            continue;
        }
        if (left == 0) {
            digits = splitmix_next(state);
            left = 12;
        }
        unsigned base = *c == '#' ? 10 : 26;
        out->text[out->len++] = (char)((*c == '#' ? '0' : 'A') + digits % base);
        digits /= base;
        left--;
    }
}

static void fill_quoted(uint64_t *state, const char *form, const struct person *p,
                        struct person_text *out)
{
    out->text[out->len++] = '"';
    fill(state, form, p, out);
    out->text[out->len++] = '"';
}

static void put_number(struct person_text *out, uint32_t value)
{
    out->len = (size_t)snprintf(out->text, sizeof out->text, "%u", value);
}

static void draw_postcode(uint64_t *state, const struct nation *n, struct person *p)
{
    p->postcode.len = 0;
    if (n->postcode_form)
        fill_quoted(state, n->postcode_form, p, &p->postcode);
    else
        put_number(
            &p->postcode,
            (uint32_t)n->postcode_min +
                splitmix_below(state, (uint32_t)(n->postcode_max - n->postcode_min) + 1));
}

static const char *id_form_of(const struct nation *n, int minor)
{
    if (minor < n->id_since)
        return NULL;
    const char *other = minor < 2 ? n->id_form_10 : minor < 4 ? n->id_form_12 : NULL;
    return other ? other : n->id_form;
}

static void draw_id(uint64_t *state, const struct nation *n, int minor, struct person *p)
{
    const char *form = id_form_of(n, minor);
    p->id_value.len = 0;
    p->id_name = (struct slice){.text = "", .len = 0};
    if (form) {
        p->id_name = (struct slice){.text = n->id_name, .len = strlen(n->id_name)};
        fill_quoted(state, form, p, &p->id_value);
    } else {
        memcpy(p->id_value.text, "null", 4);
        p->id_value.len = 4;
    }
}

/* --- passwords by rule --- */

static void make_credential(uint64_t *state, const struct person_source *s, struct person *p)
{
    const struct person_password *rule = &s->password;
    char password[PERSON_PASSWORD_MAX];
    size_t letters = strlen(rule->letters);
    size_t len = rule->min + splitmix_below(state, (uint32_t)(rule->max - rule->min) + 1);
    for (size_t i = 0; i < len; i++)
        password[i] = rule->letters[splitmix_below(state, (uint32_t)letters)];
    char salt[16];
    snprintf(salt, sizeof salt, "%08x", (unsigned)(splitmix_next(state) >> 32));

    AUTO(buffer_done) struct buffer text;
    buffer_init(&text, LEXICON_CREDENTIAL_MAX);
    if (!lexicon_append_credential(&text, password, len, salt, s->minor > 0))
        return; /* out of memory: the listed one stays */
    memcpy(p->scratch, text.data, text.len);
    p->credential = (struct slice){.text = p->scratch, .len = text.len};
}

/* --- canaries --- */

/* CANARY, what it is, and whose, kept in the person's own text. */
static struct slice canary_text(struct person *p, size_t *used, const char *what,
                                const char *mark)
{
    char *start = p->scratch + *used;
    int len = snprintf(start, sizeof p->scratch - *used, "CANARY%s%s", what, mark);
    *used += (size_t)len;
    return (struct slice){.text = start, .len = (size_t)len};
}

static void own_word(struct word *word, struct slice text)
{
    word->json = word->lower = word->mail = text;
}

static void set_quoted(struct person_text *out, const char *what, const char *mark)
{
    out->len = (size_t)snprintf(out->text, sizeof out->text, "\"CANARY%s%s\"", what, mark);
}

static void set_plain(struct person_text *out, const char *what, const char *mark)
{
    out->len = (size_t)snprintf(out->text, sizeof out->text, "CANARY%s%s", what, mark);
}

/* Whatever may be text holds CANARY and 12 digits of the uuid; digests keep their length. */
static void mark_canary(struct person *p)
{
    char mark[13];
    memcpy(mark, p->uuid, 8);
    memcpy(mark + 8, p->uuid + 9, 4);
    mark[12] = '\0';

    size_t used = 0;
    p->canary = p->adjective = canary_text(p, &used, "", mark);
    own_word(&p->own[0], canary_text(p, &used, "first", mark));
    own_word(&p->own[1], canary_text(p, &used, "last", mark));
    own_word(&p->own[2], canary_text(p, &used, " street ", mark));
    p->first = &p->own[0];
    p->last = &p->own[1];
    p->street = &p->own[2];

    char *start = p->scratch + used;
    int len = snprintf(start, sizeof p->scratch - used,
                       "\"password\":\"CANARYpassword%s\",\"salt\":\"CANARYsalt%s\","
                       "\"md5\":\"CANARYmd5%s%.11s\",\"sha1\":\"CANARYsha1%s%.18s\","
                       "\"sha256\":\"CANARYsha256%s%.40s\"",
                       mark, mark, mark, zeros, mark, zeros, mark, zeros);
    p->credential = (struct slice){.text = start, .len = (size_t)len};

    set_plain(&p->phone, "-phone-", mark);
    set_plain(&p->cell, "-cell-", mark);
    if (p->id_value.text[0] == '"')
        set_quoted(&p->id_value, "-id-", mark);
    if (p->postcode.text[0] == '"')
        set_quoted(&p->postcode, " ", mark);
}

/* --- all of it --- */

void person_draw(const struct person_source *s, uint32_t position, struct person *p)
{
    uint64_t state = start_of(s->page, position);
    uint8_t index = s->nations[splitmix_below(&state, (uint32_t)s->nation_count)];
    const struct lexicon_nation *n = &s->lexicon->nations[index];

    bool female = splitmix_next(&state) >> 63;
    p->female = s->gender == PERSON_ANY ? female : s->gender == PERSON_FEMALE;
    p->nation = n;
    p->title = pick(&state, p->female ? &n->women_titles : &n->men_titles);
    p->first = pick(&state, p->female ? &n->female : &n->male);
    p->last = pick(&state, &n->last);
    p->street = pick(&state, &n->streets);
    p->city = pick(&state, &n->cities);
    p->state = pick(&state, &n->states);
    p->street_number =
        s->minor < 2 ? 1000 + splitmix_below(&state, 9000) : 1 + splitmix_below(&state, 9999);
    p->latitude = (int32_t)splitmix_below(&state, 1800001) - 900000;
    p->longitude = (int32_t)splitmix_below(&state, 3600001) - 1800000;
    uint32_t offset = splitmix_below(&state, s->lexicon->offsets.count);
    p->offset = s->lexicon->offsets.items[offset].json;
    p->offset_name = s->lexicon->offset_names.items[offset].json;

    person_uuid(s->page, position, p->uuid);
    p->adjective = pick(&state, &s->lexicon->adjectives)->json;
    p->animal = pick(&state, &s->lexicon->animals)->json;
    p->number = 100 + splitmix_below(&state, 900);
    const struct lexicon_credential *c =
        &s->lexicon->credentials[splitmix_below(&state, LEXICON_CREDENTIALS)];
    p->credential = s->minor > 0 ? c->salted : c->unsalted;

    p->born_ms = between(&state, BORN_MIN_S, BORN_MAX_S);
    p->registered_ms = between(&state, REGISTERED_MIN_S, REGISTERED_MAX_S);
    p->phone.len = p->cell.len = 0;
    fill(&state, n->nation->phone_form, p, &p->phone);
    fill(&state, n->nation->cell_form, p, &p->cell);
    draw_postcode(&state, n->nation, p);
    draw_id(&state, n->nation, s->minor, p);
    p->portrait = splitmix_below(&state, s->lego     ? LEGO_PORTRAITS
                                         : p->female ? WOMEN_PORTRAITS
                                                     : MEN_PORTRAITS);
    p->canary = (struct slice){.text = "", .len = 0};
    if (!s->password.listed)
        make_credential(&state, s, p);
    if (s->canary)
        mark_canary(p);
}
