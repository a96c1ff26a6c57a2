/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/arguments.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "sandbox/fault.h"
#include "sandbox/hostile.h"
#include "sandbox/meta_auth.h"
#include "sandbox/meta_keys.h"

enum { LIMIT_DEFAULT = 20000, WINDOW_DEFAULT_S = 300 };

typedef bool option_set(struct arguments *a, char **values);

struct option_row {
    const char *name;
    const char *values; /* what it takes, for help; "" for a switch */
    int value_count;
    option_set *set;
    const char *help;
};

static bool set_listen(struct arguments *a, char **values)
{
    a->listen = values[0];
    return true;
}

static bool set_public(struct arguments *a, char **values)
{
    (void)values;
    return a->public = true;
}

static bool set_port_file(struct arguments *a, char **values)
{
    a->port_file = values[0];
    return true;
}

static bool set_tls(struct arguments *a, char **values)
{
    a->certificate = values[0];
    a->key = values[1];
    return true;
}

static bool set_seed(struct arguments *a, char **values)
{
    a->seed = values[0];
    return true;
}

static bool set_clock(struct arguments *a, char **values)
{
    int64_t ns;
    a->clock = values[0];
    return strcmp(values[0], "real") == 0 || clock_parse_rfc3339(values[0], &ns);
}

static bool set_limit(struct arguments *a, char **values)
{
    int64_t limit;
    if (!text_parse_int64(values[0], strlen(values[0]), &limit) || limit < 1)
        return false;
    a->limit = (uint64_t)limit;
    return true;
}

static bool set_no_limit(struct arguments *a, char **values)
{
    (void)values;
    a->limit = 0;
    return true;
}

static bool set_window(struct arguments *a, char **values)
{
    return text_parse_duration(values[0], &a->window_ns) && a->window_ns > 0;
}

static bool set_limit_status(struct arguments *a, char **values)
{
    a->limit_status = strcmp(values[0], "503") == 0 ? 503 : 429;
    return strcmp(values[0], "429") == 0 || a->limit_status == 503;
}

static bool add(const char **list, size_t *count, const char *value)
{
    if (*count == ARGUMENTS_REPEAT_MAX)
        return false;
    list[(*count)++] = value;
    return true;
}

static bool add_recorded(struct arguments *a, char **values)
{
    return add(a->recorded, &a->recorded_count, values[0]);
}

static bool set_journal(struct arguments *a, char **values)
{
    a->journal = values[0];
    return true;
}

static bool add_fault(struct arguments *a, char **values)
{
    return add(a->faults, &a->fault_count, values[0]);
}

static bool add_hostile(struct arguments *a, char **values)
{
    return add(a->hostile, &a->hostile_count, values[0]);
}

static bool add_facebook(struct arguments *a, char **values)
{
    return add(a->facebook, &a->facebook_count, values[0]);
}

static bool set_canary(struct arguments *a, char **values)
{
    (void)values;
    return a->canary = true;
}

static bool set_rate(struct arguments *a, char **values)
{
    return text_parse_size(values[0], &a->rate) && a->rate > 0;
}

static bool set_no_gzip(struct arguments *a, char **values)
{
    (void)values;
    return a->no_gzip = true;
}

static bool set_control(struct arguments *a, char **values)
{
    (void)values;
    return a->control = true;
}

static bool set_verbose(struct arguments *a, char **values)
{
    (void)values;
    return a->verbose = true;
}

static const struct option_row options[] = {
    {"--listen", "ADDRESS:PORT", 1, set_listen,
     "where to listen (127.0.0.1:0: any free port); loopback only"},
    {"--public", "", 0, set_public, "other addresses than loopback are allowed"},
    {"--port-file", "FILE", 1, set_port_file, "gets the port once the sandbox listens"},
    {"--tls", "CERTIFICATE KEY", 2, set_tls, "PEM files; https instead of http"},
    {"--seed", "TEXT", 1, set_seed, "what the seeds of requests without one are made from"},
    {"--clock", "real|TIME", 1, set_clock,
     "the system's clock, or an RFC 3339 time that only control calls move"},
    {"--limit", "USERS", 1, set_limit, "users for an address in a window (20000)"},
    {"--no-limit", "", 0, set_no_limit, "as many as are asked for"},
    {"--window", "DURATION", 1, set_window, "after which all counters go to zero (5m)"},
    {"--limit-status", "429|503", 1, set_limit_status, "what a refusal is answered with (429)"},
    {"--recorded", "FILE", 1, add_recorded,
     "a recorded v1.4 response, replayed for its seed and page; repeatable"},
    {"--journal", "FILE", 1, set_journal,
     "appends \"seed page position uuid\", or \"path query position id\", of every record of a "
     "whole "
     "answer"},
    {"--fault", "RULE", 1, add_fault, "what is to go wrong, see below; repeatable"},
    {"--hostile", "LIST", 1, add_hostile,
     "KIND@POSITION,… of every page, see below; repeatable"},
    {"--facebook", "KEY=VALUE", 1, add_facebook,
     "how Meta's Marketing API behaves, see below; repeatable"},
    {"--canary", "", 0, set_canary, "personal texts hold CANARY and who it is"},
    {"--rate", "BYTES", 1, set_rate, "a second, of every answer"},
    {"--no-gzip", "", 0, set_no_gzip, "answers are not compressed, whatever is accepted"},
    {"--control", "", 0, set_control, "the /_sandbox/ calls below are allowed"},
    {"--verbose", "", 0, set_verbose, "a line for every request"},
};

