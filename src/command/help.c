/* SPDX-License-Identifier: Apache-2.0 */
#include "command/help.h"

#include <stdbool.h>
#include <string.h>

enum { OPTION_COLUMN = 28, TEXT_WIDTH = 92 };

static bool belongs(int option, enum table_command command)
{
    return (table_options[option].commands & TABLE_BIT(command)) != 0;
}

/* Words of text, wrapped at TEXT_WIDTH, every line but the first indented. */
static void wrap(FILE *out, const char *text, size_t indent, size_t column)
{
    while (*text) {
        size_t word = strcspn(text, " ");
        if (column > indent && column + 1 + word > TEXT_WIDTH) {
            fprintf(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (column > indent) {
            fputc(' ', out);
            column++;
        }
        fprintf(out, "%.*s", (int)word, text);
        column += word;
        text += word;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}

static void print_option(FILE *out, const struct table_option_row *row)
{
    char left[80];
    char letter[8] = "    ";
    if (row->letter)
        snprintf(letter, sizeof letter, "-%c, ", row->letter);
    int len = snprintf(left, sizeof left, "  %s--%s%s%s", letter, row->name,
                       row->argument ? " " : "", row->argument ? row->argument : "");
    fputs(left, out);
    if (len + 2 > OPTION_COLUMN)
        fprintf(out, "\n%*s", OPTION_COLUMN, "");
    else
        fprintf(out, "%*s", OPTION_COLUMN - len, "");
    wrap(out, row->help, OPTION_COLUMN, OPTION_COLUMN);
}

static void print_commands(FILE *out)
{
    fputs("\nCommands:\n", out);
    for (int i = 0; i < TABLE_COMMAND_COUNT; i++) {
        if (*table_commands[i].name)
            fprintf(out, "  extract %-16s  %s\n", table_commands[i].name,
                    table_commands[i].summary);
    }
}

void help_command(FILE *out, enum table_command command)
{
    const struct table_command_row *row = &table_commands[command];
    fprintf(out, "Usage: extract %s%s", row->name, *row->name ? " " : "");
    for (int i = 0; i < TABLE_OPTION_COUNT; i++) {
        if (table_options[i].required & TABLE_BIT(command))
            fprintf(out, "--%s %s ", table_options[i].name, table_options[i].argument);
    }
    fputs("[OPTION]...\n", out);
    wrap(out, *row->description ? row->description : row->summary, 0, 0);

    fputs("\nOptions:\n", out);
    for (int i = 0; i < TABLE_OPTION_COUNT; i++) {
        if (belongs(i, command))
            print_option(out, &table_options[i]);
    }
    if (command != TABLE_RUN)
        return;
    print_commands(out);
    fputs("\nExit status:\n", out);
    for (const struct table_exit_row *e = table_exits; e->status >= 0; e++)
        fprintf(out, "  %2d  %s\n", e->status, e->meaning);
}

/* mdoc takes a leading dot or quote as a request, and a backslash as an escape. */
static void man_text(FILE *out, const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", out);
    for (; *text; text++) {
        if (*text == '\\')
            fputs("\\e", out);
        else if (*text == '-')
            fputs("\\-", out);
        else if (*text == '.' && text[1] == ' ')
            text++, fputs(".\n", out); /* a new sentence, a new line */
        else
            fputc(*text, out);
    }
    fputc('\n', out);
}

static void man_option(FILE *out, const struct table_option_row *row)
{
    fprintf(out, ".It Fl \\-%s", row->name);
    if (row->argument)
        fprintf(out, " Ar %s", row->argument);
    if (row->letter)
        fprintf(out, " , Fl %c", row->letter);
    fputc('\n', out);
    man_text(out, row->help);
}

static bool for_all(const struct table_option_row *row)
{
    const uint32_t all = TABLE_BIT(TABLE_COMMAND_COUNT) - 1;
    return (row->commands & all) == all;
}

/* The options of one command besides those that every command has. */
static void man_options(FILE *out, enum table_command command)
{
    bool any = false;
    for (int i = 0; i < TABLE_OPTION_COUNT; i++) {
        if (!belongs(i, command) || for_all(&table_options[i]))
            continue;
        if (!any)
            fputs(".Bl -tag -width Ds\n", out);
        any = true;
        man_option(out, &table_options[i]);
    }
    if (any)
        fputs(".El\n", out);
}

void help_man(FILE *out)
{
    fputs(".Dd $Mdocdate$\n.Dt EXTRACT 1\n.Os\n.Sh NAME\n.Nm extract\n"
          ".Nd fetch advertising and customer data, masked, staged and loaded exactly once\n"
          ".Sh SYNOPSIS\n.Nm\n.Fl \\-source Ar NAME\n.Op Ar options\n.Nm\n.Ar command\n"
          ".Op Ar options\n.Sh DESCRIPTION\n",
          out);
    man_text(out, table_commands[TABLE_RUN].description);
    fputs(".Sh COMMANDS\n.Bl -tag -width Ds\n", out);
    for (int i = 0; i < TABLE_COMMAND_COUNT; i++) {
        const struct table_command_row *row = &table_commands[i];
        fprintf(out, ".It Nm%s%s\n", *row->name ? " Cm " : "", row->name);
        man_text(out, *row->description ? row->description : row->summary);
        man_options(out, (enum table_command)i);
    }
    fputs(".El\n.Sh OPTIONS OF EVERY COMMAND\n.Bl -tag -width Ds\n", out);
    for (int i = 0; i < TABLE_OPTION_COUNT; i++) {
        if (for_all(&table_options[i]))
            man_option(out, &table_options[i]);
    }
    fputs(".El\n.Sh ENVIRONMENT\nEvery setting\n.Li [section] key\n"
          "of the configuration can be given as\n"
          ".Ev EXTRACT_SECTION_KEY ,\nor as the name of a file that holds it in\n"
          ".Ev EXTRACT_SECTION_KEY_FILE .\n"
          ".Sh FILES\n.Bl -tag -width Ds\n"
          ".It Pa ~/.config/extract/extract.conf , Pa /etc/extract/extract.conf\n"
          "Configuration.\n"
          ".It Pa ~/.local/state/extract , Pa /var/lib/extract\n"
          "State: stage, keys, quota, warehouse.\n.El\n"
          ".Sh EXIT STATUS\n.Bl -tag -width Ds\n",
          out);
    for (const struct table_exit_row *e = table_exits; e->status >= 0; e++) {
        fprintf(out, ".It %d\n", e->status);
        man_text(out, e->meaning);
    }
    fputs(".El\n", out);
}

/* The words that may come first: every first word of a command, once. */
static void first_words(FILE *out)
{
    const char *last = "";
    for (int i = 0; i < TABLE_COMMAND_COUNT; i++) {
        const char *name = table_commands[i].name;
        size_t len = strcspn(name, " ");
        if (len == 0 || (strncmp(last, name, len) == 0 && strcspn(last, " ") == len))
            continue;
        fprintf(out, "%s%.*s", *last ? " " : "", (int)len, name);
        last = name;
    }
}

static void second_words(FILE *out, const char *first)
{
    size_t len = strlen(first);
    bool any = false;
    for (int i = 0; i < TABLE_COMMAND_COUNT; i++) {
        const char *name = table_commands[i].name;
        if (strncmp(name, first, len) == 0 && name[len] == ' ') {
            fprintf(out, "%s%s", any ? " " : "", name + len + 1);
            any = true;
        }
    }
}

static void bash_options(FILE *out, enum table_command command)
{
    for (int i = 0, any = 0; i < TABLE_OPTION_COUNT; i++) {
        if (belongs(i, command))
            fprintf(out, "%s--%s", any++ ? " " : "", table_options[i].name);
    }
}

void help_bash(FILE *out)
{
    fputs("# bash completion for extract; made from its option table\n"
          "_extract() {\n"
          "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb='' "
          "words\n"
          "    [[ ${COMP_WORDS[1]-} == -* || $COMP_CWORD -le 1 ]] || verb=${COMP_WORDS[1]}\n"
          "    [[ -z $verb || ${COMP_WORDS[2]-} == -* || $COMP_CWORD -le 2 ]] || verb+=\" "
          "${COMP_WORDS[2]}\"\n"
          "    case $prev in\n",
          out);
    for (int i = 0; i < TABLE_OPTION_COUNT; i++) {
        const struct table_option_row *row = &table_options[i];
        if (row->choices)
            fprintf(out, "    --%s) COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return ;;\n",
                    row->name, row->choices);
        else if (row->argument && strcmp(row->argument, "FILE") == 0)
            fprintf(out, "    --%s) COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n",
                    row->name);
        else if (row->argument && strcmp(row->argument, "FOLDER") == 0)
            fprintf(out, "    --%s) COMPREPLY=($(compgen -d -- \"$cur\")); return ;;\n",
                    row->name);
    }
    fputs("    esac\n    case $verb in\n", out);
    for (int i = 0; i < TABLE_COMMAND_COUNT; i++) {
        fprintf(out, "    '%s') words='", table_commands[i].name);
        bash_options(out, (enum table_command)i);
        fputs("' ;;\n", out);
    }
    fputs("    keys) words='", out);
    second_words(out, "keys");
    fputs("' ;;\n    audit) words='", out);
    second_words(out, "audit");
    fputs("' ;;\n    *) words='' ;;\n    esac\n    [[ $COMP_CWORD -gt 1 || $cur == -* ]] || "
          "words='",
          out);
    first_words(out);
    fputs("'\n    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\ncomplete -F _extract "
          "extract\n",
          out);
}

/* Text in single quotes of zsh and fish; our tables hold no single quote. */
static void zsh_options(FILE *out, enum table_command command)
{
    for (int i = 0; i < TABLE_OPTION_COUNT; i++) {
        const struct table_option_row *row = &table_options[i];
        if (!belongs(i, command))
            continue;
        fprintf(out, "        '--%s[", row->name);
        for (const char *p = row->help; *p; p++)
            fprintf(out, *p == '[' || *p == ']' || *p == ':' ? "\\%c" : "%c", *p);
        fputc(']', out);
        if (row->choices)
            fprintf(out, ":%s:(%s)", row->argument, row->choices);
        else if (row->argument)
            fprintf(out, ":%s:%s", row->argument,
                    strcmp(row->argument, "FILE") == 0     ? "_files"
                    : strcmp(row->argument, "FOLDER") == 0 ? "_files -/"
                                                           : "");
        fputs("' \\\n", out);
    }
}

void help_zsh(FILE *out)
{
    fputs(
        "#compdef extract\n# made from extract's option table\n_extract() {\n"
        "    local verb=''\n"
        "    [[ ${words[2]-} == -* || $CURRENT -le 2 ]] || verb=${words[2]}\n"
        "    [[ -z $verb || ${words[3]-} == -* || $CURRENT -le 3 ]] || verb+=\" ${words[3]}\"\n"
        "    if (( CURRENT == 2 )) && [[ ${words[2]} != -* ]]; then\n        compadd ",
        out);
    first_words(out);
    fputs("\n    fi\n    case $verb in\n    keys) compadd ", out);
    second_words(out, "keys");
    fputs(" ;;\n    audit) compadd ", out);
    second_words(out, "audit");
    fputs(" ;;\n", out);
    for (int i = 0; i < TABLE_COMMAND_COUNT; i++) {
        fprintf(out, "    '%s') _arguments \\\n", table_commands[i].name);
        zsh_options(out, (enum table_command)i);
        fputs("        '*: :' ;;\n", out);
    }
    fputs("    esac\n}\n_extract \"$@\"\n", out);
}

void help_fish(FILE *out)
{
    fputs("# fish completion for extract; made from its option table\n"
          "complete -c extract -f\n",
          out);
    for (int i = 0; i < TABLE_COMMAND_COUNT; i++) {
        const char *name = table_commands[i].name;
        const char *blank = strchr(name, ' ');
        if (*name && !blank)
            fprintf(out, "complete -c extract -n __fish_use_subcommand -a %s -d '%s'\n", name,
                    table_commands[i].summary);
        if (blank)
            fprintf(out,
                    "complete -c extract -n '__fish_seen_subcommand_from %.*s' -a %s -d '%s'\n",
                    (int)(blank - name), name, blank + 1, table_commands[i].summary);
    }
    fputs("complete -c extract -n __fish_use_subcommand -a 'keys audit'\n", out);
    for (int i = 0; i < TABLE_OPTION_COUNT; i++) {
        const struct table_option_row *row = &table_options[i];
        fprintf(out, "complete -c extract -l %s", row->name);
        if (row->letter)
            fprintf(out, " -s %c", row->letter);
        if (row->choices)
            fprintf(out, " -x -a '%s'", row->choices);
        else if (row->argument)
            fputs(strcmp(row->argument, "FILE") == 0 || strcmp(row->argument, "FOLDER") == 0
                      ? " -r -F"
                      : " -x",
                  out);
        fprintf(out, " -d '%s'\n", row->help);
    }
}
