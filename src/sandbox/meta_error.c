/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meta_error.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "codec/json.h"
#include "sandbox/splitmix.h"

#define JSON_TYPE "application/json; charset=UTF-8"

enum { VALUE_MAX = 256, MESSAGE_MAX = 2048, BODY_MAX = 16 * 1024, CODE_MAX = 99999999 };

enum transience { SILENT, LASTING, TRANSIENT };

/* Nothing for type: neither type nor fbtrace_id comes, as in recorded ones. */
struct row {
    int status;
    int code;
    int subcode;
    enum transience transience;
    const char *type;
    const char *message;
    const char *title;
    const char *advice;
};

#define OAUTH "OAuthException"
#define GRAPH "GraphMethodException"
#define LIMITS "https://developers.facebook.com/docs/graph-api/overview/rate-limiting"

static const struct row rows[META_ERROR_COUNT] = {
    [META_ERROR_NO_TOKEN] = {400, 104, 0, SILENT, OAUTH,
                             "An access token is required to request this resource.", NULL,
                             NULL},
    [META_ERROR_BAD_TOKEN] = {400, 190, 0, SILENT, OAUTH,
                              "Invalid OAuth access token - Cannot parse access token", NULL,
                              NULL},
    [META_ERROR_EXPIRED] = {400, 190, 463, SILENT, OAUTH,
                            "Error validating access token: Session has expired on Friday, "
                            "13-Nov-26 09:00:00 PST.",
                            NULL, NULL},
    [META_ERROR_PASSWORD] =
        {400, 190, 460, SILENT, OAUTH,
         "Error validating access token: The session has been invalidated because the user "
         "changed their password or Facebook has changed the session for security reasons.",
         NULL, NULL},
    [META_ERROR_LOGGED_OUT] = {400, 190, 467, SILENT, OAUTH,
                               "Error validating access token: The session is invalid because "
                               "the user logged out.",
                               NULL, NULL},
    [META_ERROR_NO_APP] = {400, 190, 458, SILENT, OAUTH,
                           "Error validating access token: The user has not authorized "
                           "application 1234567890.",
                           NULL, NULL},
    [META_ERROR_PROOF_NEEDED] =
        {400, 100, 0, SILENT, GRAPH,
         "API calls from the server require an appsecret_proof argument", NULL, NULL},
    [META_ERROR_PROOF_WRONG] = {400, 100, 0, SILENT, GRAPH,
                                "Invalid appsecret_proof provided in the API argument", NULL,
                                NULL},
    [META_ERROR_MISSING_PERMISSIONS] = {400, 100, 0, SILENT, OAUTH,
                                        "(#100) Missing permissions", NULL, NULL},
    [META_ERROR_GATED] = {403, 200, 0, SILENT, OAUTH,
                          "(#200) Requires %s permission to manage the object", NULL, NULL},
    [META_ERROR_UNSEEN] =
        {400, 100, 33, SILENT, GRAPH,
         "Unsupported get request. Object with ID '%s' does not exist, cannot "
         "be loaded due to missing permissions, or does not support this "
         "operation. Please read the Graph API documentation at "
         "https://developers.facebook.com/docs/graph-api",
         NULL, NULL},
    [META_ERROR_CLIENT_SECRET] = {400, 1, 0, SILENT, OAUTH, "Error validating client secret.",
                                  NULL, NULL},

    [META_ERROR_VERSION] = {400, 2635, 0, SILENT, OAUTH,
                            "(#2635) You are calling a deprecated version of the Ads API. "
                            "Please update to the latest version: %s.",
                            NULL, NULL},
    [META_ERROR_PATH] = {400, 2500, 0, SILENT, OAUTH, "Unknown path components: /%s", NULL,
                         NULL},
    [META_ERROR_METHOD] = {400, 100, 33, SILENT, GRAPH,
                           "Unsupported %s request. Please read the Graph API documentation at "
                           "https://developers.facebook.com/docs/graph-api",
                           NULL, NULL},
    [META_ERROR_PARAMETER] = {400, 100, 0, SILENT, OAUTH, "(#100) %s", NULL, NULL},
    [META_ERROR_FIELD] = {400, 100, 0, SILENT, OAUTH,
                          "(#100) Tried accessing nonexisting field (%s) on node type (%s)",
                          NULL, NULL},
    [META_ERROR_BREAKDOWNS] = {400, 100, 0, SILENT, OAUTH,
                               "(#100) Current combination of data breakdown columns (%s) is "
                               "invalid",
                               NULL, NULL},
    [META_ERROR_CURSOR] = {400, 2642, 0, SILENT, OAUTH, "(#2642) Invalid cursors values", NULL,
                           NULL},
    [META_ERROR_TOO_OLD] = {400, 3018, 0, SILENT, OAUTH,
                            "(#3018) The start date of the time range cannot be beyond 37 "
                            "months from the current date",
                            NULL, NULL},
    [META_ERROR_BATCH_SIZE] = {400, 100, 0, SILENT, GRAPH,
                               "Too many requests in batch message. Maximum batch size is %s",
                               NULL, NULL},
    [META_ERROR_IDS_GONE] = {400, 100, 0, SILENT, OAUTH,
                             "(#100) The parameter ids is no longer supported from version "
                             "v26.0 on",
                             NULL, NULL},

    [META_ERROR_REDUCE] =
        {500, 1, 0, SILENT, NULL,
         "Please reduce the amount of data you're asking for, then retry your "
         "request",
         NULL, NULL},
    [META_ERROR_TOO_MANY_ROWS] =
        {400, 100, 1487534, LASTING, OAUTH, "Invalid parameter", "Too many rows",
         "The reporting data you are trying to fetch has too many rows. Please use "
         "asynchronous "
         "query or restrict amount of ad IDs or time ranges to fetch the data."},
    [META_ERROR_TIMED_OUT] = {400, 100, 1504018, LASTING, OAUTH, "Invalid parameter",
                              "Request timed out",
                              "Your request timed out. Please try a smaller date range, fetch "
                              "less data, or use async jobs"},
    [META_ERROR_BATCH_DATA] = {400, 960, 0, SILENT, OAUTH,
                               "(#960) Too much data was requested in batch", NULL, NULL},
    [META_ERROR_CREATIVE] =
        {400, 100, 2446289, LASTING, OAUTH, "Invalid parameter", "Ad Creative Is Incomplete",
         "The post you selected for your ad is not available. It could be deleted or you might "
         "not have permissions to see it. Please check your ad creative and try again."},

    [META_ERROR_APP_LIMIT] = {400, 4, 0, TRANSIENT, OAUTH,
                              "(#4) Application request limit reached", NULL, NULL},
    [META_ERROR_INSIGHTS_APP_LIMIT] =
        {400, 4, 1504022, TRANSIENT, OAUTH, "(#4) Application request limit reached",
         "Ads Insights API rate limit",
         "There have been too many calls from this app. Please "
         "wait a bit and try again."},
    [META_ERROR_INSIGHTS_ACCOUNT_LIMIT] =
        {400, 4, 1504039, TRANSIENT, OAUTH, "(#4) Application request limit reached",
         "Ads Insights API rate limit",
         "There have been too many calls for this ad account. "
         "Please wait a bit and try again."},
    [META_ERROR_USER_LIMIT] = {400, 17, 0, SILENT, OAUTH, "(#17) User request limit reached",
                               NULL, NULL},
    [META_ERROR_ACCOUNT_SCORE] = {400, 17, 2446079, LASTING, OAUTH,
                                  "(#17) User request limit reached",
                                  "Ad Account Has Too Many API Calls",
                                  "There have been too many calls from this ad-account. Please "
                                  "wait a bit and try again."},
    [META_ERROR_ACCOUNT_LIMIT] = {400, 613, 1487742, LASTING, OAUTH,
                                  "(#613) Calls to this api have exceeded the rate limit.",
                                  "Too Many API Calls",
                                  "There have been too many calls from this ad account. Please "
                                  "wait a bit and try again."},
    [META_ERROR_ABUSE] = {400, 613, 0, SILENT, OAUTH,
                          "(#613) Calls to this api have exceeded the rate limit.", NULL, NULL},
    [META_ERROR_PAGE_LIMIT] = {400, 32, 0, SILENT, OAUTH, "(#32) Page request limit reached",
                               NULL, NULL},
    [META_ERROR_INSIGHTS_BUC] =
        {400, 80000, 2446079, SILENT, OAUTH,
         "(#80000) There have been too many calls from this ad-account. "
         "Wait a bit and try again. For more info, please refer to " LIMITS ".",
         NULL, NULL},
    [META_ERROR_MANAGEMENT_BUC] =
        {400, 80004, 2446079, SILENT, OAUTH,
         "(#80004) There have been too many calls to this ad-account. "
         "Wait a bit and try again. For more info, please refer to " LIMITS ".",
         NULL, NULL},
    [META_ERROR_BLOCKED] = {400, 368, 0, SILENT, OAUTH,
                            "(#368) The action attempted has been deemed abusive or is "
                            "otherwise disallowed",
                            NULL, NULL},

    [META_ERROR_UNKNOWN] = {500, 1, 0, SILENT, OAUTH, "An unknown error occurred", NULL, NULL},
    [META_ERROR_UNKNOWN_99] = {500, 1, 99, SILENT, NULL, "An unknown error occurred", NULL,
                               NULL},
    [META_ERROR_PROFILE] = {400, 1, 2853001, LASTING, OAUTH, "An unknown error occurred",
                            "profile is not linked to delegate page",
                            "profile should always be linked to delegate page"},
    [META_ERROR_UNAVAILABLE] = {400, 2, 0, TRANSIENT, OAUTH,
                                "(#2) Service temporarily unavailable", NULL, NULL},
    [META_ERROR_OVERLOAD] = {503, 2, 1504044, TRANSIENT, OAUTH,
                             "(#2) Service temporarily unavailable", NULL, NULL},
    [META_ERROR_JOB_NOT_READY] =
        {400, 2601, 1815107, TRANSIENT, OAUTH, "Error accessing adreport job.",
         "Loading Async Ads Report Failed",
         "Sorry, the report cannot be loaded successfully. Please check if your job status is "
         "completed instead of failed or running before fetching the data."},
    [META_ERROR_JOB_SUMMARY] = {400, 100, 0, SILENT, OAUTH,
                                "(#100) Cannot include %s in summary param because they "
                                "weren't there while creating the report run.",
                                NULL, NULL},
};

