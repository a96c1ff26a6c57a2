/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "command/help.h"

enum { LINE_WIDTH_MAX = 96 };

static FILE *memory;
static char *text;
static size_t text_len;

static FILE *begin(void)
{
    memory = open_memstream(&text, &text_len);
    assert_non_null(memory);
    return memory;
}

/* What was printed since begin(); the caller frees. */
static char *end(void)
{
    assert_int_equal(fclose(memory), 0);
    assert_int_equal(strlen(text), text_len);
    return text;
}

static char *help_of(int command)
{
    help_command(begin(), (enum table_command)command);
    return end();
}

static bool takes(int command, int option)
{
    return (table_options[option].commands & TABLE_BIT(command)) != 0;
}

/* Is this a whole word of the text? */
static bool has_word(const char *haystack, const char *word)
{
    static const char inner[] = "abcdefghijklmnopqrstuvwxyz-";
    size_t len = strlen(word);
    for (const char *p = haystack; (p = strstr(p, word)); p++) {
        if ((p == haystack || !strchr(inner, p[-1])) && (!p[len] || !strchr(inner, p[len])))
            return true;
    }
    return false;
}

static void help_names_the_options_of_its_command_and_no_other(void **state)
{
    (void)state;
    for (int command = 0; command < TABLE_COMMAND_COUNT; command++) {
        char *help = help_of(command);
        char *options = strstr(help, "\nOptions:\n");
        assert_non_null(options);
        for (int option = 0; option < TABLE_OPTION_COUNT; option++) {
            char line[80];
            snprintf(line, sizeof line, "--%s%s%s", table_options[option].name,
                     table_options[option].argument ? " " : "",
                     table_options[option].argument ? table_options[option].argument : "");
            if (has_word(options, line) != takes(command, option))
                fail_msg("extract %s --help and %s", table_commands[command].name, line);
        }
        free(help);
    }
}

static void help_begins_with_how_the_command_is_called(void **state)
{
    (void)state;
    char *help = help_of(TABLE_RUN);
    assert_ptr_equal(strstr(help, "Usage: extract --source NAME [OPTION]...\n"), help);
    free(help);
    help = help_of(TABLE_SHOW);
    assert_ptr_equal(strstr(help, "Usage: extract show --source NAME [OPTION]...\n"), help);
    free(help);
    help = help_of(TABLE_KEYS_LIST);
    assert_ptr_equal(strstr(help, "Usage: extract keys list [OPTION]...\n"), help);
    free(help);
}

static void help_of_the_run_lists_commands_and_exit_statuses(void **state)
{
    (void)state;
    char *help = help_of(TABLE_RUN);
    for (int command = 0; command < TABLE_COMMAND_COUNT; command++) {
        if (command != TABLE_RUN && !strstr(help, table_commands[command].summary))
            fail_msg("%s is missing", table_commands[command].name);
    }
    for (const struct table_exit_row *e = table_exits; e->status >= 0; e++) {
        char line[200];
        snprintf(line, sizeof line, "\n  %2d  ", e->status);
        assert_non_null(strstr(help, line));
    }
    free(help);
}

static void help_fits_a_terminal(void **state)
{
    (void)state;
    for (int command = 0; command < TABLE_COMMAND_COUNT; command++) {
        char *help = help_of(command);
        for (char *rest = help, *line; (line = strsep(&rest, "\n"));) {
            size_t len = strlen(line);
            if (len > LINE_WIDTH_MAX && !strstr(line, "try again at resume_at"))
                fail_msg("%zu columns: %s", len, line);
            if (len > 0 && line[len - 1] == ' ')
                fail_msg("blanks at the end: %s", line);
        }
        free(help);
    }
}

/* Every table row is in every text that is made from it. */
static void complete(void (*print)(FILE *out))
{
    print(begin());
    char *all = end();
    for (int option = 0; option < TABLE_OPTION_COUNT; option++) {
        if (!strstr(all, table_options[option].name))
            fail_msg("--%s is missing", table_options[option].name);
    }
    for (int command = 0; command < TABLE_COMMAND_COUNT; command++) {
        char name[64];
        snprintf(name, sizeof name, "%s", table_commands[command].name);
        for (char *rest = name, *word; (word = strsep(&rest, " "));) {
            if (!has_word(all, word))
                fail_msg("%s is missing", word);
        }
    }
    free(all);
}

static void man_page_and_completions_hold_every_option_and_command(void **state)
{
    (void)state;
    complete(help_man);
    complete(help_bash);
    complete(help_zsh);
    complete(help_fish);
}

static void texts_of_the_table_are_safe_in_every_language(void **state)
{
    (void)state;
    /* a quote would end a completion's string, a control character a line of it */
    for (int i = 0; i < TABLE_OPTION_COUNT; i++) {
        for (const char *p = table_options[i].help; *p; p++)
            assert_true(*p >= ' ' && *p != '\'' && *p != '"' && *p != '\\' && *p != '$');
    }
    for (int i = 0; i < TABLE_COMMAND_COUNT; i++) {
        for (const char *p = table_commands[i].summary; *p; p++)
            assert_true(*p >= ' ' && *p != '"' && *p != '\\' && *p != '$');
    }
}

static void letters_and_names_are_unique_within_a_command(void **state)
{
    (void)state;
    for (int a = 0; a < TABLE_OPTION_COUNT; a++) {
        const struct table_option_row *x = &table_options[a];
        assert_non_null(x->name);
        assert_true((x->commands & x->required) == x->required);
        assert_true(x->argument || !x->required);
        assert_true(x->argument || !x->choices);
        for (int b = a + 1; b < TABLE_OPTION_COUNT; b++) {
            const struct table_option_row *y = &table_options[b];
            if ((x->commands & y->commands) == 0)
                continue;
            assert_string_not_equal(x->name, y->name);
            assert_true(!x->letter || x->letter != y->letter);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_names_the_options_of_its_command_and_no_other),
        cmocka_unit_test(help_begins_with_how_the_command_is_called),
        cmocka_unit_test(help_of_the_run_lists_commands_and_exit_statuses),
        cmocka_unit_test(help_fits_a_terminal),
        cmocka_unit_test(man_page_and_completions_hold_every_option_and_command),
        cmocka_unit_test(texts_of_the_table_are_safe_in_every_language),
        cmocka_unit_test(letters_and_names_are_unique_within_a_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
