/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What PostgreSQL's five letters mean to us: an error kind, that is, what to do next. Pure.
 * (PostgreSQL documentation, appendix A.)
 */
#ifndef DB_SQLSTATE_H
#define DB_SQLSTATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum { SQLSTATE_SIZE = 6, SQLSTATE_NAME_SIZE = 64 };

struct sqlstate_class {
    const char *prefix; /* of the five letters */
    /* ERROR_NETWORK: connect anew and try again; ERROR_BUSY: somebody else holds a lock;
     * ERROR_AUTH: the credentials; ERROR_DATA: a row is refused; ERROR_SINK: stop */
    enum error_kind kind;
    /* The server's message holds names and numbers only and may be shown. Those about data hold
     * values of the row. */
    bool shown;
    const char *text; /* what happened and, where one can, what to do */
};

/* What may be told of an error. */
struct sqlstate_failure {
    char state[SQLSTATE_SIZE]; /* "": not an answer of the server */
    char table[SQLSTATE_NAME_SIZE];
    char column[SQLSTATE_NAME_SIZE];
    char constraint[SQLSTATE_NAME_SIZE];
    int64_t line; /* of a COPY, from 1; 0: unknown */
};

/* The row of a state; never NULL. */
const struct sqlstate_class *sqlstate_find(const char *state);

/* The state in a message that libpq made with PQERRORS_SQLSTATE while it connected:
 * `connection to server at "h" (::1), port 5432 failed: FATAL:  28P01`. False: there is none,
 * the message is libpq's own. */
bool sqlstate_in_message(const char *message, char ret_state[SQLSTATE_SIZE]);

/* The line of `COPY t, line 5, column x: "…"` in an error's context, which may be in any
 * language; 0 when there is none. Nothing else of a context may be looked at: it holds the row. */
int64_t sqlstate_copy_line(const char *context);

#endif
