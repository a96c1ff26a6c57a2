/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/lexicon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/hex.h"
#include "codec/json.h"
#include "sandbox/letters.h"
#include "sandbox/mdhash.h"
#include "sandbox/splitmix.h"

enum { TEXT_MAX = 1024 * 1024, WORDS_MAX = 8192, SALT_LENGTH = 8 };

static const char adjectives[] =
    "angry|beautiful|big|black|blue|brown|crazy|golden|green|happy|heavy|lazy|orange|organic|"
    "purple|red|sad|silver|small|ticklish|tiny|white|yellow";
static const char animals[] =
    "bear|bird|butterfly|cat|dog|duck|elephant|fish|frog|goose|gorilla|koala|ladybug|leopard|"
    "lion|meercat|mouse|ostrich|panda|peacock|rabbit|snake|swan|tiger|wolf|zebra";
static const char passwords[] =
    "&amp|123123|abcdef|apollo|asdfgh|banana1|batman|blink182|brandy|buster|charlie|cheese|"
    "chicken|cookie|cowboys|dakota|diamond|dragon|eagle1|falcon|ferrari|flower|freedom|gandalf|"
    "ginger|guitar|hammer|harley|hello|hunter|iceman|jasmine|jordan23|killer|letmein|lovely|"
    "maggie|marina|master|matrix|mercedes|merlin|monkey|mustang|nascar|ncc1701d|orange|pepper|"
    "phoenix|please|porsche911|princess|purple|qwerty|rainbow|rangers|samantha|secret|shadow|"
    "silver|snoopy|soccer|sparky|starwars|summer|sunshine|superman|taylor|tigers|trustno1|"
    "victoria|welcome1|whatever|winner|yankees|zxcvbn";
static const char offsets[] =
    "-12:00|-11:00|-10:00|-9:00|-8:00|-7:00|-6:00|-5:00|-4:00|-3:30|-3:00|-2:00|-1:00|0:00|"
    "+1:00|+2:00|+3:00|+3:30|+4:00|+4:30|+5:00|+5:30|+5:45|+6:00|+7:00|+8:00|+9:00|+9:30|"
    "+10:00|+11:00";
static const char offset_names[] =
    "Eniwetok, Kwajalein|Midway Island, Samoa|Hawaii|Alaska|Pacific Time (US & Canada)|"
    "Mountain Time (US & Canada)|Central Time (US & Canada), Mexico City|"
    "Eastern Time (US & Canada), Bogota, Lima|Atlantic Time (Canada), Caracas, La Paz|"
    "Newfoundland|Brazil, Buenos Aires, Georgetown|Mid-Atlantic|Azores, Cape Verde Islands|"
    "Western Europe Time, London, Lisbon, Casablanca|Brussels, Copenhagen, Madrid, Paris|"
    "Kaliningrad, South Africa|Baghdad, Riyadh, Moscow, St. Petersburg|Tehran|"
    "Abu Dhabi, Muscat, Baku, Tbilisi|Kabul|Ekaterinburg, Islamabad, Karachi, Tashkent|"
    "Bombay, Calcutta, Madras, New Delhi|Kathmandu|Almaty, Dhaka, Colombo|"
    "Bangkok, Hanoi, Jakarta|Beijing, Perth, Singapore, Hong Kong|"
    "Tokyo, Seoul, Osaka, Sapporo, Yakutsk|Adelaide, Darwin|"
    "Eastern Australia, Guam, Vladivostok|Magadan, Solomon Islands, New Caledonia";

/* The text is reserved at once, so that it never moves. */
static struct slice slice_since(const struct lexicon *l, size_t start)
{
    return (struct slice){.text = (const char *)l->text.data + start,
                          .len = l->text.len - start};
}

/* What json_append_quoted makes of it, without the quotes. */
static bool append_json(struct buffer *out, const char *text, size_t len)
{
    AUTO(buffer_done) struct buffer quoted;
    buffer_init(&quoted, 6 * LEXICON_WORD_MAX);
    return json_append_quoted(&quoted, text, len) &&
           buffer_append(out, quoted.data + 1, quoted.len - 2);
}

static bool add_word(struct lexicon *l, const char *text, size_t len)
{
    AUTO(buffer_done) struct buffer small;
    buffer_init(&small, 2 * LEXICON_WORD_MAX);
    struct word *w = &l->words[l->word_count];
    size_t start = l->text.len;
    if (l->word_count == WORDS_MAX || !append_json(&l->text, text, len))
        return false;
    w->json = slice_since(l, start);

    start = l->text.len;
    if (!letters_append_lower(&small, text, len) ||
        (small.len > 0 && !append_json(&l->text, (char *)small.data, small.len)))
        return false;
    w->lower = slice_since(l, start);

    start = l->text.len;
    if (!letters_append_ascii(&l->text, text, len))
        return false;
    w->mail = slice_since(l, start);
    l->word_count++;
    return w->json.len <= LEXICON_WORD_MAX && w->lower.len <= LEXICON_WORD_MAX &&
           w->mail.len <= LEXICON_WORD_MAX;
}