/* A slash as these answers have it. */
static bool append_text(struct buffer *out, const char *text)
{
    AUTO(buffer_done) struct buffer quoted;
    buffer_init(&quoted, BODY_MAX);
    if (!json_append_quoted(&quoted, text, strlen(text)))
        return false;
    for (size_t i = 0; i < quoted.len; i++)
        if ((quoted.data[i] == '/' && !buffer_append_byte(out, '\\')) ||
            !buffer_append_byte(out, quoted.data[i]))
            return false;
    return true;
}

static bool append_member(struct buffer *out, const char *name, const char *text)
{
    return !text || (buffer_printf(out, ",\"%s\":", name) && append_text(out, text));
}

static bool append_trace(struct buffer *out)
{
    static atomic_uint_fast64_t made;
    uint64_t number = splitmix_mix(atomic_fetch_add(&made, 1) + 1);
    return buffer_printf(out, ",\"fbtrace_id\":\"A%016" PRIx64 "\"", number);
}

static bool append_data(struct buffer *out, const char *form)
{
    static const char data[] = "{\"blame_field_specs\":[[\"since\"]]}";
    if (!form)
        return true;
    if (strcmp(form, "text") == 0)
        return append_member(out, "error_data", data);
    return buffer_printf(out, ",\"error_data\":%s", data);
}

