/* SPDX-License-Identifier: Apache-2.0 */
#include "record/mask.h"

#include <string.h>

#include "base/text.h"
#include "record/instant.h"
#include "record/redact.h"

/* What stands behind the name of an action. */
enum argument { NO_ARGUMENT, CLASS, COUNT, COUNT_AND_TOP };

struct subject {
    const struct mask *mask;
    const char *text;
    size_t len;
    struct mask_work *work;
};

typedef enum mask_verdict apply_function(const struct subject *s, const char **ret_text,
                                         size_t *ret_len);

static apply_function apply_pseudonym, apply_domain, apply_url, apply_last, apply_truncate,
    apply_redact, apply_year, apply_start, apply_band, apply_round;

struct action {
    const char *name;
    enum argument argument;
    uint32_t min, max; /* of N */
    enum mask_result result;
    apply_function *apply;
};

/* By enum mask_kind. */
static const struct action actions[] = {
    [MASK_KEEP] = {"keep", NO_ARGUMENT, 0, 0, MASK_SAME, NULL},
    [MASK_DROP] = {"drop", NO_ARGUMENT, 0, 0, MASK_NOTHING, NULL},
    [MASK_PSEUDONYM] = {"pseudonym", CLASS, 0, 0, MASK_TEXT, apply_pseudonym},
    [MASK_DOMAIN] = {"partial:domain", NO_ARGUMENT, 0, 0, MASK_TEXT, apply_domain},
    [MASK_URL] = {"partial:url", NO_ARGUMENT, 0, 0, MASK_TEXT, apply_url},
    [MASK_LAST] = {"partial:last", COUNT, 1, MASK_CHARACTERS_MAX, MASK_TEXT, apply_last},
    [MASK_TRUNCATE] = {"truncate", COUNT, 1, MASK_CHARACTERS_MAX, MASK_TEXT, apply_truncate},
    [MASK_REDACT] = {"redact", NO_ARGUMENT, 0, 0, MASK_TEXT, apply_redact},
    [MASK_YEAR] = {"generalise:year", NO_ARGUMENT, 0, 0, MASK_INTEGER, apply_year},
    [MASK_MONTH] = {"generalise:month", NO_ARGUMENT, 0, 0, MASK_TIME, apply_start},
    [MASK_DAY] = {"generalise:day", NO_ARGUMENT, 0, 0, MASK_TIME, apply_start},
    [MASK_YEAR_START] = {"generalise:year-start", NO_ARGUMENT, 0, 0, MASK_TIME, apply_start},
    [MASK_BAND] = {"generalise:band", COUNT_AND_TOP, 1, MASK_BAND_MAX, MASK_TEXT, apply_band},
    [MASK_ROUND] = {"round", COUNT, 0, MASK_PLACES_MAX, MASK_DECIMAL, apply_round},
};

enum { ACTION_COUNT = sizeof actions / sizeof *actions };

/* How an action is written, with the letters of the header's table for its arguments. */
static const char *const spellings[] = {
    "keep",
    "drop",
    "pseudonym:CLASS",
    "partial:domain",
    "partial:url",
    "partial:last:N",
    "truncate:N",
    "redact",
    "generalise:year",
    "generalise:month",
    "generalise:day",
    "generalise:year-start",
    "generalise:band:W:TOP",
    "round:N",
    NULL,
};

/* The action whose name the text is, or begins with before a colon. */
static const struct action *find(const char *text, const char **ret_rest)
{
    for (size_t i = 0; i < ACTION_COUNT; i++) {
        const struct action *a = &actions[i];
        size_t len = strlen(a->name);
        char end = a->argument == NO_ARGUMENT ? '\0' : ':';
        if (strncmp(text, a->name, len) == 0 && text[len] == end) {
            *ret_rest = text + len + (end == ':');
            return a;
        }
    }
    return NULL;
}

/* One spelling for each number, since the text enters the policy's digest. */
static bool parse_count(const char *text, size_t len, uint32_t min, uint32_t max,
                        uint32_t *ret_count)
{
    if (!decimal_is_integer(text, len, min, max) || *text == '-')
        return false;
    int64_t value;
    text_parse_int64(text, len, &value);
    *ret_count = (uint32_t)value;
    return true;
}

static bool parse_class(const char *text, const char *name, enum error_kind kind,
                        struct mask *m, struct error *err)
{
    m->normaliser = normalise_find(name);
    if (m->normaliser)
        return true;
    const char *near = text_nearest(name, normalise_classes());
    return error_set(err, kind, "\"%.*s\": there is no class \"%.*s\"%s%s%s", MASK_NAME_MAX,
                     text, MASK_NAME_MAX, name, near ? "; did you mean \"" : "",
                     near ? near : "", near ? "\"?" : "");
}

static bool parse_unknown(const char *text, enum error_kind kind, struct error *err)
{
    const char *near = text_nearest(text, spellings);
    return error_set(err, kind, "there is no masking action \"%.*s\"%s%s%s", MASK_NAME_MAX,
                     text, near ? "; did you mean \"" : "", near ? near : "",
                     near ? "\"?" : "");
}

