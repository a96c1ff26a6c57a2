/* SPDX-License-Identifier: Apache-2.0 */
/* Texts made from command/table: --help, the man page, and completions for three shells. */
#ifndef COMMAND_HELP_H
#define COMMAND_HELP_H

#include <stdio.h>

#include "command/table.h"

/* `extract COMMAND --help`; for the run itself also the list of commands. */
void help_command(FILE *out, enum table_command command);

void help_man(FILE *out); /* mdoc(7), for extract(1) */
void help_bash(FILE *out);
void help_zsh(FILE *out);
void help_fish(FILE *out);

#endif