static bool append_envelope(struct buffer *out, const struct row *row, const char *message,
                            const char *data)
{
    static const char *const transience[] = {[SILENT] = "",
                                             [LASTING] = ",\"is_transient\":false",
                                             [TRANSIENT] = ",\"is_transient\":true"};
    return buffer_append_text(out, "{\"error\":{\"message\":") && append_text(out, message) &&
           append_member(out, "type", row->type) &&
           buffer_printf(out, ",\"code\":%d", row->code) &&
           (row->subcode == 0 || buffer_printf(out, ",\"error_subcode\":%d", row->subcode)) &&
           buffer_append_text(out, transience[row->transience]) &&
           append_member(out, "error_user_title", row->title) &&
           append_member(out, "error_user_msg", row->advice) && append_data(out, data) &&
           (!row->type || append_trace(out)) && buffer_append_text(out, "}}");
}

/* The message with a value for every "%s" in it. */
static bool fill(struct buffer *out, const char *message, va_list args)
{
    for (const char *place; (place = strstr(message, "%s")); message = place + 2) {
        char value[VALUE_MAX];
        snprintf(value, sizeof value, "%s", va_arg(args, const char *));
        text_make_utf8(value);
        if (!buffer_append(out, message, (size_t)(place - message)) ||
            !buffer_append_text(out, value))
            return false;
    }
    return buffer_append_text(out, message) && buffer_text(out);
}

