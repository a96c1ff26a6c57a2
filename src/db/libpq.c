/* SPDX-License-Identifier: Apache-2.0 */
#include "db/libpq.h"

#include <poll.h>

#include "base/clock.h"
#include "base/stop.h"

bool libpq_fail_lost(const struct pg *pg, struct error *err)
{
    return error_set(err, ERROR_NETWORK, "%s: the connection broke", pg->name);
}

static void cancel(struct pg *pg)
{
    char ignored[256];
    PGcancel *request = PQgetCancel(pg->handle);
    if (request)
        PQcancel(request, ignored, sizeof ignored);
    PQfreeCancel(request);
}

bool libpq_wait(struct pg *pg, short events, int64_t end, int64_t grace_ns, short *ret_events,
                struct error *err)
{
    while (PQsocket(pg->handle) >= 0) {
        int64_t now = clock_monotonic_ns();
        if (stop_requested() && pg->stop_ns == 0)
            pg->stop_ns = now;
        bool stops = pg->stop_ns && pg->stop_ns + grace_ns < end;
        int64_t until = stops ? pg->stop_ns + grace_ns : end;
        if (now >= until && stops) {
            cancel(pg);
            return error_set(err, ERROR_STOPPED, "%s: stopped", pg->name);
        }
        if (now >= until)
            return error_set(err, ERROR_NETWORK, "%s: no answer in time", pg->name);

        struct pollfd fds[] = {
            {.fd = PQsocket(pg->handle), .events = events},
            {.fd = pg->stop_ns ? -1 : stop_fd(), .events = POLLIN},
        };
        int64_t pause_ms = (until - now) / 1000000 + 1;
        if (poll(fds, 2, (int)pause_ms) > 0 && fds[0].revents) {
            *ret_events = fds[0].revents;
            return true;
        }
    }
    return libpq_fail_lost(pg, err);
}
