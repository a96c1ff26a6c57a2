/* SPDX-License-Identifier: Apache-2.0 */
/* The one place where libpq is included, for pg.c and pgconnect.c: a session and its waits. */
#ifndef DB_LIBPQ_H
#define DB_LIBPQ_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "db/sqlstate.h"

struct pg {
    PGconn *handle;
    char *name;
    struct sqlstate_failure failure;
    bool copying;
    struct buffer copy;
    int64_t stop_ns; /* when a stop was first seen, monotonic; 0: never */
};

/* ERROR_NETWORK; returns false. */
bool libpq_fail_lost(const struct pg *pg, struct error *err);

/* Until the socket is ready for one of events; *ret_events says for which. Waits until `end`, of
 * the monotonic clock (ERROR_NETWORK); a stop leaves what is running grace_ns, and then it is
 * cancelled (ERROR_STOPPED). */
bool libpq_wait(struct pg *pg, short events, int64_t end, int64_t grace_ns, short *ret_events,
                struct error *err);

#endif
