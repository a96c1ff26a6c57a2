/* SPDX-License-Identifier: Apache-2.0 */
#include "command/table.h"

#define ALL (TABLE_BIT(TABLE_COMMAND_COUNT) - 1)
#define KEYS                                                                                  \
    (TABLE_BIT(TABLE_KEYS_INIT) | TABLE_BIT(TABLE_KEYS_LIST) | TABLE_BIT(TABLE_KEYS_VERIFY) | \
     TABLE_BIT(TABLE_KEYS_ROTATE))
#define ONE_SOURCE                                                                \
    (TABLE_BIT(TABLE_RUN) | TABLE_BIT(TABLE_PLAN) | TABLE_BIT(TABLE_SHOW) |       \
     TABLE_BIT(TABLE_LOAD) | TABLE_BIT(TABLE_PUBLISH) | TABLE_BIT(TABLE_REPLAY) | \
     TABLE_BIT(TABLE_DDL) | TABLE_BIT(TABLE_PURGE) | TABLE_BIT(TABLE_VERIFY) |    \
     TABLE_BIT(TABLE_AUDIT_EXPORT))
#define DAYS                                                                \
    (TABLE_BIT(TABLE_RUN) | TABLE_BIT(TABLE_PLAN) | TABLE_BIT(TABLE_SHOW) | \
     TABLE_BIT(TABLE_REPLAY))

const struct table_command_row table_commands[TABLE_COMMAND_COUNT] = {
    [TABLE_RUN] =
        {"", "fetch a source, stage it, deliver it to warehouse and Kafka",
         "Fetches the streams of one source, page by page and within the API's limits, "
         "masks personal data in memory, stages what is left encrypted, and delivers it to "
         "the sinks that are configured: a warehouse, Kafka. Run the same command again after "
         "any interruption: it goes on "
         "where it stopped, and no record is lost or doubled."},
    [TABLE_CHECK] =
        {"check", "test configuration, credentials, keys, folders and libraries",
         "Looks at everything a run needs without fetching anything, and says what to "
         "do about what is missing. A source that wants credentials is asked what they are "
         "good "
         "for, how long, and for which accounts."},
    [TABLE_PLAN] =
        {"plan", "say what a run would do",
         "Lists slices, requests, the time they take at today's quota, and the changes a "
         "load would make to the warehouse's tables. Sends nothing, changes nothing."},
    [TABLE_STATUS] = {"status", "show how far sources and sinks have come",
                      "Shows checkpoints, staged segments, what the warehouse has not got yet, "
                      "quarantined records and quotas."},
    [TABLE_SHOW] =
        {"show", "print staged records, as they are: masked",
         "Prints the records of one segment, of a time, or of the quarantine as JSON "
         "lines on standard output."},
    [TABLE_LOAD] = {"load", "load what is staged into the warehouse",
                    "Takes up after the warehouse's own marker; nothing is fetched."},
    [TABLE_PUBLISH] = {"publish", "publish what is staged to Kafka",
                       "Takes up after the marker in the state topic; nothing is fetched."},
    [TABLE_REPLAY] =
        {"replay", "deliver again, from the stage, what a sink has lost",
         "Only what the sink had already and the stage still has; nothing is fetched, and the "
         "same command again changes nothing. Tables are merged again from the first of the "
         "days on; a topic gets the records that are not there."},
    [TABLE_DDL] =
        {"ddl", "print what a sink needs, and what it lacks",
         "Prints tables, topics, roles and access rules for somebody to review and run, and "
         "then the difference to what is there. --apply runs additions; nothing that would "
         "lose "
         "data is ever run."},
    [TABLE_PURGE] =
        {"purge", "delete staged segments that were loaded and are old enough",
         "Deletes segments that every sink has and that are older than the retention "
         "time, and quarantined records older than theirs. Days that were begun and not gone "
         "on with for as long are given up."},
    [TABLE_VERIFY] =
        {"verify", "prove the stage, the audit tree and the sinks",
         "Opens every segment, checks that none is missing, recomputes the audit tree, "
         "compares the warehouse's ledger and tables with the stage, and reads every topic "
         "as a consumer would. Ends with 65 when anything does not fit."},
    [TABLE_KEYS_INIT] =
        {"keys init", "make the key that everything is sealed with",
         "Makes the key file and settles whether a copy is kept elsewhere. Without "
         "the key, what is staged cannot be read and pseudonyms cannot be made "
         "again: keep a copy off this machine."},
    [TABLE_KEYS_LIST] = {"keys list", "list keys, their age and use; never their content", ""},
    [TABLE_KEYS_VERIFY] = {"keys verify", "open everything that is sealed", ""},
    [TABLE_KEYS_ROTATE] = {"keys rotate", "change the key; no segment is rewritten",
                           "Wraps the data keys anew with a new key. Can be run again after an "
                           "interruption."},
    [TABLE_AUDIT_EXPORT] =
        {"audit export", "write the audit log with what proves it",
         "Writes one JSON object per line: a header, every event, and the root "
         "of the tree over them."},
    [TABLE_AUDIT_VERIFY] =
        {"audit verify", "verify an exported audit log, or the one in the stage",
         "Recomputes every hash. With --file it needs nothing but the file."},
    [TABLE_CONFIG] = {"config", "show what is configured and where each value came from",
                      "Secrets are shown as references, never as values."},
};