bool mask_parse(const char *text, enum error_kind kind, struct mask *ret_mask,
                struct error *err)
{
    const char *rest;
    const struct action *a = find(text, &rest);
    if (!a)
        return parse_unknown(text, kind, err);

    struct mask m = {.kind = (enum mask_kind)(a - actions)};
    const char *colon = a->argument == COUNT_AND_TOP ? strchr(rest, ':') : NULL;
    size_t len = colon ? (size_t)(colon - rest) : strlen(rest);
    bool ok = true;
    switch (a->argument) {
    case NO_ARGUMENT:
        break;
    case CLASS:
        if (!parse_class(text, rest, kind, &m, err))
            return false;
        break;
    case COUNT:
        ok = parse_count(rest, len, a->min, a->max, &m.count);
        break;
    case COUNT_AND_TOP:
        ok = colon && parse_count(rest, len, a->min, a->max, &m.count) &&
             parse_count(colon + 1, strlen(colon + 1), m.count, a->max, &m.top) &&
             m.top % m.count == 0;
        break;
    }
    if (!ok)
        return error_set(err, kind, "\"%.*s\" should be %s, %s between %u and %u",
                         MASK_NAME_MAX, text, spellings[a - actions],
                         a->argument == COUNT ? "N" : "TOP a multiple of W, both", a->min,
                         a->max);
    *ret_mask = m;
    return true;
}

enum mask_result mask_result(const struct mask *m)
{
    return actions[m->kind].result;
}

bool mask_leaves_text(const struct mask *m)
{
    static const unsigned parts = 1u << MASK_KEEP | 1u << MASK_DOMAIN | 1u << MASK_URL |
                                  1u << MASK_LAST | 1u << MASK_TRUNCATE | 1u << MASK_REDACT;
    return parts & 1u << m->kind;
}

bool mask_describe(const struct mask *m, struct buffer *out)
{
    const struct action *a = &actions[m->kind];
    switch (a->argument) {
    case CLASS:
        return buffer_printf(out, "%s:%s %s", a->name, normalise_class(m->normaliser),
                             normalise_version(m->normaliser));
    case COUNT:
        return buffer_printf(out, "%s:%u", a->name, m->count);
    case COUNT_AND_TOP:
        return buffer_printf(out, "%s:%u:%u", a->name, m->count, m->top);
    case NO_ARGUMENT:
        break;
    }
    if (m->kind == MASK_REDACT)
        return buffer_printf(out, "%s %s", a->name, REDACT_VERSION);
    return buffer_append_text(out, a->name);
}

void mask_work_init(struct mask_work *w, const struct pseudonym *pseudonym)
{
    w->pseudonym = pseudonym;
    w->memo = pseudonym ? memo_new() : NULL;
    buffer_init(&w->normalised, NORMALISE_SCRATCH_MAX);
}

void mask_work_done(struct mask_work *w)
{
    memo_free(w->memo);
    w->memo = NULL;
    buffer_done(&w->normalised);
    explicit_bzero(w->text, sizeof w->text);
}

enum mask_verdict mask_apply(const struct mask *m, const char *text, size_t len,
                             struct mask_work *work, const char **ret_text, size_t *ret_len)
{
    if (len == 0)
        return MASK_NULL;
    const struct subject s = {m, text, len, work};
    return actions[m->kind].apply(&s, ret_text, ret_len);
}

static enum mask_verdict slice(const char *text, size_t len, const char **ret_text,
                               size_t *ret_len)
{
    if (len == 0)
        return MASK_NULL;
    *ret_text = text;
    *ret_len = len;
    return MASK_DONE;
}

static enum mask_verdict apply_pseudonym(const struct subject *s, const char **ret_text,
                                         size_t *ret_len)
{
    const struct normalise *n = s->mask->normaliser;
    struct memo_token *kept = memo_find(s->work->memo, n, s->text, s->len);
    if (kept && kept->len)
        return slice(kept->text, kept->len, ret_text, ret_len);

    const char *canonical;
    size_t len;
    if (!normalise_apply(n, s->text, s->len, &s->work->normalised, &canonical, &len))
        return MASK_UNFIT;
    if (len == 0)
        return MASK_NULL;
    char *token = kept ? kept->text : s->work->text;
    len = pseudonym_token(s->work->pseudonym, normalise_class(n), canonical, len, token);
    if (kept)
        kept->len = (uint8_t)len;
    return slice(token, len, ret_text, ret_len);
}

static enum mask_verdict apply_domain(const struct subject *s, const char **ret_text,
                                      size_t *ret_len)
{
    const char *at = memrchr(s->text, '@', s->len);
    if (!at)
        return MASK_NULL;
    return slice(at + 1, (size_t)(s->text + s->len - at - 1), ret_text, ret_len);
}