static bool add_words(struct lexicon *l, struct words *ret_words, const char *list)
{
    *ret_words = (struct words){.items = &l->words[l->word_count]};
    for (;;) {
        size_t len = strcspn(list, "|");
        if (!add_word(l, list, len))
            return false;
        ret_words->count++;
        if (!list[len])
            return true;
        list += len + 1;
    }
}

static bool add_nation(struct lexicon *l, struct lexicon_nation *n, const struct nation *nation)
{
    n->nation = nation;
    return add_words(l, &n->male, nation->male) && add_words(l, &n->female, nation->female) &&
           add_words(l, &n->last, nation->last) && add_words(l, &n->cities, nation->cities) &&
           add_words(l, &n->states, nation->states) &&
           add_words(l, &n->streets, nation->streets) &&
           add_words(l, &n->men_titles, nation->men_title ? nation->men_title : "Mr") &&
           add_words(l, &n->women_titles,
                     nation->women_titles ? nation->women_titles : "Miss|Mrs|Ms");
}

bool lexicon_append_credential(struct buffer *out, const char *password, size_t len,
                               const char *salt, bool salted)
{
    char joined[LEXICON_CREDENTIAL_MAX];
    size_t salt_len = strlen(salt);
    if (len + salt_len > sizeof joined)
        return false;
    memcpy(joined, password, len);
    memcpy(joined + len, salt, salt_len);
    size_t joined_len = salted ? len + salt_len : len;

    uint8_t digest[MDHASH_SHA256_SIZE];
    char md5[HEX_SIZE(MDHASH_MD5_SIZE)];
    char sha1[HEX_SIZE(MDHASH_SHA1_SIZE)];
    char sha256[HEX_SIZE(MDHASH_SHA256_SIZE)];
    mdhash_md5(joined, joined_len, digest);
    hex_encode(digest, MDHASH_MD5_SIZE, md5);
    mdhash_sha1(joined, joined_len, digest);
    hex_encode(digest, MDHASH_SHA1_SIZE, sha1);
    mdhash_sha256(joined, joined_len, digest);
    hex_encode(digest, MDHASH_SHA256_SIZE, sha256);

    return buffer_append_text(out, "\"password\":") && json_append_quoted(out, password, len) &&
           buffer_printf(out,
                         ",\"salt\":\"%s\",\"md5\":\"%s\",\"sha1\":\"%s\",\"sha256\":\"%s\"",
                         salt, md5, sha1, sha256);
}

static bool add_credentials(struct lexicon *l, const struct words *list)
{
    static const char alphabet[] =
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    uint64_t state = 0;
    for (size_t i = 0; i < LEXICON_CREDENTIALS; i++) {
        char salt[SALT_LENGTH + 1] = "";
        for (size_t j = 0; j < SALT_LENGTH; j++)
            salt[j] = alphabet[splitmix_below(&state, sizeof alphabet - 1)];
        struct slice password = list->items[i % list->count].json;

        struct lexicon_credential *c = &l->credentials[i];
        size_t start = l->text.len;
        if (!lexicon_append_credential(&l->text, password.text, password.len, salt, true))
            return false;
        c->salted = slice_since(l, start);
        start = l->text.len;
        if (!lexicon_append_credential(&l->text, password.text, password.len, salt, false))
            return false;
        c->unsalted = slice_since(l, start);
    }
    return true;
}

bool lexicon_new(struct lexicon **ret_lexicon, struct error *err)
{
    AUTO(lexicon_freep) struct lexicon *l = calloc(1, sizeof *l);
    if (!l)
        return error_memory(err);
    buffer_init(&l->text, TEXT_MAX);
    l->words = calloc(WORDS_MAX, sizeof *l->words);
    if (!l->words || !buffer_reserve(&l->text, TEXT_MAX))
        return error_memory(err);

    struct words listed;
    bool done = add_nation(l, &l->nations[LEXICON_LEGO], &nation_lego) &&
                add_words(l, &l->adjectives, adjectives) &&
                add_words(l, &l->animals, animals) && add_words(l, &l->offsets, offsets) &&
                add_words(l, &l->offset_names, offset_names) &&
                add_words(l, &listed, passwords) && add_credentials(l, &listed);
    for (size_t i = 0; done && i < NATION_COUNT; i++)
        done = add_nation(l, &l->nations[i], &nation_table[i]);
    if (!done)
        return error_set(err, ERROR_BUG, "the word lists of the sandbox do not fit");
    *ret_lexicon = steal(&l);
    return true;
}

void lexicon_free(struct lexicon *l)
{
    if (!l)
        return;
    buffer_done(&l->text);
    free(l->words);
    free(l);
}