const struct table_option_row table_options[TABLE_OPTION_COUNT] = {
    [TABLE_SOURCE] = {"source", 's', "NAME", "the API: a file of the sources folder",
                      ONE_SOURCE | TABLE_BIT(TABLE_CHECK) | TABLE_BIT(TABLE_STATUS) |
                          TABLE_BIT(TABLE_AUDIT_VERIFY) | TABLE_BIT(TABLE_CONFIG),
                      ONE_SOURCE, NULL},
    [TABLE_STREAM] = {"stream", 0, "NAME", "only this stream (may be given again)",
                      DAYS | TABLE_BIT(TABLE_DDL), 0, NULL},
    [TABLE_ACCOUNT] = {"account", 0, "ID", "only this account (may be given again)",
                       TABLE_BIT(TABLE_RUN) | TABLE_BIT(TABLE_PLAN) | TABLE_BIT(TABLE_CHECK), 0,
                       NULL},
    [TABLE_SINCE] =
        {"since", 0, "TIME",
         "the first day, by the calendar of the account: 2026-11-01, an RFC 3339 time, "
         "3d, yesterday (default: the first that the API may still change; where it "
         "changes none, the last day)",
         DAYS, 0, NULL},
    [TABLE_UNTIL] =
        {"until", 0, "TIME",
         "the last day, included (default: yesterday where the API goes on changing days; else "
         "today)",
         DAYS, 0, NULL},
    [TABLE_AGAIN] =
        {"again", 0, NULL,
         "fetch days that are complete anew: after a schema was corrected, or for what the "
         "API has changed since; what it has not is not staged again",
         TABLE_BIT(TABLE_RUN), 0, NULL},
    [TABLE_FORCE] = {"force", 0, NULL,
                     "stage what has not changed as well: staged segments or rows of the "
                     "warehouse were lost",
                     TABLE_BIT(TABLE_RUN), 0, NULL},
    [TABLE_STAGE_ONLY] =
        {"stage-only", 0, NULL,
         "fetch and stage; leave delivery to `extract load`, `extract publish` or "
         "the next run",
         TABLE_BIT(TABLE_RUN), 0, NULL},
    [TABLE_MAX_WAIT] = {"max-wait", 0, "DURATION",
                        "wait at most this long for quota before parking with status 75 "
                        "(default: 15m)",
                        TABLE_BIT(TABLE_RUN), 0, NULL},
    [TABLE_WAIT] = {"wait", 0, "DURATION",
                    "wait this long for another run of the same source to end (default: 0)",
                    TABLE_BIT(TABLE_RUN) | TABLE_BIT(TABLE_LOAD) | TABLE_BIT(TABLE_PUBLISH) |
                        TABLE_BIT(TABLE_REPLAY) | TABLE_BIT(TABLE_PURGE) |
                        TABLE_BIT(TABLE_KEYS_ROTATE) | TABLE_BIT(TABLE_AUDIT_EXPORT),
                    0, NULL},
    [TABLE_SKIP_EXIT_CODE] = {"skip-exit-code", 0, NULL,
                              "end with status 99 when nothing new was staged or delivered",
                              TABLE_BIT(TABLE_RUN), 0, NULL},
    [TABLE_SEQ] = {"seq", 0, "NUMBER", "the segment with this number", TABLE_BIT(TABLE_SHOW), 0,
                   NULL},
    [TABLE_QUARANTINE] = {"quarantine", 0, NULL,
                          "the records that did not fit, with the reason",
                          TABLE_BIT(TABLE_SHOW), 0, NULL},
    [TABLE_LIMIT] = {"limit", 'n', "NUMBER", "at most this many records (default: 100; 0: all)",
                     TABLE_BIT(TABLE_SHOW), 0, NULL},
    [TABLE_OLDER_THAN] = {"older-than", 0, "DURATION",
                          "instead of the configured retention time", TABLE_BIT(TABLE_PURGE), 0,
                          NULL},
    [TABLE_ACCEPT_SINK] =
        {"accept-sink", 0, NULL,
         "the warehouse or topic was replaced or restored on purpose: deliver "
         "again what it lacks",
         TABLE_BIT(TABLE_LOAD) | TABLE_BIT(TABLE_PUBLISH), 0, NULL},
    [TABLE_SINK] = {"sink", 0, "NAME", "only this sink",
                    TABLE_BIT(TABLE_REPLAY) | TABLE_BIT(TABLE_DDL), 0, "warehouse kafka"},
    [TABLE_APPLY] = {"apply", 0, NULL, "run what can be added without losing anything",
                     TABLE_BIT(TABLE_DDL), 0, NULL},
    [TABLE_ESCROW] = {"escrow", 0, "FILE",
                      "write a copy of the key there, to be moved off this "
                      "machine",
                      TABLE_BIT(TABLE_KEYS_INIT), 0, NULL},
    [TABLE_NO_ESCROW] = {"no-escrow", 0, NULL,
                         "keep no copy: losing the key loses what is staged, by design",
                         TABLE_BIT(TABLE_KEYS_INIT), 0, NULL},
    [TABLE_FILE] = {"file", 'f', "FILE", "the exported log (export: default standard output)",
                    TABLE_BIT(TABLE_AUDIT_EXPORT) | TABLE_BIT(TABLE_AUDIT_VERIFY), 0, NULL},
    [TABLE_ACTOR] = {"actor", 0, "TEXT", "who asked for this, for the audit log", ALL, 0, NULL},
    [TABLE_CONFIG_FILE] = {"config", 'c', "FILE", "the configuration file", ALL, 0, NULL},
    [TABLE_STATE] = {"state", 0, "FOLDER", "where stage, keys, quota and warehouse are kept",
                     ALL, 0, NULL},
    [TABLE_OUTPUT] = {"output", 'o', "FORMAT",
                      "json: one line for programs, last on standard output", ALL, 0,
                      "text json"},
    [TABLE_QUIET] = {"quiet", 'q', NULL, "no progress, only warnings and errors", ALL, 0, NULL},
    [TABLE_VERBOSE] = {"verbose", 'v', NULL, "also what is only of use when something is wrong",
                       ALL, 0, NULL},
    [TABLE_HELP] = {"help", 'h', NULL, "explain the command", ALL, 0, NULL},
    [TABLE_VERSION] = {"version", 0, NULL, "print the version", ALL, 0, NULL},
};

const struct table_exit_row table_exits[] = {
    {0, "done; also when there was nothing new"},
    {1, "partly failed: the summary says what; everything else is done"},
    {64, "the command line is wrong"},
    {65, "the data is not what the contract says; nothing of it was taken"},
    {69, "the API or a sink is not available"},
    {70, "internal error: please report it"},
    {74, "a file or the stage cannot be read or written"},
    {75,
     "try again at resume_at: parked by quota, stopped by a signal, or another run is at it"},
    {77, "credentials or keys are missing or refused"},
    {78, "the configuration, a manifest or a schema is wrong"},
    {99, "nothing new was staged or delivered, with --skip-exit-code"},
    {-1, NULL},
};