static bool is_scheme(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && (i == 0 || !((c >= '0' && c <= '9') || (c && strchr("+-.", c)))))
            return false;
    }
    return len > 0;
}

/* RFC 3986: scheme://user@host/path?query#fragment. A backslash ends the host where browsers take
 * it for a slash; a user behind it would be one in the path. */
static enum mask_verdict apply_url(const struct subject *s, const char **ret_text,
                                   size_t *ret_len)
{
    const char *end = s->text + s->len;
    const char *colon = memmem(s->text, s->len, "://", 3);
    if (!colon || !is_scheme(s->text, (size_t)(colon - s->text)))
        return MASK_NULL;
    const char *host = colon + 3;
    const char *path = host;
    while (path < end && *path && !strchr("/?#\\", *path))
        path++;
    const char *at = memrchr(host, '@', (size_t)(path - host));
    const char *stop = path;
    while (stop < end && *stop != '?' && *stop != '#')
        stop++;
    if (!at)
        return slice(s->text, (size_t)(stop - s->text), ret_text, ret_len);

    struct buffer *out = &s->work->normalised;
    buffer_clear(out);
    if (!buffer_append(out, s->text, (size_t)(host - s->text)) ||
        !buffer_append(out, at + 1, (size_t)(stop - at - 1)))
        return MASK_UNFIT;
    return slice((const char *)out->data, out->len, ret_text, ret_len);
}

static enum mask_verdict apply_redact(const struct subject *s, const char **ret_text,
                                      size_t *ret_len)
{
    return redact_apply(s->text, s->len, &s->work->normalised, ret_text, ret_len) ? MASK_DONE
                                                                                  : MASK_UNFIT;
}

/* The first byte of a character of UTF-8. */
static bool is_start(char byte)
{
    return ((unsigned char)byte & 0xC0) != 0x80;
}

static enum mask_verdict apply_last(const struct subject *s, const char **ret_text,
                                    size_t *ret_len)
{
    size_t start = s->len;
    for (uint32_t left = s->mask->count; start && left; left -= is_start(s->text[start]))
        start--;
    if (start == 0) /* all of it: nothing would be hidden */
        return MASK_NULL;
    return slice(s->text + start, s->len - start, ret_text, ret_len);
}

static enum mask_verdict apply_truncate(const struct subject *s, const char **ret_text,
                                        size_t *ret_len)
{
    size_t end = 0;
    for (uint32_t left = s->mask->count; end < s->len; end++)
        if (is_start(s->text[end]) && left-- == 0)
            break;
    return slice(s->text, end, ret_text, ret_len);
}

/* The date of a day, or of an instant in UTC, as the first ten bytes of ret_text. */
static bool read_date(const struct subject *s, char ret_text[INSTANT_TEXT_MAX])
{
    size_t len;
    if (!instant_is_date(s->text, s->len))
        return instant_normalise(s->text, s->len, ret_text, &len);
    memcpy(ret_text, s->text, s->len);
    return true;
}

static enum mask_verdict apply_year(const struct subject *s, const char **ret_text,
                                    size_t *ret_len)
{
    char *text = s->work->text;
    if (!read_date(s, text))
        return MASK_UNFIT;
    size_t zeros = strspn(text, "0"); /* years start at 1: 0987 is 987 */
    return slice(text + zeros, 4 - zeros, ret_text, ret_len);
}

static enum mask_verdict apply_start(const struct subject *s, const char **ret_text,
                                     size_t *ret_len)
{
    static const char midnight[] = "T00:00:00Z";
    char *text = s->work->text;
    if (!read_date(s, text))
        return MASK_UNFIT;
    if (s->mask->kind != MASK_DAY)
        memcpy(text + 8, "01", 2);
    if (s->mask->kind == MASK_YEAR_START)
        memcpy(text + 5, "01", 2);
    memcpy(text + 10, midnight, sizeof midnight - 1);
    return slice(text, 10 + sizeof midnight - 1, ret_text, ret_len);
}

static enum mask_verdict apply_band(const struct subject *s, const char **ret_text,
                                    size_t *ret_len)
{
    if (!decimal_is_integer(s->text, s->len, 0, INT64_MAX))
        return MASK_UNFIT;
    int64_t value;
    text_parse_int64(s->text, s->len, &value);
    int64_t top = s->mask->top;
    int64_t width = s->mask->count;
    int64_t low = value - value % width;
    char *text = s->work->text;
    size_t len = decimal_format_integer(value >= top ? top : low, text);
    text[len++] = value >= top ? '+' : '-';
    if (value < top)
        len += decimal_format_integer(low + width - 1, text + len);
    return slice(text, len, ret_text, ret_len);
}

static enum mask_verdict apply_round(const struct subject *s, const char **ret_text,
                                     size_t *ret_len)
{
    struct decimal d;
    if (!decimal_parse(s->text, s->len, &d))
        return MASK_UNFIT;
    decimal_round(&d, (int)s->mask->count);
    return slice(s->work->text, decimal_format(&d, s->work->text), ret_text, ret_len);
}
