/* SPDX-License-Identifier: Apache-2.0 */
#include "db/sqlstate.h"

#include <string.h>

#include "base/text.h"

/* The longer prefix stands before the shorter one. */
static const struct sqlstate_class classes[] = {
    {"08", ERROR_NETWORK, true, "the connection broke"},
    {"0A", ERROR_SINK, true, "the server cannot do this"},
    {"22", ERROR_DATA, false, "a value does not fit its column"},
    {"23502", ERROR_DATA, false, "a column must not be null"},
    {"23503", ERROR_DATA, false, "a foreign key finds no row"},
    {"23505", ERROR_DATA, false, "a key is there already"},
    {"23514", ERROR_DATA, false, "a check constraint is violated"},
    {"23", ERROR_DATA, false, "a constraint is violated"},
    {"25006", ERROR_NETWORK, true, "the server takes no writes now: a standby, or read-only"},
    {"25P03", ERROR_NETWORK, true, "the transaction was idle for too long"},
    {"28", ERROR_AUTH, true,
     "the credentials are refused: check user and password, and whether it has expired"},
    {"3D000", ERROR_SINK, true,
     "there is no such database: make it with CREATE DATABASE, or name another one in the url"},
    {"3F000", ERROR_SINK, true, "there is no such schema"},
    {"40003", ERROR_NETWORK, true, "nobody knows whether the statement was completed"},
    {"40", ERROR_NETWORK, true, "the server undid the transaction"},
    {"42501", ERROR_SINK, true,
     "the role has no right to do this: let the owner run what `extract plan` prints, or grant "
     "it"},
    {"42", ERROR_SINK, true, "the server does not take the statement"},
    {"53", ERROR_NETWORK, true, "the server is short of resources"},
    {"54", ERROR_DATA, false, "a value is larger than the server can hold"},
    {"55P03", ERROR_BUSY, true, "somebody else holds a lock"},
    {"57014", ERROR_SINK, true, "a statement was cancelled, or took longer than its limit"},
    {"57P", ERROR_NETWORK, true, "the server ended the session, or takes none now"},
    {"58", ERROR_SINK, true, "the server's disk or system fails"},
    {"P0001", ERROR_DATA, false, "a trigger refuses it"},
    {"XX", ERROR_SINK, false, "an error inside the server: see its log"},
    {"", ERROR_SINK, false, "an error"},
};

const struct sqlstate_class *sqlstate_find(const char *state)
{
    const struct sqlstate_class *class = classes;
    while (!text_starts_with(state, class->prefix))
        class ++;
    return class;
}

static bool is_state(const char *text)
{
    size_t len = strspn(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    return len == SQLSTATE_SIZE - 1 && (text[len] == '\n' || text[len] == '\0');
}

bool sqlstate_in_message(const char *message, char ret_state[SQLSTATE_SIZE])
{
    bool found = false;
    for (const char *p = message; (p = strstr(p, ":  ")) != NULL; p++)
        if (is_state(p + 3)) { /* of several hosts, the last one that answered */
            memcpy(ret_state, p + 3, SQLSTATE_SIZE - 1);
            ret_state[SQLSTATE_SIZE - 1] = '\0';
            found = true;
        }
    return found;
}

/* Behind the table's name, which may hold digits, and the word for a line in some language. */
static int64_t read_line(const char *text)
{
    text += strcspn(text, ",\n");
    text += strcspn(text, "0123456789\n");
    int64_t line = 0;
    return text_parse_int64(text, strspn(text, "0123456789"), &line) ? line : 0;
}

int64_t sqlstate_copy_line(const char *context)
{
    const char *start = context;
    while (!text_starts_with(start, "COPY ")) {
        start = strchr(start, '\n');
        if (!start)
            return 0;
        start++;
    }
    return read_line(start);
}
