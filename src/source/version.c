/* SPDX-License-Identifier: Apache-2.0 */
#include "source/version.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"

enum { HEADER_NAME_MAX = 64 };

static const struct place_key keys[] = {
    {"description", false},    {"pattern", false}, {"header", false},
    {"warning_header", false}, {"sunset", false},  {NULL, false},
};

struct version_log {
    pthread_mutex_t lock;
    struct version_notice seen[VERSION_NOTICES_MAX];
    size_t count;
};

/* --- the rule ---------------------------------------------------------------------------- */

static bool read_header(struct place *p, const json_t *value, const char *key,
                        const char **ret_name, struct error *err)
{
    static const char characters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    if (!place_text(p, value, key, HEADER_NAME_MAX, ret_name, err))
        return false;
    const char *name = *ret_name ? *ret_name : "";
    return name[strspn(name, characters)] == '\0' ||
           place_fail_at(p, key, err, "expected the name of a header in small letters");
}

static bool read_sunsets(struct place *p, const json_t *value, struct version_rule *rule,
                         struct error *err)
{
    json_t *object = json_object_get(value, "sunset");
    if (!object)
        return true;
    pointer_push(&p->path, "sunset");
    if (!json_is_object(object) || json_object_size(object) > VERSION_SUNSETS_MAX)
        return place_fail(p, err, "expected an object of at most %d versions",
                          VERSION_SUNSETS_MAX);
    const char *version;
    json_t *day;
    json_object_foreach (object, version, day) {
        struct version_sunset *one = &rule->sunsets[rule->sunset_count++];
        one->version = version;
        if (!json_is_string(day) || !clock_parse_date(json_string_value(day), &one->day))
            return place_fail_at(p, version, err, "expected a day such as 2027-02-01");
    }
    pointer_pop(&p->path);
    return true;
}

static bool read_choice(struct place *p, const json_t *value, const char *version,
                        struct setting *choice, struct error *err)
{
    AUTO(cleanup_free) char *own = NULL;
    struct error ignored;
    if (!setting_of_pattern(p, value, "api_version",
                            "expected one that looks like the manifest's own", choice, err))
        return false;
    return setting_accept(choice, version, &own, &ignored) ||
           place_fail_at(p, "pattern", err, "the manifest's own version does not match");
}

bool version_read(struct place *p, const json_t *value, const char *version,
                  struct version_rule *ret_rule, struct error *err)
{
    AUTO(version_done) struct version_rule rule = {0};
    const char *description; /* for who reads the manifest */
    if (!place_keys(p, value, keys, err) ||
        !place_text(p, value, "description", PLACE_DESCRIPTION_MAX, &description, err) ||
        !read_header(p, value, "header", &rule.header, err) ||
        !read_header(p, value, "warning_header", &rule.warning_header, err) ||
        !read_sunsets(p, value, &rule, err))
        return false;
    rule.open = json_object_get(value, "pattern") != NULL;
    if (rule.open && !read_choice(p, value, version, &rule.choice, err))
        return false;
    *ret_rule = rule;
    rule = (struct version_rule){0};
    return true;
}

void version_done(struct version_rule *rule)
{
    setting_done(&rule->choice);
}

/* --- how long it lasts ------------------------------------------------------------------- */

enum version_outlook version_outlook(const struct version_rule *rule, const char *version,
                                     int64_t today, int64_t *ret_end_day)
{
    for (size_t i = 0; i < rule->sunset_count; i++) {
        const struct version_sunset *s = &rule->sunsets[i];
        if (strcmp(s->version, version) != 0)
            continue;
        *ret_end_day = s->day;
        if (today >= s->day)
            return VERSION_ENDED;
        return s->day - today <= VERSION_NOTICE_DAYS ? VERSION_ENDING : VERSION_LASTING;
    }
    return VERSION_UNKNOWN;
}

void version_words(const struct version_rule *rule, const char *version, int64_t today,
                   char ret_words[VERSION_WORDS_SIZE])
{
    char date[CLOCK_DATE_SIZE];
    int64_t end = 0;
    enum version_outlook outlook = version_outlook(rule, version, today, &end);
    *ret_words = '\0';
    if (outlook != VERSION_ENDING && outlook != VERSION_ENDED)
        return;
    clock_format_date(end, date);
    if (outlook == VERSION_ENDING)
        snprintf(ret_words, VERSION_WORDS_SIZE,
                 "version %.32s ends on %s, in %lld days: set a later api_version before",
                 version, date, (long long)(end - today));
    else
        snprintf(ret_words, VERSION_WORDS_SIZE,
                 "version %.32s ended on %s: the service refuses it or answers in another; set "
                 "a later api_version",
                 version, date);
}

/* --- what answers say -------------------------------------------------------------------- */

struct version_log *version_log_new(void)
{
    struct version_log *log = calloc(1, sizeof *log);
    if (log)
        pthread_mutex_init(&log->lock, NULL);
    return log;
}

void version_log_free(struct version_log *log)
{
    if (!log)
        return;
    pthread_mutex_destroy(&log->lock);
    free(log);
}

/* What was not there before is kept. A service that says something else each time is told of no
 * more than VERSION_NOTICES_MAX times. */
static bool remember(struct version_log *log, const struct version_notice *notice)
{
    pthread_mutex_lock(&log->lock);
    bool is_new = log->count < VERSION_NOTICES_MAX;
    for (size_t i = 0; i < log->count && is_new; i++)
        is_new = strcmp(log->seen[i].served, notice->served) != 0 ||
                 strcmp(log->seen[i].warning, notice->warning) != 0;
    if (is_new)
        log->seen[log->count++] = *notice;
    pthread_mutex_unlock(&log->lock);
    return is_new;
}

bool version_note(struct version_log *log, const char *asked, const char *served,
                  const char *warning, struct version_notice *ret_notice)
{
    struct version_notice notice = {.asked = asked};
    char quoted[QUOTE_SIZE];
    if (served && strcmp(served, asked) != 0)
        snprintf(notice.served, sizeof notice.served, "%.*s", VERSION_TEXT_MAX,
                 quote_text(served, quoted));
    quote_text(warning, notice.warning);
    if ((!*notice.served && !*notice.warning) || !remember(log, &notice))
        return false;
    *ret_notice = notice;
    return true;
}

bool version_noticed(struct version_log *log, size_t i, struct version_notice *ret_notice)
{
    pthread_mutex_lock(&log->lock);
    bool found = i < log->count;
    if (found)
        *ret_notice = log->seen[i];
    pthread_mutex_unlock(&log->lock);
    return found;
}
