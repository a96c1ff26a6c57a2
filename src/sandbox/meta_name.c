/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_name.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { DRAW_NAME = 32, PERSON_EVERY = 9 };

struct form {
    const char *json;
    const char *plain;
};

static const struct form kinds[META_KIND_COUNT] = {
    [META_CAMPAIGN] = {"Campaign", "Campaign"},
    [META_ADSET] = {"Ad set", "Ad set"},
    [META_AD] = {"Ad", "Ad"},
    [META_CREATIVE] = {"Creative", "Creative"},
    [META_AUDIENCE] = {"Audience", "Audience"},
    [META_ACCOUNT] = {"Account", "Account"},
};

static const struct form words[] = {
    {"Autumn \\u2013 Lookalike 1%", "Autumn \xe2\x80\x93 Lookalike 1%"},
    {"\\ud83d\\ude80 Launch", "\xf0\x9f\x9a\x80 Launch"},
    {"He said \\\"now\\\"", "He said \"now\""},
    {"US\\/CA [prospecting] & more", "US/CA [prospecting] & more"},
    {"9\\u202fAM sale", "9\xe2\x80\xaf"
                        "AM sale"},
    {"C:\\\\temp", "C:\\temp"},
    {"Fr\\u00fchjahr \\u00d6l", "Fr\xc3\xbchjahr \xc3\x96l"},
    {"\\u30bb\\u30fc\\u30eb", "\xe3\x82\xbb\xe3\x83\xbc\xe3\x83\xab"},
    {"retargeting_30d", "retargeting_30d"},
    {"two  blanks ", "two  blanks "},
    {"\\ud83d\\udc69\\u200d\\ud83d\\udcbb Work",
     "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb Work"},
    {"tab\\there", "tab\there"},
    {"zzzzzNew - AIA - Advertised", "zzzzzNew - AIA - Advertised"},
};

static const struct form persons[] = {
    {"Jane Doe <jane.doe\\u0040mail.example>", "Jane Doe <jane.doe@mail.example>"},
    {"J\\u00fcrgen Wei\\u00df (j.weiss\\u0040post.example)",
     "J\xc3\xbcrgen Wei\xc3\x9f (j.weiss@post.example)"},
    {"Ana Souza +55 11 5550-0199", "Ana Souza +55 11 5550-0199"},
    {"wiremu.t\\u0040kiwi.example", "wiremu.t@kiwi.example"},
};

enum { WORDS = sizeof words / sizeof *words, PERSONS = sizeof persons / sizeof *persons };

static const char *text_of(const struct form *form, bool json)
{
    return json ? form->json : form->plain;
}

static char *put_number(char *out, uint64_t number)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    return mempcpy(out, digits, (size_t)len);
}

static char *put_small(char *out, uint32_t number)
{
    char digits[12];
    int at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return mempcpy(out, digits + at, sizeof digits - (size_t)at);
}

/* "CANARY120…@canary.example" */
static char *put_canary(const struct meta_world *w, struct meta_node node, bool json, char *out)
{
    out = stpcpy(out, "CANARY");
    out = put_number(out, meta_world_id(w, node));
    return stpcpy(out, json ? "\\u0040canary.example" : "@canary.example");
}

static char *put_person(const struct meta_world *w, struct meta_node node, bool json, char *out)
{
    uint64_t drawn = meta_world_draw(w, node, DRAW_NAME);
    if (w->canary)
        return put_canary(w, node, json, out);
    return stpcpy(out, text_of(&persons[(drawn >> 32) % PERSONS], json));
}

static char *put_name(const struct meta_world *w, struct meta_node node, bool json, char *out)
{
    uint64_t drawn = meta_world_draw(w, node, DRAW_NAME);
    out = stpcpy(out, text_of(&kinds[node.kind], json));
    *out++ = ' ';
    out = put_small(out, node.index + 1);
    *out++ = ' ';
    out = stpcpy(out, text_of(&words[drawn % WORDS], json));
    if (!w->canary && (drawn >> 24) % PERSON_EVERY != 0)
        return out;
    *out++ = ' ';
    return put_person(w, node, json, out);
}

char *meta_name_json(const struct meta_world *w, struct meta_node node, char *out)
{
    return put_name(w, node, true, out);
}

void meta_name_plain(const struct meta_world *w, struct meta_node node,
                     char ret_text[META_NAME_MAX])
{
    *put_name(w, node, false, ret_text) = '\0';
}

char *meta_name_person(const struct meta_world *w, struct meta_node node, char *out)
{
    return put_person(w, node, true, out);
}
