/* SPDX-License-Identifier: Apache-2.0 */
/* A PostgreSQL of a test's own (tests/postgres), and psql as another reader. */
#ifndef POSTGRES_FIXTURE_H
#define POSTGRES_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char postgres_folder[64];
static char postgres_url[128]; /* "": there is no server, skip */

static inline int postgres_command(const char *verb)
{
    char command[512];
    const char *source = getenv("EXTRACT_SRCDIR");
    snprintf(command, sizeof command, "bash '%s/tests/postgres' %s %s/pg >%s/out 2>&1",
             source ? source : ".", verb, postgres_folder, postgres_folder);
    return system(command);
}

/* Its answer, one line; columns parted by |. */
static inline const char *psql(const char *sql)
{
    static char answer[64 * 1024];
    char command[8 * 1024];
    snprintf(command, sizeof command,
             "psql -XAtq -v ON_ERROR_STOP=1 -d '%s' <<'END_OF_SQL'\n%s\nEND_OF_SQL\n",
             postgres_url, sql);
    FILE *pipe = popen(command, "r");
    size_t len = fread(answer, 1, sizeof answer - 1, pipe);
    if (pclose(pipe) != 0)
        fail_msg("psql: %s", sql);
    if (len && answer[len - 1] == '\n')
        len--;
    answer[len] = '\0';
    return answer;
}

static inline int postgres_start(void **state)
{
    (void)state;
    char path[128];
    int port = 0;
    snprintf(postgres_folder, sizeof postgres_folder, "/tmp/extract-postgres-XXXXXX");
    if (!mkdtemp(postgres_folder) || chmod(postgres_folder, 0711) < 0)
        return -1;
    int status = postgres_command("start");
    if (WEXITSTATUS(status) == 77)
        return 0;
    snprintf(path, sizeof path, "%s/pg/port", postgres_folder);
    FILE *file = fopen(path, "r");
    if (status != 0 || !file || fscanf(file, "%d", &port) != 1)
        return -1;
    fclose(file);
    snprintf(postgres_url, sizeof postgres_url, "postgresql://postgres@127.0.0.1:%d/postgres",
             port);
    return 0;
}

static inline int postgres_stop(void **state)
{
    (void)state;
    char command[128];
    if (*postgres_url)
        postgres_command("stop");
    snprintf(command, sizeof command, "rm -rf %s", postgres_folder);
    return system(command);
}

static inline void need_postgres(void)
{
    if (!*postgres_url)
        skip();
}

#endif
