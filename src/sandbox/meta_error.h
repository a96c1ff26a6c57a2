/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The errors of Meta's API as it words them: one table of code, subcode, HTTP status and texts,
 * and the envelope they travel in.
 */
#ifndef SANDBOX_META_ERROR_H
#define SANDBOX_META_ERROR_H

#include <stdbool.h>

#include "sandbox/reply.h"

enum meta_error {
    META_ERROR_NONE,
    /* the token */
    META_ERROR_NO_TOKEN,
    META_ERROR_BAD_TOKEN,
    META_ERROR_EXPIRED,
    META_ERROR_PASSWORD,
    META_ERROR_LOGGED_OUT,
    META_ERROR_NO_APP,
    META_ERROR_PROOF_NEEDED,
    META_ERROR_PROOF_WRONG,
    META_ERROR_MISSING_PERMISSIONS,
    META_ERROR_GATED,
    META_ERROR_UNSEEN,
    META_ERROR_CLIENT_SECRET,
    /* the request */
    META_ERROR_VERSION,
    META_ERROR_PATH,
    META_ERROR_METHOD,
    META_ERROR_PARAMETER,
    META_ERROR_FIELD,
    META_ERROR_BREAKDOWNS,
    META_ERROR_CURSOR,
    META_ERROR_TOO_OLD,
    META_ERROR_BATCH_SIZE,
    META_ERROR_IDS_GONE,
    /* the size */
    META_ERROR_REDUCE,
    META_ERROR_TOO_MANY_ROWS,
    META_ERROR_TIMED_OUT,
    META_ERROR_BATCH_DATA,
    META_ERROR_CREATIVE,
    /* the limits */
    META_ERROR_APP_LIMIT,
    META_ERROR_INSIGHTS_APP_LIMIT,
    META_ERROR_INSIGHTS_ACCOUNT_LIMIT,
    META_ERROR_USER_LIMIT,
    META_ERROR_ACCOUNT_SCORE,
    META_ERROR_ACCOUNT_LIMIT,
    META_ERROR_ABUSE,
    META_ERROR_PAGE_LIMIT,
    META_ERROR_INSIGHTS_BUC,
    META_ERROR_MANAGEMENT_BUC,
    META_ERROR_BLOCKED,
    /* trouble */
    META_ERROR_UNKNOWN,
    META_ERROR_UNKNOWN_99,
    META_ERROR_PROFILE,
    META_ERROR_UNAVAILABLE,
    META_ERROR_OVERLOAD,
    META_ERROR_JOB_NOT_READY,
    META_ERROR_JOB_SUMMARY,
    META_ERROR_COUNT
};

/* Fills the reply. Behind `what` come the texts that the message of the row has places for.
 * False when memory is out. */
bool meta_error_answer(struct reply *reply, enum meta_error what, ...);

/* An error by its numbers, whether the table has it or not. */
struct meta_error_wish {
    enum meta_error word; /* the one that was named; META_ERROR_NONE: it has a number */
    int code;
    int subcode; /* 0: none */
    int status; /* HTTP's; 0: what the table says, else 400 */
    const char *data; /* error_data as "object", or as "text" that is JSON; NULL: none */
    bool spanish; /* what is for users, if there is any */
};
/* "CODE[/SUBCODE][:STATUS]"; "reduce" for CODE is the one of code 1 that is about size,
 * "summary" the one of code 100 that a report run may answer with. */
bool meta_error_parse_wish(const char *text, struct meta_error_wish *ret_wish);
bool meta_error_answer_wish(struct reply *reply, const struct meta_error_wish *wish);
/* The row with this code and subcode (0: none); META_ERROR_NONE when there is no such. */
enum meta_error meta_error_find(int code, int subcode);
int meta_error_code(enum meta_error what);

#endif