enum { OPTION_COUNT = sizeof options / sizeof *options };

static void print_help(void)
{
    printf("Usage: extract-sandbox [OPTION]…\n"
           "The random-user API and Meta's Marketing API on this machine, as they behave and "
           "as they\n"
           "misbehave.\n\n");
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        char text[64];
        snprintf(text, sizeof text, "%s %s", options[i].name, options[i].values);
        printf("  %-28s %s\n", text, options[i].help);
    }
    printf("  %-28s %s\n  %-28s %s\n", "--help", "this text", "--version", "the version");
    printf("\nA fault is NAME[=ARGUMENT][@REQUESTS][~PATH]; requests as 2, 1-3 or 2-, counted "
           "from\n"
           "1 since the fault was set, all without it; of those alone whose address holds "
           "PATH:\n");
    fault_print(stdout);
    printf("\nHostile records, positions counted from 0:\n");
    hostile_print(stdout);
    printf("\nKeys of --facebook, and what they are without it:\n");
    meta_keys_print(stdout);
    printf("\nAccess tokens of Meta's Marketing API:\n");
    meta_auth_print(stdout);
    printf(
        "\nControl, with --control:\n"
        "  GET  /_sandbox/stats                 what was asked and answered, as JSON\n"
        "  POST /_sandbox/clock?advance=300s    moves the clock; ?set=TIME sets it\n"
        "  POST /_sandbox/fault?spec=RULE       adds a fault; without spec all are removed\n"
        "  POST /_sandbox/reset                 statistics, limits and faults start afresh\n"
        "  GET  /_sandbox/facebook/jobs         the report runs there are, as JSON\n"
        "  POST /_sandbox/facebook/expire?token=TEXT  from now on this token has expired\n"
        "  GET  /_sandbox/facebook/truth?account=ID&since=DAY&until=DAY\n"
        "                                       all rows of a report, one a line; level, "
        "fields,\n"
        "                                       breakdowns and time_increment (1) as in the "
        "API\n"
        "  GET  /_sandbox/facebook/floor?act_ID=INSIGHTS[:MANAGEMENT[:WRITES[:LOAD]]]&…\n"
        "                                       seconds these calls take at least, within the "
        "limits\n");
}

static const struct option_row *find(const char *name, size_t len)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (strlen(options[i].name) == len && memcmp(options[i].name, name, len) == 0)
            return &options[i];
    return NULL;
}

static bool unknown(const char *name, struct error *err)
{
    const char *known[OPTION_COUNT + 1] = {NULL};
    for (size_t i = 0; i < OPTION_COUNT; i++)
        known[i] = options[i].name;
    const char *nearest = text_nearest(name, known);
    return error_set(err, ERROR_USAGE, "%s: no such option%s%s; --help lists them", name,
                     nearest ? ", did you mean " : "", nearest ? nearest : "");
}

/* Takes the option at argv[*at] and what belongs to it. */
static bool parse_one(int argc, char **argv, int *at, struct arguments *a, struct error *err)
{
    char *text = argv[(*at)++];
    char *equals = strchr(text, '=');
    const struct option_row *option =
        find(text, equals ? (size_t)(equals - text) : strlen(text));
    if (!option)
        return unknown(text, err);

    char *values[2] = {NULL};
    bool joined = equals && option->value_count == 1;
    if (joined)
        values[0] = equals + 1;
    for (int i = 0; !joined && i < option->value_count; i++) {
        if (*at == argc)
            return error_set(err, ERROR_USAGE, "%s %s is needed", option->name, option->values);
        values[i] = argv[(*at)++];
    }
    if (equals && !joined)
        return unknown(text, err);
    if (!option->set(a, values))
        return error_set(err, ERROR_USAGE, "%s %s: expected %s", option->name,
                         values[0] ? values[0] : "", option->values);
    return true;
}

enum arguments_result arguments_parse(int argc, char **argv, struct arguments *ret_arguments,
                                      struct error *err)
{
    struct arguments a = {
        .listen = "127.0.0.1:0",
        .seed = "sandbox",
        .clock = "real",
        .limit = LIMIT_DEFAULT,
        .window_ns = WINDOW_DEFAULT_S * CLOCK_SECOND_NS,
        .limit_status = 429,
    };
    for (int at = 1; at < argc;) {
        if (strcmp(argv[at], "--help") == 0) {
            print_help();
            return ARGUMENTS_DONE;
        }
        if (strcmp(argv[at], "--version") == 0) {
            printf("extract-sandbox %s\n", EXTRACT_VERSION);
            return ARGUMENTS_DONE;
        }
        if (!parse_one(argc, argv, &at, &a, err))
            return ARGUMENTS_WRONG;
    }
    *ret_arguments = a;
    return ARGUMENTS_RUN;
}