bool meta_error_answer(struct reply *reply, enum meta_error what, ...)
{
    const struct row *row = &rows[what];
    AUTO(buffer_done) struct buffer message;
    buffer_init(&message, MESSAGE_MAX);
    va_list args;
    va_start(args, what);
    bool filled = fill(&message, row->message, args);
    va_end(args);
    AUTO(buffer_done) struct buffer body;
    buffer_init(&body, BODY_MAX);
    return filled && append_envelope(&body, row, (char *)message.data, NULL) &&
           reply_text(reply, row->status, JSON_TYPE, body.data, body.len);
}

/* --- by number --- */

static bool read_number(const char **text, int64_t least, int64_t most, int *ret_number)
{
    size_t len = strspn(*text, "-0123456789");
    int64_t number;
    if (!text_parse_int64(*text, len, &number) || number < least || number > most)
        return false;
    *ret_number = (int)number;
    *text += len;
    return true;
}

/* Errors that share their numbers with others. */
static enum meta_error take_word(const char **text)
{
    static const struct {
        const char *word;
        enum meta_error what;
    } words[] = {{"reduce", META_ERROR_REDUCE}, {"summary", META_ERROR_JOB_SUMMARY}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_starts_with(*text, words[i].word)) {
            *text += strlen(words[i].word);
            return words[i].what;
        }
    return META_ERROR_NONE;
}

bool meta_error_parse_wish(const char *text, struct meta_error_wish *ret_wish)
{
    struct meta_error_wish wish = {.word = take_word(&text)};
    if (wish.word == META_ERROR_NONE && !read_number(&text, 1, CODE_MAX, &wish.code))
        return false;
    if (*text == '/' && (text++, !read_number(&text, 1, CODE_MAX, &wish.subcode)))
        return false;
    if (*text == ':' && (text++, !read_number(&text, 200, 599, &wish.status)))
        return false;
    *ret_wish = wish;
    return *text == '\0';
}

/* Codes are the same in every language; what is for users is in theirs. */
static void translate(struct row *row)
{
    row->title = row->title ? "Se ha producido un error" : NULL;
    row->advice = row->advice ? "Espera un poco y vuelve a intentarlo: la petición no se ha "
                                "podido completar."
                              : NULL;
}

/* The row of a number; where several have it, the one that says least. */
static enum meta_error find_wished(const struct meta_error_wish *wish)
{
    static const enum meta_error plain[] = {META_ERROR_UNKNOWN, META_ERROR_PARAMETER};
    if (wish->word != META_ERROR_NONE)
        return wish->word;
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (wish->subcode == 0 && rows[plain[i]].code == wish->code)
            return plain[i];
    return meta_error_find(wish->code, wish->subcode);
}

static bool fill_with(struct buffer *out, const char *message, ...)
{
    va_list args;
    va_start(args, message);
    bool filled = fill(out, message, args);
    va_end(args);
    return filled;
}

bool meta_error_answer_wish(struct reply *reply, const struct meta_error_wish *wish)
{
    static const char value[] = "what a rule asked for";
    struct row row = {400,   wish->code,     wish->subcode, SILENT,
                      OAUTH, "An error: %s", NULL,          NULL};
    enum meta_error what = find_wished(wish);
    if (what != META_ERROR_NONE)
        row = rows[what];
    if (wish->status > 0)
        row.status = wish->status;
    if (wish->spanish)
        translate(&row);
    AUTO(buffer_done) struct buffer message;
    AUTO(buffer_done) struct buffer body;
    buffer_init(&message, MESSAGE_MAX);
    buffer_init(&body, BODY_MAX);
    return fill_with(&message, row.message, value, value) &&
           append_envelope(&body, &row, (char *)message.data, wish->data) &&
           reply_text(reply, row.status, JSON_TYPE, body.data, body.len);
}

enum meta_error meta_error_find(int code, int subcode)
{
    for (int i = META_ERROR_NONE + 1; i < META_ERROR_COUNT; i++)
        if (rows[i].code == code && rows[i].subcode == subcode)
            return (enum meta_error)i;
    return META_ERROR_NONE;
}

int meta_error_code(enum meta_error what)
{
    return rows[what].code;
}
