/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every command and every option, once: the parser, --help, the man page and the shell
 * completions are all made from these two tables.
 */
#ifndef COMMAND_TABLE_H
#define COMMAND_TABLE_H

#include <stddef.h>
#include <stdint.h>

enum table_command {
    TABLE_RUN,
    TABLE_CHECK,
    TABLE_PLAN,
    TABLE_STATUS,
    TABLE_SHOW,
    TABLE_LOAD,
    TABLE_PUBLISH,
    TABLE_REPLAY,
    TABLE_DDL,
    TABLE_PURGE,
    TABLE_VERIFY,
    TABLE_KEYS_INIT,
    TABLE_KEYS_LIST,
    TABLE_KEYS_VERIFY,
    TABLE_KEYS_ROTATE,
    TABLE_AUDIT_EXPORT,
    TABLE_AUDIT_VERIFY,
    TABLE_CONFIG,
    TABLE_COMMAND_COUNT
};

enum table_option {
    TABLE_SOURCE,
    TABLE_STREAM,
    TABLE_ACCOUNT,
    TABLE_SINCE,
    TABLE_UNTIL,
    TABLE_AGAIN,
    TABLE_FORCE,
    TABLE_STAGE_ONLY,
    TABLE_MAX_WAIT,
    TABLE_WAIT,
    TABLE_SKIP_EXIT_CODE,
    TABLE_SEQ,
    TABLE_QUARANTINE,
    TABLE_LIMIT,
    TABLE_OLDER_THAN,
    TABLE_ACCEPT_SINK,
    TABLE_SINK,
    TABLE_APPLY,
    TABLE_ESCROW,
    TABLE_NO_ESCROW,
    TABLE_FILE,
    TABLE_ACTOR,
    TABLE_CONFIG_FILE,
    TABLE_STATE,
    TABLE_OUTPUT,
    TABLE_QUIET,
    TABLE_VERBOSE,
    TABLE_HELP,
    TABLE_VERSION,
    TABLE_OPTION_COUNT
};

struct table_command_row {
    const char *name; /* one or two words; "" is the run itself */
    const char *summary;
    const char *description; /* paragraphs for the man page and --help */
};

struct table_option_row {
    const char *name; /* without dashes */
    char letter; /* 0: none */
    const char *argument; /* what stands behind it, in capitals; NULL: nothing does */
    const char *help;
    uint32_t commands; /* bit set of enum table_command */
    uint32_t required; /* the commands that cannot do without */
    const char *choices; /* "text json": the only values; NULL: free */
};

extern const struct table_command_row table_commands[TABLE_COMMAND_COUNT];
extern const struct table_option_row table_options[TABLE_OPTION_COUNT];

#define TABLE_BIT(command) (UINT32_C(1) << (command))

/* Exit statuses with their meaning, ended by status -1: for the man page and --help. */
struct table_exit_row {
    int status;
    const char *meaning;
};
extern const struct table_exit_row table_exits[];

#endif
