/* SPDX-License-Identifier: Apache-2.0 */
/* Build tool: prints the man page or a shell's completions to standard output. */
#include <string.h>

#include "command/help.h"

static const struct {
    const char *name;
    void (*print)(FILE *out);
} texts[] = {
    {"man", help_man},
    {"bash", help_bash},
    {"zsh", help_zsh},
    {"fish", help_fish},
};

int main(int argc, char *argv[])
{
    for (size_t i = 0; argc == 2 && i < sizeof texts / sizeof *texts; i++) {
        if (strcmp(argv[1], texts[i].name) == 0) {
            texts[i].print(stdout);
            return fclose(stdout) == 0 ? 0 : 1;
        }
    }
    fputs("usage: generate man|bash|zsh|fish\n", stderr);
    return 64;
}
